# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a caller can bring about who chooses the condition keys that every caller chooses. Pure.

A condition that anybody can meet is none: AWS decides on the values of keys, and of some the caller chooses them.
Which keys these are is in `condition_keys.yml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..access.conditions import CompiledCondition
from ..access.context import Context
from ..access.contexts import MOST_CONTEXTS, any_key, contexts
from ..access.evaluator import BOUNDARY, Decision, Outcome, Policies, denials, evaluate
from ..access.policies import CompiledStatement
from ..access.request import Request


class KeyNames:
    """Names of condition keys, in any case. One that ends in `/*` stands for all that begin like it."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        lower = [name.lower() for name in names]
        self._exact = frozenset(name for name in lower if not name.endswith("/*"))
        self._beginnings = tuple(name[:-1] for name in lower if name.endswith("/*"))

    def __contains__(self, key: str) -> bool:
        """Whether a key, given in lower case, has one of the names."""
        return key in self._exact or key.startswith(self._beginnings)

    def __or__(self, other: KeyNames) -> KeyNames:
        both = KeyNames()
        both._exact = self._exact | other._exact
        both._beginnings = self._beginnings + other._beginnings
        return both

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyNames) and (self._exact, self._beginnings) == (other._exact, other._beginnings)

    def __hash__(self) -> int:
        return hash((self._exact, self._beginnings))


@dataclass(frozen=True)
class ConditionKeys:
    """Which keys a caller chooses, and the values that keys have for those whom a policy means to keep out.

    `chosen` are the keys of which every caller chooses the value. An outsider, from an account that no policy names,
    also chooses `chosen_by_outsiders`. `organizations` has the keys that follow from an outsider's organization;
    `sources` those of a service that acts for an outsider, and `providers` by host the claims of somebody else's tokens
    of an identity provider that gives tokens to anybody.
    """

    chosen: KeyNames = field(default_factory=KeyNames)
    chosen_by_outsiders: KeyNames = field(default_factory=KeyNames)
    absent_for_outsiders: tuple[str, ...] = ()
    organizations: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ConditionKeys:
        outsiders = content.get("outsiders", {})
        return cls(
            chosen=KeyNames(content.get("chosen", ())),
            chosen_by_outsiders=KeyNames(outsiders.get("chosen", ())),
            absent_for_outsiders=tuple(outsiders.get("absent", ())),
            organizations=outsiders.get("organizations", {}),
            sources=outsiders.get("sources", {}),
            providers=outsiders.get("providers", {}),
        )


@dataclass(frozen=True)
class Chance:
    """A request that is allowed, or allowed if conditions are met on these keys, as they are written."""

    keys: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        return not self.keys


SURE = Chance()


def chance(request: Request, policies: Policies, chosen: KeyNames, absent: KeyNames) -> Chance | None:
    """Whether a request is allowed in the best context that its caller can choose; None if it is denied in all.

    `absent` are keys that the request does not have, whatever else it has.
    """
    request, decision = _decided(request, policies, absent)
    if decision.outcome is Outcome.DEPENDS and any(key in chosen for key in decision.keys):
        decision = _best(request, policies, chosen, absent) or decision
    if decision.outcome is Outcome.DENIED:
        return None
    return SURE if decision.outcome is Outcome.ALLOWED else Chance(_as_written(decision))


def surest(chances: Iterable[Chance | None]) -> Chance | None:
    """The chance with the fewest conditions; None if there is none. It stops at one that is sure."""
    best: Chance | None = None
    for one in chances:
        if one is not None and (best is None or len(one.keys) < len(best.keys)):
            best = one
            if best.is_sure:
                break
    return best


def told_condition(keys: Iterable[str]) -> str:
    """Keys that something depends on, to append to it; empty without keys."""
    written = sorted(set(keys))
    named = [key for key in written if key != BOUNDARY]
    told = f", with a condition on {' and '.join(named)}" if named else ""
    return f"{told}, within a permissions boundary that was not read" if BOUNDARY in written else told


def _decided(request: Request, policies: Policies, absent: KeyNames) -> tuple[Request, Decision]:
    while True:
        decision = evaluate(request, policies)
        missing = [key for key in decision.keys if key in absent]
        if not missing:
            return request, decision
        request = replace(request, context=request.context.with_defaults({}, missing))


def _best(request: Request, policies: Policies, chosen: KeyNames, absent: KeyNames) -> Decision | None:
    """The best decision in the contexts that the caller can choose; None if not all of them were tried."""
    best = Decision(Outcome.DENIED, "no context that the caller can choose")
    tried = 0
    for context in _chosen_contexts(request, policies, chosen):
        tried += 1
        _request, decision = _decided(replace(request, context=context), policies, absent)
        if decision.outcome is Outcome.ALLOWED:
            return decision
        if decision.outcome is Outcome.DEPENDS and (
            best.outcome is Outcome.DENIED or len(decision.keys) < len(best.keys)
        ):
            best = decision
    return best if best.outcome is not Outcome.DENIED or tried < MOST_CONTEXTS else None


def _chosen_contexts(request: Request, policies: Policies, chosen: KeyNames) -> Iterator[Context]:
    known = request.full_context
    conditions = [one for one in _conditions(request, policies) if one.key in chosen]
    for context in contexts(known, conditions, any_key):
        kept = {key: one for key, one in context.known().items() if key in chosen or not known.is_unknown(key)}
        values = {key: one for key, one in kept.items() if one is not None}
        yield Context(values, absent=[key for key, one in kept.items() if one is None])


def _conditions(request: Request, policies: Policies) -> Iterator[CompiledCondition]:
    bounds = (one for one in (policies.boundary, policies.session, policies.resource) if one is not None)
    allowing = (one for policy in (*policies.identity, *bounds) for one in policy.allowing)
    statements: Iterable[CompiledStatement] = (*allowing, *denials(request, policies))
    for statement in statements:
        if statement.names_action(request.lower_action):
            yield from statement.conditions


def _as_written(decision: Decision) -> tuple[str, ...]:
    """The keys of a decision as its statements write them."""
    written = {
        condition.name: condition.key
        for statement in decision.statements
        for condition in statement.statement.conditions
    }
    return tuple(sorted(written.get(key, key) for key in decision.keys))
