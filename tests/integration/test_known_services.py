# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that the collection only knows: audits and retirements of an account with what all of them left."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue, definitions
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook

from local_aws import LocalAws

AWS_POLICY = "arn:aws:iam::aws:policy"
DENY_ALL = f"{AWS_POLICY}/AWSDenyAll"

# Each role by its name: its service, whom it trusts, and what AWS's policies it has.
GOING: dict[str, tuple[str, list[str], list[str]]] = {
    "simulations": ("robomaker", ["robomaker"], ["AWSRoboMakerServiceRolePolicy"]),
    "labels-for-plus": ("groundtruth_plus", ["sagemaker-ground-truth-plus"], []),
    "SageMakerFleet": (
        "sagemaker_edge_manager",
        ["credentials.iot", "sagemaker"],
        ["service-role/AmazonSageMakerEdgeDeviceFleetPolicy"],
    ),
    "CodeGuruSecurityGitHubAccessRole": ("codeguru_security", ["ec2"], ["AmazonCodeGuruSecurityScanAccess"]),
    "datasets": ("iot_analytics", ["iotanalytics"], []),
    "detectors": ("iot_events", ["iotevents"], []),
}
LIVING: dict[str, tuple[str, list[str], list[str]]] = {
    "notebooks": ("robomaker", ["sagemaker", "robomaker"], ["AmazonSageMakerFullAccess"]),
    "survey-server": ("mechanical_turk", ["ec2"], ["AmazonMechanicalTurkFullAccess", "AmazonS3FullAccess"]),
    "AmazonForecast-ExecutionRole-1575403049423": ("forecast", ["forecast"], []),
    "frauds": ("fraud_detector", ["frauddetector"], []),
    "role-for-monitron": ("monitron", ["monitron"], []),
    "reviews": ("augmented_ai", ["sagemaker"], ["AmazonAugmentedAIFullAccess"]),
    "reviewer": ("codeguru_reviewer", ["codeguru-reviewer"], []),
    "insights": ("devops_guru", ["devops-guru"], []),
}
OTHERS = {
    "plain-notebooks": ("", ["sagemaker"], ["AmazonSageMakerFullAccess"]),
    "weather-forecast": ("", ["lambda"], []),
}


@pytest.fixture
def left(aws: LocalAws, accounts: dict[str, Any]) -> str:
    """The only host of the inventory, whose account has all of it."""
    member = aws.members[0]
    for name, (_service, trusts, managed) in {**GOING, **LIVING, **OTHERS}.items():
        principal = {"Service": [f"{service}.amazonaws.com" for service in trusts]}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        policies = [f"{AWS_POLICY}/{policy}" for policy in managed]
        aws.seed(member["id"], role={"name": name, "trust": trust, "managed_policies": policies})
    iam = aws.client("iam", account=member["id"])
    iam.create_user(UserName="requester")
    iam.attach_user_policy(UserName="requester", PolicyArn=f"{AWS_POLICY}/AmazonMechanicalTurkFullAccess")
    aws.seed(member["id"], all_created="2021-06-01T00:00:00+00:00")
    accounts["all"]["hosts"] = {member["name"]: accounts["all"]["hosts"][member["name"]]}
    aws.clear_calls()
    return str(member["name"])


def test_all_are_audited(left: str, aws: LocalAws, playbook: Playbook, accounts: dict[str, Any]) -> None:
    audit = playbook("aws_ml.permissions.audit", accounts)
    result = audit.results("Audit the account")[left]
    there = {one["name"]: one for one in result["objects"] if one["arn"]}
    assert {name: one["service"] for name, one in there.items()} == {
        **{name: service for name, (service, *_rest) in {**GOING, **LIVING}.items()},
        "requester": "mechanical_turk",
    }
    assert {one["service"] for one in there.values()} == set(definitions()) - set(catalogue())
    assert {name for name, one in there.items() if one["left_over"]} == {"notebooks", "survey-server"}
    ended = {item["resource"] for item in result["findings"] if item["code"] == "grants_ended_service"}
    services = {service for service, *_rest in GOING.values()}
    assert ended == {f"service/{service}" for service in services | {"mechanical_turk"}}
    shown = "\n".join(audit_summary(audit.results("Audit the account")[left]))
    assert "only left over: robomaker.amazonaws.com" in shown and "devops_guru (ended" not in shown
    assert aws.call_counts(aws.members[0]["id"]) == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}


def test_what_has_ended_is_retired_and_what_lives_refused(
    left: str, aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn
) -> None:
    account = aws.members[0]["id"]
    before = roles_in(account)
    backups = {"aws_ml_backup_dir": str(playbook.folder / "backups")}
    retired = playbook("aws_ml.permissions.retire", accounts, backups)
    assert (retired.rc, retired.failures()) == (0, {})
    steps = {item["resource"]: item["step"] for item in retired.results("Retire")[left]["retired"]}
    assert steps == {
        **{f"role/{name}": "quarantined" for name in GOING},
        "role/notebooks": "kept",
        "role/survey-server": "kept",
    }
    after = roles_in(account)
    for name, role in after.items():
        assert (DENY_ALL in role["managed"]) == (name in GOING)
        assert set(role["managed"]) - {DENY_ALL} == set(before[name]["managed"])

    alive = sorted({service for service, *_rest in LIVING.values()} - {"robomaker", "mechanical_turk"})
    refused = playbook("aws_ml.permissions.retire", accounts, {**backups, "aws_ml_retire_services": alive})
    told = refused.results("Retire")[left]["refusals"]
    assert {item["code"] for item in told} == {"service_alive"}
    assert {item["resource"] for item in told} == {f"role/{name}" for name in LIVING} - {
        "role/notebooks",
        "role/survey-server",
    }
    assert {name: role["managed"] for name, role in roles_in(account).items()} == {
        name: role["managed"] for name, role in after.items()
    }


def test_none_of_them_can_be_converged(left: str, aws: LocalAws, playbook: Playbook, accounts: dict[str, Any]) -> None:
    task = {"aws_ml.permissions.iam_services": {"services": ["deeplens", "robomaker"]}}
    play = [{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [task]}]
    run = playbook(json.dumps(play, indent=1), accounts)
    convergeable = ", ".join(catalogue())
    message = f'services: "robomaker" is known only to audits and retirements; give any of {convergeable}'
    assert message in run.failures()[left]
    accounts["all"]["hosts"][left]["aws_ml_services"] = ["robomaker"]
    run = playbook("aws_ml.permissions.site", accounts)
    assert 'names "robomaker", which this collection has no role for' in run.failures()[left]
    assert aws.calls() == []
