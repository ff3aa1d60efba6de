# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks both evaluators about generated cases, and counts what came out and what decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.conditions import CompiledCondition
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome, Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from iam_simulate import IamSimulate

from .case import Case
from .differences import Difference, known_differences, rewritten
from .generator import case as generated

_AT_ONCE = 1000


@dataclass
class Comparison:
    """What a number of cases came to. `unexplained` has their seeds, `examples` one seed for each difference."""

    outcomes: Counter[str] = field(default_factory=Counter)
    layers: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    disagreements: Counter[str] = field(default_factory=Counter)
    examples: dict[str, int] = field(default_factory=dict)
    unexplained: list[int] = field(default_factory=list)


def compare(seeds: range, judge: IamSimulate, *, with_deciders: bool = False) -> Comparison:
    """Compare the cases of some seeds. What decided is only counted on request: it takes several evaluations."""
    result, differences = Comparison(), known_differences()
    for start in range(0, len(seeds), _AT_ONCE):
        part = seeds[start : start + _AT_ONCE]
        cases = [generated(seed) for seed in part]
        for seed, case, judged in zip(part, cases, judge.allowed([one.simulation() for one in cases]), strict=True):
            allowed = is_allowed(case)
            result.outcomes["allowed" if allowed else "denied"] += 1
            if allowed != judged:
                _explain(result, seed, case, differences, judged)
            if with_deciders:
                request, policies = case.request(), case.policies()
                result.layers.update(deciding_layers(request, policies))
                result.operators.update(deciding_operators(request, policies))
    return result


def is_allowed(case: Case) -> bool:
    """What our evaluator says. The context is known wholly, so nothing depends on it."""
    outcome = evaluate(case.request(), case.policies()).outcome
    assert outcome is not Outcome.DEPENDS
    return outcome is Outcome.ALLOWED


def _explain(result: Comparison, seed: int, case: Case, differences: list[Difference], judged: bool) -> None:
    for count in (1, 2, 3):
        for some in combinations(differences, count):
            if is_allowed(rewritten(case, some)) == judged:
                name = " and ".join(one.id for one in some)
                result.disagreements[name] += 1
                result.examples.setdefault(name, seed)
                return
    result.unexplained.append(seed)


def deciding_layers(request: Request, policies: Policies) -> Iterable[str]:
    """The layers without which the answer would be another one."""
    answer = evaluate(request, policies).outcome
    without = {
        "identity policies": replace(policies, identity=()),
        "permissions boundary": replace(policies, boundary=None),
        "session policy": replace(policies, session=None),
        "policy of the resource": replace(policies, resource=None),
        "service control policies": replace(policies, service_control=()),
        "resource control policies": replace(policies, resource_control=()),
    }
    return [name for name, fewer in without.items() if evaluate(request, fewer).outcome is not answer]


def deciding_operators(request: Request, policies: Policies) -> set[str]:
    """The operators of conditions that change the answer if their result is the opposite."""
    answer = evaluate(request, policies).outcome
    return {
        shown(condition)
        for condition in _conditions(policies)
        if _with_opposite(condition, lambda: evaluate(request, policies).outcome) is not answer
    }


def shown(condition: CompiledCondition) -> str:
    return f"{condition.set}{condition.operator}{'ifexists' if condition.if_exists else ''}"


def _with_opposite(condition: CompiledCondition, ask: Callable[[], Outcome]) -> Outcome:
    holds = condition.holds
    condition.holds = lambda context: holds(context) is False  # type: ignore[method-assign]
    try:
        return ask()
    finally:
        del condition.holds


def _conditions(policies: Policies) -> Iterable[CompiledCondition]:
    levels = (*policies.service_control, *policies.resource_control)
    documents: list[Policy | None] = [*policies.identity, policies.boundary, policies.session, policies.resource]
    for policy in (*documents, *(one for level in levels for one in level)):
        if policy is not None:
            for statement in (*policy.allowing, *policy.denying):
                yield from statement.conditions
