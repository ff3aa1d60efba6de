# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What panorama_iam finds wrong with its variables."""

from __future__ import annotations

from typing import Any

import pytest

from .declarations import declared
from .declarations import problems as problems_of

STATEMENT = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:<partition>:sns:us-east-1:<account_id>:a"}


def problems(**variables: Any) -> list[str]:
    return problems_of("panorama_iam", **variables)


NARROW = {"profile": "least_privilege"}
GA = {"generation": "released"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "path": ({"path": "vision"}, 'panorama_iam_path: "vision" is not a path'),
    "no path": ({"path": ""}, "panorama_iam_path: missing"),
    "path of the preview": ({"path": "/vision/"}, "passes its four sibling roles at / and /service-role/ only"),
    "runtime in the preview": (
        {"runtime_roles": [{"name": "counting"}]},
        "panorama_iam_runtime_roles: applications of generation preview have no roles",
    ),
    "operators in the preview": (
        {"operators": {"users": ["ada"]}},
        "panorama_iam_operators: only generation released has policies of operators",
    ),
    "function in the released": (
        {**GA, "function_roles": [{"name": "counting"}]},
        "panorama_iam_function_roles: only generation preview",
    ),
    "group in the released": (
        {**GA, "group_statements": [STATEMENT]},
        "panorama_iam_group_statements: only generation",
    ),
    "taken": (
        {**GA, "runtime_roles": [{"name": "AWSPanoramaServicerole", "namespace": "A"}]},
        'panorama_iam_runtime_roles: "AWSPanoramaServicerole" is the name of another role of AWS Panorama',
    ),
    "no namespace": (
        {**GA, **NARROW, "runtime_roles": [{"name": "counting"}]},
        "panorama_iam_runtime_roles: the namespace of counting is missing",
    ),
    "null namespace": (
        {**GA, **NARROW, "runtime_roles": [{"name": "counting", "namespace": None}]},
        "panorama_iam_runtime_roles: the namespace of counting is missing",
    ),
    "namespace": (
        {**GA, "runtime_roles": [{"name": "counting", "namespace": 'a"b'}]},
        "panorama_iam_runtime_roles[0].namespace: ",
    ),
    "namespace pattern": (
        {**GA, "runtime_roles": [{"name": "counting", "namespace": "App*"}]},
        'panorama_iam_runtime_roles[0].namespace: "App*" is not a metric namespace',
    ),
    "runtime name": (
        {**GA, "runtime_roles": [{"name": "a b", "namespace": ""}]},
        'panorama_iam_runtime_roles[0].name: "a b" is not a role name',
    ),
    "user": ({**GA, "operators": {"users": ["a b"]}}, 'panorama_iam_operators.users[0]: "a b" is not a user name'),
    "former group": (
        {"former_operators": {"groups": [""]}},
        "panorama_iam_former_operators.groups[0]: empty",
    ),
    "both ways": (
        {**GA, "operators": {"users": ["ada"]}, "former_operators": {"users": ["ada"]}},
        "panorama_iam_former_operators.users: user ada is in panorama_iam_operators.users too",
    ),
    "passable": (
        {"passable_roles": ["arn:aws:iam::123456789012:role/x"]},
        'panorama_iam_passable_roles[0]: "arn:aws:iam::123456789012:role/x" is not a role name',
    ),
    "device": ({**GA, "devices": ["a/b"]}, 'panorama_iam_devices[0]: "a/b" is not a device id'),
    "no device": ({**GA, **NARROW, "devices": []}, "panorama_iam_devices: missing; profile least_privilege needs it"),
    "region": ({"region": "Frankfurt"}, 'panorama_iam_region: "Frankfurt" is not a Region'),
    "no region": ({**GA, **NARROW, "region": ""}, "panorama_iam_region: missing; profile least_privilege"),
    "no bucket": ({**NARROW, "bucket": ""}, "panorama_iam_bucket: missing; profile least_privilege needs it"),
    "bucket": ({"bucket": "a/b"}, 'panorama_iam_bucket: "a/b" is not a bucket name'),
    "owner": ({"bucket_account": "12"}, 'panorama_iam_bucket_account: "12" is not an account id'),
    "function": ({"function": "a b"}, 'panorama_iam_function: "a b" is not a function name'),
    "job": ({"model_job": "a_b"}, 'panorama_iam_model_job: "a_b" is not a job name'),
    "group namespace": ({"group_namespace": 'a"b'}, "panorama_iam_group_namespace: "),
}


@pytest.mark.parametrize(("variables", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_reported_with_its_variable(variables: dict[str, Any], told: str) -> None:
    found = problems(**variables)
    assert len(found) == 1
    assert told in found[0]


def test_all_problems_are_reported_at_once() -> None:
    assert len(problems(path="vision", region="Frankfurt", operators={"users": ["ada"]})) == 3


RIGHT: dict[str, dict[str, Any]] = {
    "what documented does not need": {"bucket": "", "devices": [], "region": None},
    "what the generation does not need": {**GA, **NARROW, "bucket": "", "function": ""},
    "former roles in the preview": {"runtime_roles": [{"name": "counting", "state": "absent"}]},
    "former roles in the released": {**GA, "function_roles": [{"name": "counting", "state": "absent"}]},
    "everything is to be removed": {
        **NARROW,
        "state": "absent",
        "path": "/vision/",
        "runtime_roles": [{"name": "counting"}],
        "operators": {"users": ["ada"]},
        "bucket": "",
    },
    "root path": {"path": "/"},
    "any path": {**GA, "path": "/vision/"},
    "no lists": {"function_roles": None, "runtime_roles": None, "operators": None, "former_operators": None},
    "null stands for the default": {**GA, **NARROW, "region": None, "devices": None},
}


@pytest.mark.parametrize("variables", RIGHT.values(), ids=RIGHT)
def test_what_is_not_used_may_be_missing(variables: dict[str, Any]) -> None:
    assert problems(**variables) == []
    assert declared("panorama_iam", **variables)["roles"]
