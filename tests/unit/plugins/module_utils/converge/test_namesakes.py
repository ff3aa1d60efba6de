# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the account that have the names of AWS's: a bare name that AWS has means AWS's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.inspection import inspecting
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import audit_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import is_denial
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import LAMBDA, worker

NAME = "AWSLambdaBasicExecutionRole"
AWS = f"arn:aws:iam::aws:policy/service-role/{NAME}"
KEYS = {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [KEYS]}


def made(iam: Any, name: str = NAME) -> str:
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    return arn


@pytest.fixture
def own(iam: Any) -> str:
    """The ARN of a policy of the account with the name of AWS's, attached to a role in its place."""
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(LAMBDA))
    arn = made(iam)
    iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
    return arn


def attached(iam: Any, name: str = "worker") -> list[str]:
    policies = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return sorted(policy["PolicyArn"] for policy in policies)


@pytest.mark.parametrize("section", ["roles", None])
def test_aws_s_policy_takes_the_place_of_its_namesake(
    iam: Any, converge: Converge, own: str, section: str | None
) -> None:
    role = worker(managed_policies=[NAME])
    options = role if section else {"roles": [role]}
    planned = converge(section, check_mode=True, **options)
    reasons = [(step["action"], step["reason"]) for step in planned["plan"]]
    assert reasons == [("AttachRolePolicy", f"{AWS} not attached"), ("DetachRolePolicy", f"{own} not declared")]
    converge(section, **options)
    assert attached(iam) == [AWS]
    assert converge(section, **options)["plan"] == []


@pytest.mark.parametrize("whole", [True, False])
def test_a_namesake_is_drift_for_who_only_reads(aws: LocalAws, own: str, whole: bool) -> None:
    role = worker(managed_policies=[NAME])
    options: dict[str, Any] = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    told = inspecting(Task({**options, **({"roles": [role]} if whole else role)}, None if whole else "roles")).result()
    assert (told["in_sync"], told["roles"][0]["status"]) == (False, "drifted")
    assert told["roles"][0]["managed_policies"] == [AWS]


def test_an_audit_asks_aws_for_the_name_and_shows_both_arns(aws: LocalAws, own: str) -> None:
    declared = [{"service": "deeplens", "roles": [worker(managed_policies=[NAME])]}]
    defaults = {name: option.get("default") for name, option in audit_options().items()}
    audit = AccountAudit(
        Task(
            {
                **defaults,
                "assume_role": {"role_arn": aws.members[0]["role_arn"]},
                "services": ["deeplens"],
            },
            context=replace(AuditAction.context_with(()), declared=declared),
        )
    )
    told = next(one for one in audit.result()["objects"] if one["name"] == "worker")
    assert [item for item in told["drift"] if item["place"].startswith("managed")] == [
        {"place": f"managed_policies.{NAME}", "expected": AWS, "actual": own}
    ]


def test_a_boundary_by_its_bare_name(iam: Any, converge: Converge, own: str) -> None:
    bounds = made(iam, "PowerUserAccess")
    iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=bounds)
    converge("roles", **worker(boundary="PowerUserAccess", managed_policies=[own]))
    boundary = iam.get_role(RoleName="worker")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert (boundary, attached(iam)) == ("arn:aws:iam::aws:policy/PowerUserAccess", [own])


def test_where_the_task_declares_it_the_name_means_the_account_s_own(iam: Any, converge: Converge, own: str) -> None:
    iam.attach_role_policy(RoleName="worker", PolicyArn=AWS)
    policy = {"name": NAME, "policy": DOCUMENT}
    told = converge(managed_policies=[policy], roles=[worker(managed_policies=[NAME])])
    assert [(step["action"], step["reason"]) for step in told["plan"]] == [("DetachRolePolicy", f"{AWS} not declared")]
    assert attached(iam) == [own]
    assert converge(managed_policies=[policy], roles=[worker(managed_policies=[NAME])])["plan"] == []


def test_a_name_that_aws_does_not_have_means_the_account_s_own(iam: Any, converge: Converge) -> None:
    arn = made(iam, "Frames")
    assert converge("roles", **worker(managed_policies=["frames"]))["roles"][0]["managed_policies"] == [arn]
    assert converge("roles", **worker(managed_policies=["frames"]))["plan"] == []


def test_what_is_detached_is_what_is_attached_by_that_name(iam: Any, converge: Converge, own: str) -> None:
    share = {"iam_type": "role", "iam_name": "worker", "managed_policies": [NAME], "state": "absent"}
    told = converge("attachments", **share)
    assert attached(iam) == [own]
    keeps = f"role worker keeps {own}: its name means AWS's policy; give the ARN to detach this one"
    assert (told["plan"], told["warnings"]) == ([], [keeps])
    iam.attach_role_policy(RoleName="worker", PolicyArn=AWS)
    converge("attachments", **share)
    assert attached(iam) == [own]
    converge("attachments", **{**share, "managed_policies": [own]})
    assert attached(iam) == []


@pytest.mark.parametrize("section", ["roles", "attachments"])
def test_a_namesake_that_nothing_purges_stays_and_is_reported(
    iam: Any, converge: Converge, own: str, section: str
) -> None:
    share: dict[str, Any] = {"iam_type": "role", "iam_name": "worker", "managed_policies": [NAME]}
    told = converge(section, **(worker(managed_policies=[NAME], purge_policies=False) if section == "roles" else share))
    assert attached(iam) == sorted([own, AWS])
    assert told["warnings"] == [
        f"role worker keeps {own}: its name means AWS's policy; give the ARN to detach this one"
    ]


def test_both_of_one_name_go_in_one_task(iam: Any, converge: Converge, own: str) -> None:
    iam.attach_role_policy(RoleName="worker", PolicyArn=AWS)
    gone = converge("roles", **worker(managed_policies=[]))
    assert attached(iam) == []
    assert sorted(step["reason"] for step in gone["plan"] if step["action"] == "DetachRolePolicy") == sorted(
        [f"{own} not declared", f"{AWS} not declared"]
    )


def test_a_policy_of_the_account_is_no_denial_whatever_its_name_and_path(
    iam: Any, converge: Converge, tmp_path: Path
) -> None:
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(LAMBDA))
    fake = made(iam, "AWSDenyAll")
    assert not any(map(is_denial, [fake, "arn:aws:iam::123456789012:policy/:iam::aws:policy/AWSDenyAll"]))
    assert is_denial("arn:aws-cn:iam::aws:policy/AWSDenyAll")
    iam.attach_role_policy(RoleName="worker", PolicyArn=fake)
    folder = {"backup_dir": str(tmp_path)}
    converge("roles", name="worker", state="quarantined", **folder)
    assert attached(iam) == sorted([fake, "arn:aws:iam::aws:policy/AWSDenyAll"])
    assert converge("roles", name="worker", state="quarantined")["plan"] == []
    converge("roles", **worker(), **folder)
    assert attached(iam) == [fake]
