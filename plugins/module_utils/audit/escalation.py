# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Privilege escalation paths: how a caller can act as another identity, and so as an administrator. Pure.

A path is a chain of steps from a caller that is not an administrator: a user, a role, another account, an identity
provider, or anyone. It ends at an identity that is an administrator, or that makes itself one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..analyze.account_access import AccountAccess
from ..analyze.finding import Severity, evidence
from ..errors import brief
from ..model import Role, identity_key
from .administrators import Administrators, is_service_linked
from .assumers import Outsiders, TrustedServices
from .callers import Callers, is_member, member_key
from .calls import Calls
from .escalation_facts import EscalationFacts
from .escalation_search import EscalationSearch, Way
from .escalation_steps import Actor, EscalationStep, EscalationSteps
from .own_hand import OwnHand

MOST_PATHS = 100
"""Paths to report, and paths to search for each end."""

_GROUP = "group/"


@dataclass(frozen=True)
class EscalationPath:
    """A path from somebody to an identity. `keys` are the condition keys that the rights of its goal depend on."""

    start: Actor
    goal: Actor
    steps: tuple[EscalationStep, ...]
    severity: Severity
    through: frozenset[str]
    keys: frozenset[str] = frozenset()

    def shown(self) -> dict[str, Any]:
        return {
            "from": self.start.resource,
            "to": self.goal.resource,
            "steps": [step.text for step in self.steps],
            "severity": self.severity.text,
            "ids": [step.id for step in self.steps],
            "conditions": sorted(map(brief, self.conditions)),
            "evidence": list(evidence(**self.based_on())),
        }

    @property
    def conditions(self) -> frozenset[str]:
        """The condition keys that the path depends on."""
        return self.keys.union(*(step.keys for step in self.steps))

    def based_on(self) -> dict[str, Iterable[str]]:
        """The evidence of the path by kind: its steps, whom it leads through, and what it depends on."""
        return {
            "condition": [" and ".join(sorted(self.conditions))] if self.conditions else [],
            "step": [step.id for step in self.steps],
            "through": self.through - {self.start.key},
        }

    @property
    def rank(self) -> tuple[int, int, str, str, str]:
        return self.severity, len(self.steps), self.start.key, self.goal.key, self.steps[0].text


def escalation_paths(
    facts: EscalationFacts, access: AccountAccess, *, ended: frozenset[str], concerned: frozenset[str]
) -> list[EscalationPath]:
    """The paths that contain one of the `concerned` identities, the most severe and shortest first.

    For each start, that is the best path of all, and the best to and through each concerned identity. A group is a
    start only if it has no members: these are starts themselves. `access` is that `with_members`, `ended` are the
    principals of services that cannot be called any more.
    """
    if not concerned or not facts.steps:
        return []
    return _Account(facts, access, ended).paths(concerned)


class _Account:
    def __init__(self, facts: EscalationFacts, access: AccountAccess, ended: frozenset[str]) -> None:
        self._ended = ended
        self._callers = Callers(facts, access)
        self._administrators = Administrators(facts, self._callers.calls, self._callers.held)
        trusts = TrustedServices(self._callers.access, ended)
        self._actors = _actors(access)
        self._steps = EscalationSteps(facts, self._callers, trusts, self._actors)
        self._own_hand = OwnHand(facts, self._callers, self._administrators, self._steps, self._actors)
        members = {identity_key("group", name) for one in access.identities.values() for name in one.groups}
        self._groups_with_members = frozenset(members)
        anyone = Calls(facts, access, free=facts.is_chosen_outside, omitted=facts.omitted_by_outsiders)
        self._search = EscalationSearch(
            self._actors, self._steps, Outsiders(self._callers.calls, anyone), self._no_starts
        )

    def paths(self, concerned: frozenset[str]) -> list[EscalationPath]:
        found: dict[tuple[str, str], EscalationPath] = {}
        own = (path for path in self._all(concerned) if path.start.key not in self._groups_with_members)
        for path in sorted(own, key=lambda path: path.rank):
            found.setdefault((path.start.key, path.goal.key), path)
        return list(found.values())

    def _all(self, concerned: frozenset[str]) -> Iterator[EscalationPath]:
        ends = self._ends
        for key, way in ends.items():
            if way.steps and concerned.intersection(way.through):
                yield self._path(key, way)
        whole = self._search.towards(ends)
        for key, way in whole.items():
            if concerned.intersection(way.through):
                yield self._path(key, way)
        for end in sorted(concerned & {*ends, *whole}):
            for key, way in self._search.towards({end: whole.get(end) or ends[end]}, MOST_PATHS).items():
                yield self._path(key, way)

    @cached_property
    def _ends(self) -> dict[str, Way]:
        """By key, the administrators, and the actors that can make themselves one."""
        found = {}
        for key, actor in self._actors.items():
            if actor.identity is None or is_service_linked(actor.identity):
                continue
            permit = self._administrators.of(actor.identity)
            if permit is None or not self._is_full(actor):
                rise = None if key.startswith(_GROUP) else self._own_hand.rise(actor)
                if rise is not None and (permit is None or permit.keys or rise.sure):
                    through = (key,) if rise.goal.key == key else (key, rise.goal.key)
                    found[key] = Way(rise.goal.key, rise.steps, through, rise.sure)
                    continue
            if permit is not None:
                found[key] = Way(key, (), (key,), not permit.keys, permit.keys)
        return found

    @property
    def _no_starts(self) -> frozenset[str]:
        """The actors that start no path: those that may change everything already, and service-linked roles."""
        linked = {key for key, one in self._actors.items() if one.identity and is_service_linked(one.identity)}
        alone = (key for key, way in self._ends.items() if not way.steps)
        return frozenset(linked.union(key for key in alone if self._is_full(self._actors[key])))

    def _is_full(self, actor: Actor) -> bool:
        return actor.identity is not None and self._administrators.is_full(actor.identity)

    def _path(self, key: str, way: Way) -> EscalationPath:
        start = self._actors.get(key) or Actor(key, key.removeprefix("outside "))
        severity = Severity.CRITICAL if way.sure else Severity.HIGH
        if isinstance(start.identity, Role) and self._nobody_assumes(start.identity):
            severity = Severity.LOW
        return EscalationPath(start, self._actors[way.goal], way.steps, severity, frozenset(way.through), way.keys)

    def _nobody_assumes(self, role: Role) -> bool:
        """Whether only services that have ended may assume a role."""
        let_in = [pair for statement in role.trust.allowing for pair in statement.principals or ()]
        return bool(let_in) and all(kind == "Service" and value in self._ended for kind, value in let_in)


def _actors(access: AccountAccess) -> dict[str, Actor]:
    """By key: users and roles, and groups with a member that asks for them."""
    found = {}
    for key, identity in sorted(access.identities.items()):
        if not is_member(identity):
            asking = access.identities[member_key(identity)] if identity.kind == "group" else identity
            found[key] = Actor(key, identity.resource, asking, identity.arn)
    return found
