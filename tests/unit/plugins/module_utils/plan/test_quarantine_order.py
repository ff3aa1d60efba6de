# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quarantine and its end, of any roles: powerless in between, as before in the end, and never with more than before."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import AwsManagedPolicy, CurrentState, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import (
    desired_state_of,
    make_room,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import DENY_ALL, current_quarantine
from hypothesis import given
from hypothesis import strategies as st

from .evaluator import SimulatedAccount
from .test_write_order import ACCOUNT, AWS, OWN, ROOMY, situation, sources

NOW = "2026-11-22T10:00:00Z"
TIGHT = replace(ROOMY, attached_policies={"role": 2, "user": 2, "group": 2})


class TaggingAccount(SimulatedAccount):
    """Takes writes of tags as well, which grant nothing."""

    def take(self, step: Step, account_arn_prefix: str) -> None:
        if step.action not in ("TagRole", "UntagRole"):
            super().take(step, account_arn_prefix)


def some_account(source: random.Random) -> CurrentState:
    """Roles with policies, boundaries and tags; one of them may be in no state to be assumed."""
    state, _desired, _goal = situation(source, boundaries=True)
    denial = AwsManagedPolicy("AWSDenyAll", f"{AWS}AWSDenyAll", DENY_ALL)
    tagged = {
        key: replace(role, tags={"team": "vision"} if source.random() < 0.5 else {})
        for key, role in state.identities.items()
        if isinstance(role, Role)
    }
    return replace(state, identities=tagged, aws_policies={**state.aws_policies, "AWSDenyAll": (denial,)})


def converged(state: CurrentState, declared: Mapping[str, Any], quotas: Any) -> tuple[Plan, CurrentState]:
    """The plan of a task, and the account after it."""
    declarations = DeclarationParser(Placeholders(ACCOUNT), NOW).baseline(declared)
    desired = desired_state_of(declarations, state)
    make_room(state, desired, quotas)
    assert desired.problems == []
    made = plan(state, desired, quotas)
    there = {key: identity for key, identity in desired.identities.items() if identity is not None}
    recorded = {key: quarantine.since for key, quarantine in desired.quarantined.items()}
    return made, replace(state, identities={**state.identities, **there}, quarantines=recorded)


@given(sources, st.sampled_from([ROOMY, TIGHT]), st.booleans())
def test_quarantine_and_its_end(source: random.Random, quotas: Any, purging: bool) -> None:
    before = some_account(source)
    names = [role.name for role in before.identities.values()]
    account = TaggingAccount(before)
    granted = account.granted()

    quarantine, there = converged(before, {"roles": [{"name": name, "state": "quarantined"} for name in names]}, quotas)
    for step in quarantine.steps:
        left = account.granted()
        account.take(step, OWN)
        assert account.granted() <= left
    assert account.granted() == set()
    assert all(current_quarantine(role) is not None for role in there.identities.values())

    kept = {"purge_policies": purging, "purge_inline_policies": purging, "purge_tags": purging}
    release, after = converged(there, {"roles": [{"name": name, **kept} for name in names]}, quotas)
    for step in release.steps:
        account.take(step, OWN)
        assert account.granted() <= granted
    assert account.granted() == granted
    assert after == before
    assert (quarantine.warnings, release.warnings) == ((), ())


@given(sources)
def test_quarantine_cut_short_anywhere_ends_the_same(source: random.Random) -> None:
    before = some_account(source)
    declared = {"roles": [{"name": role.name, "state": "quarantined"} for role in before.identities.values()]}
    whole, goal = converged(before, declared, ROOMY)
    for key, role in before.identities.items():
        there = goal.identities[key]
        assert isinstance(role, Role) and isinstance(there, Role)
        denied = replace(there, tags=role.tags)
        cut = replace(before, identities={**before.identities, key: denied})
        rest, end = converged(cut, declared, ROOMY)
        assert end == goal
        assert len(rest.steps) == len(whole.steps) - 1


def test_a_plan_has_one_id_at_any_time() -> None:
    source = random.Random(0)
    before = some_account(source)
    declared = {"roles": [{"name": role.name, "state": "quarantined"} for role in before.identities.values()]}
    ids = set()
    for now in (NOW, "2026-11-23T11:00:00Z"):
        desired = desired_state_of(DeclarationParser(Placeholders(ACCOUNT), now).baseline(declared), before)
        made = plan(before, desired, ROOMY)
        assert any(now in str(step.parameters) for step in made.steps)
        ids.add(made.id)
    assert len(ids) == 1
