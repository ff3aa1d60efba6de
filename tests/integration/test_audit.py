# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit playbook: its result for accounts with leftovers, the number of its calls, and that it only reads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from integration.playbook_runs import Playbook, Run
from integration.whole_account import create, declared
from unit.plugins.module_utils.apply.faults import EVERY_KEY, Faults

from local_aws import LocalAws

AUDIT = "aws_ml.permissions.audit"
TASK = "Audit the account"
READS = {"AssumeRole", "GetAccountAuthorizationDetails", "ListPolicyTags", "ListRoles"}
POLICY = "arn:aws:iam::aws:policy/"


def trusting(*services: str) -> dict[str, Any]:
    statements = [{"Effect": "Allow", "Principal": {"Service": one}, "Action": "sts:AssumeRole"} for one in services]
    return {"Version": "2012-10-17", "Statement": statements}


def allowing(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


LEFT: dict[str, Any] = {
    "roles": {
        "AWSDeepLensSagemakerRole": {
            "path": "/service-role/",
            "trust": trusting("sagemaker.amazonaws.com"),
            "managed": [f"{POLICY}AmazonSageMakerFullAccess"],
        },
        "l4e-role": {
            "trust": trusting("lookoutequipment.amazonaws.com", "sagemaker.amazonaws.com"),
            "managed": [f"{POLICY}{name}" for name in ("AmazonS3FullAccess", "IAMFullAccess")],
        },
        "Warehouse": {
            "trust": trusting("greengrass.amazonaws.com"),
            "managed": [f"{POLICY}AWSDeepLensLambdaFunctionAccessPolicy"],
        },
        "notebooks": {
            "trust": trusting("sagemaker.amazonaws.com"),
            "managed": [f"{POLICY}AmazonSageMakerFullAccess"],
            "tags": {"owner": "somebody"},
        },
    },
    "groups": {"inspectors": {"managed": ["arn:aws:iam::<account_id>:policy/lookout-vision-detect"]}},
    "users": {"ana": {"managed": [f"{POLICY}AmazonLookoutVisionFullAccess"]}},
    "policies": {"lookout-vision-detect": {"document": allowing("lookoutvision:DetectAnomalies")}},
}


@pytest.fixture
def messy(aws: LocalAws) -> Iterator[str]:
    """An account that three services were set up in by hand; a deleted role is still trusted."""
    member = aws.members[0]
    iam = aws.client("iam", account=member["id"])
    create(iam, declared(LEFT, member["id"]))
    iam.create_role(RoleName="gone", AssumeRolePolicyDocument=json.dumps(trusting("ec2.amazonaws.com")))
    arn = iam.get_role(RoleName="gone")["Role"]["Arn"]
    trust = trusting("panorama.amazonaws.com")
    trust["Statement"].append({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="conveyor-app", AssumeRolePolicyDocument=json.dumps(trust))
    iam.delete_role(RoleName="gone")
    aws.seed(member["id"], role_last_used={"name": "l4e-role", "date": "2026-11-01T08:00:00+00:00"})
    aws.clear_calls()
    yield member["id"]


def statuses(run: Run, host: str) -> dict[str, str]:
    objects = run.results(TASK)[host]["objects"]
    return {f"{one['kind']}/{one['name']}": one["status"] for one in objects if one["status"] != "absent"}


def test_every_account_is_reported_with_the_fewest_calls_and_nothing_is_written(
    aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], messy: str
) -> None:
    before = aws.client("iam", account=messy).get_account_authorization_details()["RoleDetailList"]
    run = playbook(AUDIT, accounts)
    assert (run.rc, run.total("changed"), run.failures()) == (0, 0, {})
    host = aws.members[0]["name"]
    assert statuses(run, host) == {
        "role/AWSDeepLensSagemakerRole": "in_sync",
        "role/Warehouse": "unknown",
        "role/l4e-role": "drifted",
        "role/conveyor-app": "unknown",
        "group/inspectors": "unknown",
        "policy/lookout-vision-detect": "unknown",
        "user/ana": "in_sync",
    }
    assert [statuses(run, member["name"]) for member in aws.members[1:]] == [{}] * (len(aws.members) - 1)
    sweep = {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}
    counts = {
        member["id"]: Counter(call["action"] for call in aws.calls(account=member["id"])) for member in aws.members
    }
    assert counts == {member["id"]: sweep for member in aws.members} | {messy: {**sweep, "ListPolicyTags": 1}}
    assert aws.call_counts(aws.management) == {"AssumeRole": len(aws.members)}
    assert {call["action"] for call in aws.calls()} <= READS
    assert run.results(TASK)[host]["api_calls"] == {"AssumeRole": 1, "ListPolicyTags": 1, **sweep}
    assert aws.client("iam", account=messy).get_account_authorization_details()["RoleDetailList"] == before

    check_risks(run.results(TASK)[host])
    lines = audit_summary(run.results(TASK)[host])
    assert lines[0].startswith(f"account {messy}: 7 found, 14 absent; findings: ")
    assert len(lines) == 8 and any("role/l4e-role" in line and "critical" in line for line in lines)


def check_risks(result: dict[str, Any]) -> None:
    found = {one["name"]: one for one in result["objects"]}
    assert found["l4e-role"]["last_used"] == {"date": "2026-11-01T08:00:00+00:00", "region": "us-east-1"}
    assert [it["place"] for it in found["l4e-role"]["drift"]] == ["managed_policies.AmazonLookoutEquipmentFullAccess"]
    assert found["conveyor-app"]["dangling"][0].startswith("AROA")
    assert {(way["from"], way["to"], way["severity"]) for way in result["escalation_paths"]} == {
        ("role/AWSDeepLensSagemakerRole", "role/l4e-role", "critical"),
        ("role/notebooks", "role/l4e-role", "critical"),
    }
    assert {"service_administers_iam", "escalation_path", "reached_by_escalation", "dangling_principal"} <= {
        finding["code"] for finding in result["findings"]
    }


def test_check_mode_says_the_same(playbook: Playbook, accounts: dict[str, Any], messy: str) -> None:
    first, second = playbook(AUDIT, accounts), playbook(AUDIT, accounts, check=True, diff=True)
    for host in first.stats:
        one, other = (run.results(TASK)[host] for run in (first, second))
        for item in other["objects"]:
            assert bool(item.pop("diff", None)) == bool(item["drift"])
        assert one["objects"] == other["objects"] and one["findings"] == other["findings"]


def test_what_a_host_declares_is_what_it_is_compared_with(
    aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], messy: str
) -> None:
    host = aws.members[0]["name"]
    accounts["all"]["hosts"][host].update(
        aws_ml_services=["deeplens", "lookout_equipment"],
        deeplens_iam_tags={"owner": "vision"},
        deeplens_iam_group_roles=[{"name": "Warehouse"}],
        lookout_equipment_iam_state="absent",
    )
    run = playbook(AUDIT, accounts, {"aws_ml_audit_services": ["deeplens", "lookout_equipment"]})
    assert (run.rc, run.total("changed")) == (0, 0)
    found = {one["name"]: one for one in run.results(TASK)[host]["objects"]}
    assert {one["service"] for one in found.values()} == {"deeplens", "lookout_equipment"}
    assert {name: one["profile"] for name, one in found.items() if one["arn"]} == {
        "AWSDeepLensSagemakerRole": "declared",
        "Warehouse": "declared",
        "l4e-role": "declared",
    }
    assert {it["place"] for it in found["Warehouse"]["drift"]} == {"description", "tags.owner"}
    assert [it["place"] for it in found["l4e-role"]["drift"]] == ["state"]
    converged = playbook("aws_ml.permissions.site", accounts)
    assert converged.rc == 0
    after = playbook(AUDIT, accounts).results(TASK)[host]["objects"]
    left = {(one["name"], one["status"]) for one in after if one["profile"] == "declared"}
    assert {status for dummy, status in left} == {"in_sync"} and len(left) == 6
    assert "l4e-role" not in {one["name"] for one in after if one["arn"]}


