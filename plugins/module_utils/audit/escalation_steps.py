# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The single steps by which one identity of the account can act as another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import printable
from ..model import Identity, Role
from .administrators import is_service_linked
from .assumers import TrustedServices
from .callers import Callers
from .calls import Permit
from .candidates import Candidates, Place
from .escalation_facts import ASSUME_ROLE, PASS_ROLE, EscalationFacts, StepFacts


@dataclass(frozen=True)
class Actor:
    """A user, a role, a group on behalf of its members, or a caller outside of the account.

    `identity` is evaluated for it; outside of the account it is None and `arn` is empty. `resource` is its name in
    results.
    """

    key: str
    resource: str
    identity: Identity | None = None
    arn: str = ""


@dataclass(frozen=True)
class EscalationStep:
    """`id` is the row of the facts. A step that is not `sure` depends on condition `keys`, or on what else exists."""

    text: str
    id: str = ""
    sure: bool = True
    keys: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    @classmethod
    def of(cls, actor: Actor, can: str, permit: Permit, row: str, *depends: str) -> EscalationStep:
        """`can` goes after "can"; `depends` are the things that have to be there, in words."""
        before = f"{permit.before} and then " if permit.before else ""
        sure = not permit.keys and not any(depends)
        return cls(f"{actor.resource} can {before}{can} ({permit.told(*depends)})", row, sure, permit.keys)


def surest(steps: Iterable[EscalationStep]) -> EscalationStep | None:
    return min(steps, key=lambda step: (not step.sure, step.text), default=None)


def listed(actions: Iterable[str]) -> str:
    """Actions in a sentence."""
    *first, last = actions
    return f"{', '.join(first)} and {last}" if first else last


_INSTANCES = "ec2.amazonaws.com"
_TO_PROFILE = "iam:AddRoleToInstanceProfile"
_OWN_PROFILE = frozenset({_TO_PROFILE, "eks:CreateNodegroup"})


