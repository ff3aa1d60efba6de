# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restore reads back the pieces that it has restored, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply import read_back
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring

from local_aws import LocalAws

from .conftest import Converge, Restored

NARROW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE = {
    "name": "worker",
    "assume_role_policy_document": TRUST,
    "inline_policies": {"read": NARROW},
    "managed_policies": ["Frames"],
    "tags": {"team": "vision"},
}
POLICY = {"name": "Frames", "policy": NARROW}

Meanwhile = Callable[[Any, str], Any]


@pytest.fixture
def gone(converge: Converge) -> None:
    """A role and its policy that were deleted with a backup."""
    both = {"roles": [ROLE], "managed_policies": [POLICY]}
    converge(**both)
    converge(**both, state="absent")


@pytest.mark.parametrize(
    ("meanwhile", "differences"),
    [
        (lambda iam, account: None, []),
        (lambda iam, account: iam.tag_role(RoleName="worker", Tags=[{"Key": "stage", "Value": "prod"}]), []),
        (
            lambda iam, account: iam.put_role_policy(
                RoleName="worker", PolicyName="other", PolicyDocument=json.dumps(WIDE)
            ),
            [],
        ),
        (
            lambda iam, account: iam.put_role_policy(
                RoleName="worker", PolicyName="read", PolicyDocument=json.dumps(WIDE)
            ),
            [("role/worker", "inline policy read")],
        ),
        (
            lambda iam, account: iam.detach_role_policy(
                RoleName="worker", PolicyArn=f"arn:aws:iam::{account}:policy/Frames"
            ),
            [("role/worker", "managed policy Frames")],
        ),
        (
            lambda iam, account: iam.create_policy_version(
                PolicyArn=f"arn:aws:iam::{account}:policy/Frames", PolicyDocument=json.dumps(WIDE), SetAsDefault=True
            ),
            [("policy/Frames", "document")],
        ),
    ],
    ids=["nothing", "a tag more", "a policy more", "another document", "taken off", "another version"],
)
@pytest.mark.usefixtures("gone")
def test_what_others_change_of_a_restored_role(
    aws: LocalAws, folder: str, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile, differences: list[Any]
) -> None:
    account = str(aws.members[0]["id"])
    monkeypatch.setattr(read_back, "PATIENCE_SECONDS", 0.6)
    options = {"src": folder, "assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    count = len(restoring(Task(options, check_mode=True)).result()["plan"])
    steps: list[Step] = []

    def then(step: Step) -> None:
        steps.append(step)
        if len(steps) == count:
            meanwhile(aws.client("iam", account=account), account)

    work = restoring(Task(options, on_step=then))
    if not differences:
        assert len(work.result()["plan"]) == count
        return
    with pytest.raises(EngineError) as told:
        work.result()
    assert [(item["resource"], item["what"]) for item in told.value.fields["differences"]] == differences
    assert len(told.value.fields["plan"]["done"]) == count


@pytest.mark.usefixtures("gone")
def test_seconds_of_old_state_are_waited_out(aws: LocalAws, iam: Any, restore: Restored) -> None:
    aws.set(consistency_delay=2)
    try:
        restore()
        assert iam.get_role(RoleName="worker")["Role"]["RoleName"] == "worker"
    finally:
        aws.set(consistency_delay=0)


@pytest.mark.usefixtures("gone")
def test_what_changed_since_the_check_is_not_approved(iam: Any, restore: Restored) -> None:
    planned = restore(check_mode=True)
    iam.create_policy(PolicyName="Frames", PolicyDocument=json.dumps(NARROW))
    with pytest.raises(EngineError, match="run in check mode again"):
        restore(approved_plan=planned["approval"])
