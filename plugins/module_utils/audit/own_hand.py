# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which actors can make themselves, or another identity that they can act as, an administrator. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..access.context import Context
from ..access.patterns import resource_pattern
from ..model import Identity
from .administrators import Administrators, granting_values, kind_of
from .callers import Callers
from .calls import Permit
from .escalation_facts import EscalationFacts, StepFacts
from .escalation_steps import Actor, EscalationStep, EscalationSteps, listed
from .grants import Grants

MOST_OTHERS = 500
"""The most identities to try for an actor that can change permissions of others."""

_NEW_ROLE = "=new="
_NOTHING = Context()


@dataclass(frozen=True)
class Rise:
    """The steps by which an actor becomes an administrator, and as whom."""

    goal: Actor
    steps: tuple[EscalationStep, ...]

    @property
    def sure(self) -> bool:
        return all(step.sure for step in self.steps)


class OwnHand:
    """The actors of one account."""

    def __init__(
        self,
        facts: EscalationFacts,
        callers: Callers,
        administrators: Administrators,
        steps: EscalationSteps,
        actors: Mapping[str, Actor],
    ) -> None:
        self._facts = facts
        self._callers = callers
        self._steps = steps
        self._actors = actors
        self._grants = Grants(facts, callers, administrators)
        self._holders = _holders(callers)
        self._matched: dict[tuple[str, str], list[str]] = {}

    def rise(self, actor: Actor) -> Rise | None:
        """The surest and shortest way of an actor that may not change everything yet."""
        caller = actor.identity
        if caller is None or not self._callers.held.of(caller):
            return None
        found = [Rise(actor, (step,)) for step in self._alone(actor, caller)]
        if not any(rise.sure for rise in found):
            found += self._with_others(actor, caller)
        return min(found, key=lambda rise: (not rise.sure, len(rise.steps), rise.steps[0].text), default=None)

    def _alone(self, actor: Actor, caller: Identity) -> Iterator[EscalationStep]:
        step = self._grants.best(actor, caller, caller)
        if step is not None:
            yield step
        for row in self._facts.of_kind("create"):
            yield from self._created(actor, caller, row)
        for row in self._facts.of_kind("organization"):
            permit = self._callers.anywhere(caller, row.actions)
            if permit is not None:
                text = f"give itself any permission through IAM Identity Center with {listed(row.actions)}"
                yield EscalationStep.of(actor, text, permit, row.id, row.depends)

    def _created(self, actor: Actor, caller: Identity, row: StepFacts) -> Iterator[EscalationStep]:
        """A role that the caller makes, with one name for all actions."""
        held = self._callers.held.of(caller)
        if not all(action in held for action in row.actions):
            return
        account = self._callers.access.account
        named = [one.replace("::*:", f"::{account.id}:") for one in sorted(held[row.actions[0]]) if ":role/" in one]
        for arn in dict.fromkeys((account.arn("role", "/", _NEW_ROLE), *(one.replace("*", "x") for one in named))):
            permit = None if arn in self._callers.access.by_arn else self._all(caller, row.actions, arn)
            if permit is not None:
                text = f"create a role that it can assume and give it any permission with {listed(row.actions)}"
                yield EscalationStep.of(actor, text, permit, row.id, row.depends)
                return

    def _all(self, caller: Identity, actions: Iterable[str], arn: str) -> Permit | None:
        """What allows all of the actions on one role that has no boundary."""
        whole: Permit | None = None
        for action in actions:
            values, absent = granting_values(action, self._callers.access.account, None)
            permit = self._callers.permit(caller, action, arn, values, absent)
            if permit is None:
                return None
            whole = permit if whole is None else whole & permit
        return whole

    def _with_others(self, actor: Actor, caller: Identity) -> Iterator[Rise]:
        """Identities that the caller can change and then act as."""
        tried = 0
        for other in self._changeable(actor, caller):
            step = self._steps.best(actor, other)
            if step is None or other.identity is None:
                continue
            tried += 1
            if tried > MOST_OTHERS:
                return
            grant = self._grants.best(actor, caller, other.identity)
            if grant is not None:
                rise = Rise(other, (grant, step))
                yield rise
                if rise.sure:
                    return

    def _changeable(self, actor: Actor, caller: Identity) -> Iterator[Actor]:
        """Whose permissions the caller may be able to change, of those that it may be able to act as."""
        held = self._callers.held.of(caller)
        changing = (self._grants.actions | self._grants.lifting) & held.keys()
        seen: set[str] = set()
        for action in sorted(changing):
            for pattern in sorted(set(held[action])):
                for key in self._reached(kind_of(action), pattern):
                    other = self._actors.get(key)
                    if other is None or key in seen or key == actor.key or key.startswith("group/"):
                        continue
                    seen.add(key)
                    if self._steps.may_become(actor, other):
                        yield other

    def _reached(self, kind: str, pattern: str) -> list[str]:
        """The keys of the identities that an action on what matches a pattern changes."""
        arns = self._holders[kind]
        if pattern in arns:
            return arns[pattern]
        if not any(special in pattern for special in "*?$"):
            return []
        place = (kind, pattern)
        if place not in self._matched:
            matches = resource_pattern(pattern, variables=True)
            found = (key for arn, keys in arns.items() if matches(arn, _NOTHING) is not False for key in keys)
            self._matched[place] = list(dict.fromkeys(found))
        return self._matched[place]


def _holders(callers: Callers) -> dict[str, dict[str, list[str]]]:
    """By kind and ARN, the keys of the identities whose permissions an object of IAM has a part in."""
    found: dict[str, dict[str, list[str]]] = {"role": {}, "user": {}, "group": {}, "policy": {}}
    access = callers.access
    members: dict[str, list[str]] = {}
    for key, identity in sorted(access.identities.items()):
        if identity.kind != "group":
            found[identity.kind].setdefault(identity.arn, []).append(key)
        for name in identity.groups:
            members.setdefault(f"group/{name.lower()}", []).append(key)
    for key, identity in sorted(access.identities.items()):
        whose = members.get(key.lower(), []) if identity.kind == "group" else [key]
        if identity.kind == "group":
            found["group"][identity.arn] = whose
        for arn in (*identity.managed, *([identity.boundary] if identity.boundary else ())):
            found["policy"].setdefault(arn, []).extend(whose)
    return found
