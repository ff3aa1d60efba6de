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
    "path": ({"path": "vision"}, 'panorama_iam_path: "vision" is no path'),
    "no path": ({"path": ""}, "panorama_iam_path: missing"),
    "path of the preview": ({"path": "/vision/"}, "passes its four sibling roles at / and /service-role/ only"),
    "runtime in the preview": (
        {"runtime_roles": [{"name": "counting"}]},
        "counting needs panorama_iam_generation: released",
    ),
    "operators in the preview": (
        {"operators": {"users": ["ada"]}},
        "panorama_iam_operators: the policies of operators",
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
        "awspanoramaservicerole is the name of a role that AWS fixes",
    ),
    "no namespace": (
        {**GA, **NARROW, "runtime_roles": [{"name": "counting"}]},
        "panorama_iam_runtime_roles[].namespace: missing for counting",
    ),
    "null namespace": (
        {**GA, **NARROW, "runtime_roles": [{"name": "counting", "namespace": None}]},
        "panorama_iam_runtime_roles[].namespace: missing for counting",
    ),
    "namespace": (
        {**GA, "runtime_roles": [{"name": "counting", "namespace": 'a"b'}]},
        "panorama_iam_runtime_roles.namespace[0]: ",
    ),
    "namespace pattern": (
        {**GA, "runtime_roles": [{"name": "counting", "namespace": "App*"}]},
        "panorama_iam_runtime_roles[].namespace: App* has wildcards",
    ),
    "runtime name": (
        {**GA, "runtime_roles": [{"name": "a b", "namespace": ""}]},
        'panorama_iam_runtime_roles.name[0]: "a b" is no role name',
    ),
    "user": ({**GA, "operators": {"users": ["a b"]}}, 'panorama_iam_operators.users[0]: "a b" is no user name'),
    "former group": (
        {"former_operators": {"groups": [""]}},
        'panorama_iam_former_operators.groups[0]: "" is no group name',
    ),
    "both ways": (
        {**GA, "operators": {"users": ["ada"]}, "former_operators": {"users": ["ada"]}},
        "panorama_iam_former_operators: ada is one of panorama_iam_operators too",
    ),
    "passable": (
        {"passable_roles": ["arn:aws:iam::123456789012:role/x"]},
        'panorama_iam_passable_roles[0]: "arn:aws:iam::123456789012:role/x" is no role name',
    ),
    "device": ({**GA, "devices": ["a/b"]}, 'panorama_iam_devices[0]: "a/b" is no device id'),
    "no device": ({**GA, **NARROW, "devices": []}, "panorama_iam_devices: missing; profile least_privilege needs it"),
    "region": ({"region": "Frankfurt"}, 'panorama_iam_region: "Frankfurt" is no Region'),
    "no region": ({**GA, **NARROW, "region": None}, "panorama_iam_region: missing; profile least_privilege"),
    "no bucket": ({**NARROW, "bucket": ""}, "panorama_iam_bucket: missing; profile least_privilege needs it"),
    "bucket": ({"bucket": "a/b"}, 'panorama_iam_bucket: "a/b" is no bucket name'),
    "owner": ({"bucket_account": "12"}, 'panorama_iam_bucket_account: "12" is no account id'),
    "function": ({"function": "a b"}, 'panorama_iam_function: "a b" is no function name'),
    "job": ({"model_job": "a_b"}, 'panorama_iam_model_job: "a_b" is no job name'),
    "group namespace": ({"group_namespace": 'a"b'}, "panorama_iam_group_namespace: "),
}


@pytest.mark.parametrize(("variables", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_told_with_its_variable(variables: dict[str, Any], told: str) -> None:
    found = problems(**variables)
    assert len(found) == 1
    assert told in found[0]


def test_all_problems_are_told_at_once() -> None:
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
}


@pytest.mark.parametrize("variables", RIGHT.values(), ids=RIGHT)
def test_what_is_not_used_may_be_missing(variables: dict[str, Any]) -> None:
    assert problems(**variables) == []
    assert declared("panorama_iam", **variables)["roles"]
