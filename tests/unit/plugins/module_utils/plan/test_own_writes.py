# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run has written counts as there, though IAM may not show it yet."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.made_writes import with_own_writes
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState, Identity, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from hypothesis import given

from .test_write_order import ACCOUNT, AWS, ROOMY, situation, sources

SMALL = PolicyDocument({"Version": "2012-10-17", "Statement": []})


@given(sources)
def test_after_a_whole_plan_what_was_there_is_as_it_was_to_be(source: random.Random) -> None:
    state, desired, goal = situation(source, boundaries=True)
    after = with_own_writes(state, plan(state, desired, ROOMY).steps)
    assert after.identities.keys() == state.identities.keys()
    for key in state.identities.keys() & goal.identities.keys():
        assert after.identities[key] == goal.identities[key]
    for name in state.policies.keys() & goal.policies.keys():
        assert after.policies[name].document == goal.policies[name].document


def written(identity: Identity, action: str, **parameters: Any) -> Identity | None:
    state = CurrentState(ACCOUNT, {identity.key: identity})
    return with_own_writes(state, [Step(action, "", "", identity.key, parameters)]).identities.get(identity.key)


@pytest.mark.parametrize("kind", ["user", "group"])
def test_attachments_of_others_than_roles(kind: Any) -> None:
    before = Identity(kind, "ada", "/", ACCOUNT.arn(kind, "/", "ada"), frozenset({f"{AWS}a"}), {"one": SMALL})
    of_kind = kind.capitalize()
    attached = written(before, f"Attach{of_kind}Policy", PolicyArn=f"{AWS}b")
    assert attached == replace(before, managed=frozenset({f"{AWS}a", f"{AWS}b"}))
    assert written(before, f"Detach{of_kind}Policy", PolicyArn=f"{AWS}a") == replace(before, managed=frozenset())
    put = written(before, f"Put{of_kind}Policy", PolicyName="two", PolicyDocument=SMALL)
    assert put == replace(before, inline={"one": SMALL, "two": SMALL})
    assert written(before, f"Delete{of_kind}Policy", PolicyName="one") == replace(before, inline={})


def test_a_role_joins_an_instance_profile() -> None:
    before = Role(
        kind="role",
        name="worker",
        path="/",
        arn=ACCOUNT.arn("role", "/", "worker"),
        trust=SMALL,
        instance_profiles=("b",),
    )
    after = written(before, "AddRoleToInstanceProfile", InstanceProfileName="a")
    assert after == replace(before, instance_profiles=("a", "b"))


def test_a_version_that_is_not_the_default_says_nothing() -> None:
    state, _desired, _goal = situation(random.Random(3), boundaries=False)
    policy = next(iter(state.policies.values()))
    step = Step("CreatePolicyVersion", "", "", policy.key, {"PolicyDocument": SMALL, "SetAsDefault": False})
    assert with_own_writes(state, [step]) == state
    told = replace(step, parameters={"PolicyDocument": SMALL, "SetAsDefault": True})
    assert with_own_writes(state, [told]).policies[policy.name].document == SMALL
