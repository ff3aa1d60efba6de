# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags that a policy tests are written when no identity gets more from them than before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, CurrentState, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import dependencies
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT = Account("123456789012", "aws")


def allow(condition: dict[str, Any] | None = None, resource: str = "*", action: str = "*") -> PolicyDocument:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{**statement, **(condition or {})}]})


def when(key: str, value: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key: value}}}


def worker(**values: Any) -> Role:
    service = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = PolicyDocument({"Version": "2012-10-17", "Statement": [service]})
    return replace(Role("role", "worker", "/", ACCOUNT.arn("role", "/", "worker"), trust=trust), **values)


BLUE = allow(when("aws:PrincipalTag/Team", "blue"))
RED, NOW_BLUE = {"team": "red"}, {"team": "blue"}
OF_THE_TEAM = allow(resource="arn:aws:s3:::labels/${aws:PrincipalTag/team}/*", action="s3:*")
DETACHED_FIRST = ["DeleteRolePolicy", "TagRole"]
ATTACHED_LAST = ["TagRole", "PutRolePolicy"]


@pytest.mark.parametrize(
    ("before", "after", "actions"),
    [
        (worker(tags=RED, inline={"p": BLUE}), worker(tags=NOW_BLUE), DETACHED_FIRST),
        (worker(tags=NOW_BLUE), worker(tags=RED, inline={"p": BLUE}), ATTACHED_LAST),
        (worker(tags=RED, inline={"p": OF_THE_TEAM}), worker(tags=NOW_BLUE), DETACHED_FIRST),
        (worker(tags=RED, inline={"p": BLUE}), worker(), ["DeleteRolePolicy", "UntagRole"]),
        (worker(tags=RED), worker(inline={"p": BLUE}), ["UntagRole", "PutRolePolicy"]),
    ],
)
def test_order(before: Role, after: Role, actions: list[str]) -> None:
    state = CurrentState(ACCOUNT, {before.key: before})
    made = plan(state, DesiredState(identities={after.key: after}), Quotas())
    assert ([step.action for step in made.steps], made.warnings) == (actions, ())
    assert dependencies(made.steps) == [set(), {0}]


def test_a_tag_that_no_policy_tests_waits_for_nothing() -> None:
    before, after = worker(tags=RED, inline={"p": allow()}), worker(tags=NOW_BLUE)
    made = plan(CurrentState(ACCOUNT, {before.key: before}), DesiredState(identities={after.key: after}), Quotas())
    assert [step.action for step in made.steps] == ["TagRole", "DeleteRolePolicy"]


def test_others_who_test_the_tag_on_the_role_are_concerned() -> None:
    """Whoever may pass blue roles loses that before the role turns blue."""
    passes = allow(when("iam:ResourceTag/team", "blue"), action="iam:PassRole")
    passer = replace(worker(inline={"p": passes}), name="passer", arn=ACCOUNT.arn("role", "/", "passer"))
    state = CurrentState(ACCOUNT, {"role/worker": worker(tags=RED), "role/passer": passer})
    desired = DesiredState(identities={"role/worker": worker(tags=NOW_BLUE), "role/passer": replace(passer, inline={})})
    made = plan(state, desired, Quotas())
    assert [(step.action, step.resource) for step in made.steps] == [
        ("DeleteRolePolicy", "role/passer"),
        ("TagRole", "role/worker"),
    ]
    assert dependencies(made.steps)[1] == {0}
