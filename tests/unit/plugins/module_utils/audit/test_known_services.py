# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that are only known: their leftovers in accounts in a table, and what is never reported for those that have
not ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.result import audit_result
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue, definitions, lives

from .accounts import KNOWLEDGE, audited, found, state_of

CASES = yaml.safe_load(Path(__file__).with_name("known_services.yml").read_text(encoding="utf-8"))
ENDED = {
    "codeguru_security",
    "groundtruth_plus",
    "iot_analytics",
    "iot_events",
    "mechanical_turk",
    "robomaker",
    "sagemaker_edge_manager",
}
CLOSED = {"augmented_ai", "codeguru_reviewer", "devops_guru", "forecast", "fraud_detector", "monitron"}
STATES = {True: "ended", False: "closed"}


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_what_is_found_and_what_of_it_is_left_over(given: dict[str, Any]) -> None:
    result = audited(given["account"])
    if "finds_each" in given:
        there = [(one.resource, f"{one.service} {one.status}") for one in result.objects if one.status != "absent"]
        assert sorted(there) == sorted(tuple(pair) for pair in given["finds_each"])
    else:
        assert found(result) == given["finds"]
    left = {one.name: [[item.place, item.value] for item in one.left_over] for one in result.objects if one.left_over}
    assert left == given.get("left_over", {})
    for one in result.objects:
        assert (one.status == "left_in") == bool(one.left_over)
        assert all(item.remedy for item in one.left_over)


def test_every_such_service_is_in_the_table() -> None:
    services = {text.split()[0] for given in CASES for text in given.get("finds", {}).values()}
    assert services >= ENDED | CLOSED == set(definitions()) - set(catalogue())
    neighbours = next(given for given in CASES if given["case"] == "neighbours that live")
    assert len(neighbours["account"]["roles"]) > 20


@pytest.mark.parametrize("service", sorted(ENDED | CLOSED))
def test_its_state(service: str) -> None:
    life = KNOWLEDGE.knowledge.services[service]
    assert life.state == STATES[service in ENDED]
    assert lives()[service]["principals"] == list(life.principals)
    for principal in life.principals:
        assert KNOWLEDGE.principal_states()[principal] == life.state
        assert (principal in KNOWLEDGE.knowledge.ended_principals()) == (service in ENDED)


def test_shared_principals_are_never_judged() -> None:
    states = KNOWLEDGE.principal_states()
    known = [files["service"].get("principals") or {} for files in definitions().values()]
    shared = {name for principals in known for name in principals.get("shared", ())}
    assert {states[name] for name in shared} == {"open"}


def test_nothing_of_a_service_that_lives_is_called_ended() -> None:
    closed = next(given for given in CASES if given["case"] == "services that are closed and live")
    told = audited(closed["account"]).findings
    assert not [item for item in told if "ended" in item.code or "ended" in item.message]


def test_of_a_role_of_another_owner_only_what_is_left_over_is_judged() -> None:
    account = {
        "roles": {
            "AmazonSageMaker-ExecutionRole": {
                "trusts": ["sagemaker.amazonaws.com", "robomaker.amazonaws.com"],
                "managed": ["IAMFullAccess", "AWSRoboMaker_FullAccess"],
            }
        }
    }
    result = audited(account)
    assert result.escalation_paths == ()
    told = {(item.code, item.resource): item for item in result.findings}
    role = "role/AmazonSageMaker-ExecutionRole"
    assert told["trusts_ended_service", role].remedy == "remove its statement (iam_trust_statement)"
    assert "service_administers_iam" not in {code for code, _resource in told}
    assert told["grants_ended_service", "service/robomaker"].remedy == "remove what left_over of each role names"
    [shown] = [
        one
        for one in audit_result(KNOWLEDGE.knowledge, state_of(account), result, diff_mode=True)["objects"]
        if one["arn"]
    ]
    assert shown["left_over"][0] == {
        "place": "assume_role_policy_document",
        "value": "robomaker.amazonaws.com",
        "remedy": "remove its statement (iam_trust_statement)",
    }
    assert (shown["status"], shown["drift"], "diff" in shown) == ("left_in", [], False)


def test_no_way_to_administrator_is_reported_a_role_of_another_owner() -> None:
    passes = {"pass": [{"Action": ["iam:PassRole", "sagemaker:*"], "Resource": "*"}]}
    notebooks = {
        "trusts": ["sagemaker.amazonaws.com", "robomaker.amazonaws.com"],
        "managed": ["IAMFullAccess"],
        "inline": passes,
    }
    people = {"stranger": {"inline": passes}}
    assert audited({"roles": {"notebooks": notebooks}, "users": people}).escalation_paths == ()
    found_too = {"ana": {"inline": passes, "managed": ["AWSRoboMaker_FullAccess"]}}
    equipment = {"trusts": ["sagemaker.amazonaws.com"], "managed": ["IAMFullAccess"]}
    passing = {**notebooks, "managed": []}
    for account, ways in (
        ({"roles": {"notebooks": notebooks}, "users": found_too}, {("escalation_path", "user/ana")}),
        ({"roles": {"notebooks": passing, "l4e-role": equipment}}, {("reached_by_escalation", "role/l4e-role")}),
    ):
        told = {(item.code, item.resource) for item in audited(account).findings}
        assert {(code, resource) for code, resource in told if "escalation" in code} == ways
