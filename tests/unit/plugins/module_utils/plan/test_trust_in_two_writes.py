# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trust policy that is written twice, where no policy expresses what the old and the new one both allow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, CurrentState, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT = Account("123456789012", "aws")
QUOTAS = Quotas(attached_policies={"role": 10, "user": 10, "group": 10}, inline_size={"role": 10240})


def trusting(source: str) -> PolicyDocument:
    """Lambda, for calls whose source has this form."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }
    return PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})


def allowing(action: str) -> PolicyDocument:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})


def role(name: str, source: str, action: str) -> Role:
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        trust=trusting(source),
        inline={"work": allowing(action)},
    )


def warnings_of(before: list[Role], after: list[Role]) -> tuple[list[str], list[str]]:
    """The steps, as action and subject, and the warnings."""
    state = CurrentState(ACCOUNT, {one.key: one for one in before}, {}, {})
    desired = DesiredState(identities={one.key: one for one in after})
    made = plan(state, desired, QUOTAS)
    return [f"{step.action} {step.resource}" for step in made.steps], list(made.warnings)


@pytest.mark.parametrize("first", ["a", "z"])
def test_the_warning_names_the_first_and_the_last_write(first: str) -> None:
    """Beside another role whose trust policy is written once, before or after it in the order of names."""
    before = [role("m", "arn:aws:lambda:*:*:x*", "s3:GetObject"), role(first, "arn:aws:lambda:*:*:a", "s3:GetObject")]
    after = [
        replace(role("m", "arn:aws:lambda:*:*:*y", "s3:PutObject"), arn=before[0].arn),
        replace(role(first, "arn:aws:lambda:*:*:a*", "s3:GetObject"), arn=before[1].arn),
    ]
    steps, warnings = warnings_of(before, after)
    writes = [number for number, step in enumerate(steps, start=1) if step == "UpdateAssumeRolePolicy role/m"]
    assert (len(writes), steps.count(f"UpdateAssumeRolePolicy role/{first}")) == (2, 1)
    assert warnings == [
        "role/m may refuse principals that its trust policy trusts before and after, between step"
        f" {writes[0]} and step {writes[1]} of the plan: the old and the new condition cannot be combined"
    ]


def test_one_write_needs_no_warning() -> None:
    before = [role("m", "arn:aws:lambda:*:*:x*", "s3:GetObject")]
    steps, warnings = warnings_of(before, [replace(before[0], trust=trusting("arn:aws:lambda:*:*:*y"))])
    assert (steps, warnings) == (["UpdateAssumeRolePolicy role/m"], [])
