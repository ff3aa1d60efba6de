# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retiring what services left that are only known, and what is never retired of those that live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue, definitions, lives

from .ground import DENY_ALL, NOW, Ground

MONTH = timedelta(days=30)


def allowing(*actions: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]


LEFT: dict[str, dict[str, Any]] = {
    "robomaker": {"name": "simulations", "trusts": ["robomaker"], "managed": ["AmazonS3ReadOnlyAccess"]},
    "groundtruth_plus": {"name": "labels", "trusts": ["sagemaker-ground-truth-plus"]},
    "sagemaker_edge_manager": {
        "name": "SageMakerFleet",
        "trusts": ["credentials.iot", "sagemaker"],
        "managed": ["service-role/AmazonSageMakerEdgeDeviceFleetPolicy"],
    },
    "codeguru_security": {
        "name": "CodeGuruSecurityGitHubAccessRole",
        "trusts": ["ec2"],
        "managed": ["AmazonCodeGuruSecurityScanAccess"],
    },
    "iot_analytics": {"name": "datasets", "trusts": ["iotanalytics"]},
    "iot_events": {"name": "detectors", "trusts": ["iotevents"], "inline": {"topic": allowing("sns:Publish")}},
}
"""A role of each service that has ended, but for Mechanical Turk, which has none."""

REQUESTERS = {"name": "Requesters", "statements": allowing("mechanicalturk:CreateHIT", "mechanicalturk:GetHIT")}

ALIVE: dict[str, dict[str, Any]] = {
    "forecast": {"name": "AmazonForecast-ExecutionRole-1575403049423", "trusts": ["forecast"]},
    "fraud_detector": {"name": "AmazonFraudDetector-DataAccessRole-1612345678901", "trusts": ["frauddetector"]},
    "monitron": {"name": "role-for-monitron", "trusts": ["monitron"]},
    "augmented_ai": {"name": "reviews", "trusts": ["sagemaker"], "managed": ["AmazonAugmentedAIFullAccess"]},
    "codeguru_reviewer": {"name": "reviewer", "trusts": ["codeguru-reviewer"]},
    "devops_guru": {"name": "insights", "trusts": ["devops-guru"]},
}
NOTEBOOKS = {
    "name": "notebooks",
    "trusts": ["sagemaker"],
    "trusted_accounts": ["<account_id>"],
    "managed": ["AmazonSageMakerFullAccess", "AWSRoboMaker_FullAccess"],
}


def roles(result: dict[str, Any], step: str) -> set[str]:
    return {item["resource"].partition("/")[2] for item in result["retired"] if item["step"] == step}


def test_every_service_has_a_leftover_here() -> None:
    known = set(definitions()) - set(catalogue())
    assert {*LEFT, "mechanical_turk"} == {name for name in known if lives()[name]["state"] == "ended"}
    assert set(ALIVE) == {name for name in known if lives()[name]["state"] == "closed"}


def test_what_has_ended_goes_and_what_lives_is_not_touched(ground: Ground) -> None:
    ground.give({"roles": [*LEFT.values(), *ALIVE.values(), NOTEBOOKS], "policies": [REQUESTERS]})
    before = ground.snapshot()
    first = ground.retire()
    names = {role["name"] for role in LEFT.values()}
    assert (roles(first, "quarantined"), roles(first, "removed"), roles(first, "kept")) == (
        names, {"Requesters"}, {"notebooks"},
    )  # fmt: skip
    assert [item for item in first["warnings"] if "notebooks" in item] == [
        "role/notebooks stays: others use it too, and only this is left over in it: "
        "arn:aws:iam::aws:policy/AWSRoboMaker_FullAccess in managed_policies: detach it"
    ]
    reasons = {item["resource"]: item["reason"] for item in first["retired"]}
    assert reasons["role/detectors"] == "AWS IoT Events ended on 2026-05-20"
    assert all(DENY_ALL in ground.snapshot()[f"role/{name}"]["managed"] for name in names)

    last = ground.retire(later=MONTH)
    assert (roles(last, "removed"), roles(last, "kept")) == (names, {"notebooks"})
    gone = {*(f"role/{name}" for name in names), "policy/Requesters"}
    after = ground.snapshot()
    assert set(after) == set(before) - gone
    for name in ("notebooks", *(role["name"] for role in ALIVE.values())):
        assert after[f"role/{name}"]["managed"] == before[f"role/{name}"]["managed"]


@pytest.mark.parametrize("service", sorted(ALIVE))
def test_of_a_service_that_lives_nothing_goes(ground: Ground, service: str) -> None:
    ground.give({"roles": [ALIVE[service]]})
    for options in ({"services": [service]}, {"services": [service], "roles": [ALIVE[service]["name"]]}):
        with pytest.raises(EngineError) as refused:
            ground.retire(**options)
        [refusal] = refused.value.fields["refusals"]
        assert (refusal["code"], refusal["resource"]) == ("service_alive", f"role/{ALIVE[service]['name']}")
        assert refusal["reason"] == f"belongs to {lives()[service]['name']}, which has not ended"
    assert ground.writes() == []


def test_once_the_statement_is_taken_out_nothing_is_left(ground: Ground) -> None:
    ground.give({"roles": [{"name": "samples", "trusts": ["robomaker"], "trusted_accounts": ["<account_id>"]}]})
    first = ground.retire()
    assert (roles(first, "kept"), ground.writes()) == ({"samples"}, [])
    [statement] = [
        one for one in ground.snapshot()["role/samples"]["trust"]["Statement"] if "Service" in one["Principal"]
    ]
    options = {name: ground.defaults()[name] for name in ("assume_role", "backup_dir")}
    converging(
        Task(
            {**options, "trust_statements": [{"name": "samples", "statements": [statement], "state": "absent"}]},
            clock=lambda: NOW,
        )
    ).result()
    assert ground.writes() == ["UpdateAssumeRolePolicy"]
    assert ground.retire()["retired"] == []


def test_a_name_in_a_list_is_taken_out_in_one_write(ground: Ground) -> None:
    ground.give(
        {"roles": [{"name": "samples", "trusts": ["robomaker", "lambda"], "managed": ["AWSLambda_FullAccess"]}]}
    )
    assert roles(ground.retire(), "kept") == {"samples"}
    old = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    both = {"Service": ["lambda.amazonaws.com", "robomaker.amazonaws.com"]}
    entries = [
        {"name": "samples", "statements": [{**old, "Principal": {"Service": "lambda.amazonaws.com"}}]},
        {"name": "samples", "statements": [{**old, "Principal": both}], "state": "absent"},
    ]
    options = {name: ground.defaults()[name] for name in ("assume_role", "backup_dir")}
    converging(Task({**options, "trust_statements": entries}, clock=lambda: NOW)).result()
    assert ground.writes() == ["UpdateAssumeRolePolicy"]
    assert ground.retire()["retired"] == []
