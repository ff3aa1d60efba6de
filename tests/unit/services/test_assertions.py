# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The assertions of access of every service: they hold for every variant, with the documents of AWS's own policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.account_access import AccountAccess
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.assertion import Assertion
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.assertion_judge import AssertionJudge
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.expectations import (
    Expectation,
    ExpectationParser,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Role
from iam_simulate import IamSimulate, Simulation

from .accounts import converged, ground
from .declarations import service_declaration
from .variants import ACCOUNT, CASES, VARIANTS, options_of

CONVERGED = [(role, variant) for role, variant in CASES if VARIANTS[role][variant].get("state") != "absent"]
_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
JUDGED = 800
"""At least so many questions about all variants."""


@cache
def judge_of(role: str, variant: str) -> AssertionJudge:
    return AssertionJudge(AccountAccess.of(converged(options_of(role, variant), ground(role)).goal, {}))


@cache
def expectations(role: str, variant: str) -> tuple[Expectation, ...]:
    identities = judge_of(role, variant).access.identities.values()
    arns = {one.name.lower(): one.arn for one in identities if isinstance(one, Role)}
    parser = ExpectationParser(Placeholders(ACCOUNT, arns))
    found = [
        parser.parsed(one["entry"], one["place"], role)
        for one in service_declaration(role, VARIANTS[role][variant]).expect
    ]
    assert parser.problems == []
    return tuple(one for one in found if one is not None)


@cache
def judgement(role: str, variant: str) -> tuple[Assertion, ...]:
    judge = judge_of(role, variant)
    assert judge.problems(expectations(role, variant)) == []
    return tuple(found for one in expectations(role, variant) for found in judge.judged(one))


@pytest.fixture(scope="module")
def simulator() -> Iterator[IamSimulate]:
    with IamSimulate() as running:
        yield running


@pytest.mark.parametrize(("role", "variant"), CONVERGED)
def test_every_assertion_holds(role: str, variant: str) -> None:
    failing = [one for one in judgement(role, variant) if not one.holds and not one.is_bounded]
    assert [f"{one.expectation.place}: {one.message}" for one in failing] == []


@pytest.mark.parametrize(("role", "variant"), CONVERGED)
def test_another_evaluator_agrees(role: str, variant: str, simulator: IamSimulate) -> None:
    asked = judgement(role, variant)
    answers = simulator.allowed([simulated(role, variant, one) for one in asked])
    differing = [one for one, answer in zip(asked, answers, strict=True) if answer != (one.result == "allowed")]
    assert [f"{one.expectation.place}: {one.message}" for one in differing] == []


def test_every_profile_says_what_must_be_allowed_and_what_not() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for role, variant in CONVERGED:
        profile = VARIANTS[role][variant].get("profile", "documented")
        found.setdefault((role, profile), set()).update(one.result for one in judgement(role, variant))
    # What others may do is not known of the roles that Lookout for Vision's policies are given to.
    missing = {key for key, results in found.items() if results != {"allowed", "denied"}}
    assert missing == {("lookout_vision_iam", "documented"), ("lookout_vision_iam", "least_privilege")}
    assert sum(len(judgement(*case)) for case in CONVERGED) >= JUDGED


@pytest.mark.parametrize(("role", "variant"), sorted(set(CASES) - set(CONVERGED)))
def test_what_is_removed_promises_nothing(role: str, variant: str) -> None:
    assert service_declaration(role, VARIANTS[role][variant]).expect == []


def simulated(role: str, variant: str, asked: Assertion) -> Simulation:
    """The question for iam-simulate, with the policies of who asks."""
    judge, one = judge_of(role, variant), asked.expectation
    context = {key: values[0] for key, values in one.context.items() if values is not None}
    owner = context.get("aws:ResourceAccount", ACCOUNT.id)
    simulation: Simulation = {
        "request": {
            "principal": one.principal,
            "action": asked.action,
            "resource": {"resource": asked.resource, "accountId": owner},
            "contextVariables": {"aws:ResourceAccount": owner, **context},
        },
        "identityPolicies": [],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    kind, slash, name = one.principal.partition("/")
    if slash:
        identity = judge.access.identities[f"{kind}/{name.lower()}"]
        simulation["request"]["principal"] = identity.arn
        policies = judge.access.policies_of(identity)
        simulation["identityPolicies"] = [
            {"name": policy.name, "policy": json.loads(policy.document.text)} for policy in policies.identity
        ]
        if policies.boundary is not None:
            document = json.loads(policies.boundary.document.text)
            simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": document}]
    elif one.principal == ACCOUNT.id:
        simulation["request"]["principal"] = ACCOUNT.arn("user", "/", "somebody")
        simulation["identityPolicies"] = [{"name": "all", "policy": _ALLOW_ALL}]
    entered = judge.access.role_at(asked.resource) if asked.action == "sts:AssumeRole" else None
    if entered is not None:
        simulation["resourcePolicy"] = json.loads(entered.trust.text)
    elif owner != ACCOUNT.id:
        statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT.id}, "Action": "*", "Resource": "*"}
        simulation["resourcePolicy"] = {"Version": "2012-10-17", "Statement": [statement]}
    return simulation
