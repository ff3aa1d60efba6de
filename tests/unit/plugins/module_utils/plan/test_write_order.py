# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No state between the first write and the last grants what neither end grants, or lacks what both grant."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from hypothesis import example, given
from hypothesis import strategies as st

from .evaluator import ACTIONS, SERVICES, SimulatedAccount
from .orders import some_order

ACCOUNT = Account("123456789012", "aws")
OWN = "arn:aws:iam::123456789012:policy/"
AWS = "arn:aws:iam::aws:policy/"
ROOMY = Quotas(attached_policies={"role": 100})
sources = st.integers(min_value=0, max_value=2**64).map(random.Random)


def some_document(source: random.Random, denying: bool = True) -> PolicyDocument:
    statements = [
        {
            "Effect": "Deny" if denying and source.random() < 0.25 else "Allow",
            "Action": source.sample((*ACTIONS, "s3:*"), source.randint(1, 2)),
            "Resource": "*",
        }
        for _time in range(source.randint(1, 3))
    ]
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


def some_trust(source: random.Random) -> PolicyDocument:
    services = source.sample(SERVICES, source.randint(1, 3))
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    statements = [statement]
    if source.random() < 0.2:
        denied = {"Service": source.choice(SERVICES)}
        statements.append({"Effect": "Deny", "Principal": denied, "Action": "sts:AssumeRole"})
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


def some_policies(source: random.Random) -> dict[str, ManagedPolicy]:
    names = source.sample(("one", "two", "three"), source.randint(0, 3))
    return {name: ManagedPolicy(name, "/", OWN + name, some_document(source)) for name in names}


def some_role(name: str, policies: dict[str, ManagedPolicy], source: random.Random, boundaries: bool) -> Role:
    arns = [*(policy.arn for policy in policies.values()), AWS + "reader", AWS + "denier"]
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        trust=some_trust(source),
        managed=frozenset(source.sample(arns, source.randint(0, min(3, len(arns))))),
        inline={inline: some_document(source) for inline in source.sample(("a", "b", "c"), source.randint(0, 3))},
        boundary=source.choice([None, *arns]) if boundaries else None,
    )


def situation(source: random.Random, *, boundaries: bool) -> tuple[CurrentState, DesiredState, CurrentState]:
    """An account, a target for it, and the account as it is to be."""
    aws_policies = {name: (AwsManagedPolicy(name, AWS + name, some_document(source)),) for name in ("reader", "denier")}
    before, after = some_policies(source), some_policies(source)
    # What a target leaves alone stays; what is there keeps its place among the account's policies.
    kept = {name: policy for name, policy in before.items() if name not in after and source.random() < 0.5}
    after.update(kept)
    ends: list[dict[str, Identity]] = []
    for policies in (before, after):
        roles = [some_role(name, policies, source, boundaries) for name in ("left", "right") if source.random() < 0.8]
        ends.append({role.key: role for role in roles})
    old, new = ends
    state = CurrentState(ACCOUNT, old, before, aws_policies)
    desired = DesiredState(
        identities={key: new.get(key) for key in {*old, *new}},
        policies={name: after.get(name) for name in {*before, *after}},
    )
    return state, desired, replace(state, identities=new, policies=after)


def exchange(source: random.Random) -> tuple[CurrentState, DesiredState, CurrentState]:
    """An account whose policies exchange statements, while every identity keeps holding what it holds."""
    aws_policies = {name: (AwsManagedPolicy(name, AWS + name, some_document(source)),) for name in ("reader", "denier")}
    before = {name: ManagedPolicy(name, "/", OWN + name, some_document(source)) for name in ("one", "two", "three")}
    roles = [some_role(name, before, source, boundaries=False) for name in ("left", "right")]
    contents = [policy.document.content["Statement"] for policy in before.values()]
    turned = contents[1:] + contents[:1]
    after = {
        name: replace(policy, document=PolicyDocument({"Version": "2012-10-17", "Statement": statements}))
        for (name, policy), statements in zip(before.items(), turned, strict=True)
    }
    identities: dict[str, Identity] = {role.key: role for role in roles}
    state = CurrentState(ACCOUNT, identities, before, aws_policies)
    declared = dict(identities) if source.random() < 0.5 else {}
    return state, DesiredState(identities=declared, policies=dict(after)), replace(state, policies=after)


def replay(state: CurrentState, steps: Sequence[Step], goal: CurrentState) -> tuple[set[Any], set[Any]]:
    """Everything that was granted too much, and everything that was missing, at any moment of the plan."""
    account = SimulatedAccount(state)
    old, new = account.granted(), SimulatedAccount(goal).granted()
    too_much: set[Any] = set()
    missing: set[Any] = set()
    for step in steps:
        account.take(step, OWN)
        too_much |= account.granted() - old - new
        missing |= (old & new) - account.granted()
    assert account.granted() == new
    return too_much, missing


def require_safety(source: random.Random, state: CurrentState, desired: DesiredState, goal: CurrentState) -> None:
    """Every excess and gap is reported, in the order of the plan and in other possible orders."""
    made = plan(state, desired, ROOMY)
    told = " ".join(made.warnings)
    for steps in (made.steps, some_order(made, source), some_order(made, source)):
        too_much, missing = replay(state, steps, goal)
        assert not too_much or "neither before nor after" in told, (too_much, steps, made)
        assert not missing or "lack" in told, (missing, steps, made)


@given(sources)
@example(random.Random(22515947238))  # one write is both a gap and an excess away from another
def test_no_excess_and_no_gap(source: random.Random) -> None:
    require_safety(source, *situation(source, boundaries=False))


@given(sources)
@example(random.Random(1168840))
def test_with_boundaries_there_is_none_that_is_not_reported(source: random.Random) -> None:
    require_safety(source, *situation(source, boundaries=True))


@given(sources)
def test_policies_exchange_statements_under_identities_that_no_one_declares(source: random.Random) -> None:
    require_safety(source, *exchange(source))


def test_exceptions_are_rare() -> None:
    """Without boundaries, a plan that must warn is the exception among random, wildly differing states."""
    counts: Counter[bool] = Counter()
    for seed in range(500):
        state, desired, _goal = situation(random.Random(seed), boundaries=False)
        counts[bool(plan(state, desired, ROOMY).warnings)] += 1
    assert counts[True] / counts.total() < 0.1, counts
