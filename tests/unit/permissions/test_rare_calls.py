# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that need rarely used permissions. They show that every part of the documents of docs/permissions is needed.

Local AWS checks permissions in them: each enters its account by a role that has the document of its mode.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import retire_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import AwsError
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction
from permissions.documents import document

from local_aws import LocalAws

AWS_POLICY = "arn:aws:iam::aws:policy"
MODES = ("audit", "converge", "retire", "restore")


def statements(*actions: str) -> str:
    found = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in actions]
    return json.dumps({"Version": "2012-10-17", "Statement": found})


def trusting(**principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Account:
    """A member account with a role for each mode."""

    def __init__(self, aws: LocalAws, backups: Path) -> None:
        self.aws, self.id = aws, aws.members[0]["id"]
        self.iam = aws.client("iam", account=self.id)
        self.backups = str(backups)
        for mode in MODES:
            trust = trusting(AWS=f"arn:aws:iam::{aws.management}:root")
            self.iam.create_role(RoleName=f"enter-{mode}", AssumeRolePolicyDocument=trust)
            text = json.dumps(document(mode, self.id))
            self.iam.put_role_policy(RoleName=f"enter-{mode}", PolicyName=mode, PolicyDocument=text)

    def entered_by(self, mode: str) -> dict[str, Any]:
        return {"assume_role": {"role_arn": f"arn:aws:iam::{self.id}:role/enter-{mode}"}}

    def converge(self, **options: Any) -> dict[str, Any]:
        return converging(Task({**self.entered_by("converge"), "backup_dir": self.backups, **options})).result()

    def restore(self) -> list[str]:
        """The writes of a restore."""
        options = {**self.entered_by("restore"), "src": self.backups}
        return [step["action"] for step in restoring(Task(options)).result()["plan"]]

    def retire(self, **options: Any) -> list[str]:
        """The writes of a retirement of what has been there for years."""
        self.aws.seed(self.id, all_created="2021-06-01T00:00:00+00:00")
        given = {
            **{name: option.get("default") for name, option in retire_options().items()},
            **self.entered_by("retire"),
            "backup_dir": self.backups,
            **options,
        }
        done = retiring(
            Task(given, clock=lambda: datetime(2026, 11, 22, tzinfo=UTC), context=AuditAction.context_with(()))
        ).result()
        return [step["action"] for step in done["plan"]]

    def policy(self, name: str, *versions: str) -> str:
        arn = str(self.iam.create_policy(PolicyName=name, PolicyDocument=statements(versions[0]))["Policy"]["Arn"])
        for action in versions[1:]:
            self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=statements(action), SetAsDefault=True)
        return arn


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws(members=1) as aws, pytest.MonkeyPatch.context() as patch:
        for name, value in aws.environment().items():
            patch.setenv(name, value)
        yield aws


@pytest.fixture
def account(running: LocalAws, tmp_path: Path) -> Iterator[Account]:
    running.reset()
    made = Account(running, tmp_path / "backups")
    running.set(authorize=True)
    yield made
    running.set(authorize=False)
    assert "AWS_ENDPOINT_URL" in os.environ


def test_a_restore_sets_the_boundary_that_a_run_replaced(account: Account) -> None:
    old, new = account.policy("old-edge", "s3:*"), account.policy("new-edge", "s3:Get*")
    trust = trusting(Service="lambda.amazonaws.com")
    account.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust, PermissionsBoundary=old)
    account.converge(roles=[{"name": "worker", "boundary": new}])
    assert account.restore() == ["PutRolePermissionsBoundary"]
    boundary = account.iam.get_role(RoleName="worker")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert boundary == old


def test_a_restore_looks_for_the_user_that_a_trust_policy_names(account: Account) -> None:
    arn = account.iam.create_user(UserName="operator")["User"]["Arn"]
    account.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trusting(AWS=arn))
    account.converge(roles=[{"name": "worker", "state": "absent"}])
    assert account.restore() == ["CreateRole"]
    trust = account.iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"AWS": arn}


def test_a_restore_makes_space_for_a_version(account: Account) -> None:
    wanted = [f"s3:Get{letter}*" for letter in "ABCDE"]
    arn = account.policy("reader", *wanted)
    account.converge(managed_policies=[{"name": "reader", "policy": json.loads(statements("s3:ListBucket"))}])
    assert sorted(account.restore()) == ["CreatePolicyVersion", "DeletePolicyVersion"]
    default = account.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    held = account.iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    assert held["Statement"][0]["Action"] == wanted[-1]


def test_a_restore_takes_off_the_mark_of_a_removal_that_was_begun(account: Account) -> None:
    trust = trusting(Service="lambda.amazonaws.com")
    account.iam.create_role(RoleName="half", AssumeRolePolicyDocument=trust)
    account.iam.attach_role_policy(RoleName="half", PolicyArn=f"{AWS_POLICY}/ReadOnlyAccess")
    account.converge(roles=[{"name": "half", "managed_policies": [], "purge_policies": True}])
    account.iam.tag_role(RoleName="half", Tags=[{"Key": "aws_ml_permissions:retired", "Value": "deeplens"}])
    assert sorted(account.restore()) == ["AttachRolePolicy", "UntagRole"]


def test_a_retirement_without_space_for_another_policy_needs_a_document_more(account: Account) -> None:
    trust = trusting(Service="deeplens.amazonaws.com")
    account.iam.create_role(RoleName="AWSDeepLensServiceRole", AssumeRolePolicyDocument=trust)
    for number in range(10):
        arn = account.policy(f"full-{number}", "s3:GetObject")
        account.iam.attach_role_policy(RoleName="AWSDeepLensServiceRole", PolicyArn=arn)
    with pytest.raises(AwsError) as caught:
        account.retire()
    assert caught.value.message.endswith(
        " The caller needs iam:PutRolePolicy. No more policies can be attached to role/AWSDeepLensServiceRole, so an"
        " inline policy denies it everything. To fix: detach a policy of the role, or give the caller"
        " docs/permissions/retire_full_roles.json as well."
    )
    assert caught.value.fields["changed"] is False
    text = json.dumps(document("retire_full_roles", account.id))
    account.iam.put_role_policy(RoleName="enter-retire", PolicyName="full", PolicyDocument=text)
    assert account.retire() == ["PutRolePolicy", "TagRole"]


def test_a_retirement_deletes_a_policy_with_its_versions(account: Account) -> None:
    account.policy("AWSDeepLensLambdaFucntionAccessPolicy", "s3:GetObject", "s3:PutObject")
    assert account.retire(skip_quarantine=True) == ["DeletePolicyVersion", "DeletePolicy"]


@pytest.mark.parametrize("kind", ["user", "group"])
def test_check_mode_reads_the_inline_policies_of_people(account: Account, kind: str) -> None:
    getattr(account.iam, f"create_{kind}")(**{f"{kind.capitalize()}Name": "people"})
    put = getattr(account.iam, f"put_{kind}_policy")
    put(**{f"{kind.capitalize()}Name": "people"}, PolicyName="own", PolicyDocument=statements("s3:GetObject"))
    wanted = {"own": json.loads(statements("s3:PutObject"))}
    options = {"iam_type": kind, "iam_name": "people", "inline_policies": wanted}
    result = converging(Task({**account.entered_by("audit"), **options}, "attachments", check_mode=True)).result()
    assert [step["action"] for step in result["plan"]] == [f"Put{kind.capitalize()}Policy"]