def test_one_account_that_cannot_be_read_leaves_the_others_alone(
    aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], messy: str
) -> None:
    hosts = accounts["all"]["hosts"]
    hosts["nobody"] = {"aws_account_id": "999999999999", "aws_assume_role_arn": "arn:aws:iam::999999999999:role/no"}
    hosts["misdeclared"] = {**hosts[aws.members[1]["name"]], "aws_ml_services": ["deep_lens"]}
    run = playbook(AUDIT, accounts)
    failed = run.failures()
    assert set(failed) == {"nobody", "misdeclared"}
    assert "AssumeRole" in failed["nobody"] and "deep_lens" in failed["misdeclared"]
    assert statuses(run, aws.members[0]["name"])["role/l4e-role"] == "drifted"


@pytest.fixture(scope="module")
def faults(running_aws: LocalAws) -> Iterator[Faults]:
    with Faults(running_aws.endpoint) as proxy:
        yield proxy


@pytest.mark.parametrize("refused", ["GetAccountAuthorizationDetails", "ListRoles"])
def test_a_caller_who_may_not_list_the_account_is_reported_what_he_needs(
    aws: LocalAws, faults: Faults, playbook: Playbook, accounts: dict[str, Any], messy: str, *, refused: str
) -> None:
    host = aws.members[0]["name"]
    error = {"code": "AccessDenied", "status": 403, "message": "not authorized"}
    faults.set({EVERY_KEY: [{"operation": refused, "error": error}]})
    one = {"all": {"hosts": {host: accounts["all"]["hosts"][host]}}}
    run = playbook(AUDIT, one, environment={"AWS_ENDPOINT_URL": faults.endpoint})
    assert run.failures()[host] == (
        f"{refused} in account {messy} failed: AccessDenied: not authorized. The caller needs iam:{refused}. An audit"
        " needs iam:GetAccountAuthorizationDetails, iam:ListRoles and iam:ListPolicyTags, which AWS's policy"
        " SecurityAudit allows."
    )
    # Calls that are not refused may run in parallel; no other calls replace them.
    assert set(aws.call_counts(messy)) <= {"GetAccountAuthorizationDetails", "ListRoles"} - {refused}


def test_pages_may_be_short(aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], messy: str) -> None:
    aws.set(page_limit=2)
    run = playbook(AUDIT, accounts)
    assert run.rc == 0 and len(statuses(run, aws.members[0]["name"])) == 7
