# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Privilege escalation paths: how one identity of the account can act as another, and so as an administrator. Pure.

An administrator may do everything, or change the permissions of any identity. A path is a chain of steps from an
identity that is not an administrator to a role that is one: it passes a role to a service where it can run code,
assumes a role, writes its trust policy, or takes over what runs under it. Only the shortest path from each to each is
reported, of at most `MOST_STEPS` steps, and at most `MOST_PATHS`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analyze.finding import Severity
from ..analyze.grant_questions import Holdings
from ..declare.policy_references import policy_name
from ..errors import printable
from ..model import CurrentState, Identity, Role, resource_name
from .candidates import Candidates
from .escalation_facts import EscalationFacts
from .evidence import trusted_services
from .rights import Rights, told_conditions
from .trusted_principals import principal_kind

MOST_STEPS = 4
MOST_PATHS = 100

_ADMINISTRATOR = ("everything", "changes_permissions")


@dataclass(frozen=True)
class EscalationStep:
    """One step of a path. A step that is not `sure` depends on a condition, or on what happens to run."""

    text: str
    sure: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True)
class EscalationPath:
    """A path from one identity to a role; both are keys of identities."""

    start: Identity
    goal: Identity
    steps: tuple[EscalationStep, ...]
    severity: Severity
    through: frozenset[str]

    def shown(self) -> dict[str, Any]:
        return {
            "from": self.start.resource,
            "to": self.goal.resource,
            "steps": [step.text for step in self.steps],
            "severity": self.severity.text,
        }


def escalation_paths(
    facts: EscalationFacts,
    state: CurrentState,
    rights: Mapping[str, Rights],
    holdings: Mapping[str, Holdings],
    *,
    ended: frozenset[str],
    concerned: frozenset[str],
) -> list[EscalationPath]:
    """The paths that contain one of the `concerned` identities, the most severe and shortest first.

    `holdings` are what the documents of each identity grant (see `risky_grants`), `ended` the principals of services
    that cannot be called any more.
    """
    graph = _Graph(facts, state, rights, holdings, ended)
    found: dict[tuple[str, str], EscalationPath] = {}
    for path in sorted((path for path in graph.paths() if path.through & concerned), key=_rank):
        found.setdefault((path.start.key, path.goal.key), path)
    return list(found.values())[:MOST_PATHS]


def _rank(path: EscalationPath) -> tuple[int, int, str, str, str]:
    return path.severity, len(path.steps), path.start.key, path.goal.key, path.steps[0].text


Edge = tuple[str, EscalationStep]
"""The key of the identity where a step starts, and the step."""