class EscalationSteps:
    """The steps of one account. `actors` are all who can act, by key."""

    def __init__(
        self, facts: EscalationFacts, callers: Callers, trusts: TrustedServices, actors: dict[str, Actor]
    ) -> None:
        self._facts = facts
        self._callers = callers
        self._trusts = trusts
        self._rows = {kind: _by_service(facts.of_kind(kind)) for kind in ("pass", "enter")}
        self._taking = [row for row in facts.of_kind("become") if len(row.actions) == 1]
        self._signing = facts.of_kind("sign")
        self._joining = facts.of_kind("join")
        self._works: dict[tuple[str, str], list[tuple[StepFacts, Permit]]] = {}
        self._keys_by_arn = {actor.arn: key for key, actor in actors.items() if not key.startswith("group/")}
        self.candidates = self._indexed(actors)

    def _indexed(self, actors: dict[str, Actor]) -> Candidates:
        found = Candidates()
        alone = (*self._taking, *self._signing, *self._joining)
        reaching = {ASSUME_ROLE, *(row.actions[0] for row in alone)}
        for key, actor in actors.items():
            held = self._callers.held.of(actor.identity) if actor.identity else {}
            for action in held.keys() & reaching:
                found.may_reach(key, held[action], action)
            for service in self._services_of("pass", held) if PASS_ROLE in held else ():
                found.may_reach(key, held[PASS_ROLE], f"pass {service}")
            for service in self._services_of("enter", held):
                found.may_reach(key, ("*",), f"enter {service}")
        return found

    def _services_of(self, kind: str, held: Iterable[str]) -> list[str]:
        """The services in which the actions that are held may be enough for a step."""
        names = set(held)
        return [
            service
            for service, rows in self._rows[kind].items()
            if any(names.issuperset(row.other_actions) for row in rows)
        ]

    def places(self, other: Actor) -> Iterator[Place]:
        """The places of the candidates that may be able to act as another."""
        identity = other.identity
        if other.key.startswith("group/"):
            for row in self._joining:
                yield from self.candidates.places(row.actions[0], other.arn)
        elif isinstance(identity, Role):
            for service in self._trusts.of(identity):
                for kind in ("pass", "enter"):
                    yield from self.candidates.places(f"{kind} {service}", identity.arn)
            for provider in _providers(identity):
                for row in self._signing:
                    yield from self.candidates.places(row.actions[0], provider)
            yield from self.candidates.places(ASSUME_ROLE, identity.arn)
        if identity is not None:
            for row in self._taking:
                if row.target == identity.kind:
                    yield from self.candidates.places(row.actions[0], identity.arn)

    def named_by(self, other: Actor) -> list[str]:
        """The keys of those whom the trust policy of a role names, or may name by a condition on the ARN."""
        found: list[str] = []
        for statement in other.identity.trust.allowing if isinstance(other.identity, Role) else ():
            named = [value for kind, value in statement.principals or () if kind == "AWS"]
            found += [self._keys_by_arn[value] for value in named if value in self._keys_by_arn]
            arns = [one.values for one in statement.conditions if one.name == "aws:principalarn"]
            if "*" in named and any(value.strip("*") for values in arns for value in values):
                found += self._keys_by_arn.values()
        return found

    def may_become(self, actor: Actor, other: Actor) -> bool:
        """Whether a step from one to the other is worth asking for."""
        named = any(actor.key in self.candidates.at(place) for place in self.places(other))
        return named or actor.key in self.named_by(other)

    def best(self, actor: Actor, other: Actor) -> EscalationStep | None:
        """The surest step by which one can act as another."""
        caller, identity = actor.identity, other.identity
        if caller is None or identity is None or actor.key == other.key or is_service_linked(identity):
            return None
        if other.key.startswith("group/"):
            return surest(self._into_group(actor, caller, other))
        steps = list(self._taken(actor, caller, identity))
        if isinstance(identity, Role):
            steps += self._assumed(actor, caller, identity)
            for service in self._trusts.of(identity):
                steps += self._passed(actor, caller, identity, service)
                steps += self._entered(actor, caller, identity, service)
            steps += self._signed(actor, caller, identity)
        return surest(steps)

    def _passed(self, actor: Actor, caller: Identity, role: Role, service: str) -> Iterator[EscalationStep]:
        known: dict[tuple[str, ...], Permit | None] = {}
        for row, work in self._work("pass", caller, service):
            if row.passed_to not in known:
                known[row.passed_to] = self._passing(caller, role, row)
            passing = known[row.passed_to]
            if passing is not None:
                text = f"pass {role.resource} to {service} and run code there with {listed(row.other_actions)}"
                depends = (row.depends, self._profile(caller, role, service, row))
                yield EscalationStep.of(actor, text, passing & work, row.id, *depends)
                if not any(depends) and not (passing & work).keys:
                    return

    def _passing(self, caller: Identity, role: Role, row: StepFacts) -> Permit | None:
        found = (self._callers.permit(caller, PASS_ROLE, role.arn, {"iam:PassedToService": to}) for to in row.passed_to)
        return min((one for one in found if one), key=lambda one: len(one.keys), default=None)

    def _profile(self, caller: Identity, role: Role, service: str, row: StepFacts) -> str:
        """What has to be there so that an instance can have the role, if the caller cannot see to it."""
        if service != _INSTANCES or role.instance_profiles or not _OWN_PROFILE.isdisjoint(row.actions):
            return ""
        return "" if self._callers.anywhere(caller, [_TO_PROFILE]) else "an instance profile that has the role"

    def _entered(self, actor: Actor, caller: Identity, role: Role, service: str) -> Iterator[EscalationStep]:
        for row, work in self._work("enter", caller, service)[:1]:
            article = "an" if row.target[0] in "aeio" else "a"
            text = f"take over {article} {row.target} that runs as {role.resource}, if there is one, with"
            step = EscalationStep.of(actor, f"{text} {listed(row.actions)}", work, row.id, row.depends)
            yield EscalationStep(step.text, row.id, False, step.keys)

    def _work(self, kind: str, caller: Identity, service: str) -> list[tuple[StepFacts, Permit]]:
        """The rows of a service of which a caller may do everything else, the surest first."""
        place = (f"{kind} {service}", caller.key)
        if place not in self._works:
            found = []
            for row in self._rows[kind].get(service, ()):
                permit = self._callers.anywhere(caller, row.other_actions)
                if permit is not None:
                    found.append((row, permit))
            found.sort(key=lambda pair: (bool(pair[1].keys or pair[0].depends), len(pair[0].actions)))
            self._works[place] = found
        return self._works[place]

    def _assumed(self, actor: Actor, caller: Identity, role: Role) -> Iterator[EscalationStep]:
        if ASSUME_ROLE not in self._callers.held.of(caller) and not _may_name(role, caller):
            return
        permit = self._callers.permit(caller, ASSUME_ROLE, role.arn)
        if permit is not None:
            yield EscalationStep.of(actor, f"assume {role.resource}", permit, "sts-001")

    def _taken(self, actor: Actor, caller: Identity, identity: Identity) -> Iterator[EscalationStep]:
        can = "sign in as" if identity.kind == "user" else "add itself to the trust policy of"
        for row in self._taking:
            action = row.actions[0]
            permit = self._callers.permit(caller, action, identity.arn) if row.target == identity.kind else None
            if permit is not None:
                text = f"{can} {identity.resource} with {action}"
                yield EscalationStep.of(actor, text, permit, row.id, row.depends)

    def _signed(self, actor: Actor, caller: Identity, role: Role) -> Iterator[EscalationStep]:
        for provider in _providers(role):
            for row in self._signing:
                permit = self._callers.permit(caller, row.actions[0], provider)
                if permit is not None:
                    text = f"sign assertions for {role.resource} as {provider} with {row.actions[0]}"
                    yield EscalationStep.of(actor, text, permit, row.id, row.depends)

    def _into_group(self, actor: Actor, caller: Identity, other: Actor) -> Iterator[EscalationStep]:
        for row in self._joining:
            permit = self._callers.permit(caller, row.actions[0], other.arn) if caller.kind == "user" else None
            if permit is not None:
                yield EscalationStep.of(actor, f"join {other.resource} with {row.actions[0]}", permit, row.id)


def _by_service(rows: Iterable[StepFacts]) -> dict[str, list[StepFacts]]:
    found: dict[str, list[StepFacts]] = {}
    for row in rows:
        for service in row.trusts:
            found.setdefault(service, []).append(row)
    return found


def _may_name(role: Role, caller: Identity) -> bool:
    """Whether a trust policy can let a caller in that has no right to assume roles."""
    names = {"*", caller.arn}
    return any(
        one.not_principals is not None or any(value in names for _kind, value in one.principals or ())
        for one in role.trust.allowing
    )


def _providers(role: Role) -> list[str]:
    """The SAML providers that a role trusts."""
    named = (value for one in role.trust.allowing for kind, value in one.principals or () if kind == "Federated")
    return sorted({value for value in named if ":saml-provider/" in value})
