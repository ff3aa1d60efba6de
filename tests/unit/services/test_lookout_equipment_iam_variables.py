# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the service role lookout_equipment_iam: what is refused, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from .declarations import ROLES, problems, specification

ROLE = "lookout_equipment_iam"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
NARROW: dict[str, Any] = {
    "profile": "least_privilege",
    "region": "us-east-1",
    "input_bucket": "l4e-input-bucket",
    "output_bucket": "l4e-output-bucket",
}
BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "everything is missing": (
        {"profile": "least_privilege"},
        [
            "lookout_equipment_iam_region: missing; profile least_privilege needs it",
            "lookout_equipment_iam_input_bucket: missing; the role for ingestion in profile least_privilege needs it",
            "lookout_equipment_iam_output_bucket: missing; the role for models, which has no ",
        ],
    ),
    "only the output is missing": (
        {**NARROW, "output_bucket": ""},
        ["lookout_equipment_iam_output_bucket: missing; the role for models, which has no "],
    ),
    "the owner is missing": (
        {**NARROW, "input_bucket_account": ""},
        ["lookout_equipment_iam_input_bucket_account: missing; profile least_privilege needs it"],
    ),
    "a name is missing": (
        {"role_name": "", "caller_policy_name": ""},
        [
            "lookout_equipment_iam_role_name: missing; Amazon Lookout for Equipment needs it",
            "lookout_equipment_iam_caller_policy_name: missing; Amazon Lookout for Equipment needs it",
        ],
    ),
    "values": (
        {**NARROW, "input_bucket": "Input", "labels_prefix": "/labels", "input_keys": ["alias/plant"], "path": "plant"},
        [
            'lookout_equipment_iam_path: "plant" is not a path',
            'lookout_equipment_iam_input_bucket: "Input" is not a bucket name',
            'lookout_equipment_iam_labels_prefix: "/labels" is not a prefix',
            'lookout_equipment_iam_input_keys[0]: "alias/plant" is not an ARN of a KMS key',
        ],
    ),
    "wildcards": (
        {**NARROW, "input_bucket": "l4e-*", "inference_input_prefix": "*"},
        [
            'lookout_equipment_iam_input_bucket: "l4e-*" is not a bucket name',
            'lookout_equipment_iam_inference_input_prefix: "*" is not a prefix',
        ],
    ),
    "a key of another Region": (
        {**NARROW, "region": "eu-west-1", "service_keys": [KEY]},
        [f"lookout_equipment_iam_region: eu-west-1 is not the Region of {KEY}"],
    ),
    "policies": (
        {"managed_policies": ["Amazon S3"]},
        ['lookout_equipment_iam_managed_policies[0]: "Amazon S3" is not a name or ARN of a policy'],
    ),
    "nobody is trusted": (
        {"trusted_services": []},
        ["lookout_equipment_iam_trusted_services: empty; l4e-role must trust"],
    ),
    "a model without data": ({**NARROW, "model_data": []}, ["lookout_equipment_iam_model_data: empty"]),
    "one name for two roles": (
        {"model_role_name": "L4E-Role"},
        ['lookout_equipment_iam_model_role_name: "L4E-Role" is the name of more than one role of this service'],
    ),
    "a caller that is passed": (
        {"callers": {"roles": ["L4E-model"]}},
        ["lookout_equipment_iam_callers.roles: L4E-model is a role that is passed to the service"],
    ),
    "a caller that left": (
        {"callers": {"groups": ["Plant"]}, "former_callers": {"groups": ["plant"], "users": ["plant"]}},
        ["lookout_equipment_iam_former_callers.groups: group plant is in lookout_equipment_iam_callers.groups too"],
    ),
    "callers": (
        {"callers": {"users": ["a b"], "groups": [""]}, "former_callers": {"roles": ["a/b"]}},
        [
            'lookout_equipment_iam_callers.users[0]: "a b" is not a user name',
            "lookout_equipment_iam_callers.groups[0]: empty",
            'lookout_equipment_iam_former_callers.roles[0]: "a/b" is not a role name',
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_variables_are_reported_each_by_its_name(name: str) -> None:
    variables, told = BAD[name]
    found = problems(ROLE, **variables)
    assert len(found) == len(told), found
    assert [part for part, problem in zip(told, found, strict=True) if not problem.startswith(part)] == [], found


def test_no_bucket_is_needed_that_no_role_uses() -> None:
    assert problems(ROLE) == []
    assert problems(ROLE, profile="least_privilege", region="us-east-1", roles=[]) == []
    labels = {"roles": ["model"], "model_data": ["labels"], "labels_bucket": "labels"}
    assert problems(ROLE, profile="least_privilege", region="us-east-1", **labels) == []


def test_defaults_are_those_of_the_specification() -> None:
    defaults = yaml.safe_load((ROLES / ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: option["default"] for name, option in specification(ROLE).items() if "default" in option} == defaults
