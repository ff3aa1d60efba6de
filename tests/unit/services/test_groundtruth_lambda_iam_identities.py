# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What groundtruth_lambda_iam gives to identities of other owners and to people, and removes again. Nothing is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import pytest

from .declarations import declared, problems
from .groundtruth_lambda import EXISTING, EXTRAS, GIVEN, MANAGED, PEOPLE, ROLE, attached, made, statements


def test_roles_of_others_are_only_given_things_by_attachments() -> None:
    existing = declared(ROLE, **GIVEN | EXISTING)
    assert existing["roles"] == []
    assert {item["iam_name"] for item in existing["attachments"]} == {"sm-execution-role", "my-lambda-role"}
    assert attached("sm-execution-role", **EXISTING) == {
        "managed_policies": [MANAGED],
        "inline_policies": ["gt-invoke"],
    }
    assert attached("my-lambda-role", **EXISTING) == {"managed_policies": [], "inline_policies": ["gt-post-lambda"]}
    assert attached("sm-execution-role", profile="least_privilege", **EXISTING) == {
        "managed_policies": [],
        "inline_policies": ["gt-execution"],
    }
    (trust,) = existing["trust_statements"]
    assert (trust["name"], trust.get("state", "present")) == ("sm-execution-role", "present")
    assert trust["statements"][0]["Principal"] == {"AWS": "<role_arn:my-lambda-role>"}
    (trust,) = declared(ROLE, **GIVEN | EXISTING | {"annotation_access": "s3"})["trust_statements"]
    assert trust == {"name": "sm-execution-role", "state": "absent", "statements": [{"Sid": "PostAnnotationLambda"}]}


def test_an_existing_execution_role_needs_no_buckets() -> None:
    variables = {"profile": "least_privilege", "input_bucket": "", "output_bucket": "", **EXISTING}
    assert problems(ROLE, **GIVEN | variables) == []
    execution = next(
        item for item in declared(ROLE, **GIVEN | variables)["attachments"] if item["iam_name"] == "sm-execution-role"
    )
    assert sorted(statements(execution)) == ["InvokeAnnotationLambdas", "Logs", "Metrics"]


def test_amazon_s3_read_only_access_of_another_owner_is_left_alone_until_a_choice_is_made() -> None:
    policy = "AmazonS3ReadOnlyAccess"
    reading: dict[str, Any] = {"annotation_access": "s3", **EXISTING}
    assert policy not in json.dumps(declared(ROLE, **GIVEN | reading))
    assert attached("my-lambda-role", read_all_buckets=True, **reading)["managed_policies"] == [policy]
    assert attached("my-lambda-role", read_all_buckets=True, **reading)["inline_policies"] == []
    assert attached("my-lambda-role", "absent", read_all_buckets=False, **reading)["managed_policies"] == [policy]
    made_here = made("gt-post-lambda", annotation_access="s3", read_all_buckets=True)
    assert policy in made_here["managed_policies"]
    assert made_here["inline_policies"] == {}


SETTINGS = [
    {"profile": profile, "invoke": invoke, "annotation_access": access, **extras}
    for (profile, invoke), (access, extras) in zip(
        product(("documented", "least_privilege"), ("auto", "managed", "granular")),
        cycle((("assume_role", {}), ("s3", {}), ("assume_role", EXTRAS), ("s3", EXTRAS))),
        strict=False,
    )
]


def test_absent_takes_off_the_same_whatever_the_settings() -> None:
    people = {"developers": PEOPLE, "job_creators": PEOPLE}
    taken = set()
    given = set()
    for setting in SETTINGS:
        now = declared(ROLE, **GIVEN | EXISTING | people | setting)["attachments"]
        gives = set(bindings(item for item in now if item.get("state") != "absent"))
        takes = set(bindings(item for item in now if item.get("state") == "absent"))
        assert not gives & takes
        given |= gives

        known = GIVEN if setting["invoke"] == "auto" else {}
        gone = declared(ROLE, state="absent", **known | EXISTING | people | setting)
        assert {item["state"] for section in gone.values() for item in section} == {"absent"}
        taken.add(frozenset(bindings(gone["attachments"])))
        assert [item["statements"] for item in gone["trust_statements"]] == [[{"Sid": "PostAnnotationLambda"}]]
        assert sorted(item["name"] for item in gone["managed_policies"]) == [
            "gt-developer",
            "gt-job-creator",
            "gt-sar-recipe",
        ]
    assert len(taken) == 1
    assert given <= taken.pop()


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_absent_needs_nothing_and_names_every_role_that_may_have_been_made(profile: str) -> None:
    assert problems(ROLE, state="absent", profile=profile) == []
    names = [role["name"] for role in declared(ROLE, state="absent", profile=profile)["roles"]]
    assert names == ["gt-pre-lambda", "gt-post-lambda", "gt-execution"]


def bindings(items: Any) -> Iterator[tuple[str, str, str]]:
    for item in items:
        for policy in [*item.get("managed_policies", ()), *item.get("inline_policies", ())]:
            yield item["iam_type"], item["iam_name"], policy


def test_people_are_given_managed_policies_only() -> None:
    expected = {
        "documented": ["AWSLambda_FullAccess", "gt-job-creator", "gt-sar-recipe"],
        "least_privilege": ["gt-developer", "gt-job-creator", "gt-sar-recipe"],
    }
    people: dict[str, Any] = {"developers": PEOPLE, "job_creators": PEOPLE, "starter_functions": True}
    for profile, policies in expected.items():
        for name in ("ana", "labelers", "build"):
            given = attached(name, profile=profile, **people)
            assert given == {"managed_policies": policies, "inline_policies": []}
        own = declared(ROLE, profile=profile, **GIVEN | people)["managed_policies"]
        present = {policy["name"] for policy in own if policy.get("state") != "absent"}
        assert present == set(policies) - {"AWSLambda_FullAccess"}
    former = attached("ana", "absent", former={"users": ["ana"]})
    assert former["managed_policies"] == ["AWSLambda_FullAccess", "gt-developer", "gt-job-creator", "gt-sar-recipe"]


def test_job_creators_are_given_further_statements() -> None:
    more = {"Sid": "Vendors", "Effect": "Allow", "Action": "aws-marketplace:ViewSubscriptions", "Resource": "*"}
    own = declared(ROLE, **GIVEN | {"job_creators": PEOPLE, "job_creator_statements": [more]})["managed_policies"]
    policy = next(policy for policy in own if policy["name"] == "gt-job-creator")
    assert policy["policy"]["Statement"][-1] == more
    assert not any("iam:Create" in json.dumps(entry) for entry in policy["policy"]["Statement"])
