# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service role lookout_equipment_iam against the local AWS: switching profiles, callers, removal, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run, play_of
from integration.whole_account import held

from local_aws import LocalAws

PLAY = play_of("lookout_equipment_iam")
AWS = "arn:aws:iam::aws:policy/"
FULL_ACCESS = f"{AWS}AmazonLookoutEquipmentFullAccess"
NARROW = {
    "profile": "least_privilege",
    "region": "us-east-1",
    "input_bucket": "sensors-<account_id>",
    "output_bucket": "results-<account_id>",
}
CALLERS = {"users": ["ana"], "groups": ["plant"], "roles": ["notebook"]}
SPLIT = ["l4e-inference", "l4e-ingestion", "l4e-model"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
FOREIGN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}

Account = dict[str, dict[str, dict[str, Any]]]
Converge = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def hosts(aws: LocalAws) -> dict[str, dict[str, str]]:
    """Three accounts with people and a notebook, who have a policy of their own."""
    for member in aws.members:
        iam = aws.client("iam", account=member["id"])
        iam.create_user(UserName="ana")
        iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps(FOREIGN))
        iam.create_group(GroupName="plant")
        iam.attach_group_policy(GroupName="plant", PolicyArn=f"{AWS}AmazonSNSReadOnlyAccess")
        iam.create_role(RoleName="notebook", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.attach_role_policy(RoleName="notebook", PolicyArn=f"{AWS}AmazonSNSReadOnlyAccess")
    return {
        name: {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
        for name, member in zip("abc", aws.members, strict=False)
    }


@pytest.fixture
def run(playbook: Playbook, hosts: dict[str, dict[str, str]]) -> Callable[..., Run]:
    """Runs the role in the given accounts, each with its own variables, given without their prefix."""

    def run(**variables: dict[str, Any]) -> Run:
        inventory = {
            name: {**hosts[name], **{f"lookout_equipment_iam_{key}": value for key, value in given.items()}}
            for name, given in variables.items()
        }
        return playbook(PLAY, {"all": {"hosts": inventory}})

    return run


@pytest.fixture
def converge(run: Callable[..., Run]) -> Converge:
    def converge(**variables: dict[str, Any]) -> dict[str, dict[str, Any]]:
        done = run(**variables)
        assert done.rc == 0, done.failures() or done.stderr
        shown = done.results("Show the result")
        return {name: shown[name]["lookout_equipment_iam_result"] for name in variables}

    return converge


@pytest.fixture
def seen(aws: LocalAws, hosts: dict[str, dict[str, str]]) -> Callable[[str], Account]:
    return lambda name: held(aws.client("iam", account=hosts[name]["aws_account_id"]))


def own(account: Account) -> list[str]:
    return sorted(name for name in account["roles"] if name != "notebook")


def actions(result: dict[str, Any]) -> list[str]:
    return [f"{step['action']} {step['resource']}" for step in result["plan"]]


def test_profiles_change_in_place_and_back(converge: Converge, seen: Callable[[str], Account], aws: LocalAws) -> None:
    """In a with callers, in b with l4e-role kept, in c the other way round."""
    before = {name: seen(name) for name in "abc"}
    first = {"a": {"callers": CALLERS}, "b": {}, "c": {**NARROW, "callers": CALLERS}}
    results = converge(**first)
    told = {(finding["code"], finding["resource"]): finding for finding in results["a"]["findings"]}
    assert told["service_administers_iam", "role/l4e-role"]["severity"] == "critical"
    assert told["escalation_chain", "user/ana"]["severity"] == "critical"
    assert {code for code, _resource in told} >= {
        "administers_any_bucket",
        "shared_by_services",
        "trusts_ended_service",
    }
    assert [finding for finding in told.values() if "lookout_equipment_iam_" not in finding["remedy"]] == []
    assert {finding["severity"] for finding in results["c"]["findings"]} == {"low"}
    documented = seen("a")
    assert own(documented) == ["l4e-role"] == own(seen("b"))
    assert set(documented["roles"]["l4e-role"]["managed"]) == {
        f"{AWS}{name}" for name in ("AmazonS3FullAccess", "IAMFullAccess", "AmazonLookoutEquipmentFullAccess")
    }
    for kind, name in (("users", "ana"), ("groups", "plant"), ("roles", "notebook")):
        there = before["a"][kind][name]
        assert documented[kind][name] == {**there, "managed": sorted([*there["managed"], FULL_ACCESS])}
    narrow = seen("c")
    assert own(narrow) == SPLIT
    assert list(narrow["policies"]) == ["l4e-caller"]

    second = {"a": {**NARROW, "callers": CALLERS}, "b": {**NARROW, "other_roles": "kept"}, "c": {"callers": CALLERS}}
    role_id = aws.client("iam", account=aws.members[1]["id"]).get_role(RoleName="l4e-role")["Role"]["RoleId"]
    results = converge(**second)
    switched, made = (json.dumps(account, sort_keys=True) for account in (seen("a"), narrow))
    assert switched.replace(aws.members[0]["id"], "") == made.replace(aws.members[2]["id"], "")
    assert seen("c") == documented
    switch = actions(results["a"])
    assert switch.index("AttachUserPolicy user/ana") < switch.index("DetachUserPolicy user/ana")
    assert switch[-1] == "DeleteRole role/l4e-role"
    assert "IAMFullAccess" in json.dumps(results["a"]["deleted"])

    kept = seen("b")
    assert own(kept) == [*SPLIT, "l4e-role"]
    role = kept["roles"]["l4e-role"]
    assert aws.client("iam", account=aws.members[1]["id"]).get_role(RoleName="l4e-role")["Role"]["RoleId"] == role_id
    assert role["managed"] == []
    assert role["inline"] == {name: kept["roles"][name]["inline"][name] for name in SPLIT}
    assert "sagemaker" not in json.dumps(role)
    assert "role/l4e-role" not in json.dumps(kept["policies"])

    assert {name: result["plan"] for name, result in converge(**second).items()} == {"a": [], "b": [], "c": []}
    converge(**first)
    assert (seen("a"), own(seen("b")), seen("c")) == (documented, ["l4e-role"], narrow)

    converge(a={**NARROW, "state": "absent", "callers": CALLERS}, b={"state": "absent"})
    assert (seen("a"), seen("b")) == (before["a"], before["b"])


def test_documents_name_what_is_there_and_a_policy_that_others_have_stays(
    converge: Converge, run: Callable[..., Run], seen: Callable[[str], Account], aws: LocalAws
) -> None:
    account = aws.members[0]["id"]
    aws.seed(account, role={"name": "l4e-model", "path": "/service-role/"})
    result = converge(a={**NARROW, "callers": {"users": ["ana"]}, "path": "/plant/"})["a"]
    found = seen("a")
    assert "<" not in json.dumps(found)
    statements = {statement["Sid"]: statement for statement in found["policies"]["l4e-caller"]["document"]["Statement"]}
    assert set(statements["PassL4ERolesOnly"]["Resource"]) == {
        f"arn:aws:iam::{account}:role/plant/l4e-ingestion",
        f"arn:aws:iam::{account}:role/service-role/l4e-model",
        f"arn:aws:iam::{account}:role/plant/l4e-inference",
    }
    policy = f"arn:aws:iam::{account}:policy/plant/l4e-caller"
    assert found["users"]["ana"]["managed"] == [policy]
    assert f"arn:aws:s3:::sensors-{account}/training/*" in json.dumps(found["roles"]["l4e-ingestion"])
    assert "role l4e-model stays at path /service-role/" in " ".join(result["warnings"])

    aws.client("iam", account=account).attach_group_policy(GroupName="plant", PolicyArn=policy)
    before = seen("a")
    refused = run(a={"state": "absent"}).failures()["a"]
    assert "l4e-caller" in refused and "plant" in refused
    assert seen("a") == before
    converge(a={"state": "absent", "former_callers": {"groups": ["plant"], "users": ["ana", "gone"]}})
    assert own(seen("a")) == [] and seen("a")["policies"] == {}


def test_bad_variables_are_reported_before_any_call(run: Callable[..., Run], aws: LocalAws) -> None:
    aws.clear_calls()
    failures = run(
        a={"profile": "least_privilege", "callers": {"users": ["a b"]}},
        b={**NARROW, "region": "eu-central-1"},
        c={"trusted_services": ["ec2.amazonaws.com"], "callers": {"people": []}},
    ).failures()
    for part in (
        "_region: missing",
        "_input_bucket: missing",
        "_output_bucket: missing",
        '_callers.users[0]: "a b" is',
    ):
        assert f"lookout_equipment_iam{part}" in failures["a"]
    assert "us-east-1, eu-west-1, ap-northeast-2, got: eu-central-1" in failures["b"]
    assert "no match for: ec2.amazonaws.com" in failures["c"].lower() and "people" in failures["c"]
    assert [call["action"] for call in aws.calls()] == []
