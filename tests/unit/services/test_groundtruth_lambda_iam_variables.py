# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems with the variables of groundtruth_lambda_iam are reported, all at once and each by its name."""

from __future__ import annotations

from typing import Any

import pytest

from .declarations import problems
from .groundtruth_lambda import EXISTING, GIVEN, PEOPLE, ROLE

LEAST = {**GIVEN, "profile": "least_privilege"}
MISSING: dict[str, tuple[dict[str, Any], list[str]]] = {
    "region for a profile": ({**LEAST, "region": ""}, ["region: missing; groundtruth_lambda_iam_profile"]),
    "region for a function": (
        {**GIVEN, "region": None},
        ["region: missing; the right to invoke before-annotation and"],
    ),
    "region for starters": (
        {"developers": PEOPLE, "starter_functions": True},
        ["region: missing; groundtruth_lambda_iam_starter_functions"],
    ),
    "region for topics": ({"streaming_topics": ["t"]}, ["region: missing; groundtruth_lambda_iam_streaming_topics"]),
    "all for a profile": (
        {"profile": "least_privilege"},
        [
            "region: missing",
            "input_bucket: missing; the inline policy gt-execution of the execution role needs it",
            "output_bucket: missing; the inline policy gt-execution of the execution role needs it",
        ],
    ),
    "all for job creators": (
        {"job_creators": PEOPLE},
        [
            f"{name}: missing; groundtruth_lambda_iam_job_creators"
            for name in ("region", "input_bucket", "output_bucket")
        ],
    ),
    "output for a function": (
        {**GIVEN, "output_bucket": "", "annotation_access": "s3"},
        ["output_bucket: missing; groundtruth_lambda_iam_annotation_access: s3"],
    ),
    "input for a function": (
        {**GIVEN, "input_bucket": "", "pre_reads_input": True},
        ["input_bucket: missing; groundtruth_lambda_iam_pre_reads_input"],
    ),
    "name": ({"execution_role_name": ""}, ["execution_role_name: missing"]),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_reported_all_at_once(name: str) -> None:
    variables, expected = MISSING[name]
    told = problems(ROLE, **variables)
    assert len(told) == len(expected), told
    for start, problem in zip(expected, told, strict=True):
        assert problem.startswith(f"{ROLE}_{start}")
    assert problems(ROLE, **variables, state="absent") == [] or name == "name"


STARTERS = {**GIVEN, "developers": PEOPLE, "starter_functions": True}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no one Region": ({**STARTERS, "region": "*"}, "needs the one Region"),
    "China": ({**STARTERS, "region": "cn-north-1"}, "partition aws only, and cn-north-1 is in another"),
    "GovCloud": ({**STARTERS, "region": "us-gov-west-1"}, "partition aws only, and us-gov-west-1 is in another"),
    "isolated": ({**STARTERS, "region": "us-isob-east-1"}, "partition aws only"),
    "sovereign": ({**STARTERS, "region": "eusc-de-east-1"}, "partition aws only"),
    "function": ({**GIVEN, "pre_function": "a:b"}, '_pre_function: "a:b" is not a function name'),
    "bucket": ({**GIVEN, "input_bucket": "a/b"}, '_input_bucket: "a/b" is not a bucket name'),
    "prefix": ({**GIVEN, "output_prefix": "/a"}, '_output_prefix: "/a" is not a prefix'),
    "key": ({**GIVEN, "output_key": "alias/labels"}, '_output_key: "alias/labels" is not an ARN of a KMS key'),
    "topic": ({**GIVEN, "streaming_topics": ["a b"]}, '_streaming_topics[0]: "a b" is not a topic name'),
    "user": ({**GIVEN, "developers": {"users": ["a b"]}}, '_developers.users[0]: "a b" is not a user name'),
    "existing": ({**GIVEN, "existing_post_role": "a/b"}, '_existing_post_role: "a/b" is not a role name'),
    "text": ({**GIVEN, "developers": "ana"}, '_developers: "ana" is not a dictionary'),
    "statements as text": (
        {**GIVEN, "job_creator_statements": "Sid=A"},
        '_job_creator_statements: "Sid=A" is not a list of dictionaries',
    ),
    "two roles of one name": (
        {**GIVEN, "existing_pre_role": "GT-execution"},
        "_execution_role_name: gt-execution is given as an existing role too",
    ),
    "itself": (
        {**GIVEN, **EXISTING, "existing_post_role": "sm-execution-role"},
        "sm-execution-role is the execution role too",
    ),
    "every bucket by assuming": (
        {**GIVEN, "read_all_buckets": True},
        "_read_all_buckets: true has an effect only with groundtruth_lambda_iam_annotation_access: s3",
    ),
    "every bucket narrowly": (
        {**LEAST, "annotation_access": "s3", "read_all_buckets": True},
        "_read_all_buckets: must not be true with groundtruth_lambda_iam_profile: least_privilege",
    ),
    "no function to develop": (
        {**LEAST, "pre_function": "", "post_function": "", "developers": PEOPLE},
        "name at least one",
    ),
    "undecided": (
        {**GIVEN, "developers": PEOPLE, "former": {"roles": ["build"]}},
        "_former.roles: build is in groundtruth_lambda_iam_developers or",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_reported(name: str) -> None:
    variables, expected = WRONG[name]
    (told,) = problems(ROLE, **variables)
    assert expected in told


def test_starter_functions_are_refused_elsewhere_only_where_someone_would_get_them() -> None:
    assert problems(ROLE, **STARTERS | {"region": "eu-central-1"}) == []
    assert problems(ROLE, **GIVEN | {"region": "cn-north-1", "starter_functions": True}) == []
    assert problems(ROLE, **STARTERS | {"region": "cn-north-1", "state": "absent"}) == []
