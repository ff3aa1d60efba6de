# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of writes, checked by an independent evaluator.

Every state of a plan is judged, in its order and in others in which its writes may be finished: nothing is granted that
neither end grants, nothing is missing that both grant, unless a warning says so, and no quota is passed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from hypothesis import settings
from iam_simulate import IamSimulate, Simulation

from .evaluator import SimulatedAccount, SimulatedRole
from .orders import some_order
from .transitions import ACCOUNT, OWN, USER, Transition, transition

TRANSITIONS = settings().max_examples
"""As many as the profile of Hypothesis has examples (tests/property_examples.py), always the same ones."""
ROWS = 10
REQUESTS = (
    ("s3:GetObject", "arn:aws:s3:::labels/red/1"),
    ("s3:GetObject", "arn:aws:s3:::labels/blue/1"),
    ("s3:PutObject", "arn:aws:s3:::labels/red/1"),
    ("s3:PutObject", "arn:aws:s3:::images/1"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/inventory"),
)
ENTRANTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("lambda.amazonaws.com", {}),
    ("sagemaker.amazonaws.com", {"aws:SourceIp": "192.0.2.1"}),
    (USER, {}),
    (USER, {"sts:ExternalId": "known", "aws:SourceIp": "192.0.2.1", "sts:RoleSessionName": "work-1"}),
    (USER, {"sts:ExternalId": "other", "sts:RoleSessionName": "work-1"}),
    (USER, {"sts:ExternalId": "known", "aws:SourceIp": "198.51.100.1", "sts:RoleSessionName": "play"}),
)
MAY_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}],
}

Granted = frozenset[tuple[str, int, int]]
"""The role, and the places of who enters it in ENTRANTS and of what it does then in REQUESTS."""


class Judge:
    """Asks about each role as it is in a state; what was asked before is known."""

    def __init__(self, simulate: IamSimulate) -> None:
        self._simulate = simulate
        self.asked = 0
        self._answers = cache(self._answered)

    def granted(self, account: SimulatedAccount) -> Granted:
        return frozenset(
            (name, entrant, request)
            for name, role in account.roles.items()
            for entrant in self._answers(json.dumps(list(_entering(name, role)), sort_keys=True))
            for request in self._answers(json.dumps(list(_using(name, role, account)), sort_keys=True))
        )

    def _answered(self, simulations: str) -> tuple[int, ...]:
        """The places of the simulations that are allowed."""
        asked: list[Simulation] = json.loads(simulations)
        self.asked += len(asked)
        return tuple(index for index, allowed in enumerate(self._simulate.allowed(asked)) if allowed)


def _entering(name: str, role: SimulatedRole) -> Iterator[Simulation]:
    for principal, context in ENTRANTS:
        policies = [{"name": "may-assume", "policy": MAY_ASSUME}] if principal == USER else []
        yield {
            **_request(principal, "sts:AssumeRole", ACCOUNT.arn("role", "/", name), context),
            "identityPolicies": policies,
            "resourcePolicy": role.trust,
        }


def _using(name: str, role: SimulatedRole, account: SimulatedAccount) -> Iterator[Simulation]:
    policies = [{"name": str(number), "policy": one} for number, one in enumerate(account.documents_of(role))]
    context = {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()}
    bounded = {}
    if role.boundary:
        bounded["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": account.policies[role.boundary]}]
    for action, resource in REQUESTS:
        request = _request(ACCOUNT.arn("role", "/", name), action, resource, context)
        yield {**request, "identityPolicies": policies, **bounded}


def _request(principal: str, action: str, resource: str, context: dict[str, str]) -> dict[str, Any]:
    return {
        "request": {
            "principal": principal,
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT.id},
            "contextVariables": context,
        },
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with IamSimulate() as simulate:
        yield Judge(simulate)


def within_quotas(account: SimulatedAccount, given: Transition) -> bool:
    quotas = given.quotas
    return all(
        len(role.managed) <= quotas.attached_policies["role"]
        and sum(PolicyDocument(one).size for one in role.inline.values()) <= quotas.inline_size["role"]
        and PolicyDocument(role.trust).size <= quotas.trust_policy_size
        for role in account.roles.values()
    )


def states(state: CurrentState, steps: Sequence[Step]) -> Iterator[SimulatedAccount]:
    """The account after each write."""
    account = SimulatedAccount(state)
    for step in steps:
        account.take(step, OWN)
        yield account


@pytest.mark.parametrize("row", range(ROWS))
def test_no_unreported_excess_or_gap(judge: Judge, row: int) -> None:
    for seed in range(row, TRANSITIONS, ROWS):
        source = random.Random(seed)
        given = transition(source)
        made = plan(given.state, given.desired, given.quotas)
        told = " ".join(made.warnings)
        old, new = (judge.granted(SimulatedAccount(end)) for end in (given.state, given.goal))
        for steps in (made.steps, some_order(made, source), some_order(made, source)):
            now = old
            for account in states(given.state, steps):
                now = judge.granted(account)
                assert within_quotas(account, given), (seed, steps)
                excess, gap = now - old - new, (old & new) - now
                assert not excess or "neither before nor after" in told or "both" in told, (seed, excess, steps, told)
                assert not gap or "lack" in told or "may refuse" in told, (seed, gap, steps, told)
            assert now == new, seed