class _Graph:
    def __init__(
        self,
        facts: EscalationFacts,
        state: CurrentState,
        rights: Mapping[str, Rights],
        holdings: Mapping[str, Holdings],
        ended: frozenset[str],
    ) -> None:
        self._facts = facts
        self._identities = state.identities
        self._rights = rights
        self._ended = ended
        self._account = state.account
        self._own = {policy.arn for policy in state.policies.values()}
        self._administrators = {key for key, held in holdings.items() if any(name in held for name in _ADMINISTRATOR)}
        self._work = {key: self._work_of(one) for key, one in rights.items()}
        self._candidates = self._indexed()

    def paths(self) -> Iterator[EscalationPath]:
        for key in sorted(self._identities):
            identity = self._identities[key]
            if key in self._administrators:
                if isinstance(identity, Role) and not identity.path.startswith("/aws-service-role/"):
                    yield from self._towards(identity)
            else:
                yield from self._by_own_hand(identity)

    def _towards(self, goal: Role, last: tuple[EscalationStep, ...] = ()) -> Iterator[EscalationPath]:
        """The shortest path from every identity that is not an administrator, searched from the goal backwards.

        `last` are the steps that the goal still needs to become an administrator.
        """
        ways: dict[str, tuple[EscalationStep, ...]] = {goal.key: last}
        through: dict[str, frozenset[str]] = {goal.key: frozenset((goal.key,))}
        front = [goal.key]
        for _round in range(MOST_STEPS):
            further: list[str] = []
            for key in front:
                for start, step in self._edges_to(key, {*ways, *self._administrators}):
                    ways[start] = (step, *ways[key])
                    through[start] = through[key] | {start}
                    further.append(start)
                    yield self._path(self._identities[start], goal, ways[start], through[start])
            front = further

    def _by_own_hand(self, identity: Identity) -> Iterator[EscalationPath]:
        """Identities that may change their own permissions, or those of a role that they can act as."""
        step = self._granting(identity, identity)
        if step is not None:
            yield self._path(identity, identity, (step,), frozenset((identity.key,)))
            if isinstance(identity, Role):
                yield from self._towards(identity, (step,))
            return
        rights = self._rights.get(identity.key)
        for role in self._roles() if rights and self._may_grant_to_roles(rights) else ():
            step = self._granting(identity, role) if role.key != identity.key else None
            way = self._edge(identity, role, sorted(trusted_services(role) - self._ended)) if step else None
            if step is not None and way is not None:
                yield self._path(identity, role, (step, way), frozenset((identity.key, role.key)))

    def _may_grant_to_roles(self, rights: Rights) -> bool:
        return (
            rights.to_any((*self._facts.grants_to.get("role", ()), *self._facts.grants_to.get("policy", ())))
            is not None
        )

    def _granting(self, identity: Identity, other: Identity) -> EscalationStep | None:
        rights = self._rights.get(identity.key)
        if rights is None:
            return None
        objects = [(action, other.arn) for action in self._facts.grants_to.get(other.kind, ())]
        policies = sorted(other.managed & self._own)
        objects += [(action, arn) for action in self._facts.grants_to.get("policy", ()) for arn in policies]
        whom = "itself" if identity.key == other.key else other.resource
        for action, arn in objects:
            right = rights.to(action, arn)
            if right is not None:
                by = f" through {resource_name('policy', policy_name(arn))}" if arn != other.arn else ""
                text = f"{identity.resource} may grant {whom} any permission{by} with {action} ({right.told()})"
                return EscalationStep(text, not right.conditions)
        return None

    def _edges_to(self, key: str, known: Container[str]) -> Iterator[Edge]:
        """The identities that can act as a role after one step, and that step; without those that are known already."""
        role = self._identities[key]
        if not isinstance(role, Role):
            return
        services = sorted(trusted_services(role) - self._ended)
        for start in self._candidates.of(role, services):
            if start != key and start not in known:
                step = self._edge(self._identities[start], role, services)
                if step is not None:
                    yield start, step

    def _indexed(self) -> Candidates:
        """The identities that may act on roles, by role, so that not every identity is checked for each role."""
        found = Candidates({identity.arn: key for key, identity in self._identities.items()})
        for key, rights in self._rights.items():
            for action in (self._facts.assume, *self._facts.takes_over):
                found.may_reach(key, rights.resources(action))
            for service in self._work[key]:
                found.may_reach(key, rights.resources(self._facts.pass_role, service), service)
            for service, work in self._facts.services.items():
                if rights.to_any(work.uses):
                    found.may_reach(key, ("*",), service)
        return found

    def _edge(self, identity: Identity, role: Role, services: Sequence[str]) -> EscalationStep | None:
        """The surest step by which an identity can act as a role."""
        steps = [*self._passing(identity, role, services), *self._assuming(identity, role)]
        steps += [*self._taking_over(identity, role), *self._using(identity, role, services)]
        return min(steps, key=lambda step: (not step.sure, step.text), default=None)

    def _passing(self, identity: Identity, role: Role, services: Iterable[str]) -> Iterator[EscalationStep]:
        rights = self._rights.get(identity.key)
        for service in services if rights else ():
            work = self._work[identity.key].get(service)
            right = rights.to_pass(self._facts.pass_role, role.arn, service) if rights and work else None
            if right is None or work is None:
                continue
            action, starting = work
            text = f"{identity.resource} may pass {role.resource} to {service} and use it there with {action}"
            by = " and ".join(dict.fromkeys((right.told(), starting.told())))
            yield EscalationStep(f"{text} ({by})", not right.conditions and not starting.conditions)

    def _assuming(self, identity: Identity, role: Role) -> Iterator[EscalationStep]:
        if identity.kind == "group":
            return
        rights = self._rights.get(identity.key)
        for statement in role.trust.allowing:
            keys = sorted(statement.condition_keys)
            under = told_conditions(keys)
            for kind, value in statement.principals or ():
                if kind != "AWS":
                    continue
                if value == identity.arn:
                    yield EscalationStep(
                        f"{identity.resource} may assume {role.resource} (its trust policy{under})", not keys
                    )
                elif principal_kind(kind, value) == "anyone" or self._is_own_account(value):
                    right = rights.to(self._facts.assume, role.arn) if rights else None
                    if right is not None:
                        text = f"{identity.resource} may assume {role.resource}"
                        text += f" ({right.told()}; its trust policy{under})"
                        yield EscalationStep(text, not keys and not right.conditions)

    def _taking_over(self, identity: Identity, role: Role) -> Iterator[EscalationStep]:
        rights = self._rights.get(identity.key)
        for action in self._facts.takes_over if rights else ():
            right = rights.to(action, role.arn) if rights else None
            if right is not None:
                text = f"{identity.resource} may add itself to the trust policy of {role.resource} with {action}"
                yield EscalationStep(f"{text} ({right.told()})", not right.conditions)

    def _using(self, identity: Identity, role: Role, services: Iterable[str]) -> Iterator[EscalationStep]:
        rights = self._rights.get(identity.key)
        for service in services if rights else ():
            work = self._facts.services.get(service)
            allowed = rights.to_any(work.uses) if rights and work else None
            if allowed is not None and work is not None:
                action, right = allowed
                text = f"{identity.resource} may take over {work.what} that runs as {role.resource}, if one exists,"
                yield EscalationStep(f"{text} with {action} ({right.told()})", False)

    def _work_of(self, rights: Rights) -> dict[str, tuple[str, Any]]:
        """By service, the call that starts work there, and what allows it."""
        found = {}
        for service, work in self._facts.services.items():
            allowed = rights.to_any(work.starts)
            if allowed is not None:
                found[service] = allowed
        return found

    def _roles(self) -> Sequence[Role]:
        return [role for role in self._identities.values() if isinstance(role, Role)]

    def _is_own_account(self, principal: str) -> bool:
        return principal in (self._account.id, f"arn:{self._account.partition}:iam::{self._account.id}:root")

    def _path(
        self, start: Identity, goal: Identity, steps: tuple[EscalationStep, ...], through: frozenset[str]
    ) -> EscalationPath:
        severity = Severity.CRITICAL if all(step.sure for step in steps) else Severity.HIGH
        if isinstance(start, Role) and self._nobody_assumes(start):
            severity = Severity.LOW
        return EscalationPath(start, goal, steps, severity, through)

    def _nobody_assumes(self, role: Role) -> bool:
        """Whether only services that have ended may assume a role."""
        let_in = [pair for statement in role.trust.allowing for pair in statement.principals or ()]
        return bool(let_in) and all(kind == "Service" and value in self._ended for kind, value in let_in)
