# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an account is retired in one run: what goes into quarantine, what goes for good, what waits. Pure.

Whether it may be is decided in the `refusals` room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from ..audit.audit import AuditedObject
from ..errors import printable
from ..knowledge import ServiceLife
from ..model import (
    AccountState,
    Desired,
    Identity,
    ManagedPolicy,
    PolicyDeclaration,
    Quarantine,
    Role,
    RoleDeclaration,
)
from ..plan import Step
from ..quarantine import RETIRED_TAG, moment, standing, tagged
from ..rules import MAXIMUM_TAGS

QUARANTINED = "quarantined"
REMOVED = "removed"
WAITING = "waiting"
KEPT = "kept"


@dataclass(frozen=True)
class Wish:
    """What a task asks for. `roles` and `policies` are None where neither is given.

    `excepted` and they are globs over names; `max_share` is None for the default; `own_role` is the name of the role
    that the task itself works as, where it is known.
    """

    services: frozenset[str] = frozenset()
    roles: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    excepted: tuple[str, ...] = ()
    unused: timedelta = timedelta(days=90)
    after: timedelta = timedelta(days=30)
    at_once: bool = False
    max_share: float | None = None
    allowed: frozenset[str] = frozenset()
    reason: str = ""
    own_role: str = ""

    def means(self, kind: str, name: str) -> bool:
        """Whether an object that belongs to the services is to be retired."""
        wanted = self.roles if kind == "role" else self.policies
        if self.roles is None and self.policies is None:
            wanted = ("*",)
        return matches(name, wanted or ()) and not matches(name, self.excepted)


@dataclass(frozen=True)
class Retired:
    """One object and what becomes of it. `until` is when it goes for good, where that is known.

    `services` are all that it belongs to, wished for or not. `depended_on_by` is as in the audit.
    """

    subject: Role | ManagedPolicy
    services: tuple[str, ...]
    step: str
    until: datetime | None = None
    reason: str = ""
    depended_on_by: tuple[Mapping[str, Any], ...] = ()

    @property
    def kind(self) -> str:
        return "role" if isinstance(self.subject, Role) else "policy"

    @property
    def resource(self) -> str:
        return f"{self.kind}/{self.subject.name}"

    def shown(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "services": list(self.services),
            "step": self.step,
            "until": moment(self.until) if self.until else None,
            "reason": printable(self.reason),
        }


@dataclass(frozen=True)
class Retirement:
    """Everything that is retired in one account, roles first, by name."""

    items: tuple[Retired, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.min)

    def of(self, *steps: str) -> list[Retired]:
        return [item for item in self.items if item.step in steps]

    def desired(self) -> Desired:
        """The retirement as a declaration."""
        return Desired(
            policies=tuple(
                PolicyDeclaration(item.resource, item.subject.name, present=False)
                for item in self.of(REMOVED)
                if isinstance(item.subject, ManagedPolicy)
            ),
            roles=tuple(
                RoleDeclaration(
                    item.resource,
                    item.subject.name,
                    present=item.step == QUARANTINED,
                    quarantine=Quarantine(moment(self.now), item.reason) if item.step == QUARANTINED else None,
                )
                for item in self.of(REMOVED, QUARANTINED)
                if isinstance(item.subject, Role)
            ),
        )


def retirement(
    wish: Wish, objects: Iterable[AuditedObject], state: AccountState, lives: Mapping[str, ServiceLife], now: datetime
) -> Retirement:
    """Lay the wish over what an audit of all services found."""
    objects = [*objects, *_begun(state, lives)]
    found: dict[str, list[AuditedObject]] = {}
    for one in objects:
        if isinstance(one.subject, (Role, ManagedPolicy)):
            found.setdefault(one.resource.lower(), []).append(one)
    meant = [
        group
        for dummy, group in sorted(found.items())
        if any(one.service in wish.services for one in group) and wish.means(group[0].kind, group[0].name)
    ]
    roles: list[Retired] = []
    policies: list[Retired] = []
    for group in meant:
        subject = group[0].subject
        if isinstance(subject, Role):
            roles.append(_role_retired(wish, subject, group, lives, now))
    for group in meant:
        subject = group[0].subject
        if isinstance(subject, ManagedPolicy):
            policies.append(_policy_retired(subject, group, state, roles))
    return Retirement((*roles, *policies), now)


def marks(planned: Retirement, objects: Iterable[AuditedObject]) -> tuple[Step, ...]:
    """Tags for roles that nothing would be known by any more once their removal was begun, were it cut short."""
    lasting = {one.resource for one in objects if any(_lasts(trace) for trace in one.found_by)}
    return tuple(
        Step(
            "TagRole",
            item.resource,
            "its removal begins",
            item.subject.key,
            {
                "RoleName": item.subject.name,
                "Tags": [{"Key": RETIRED_TAG, "Value": " ".join(dict.fromkeys(item.services))}],
            },
        )
        for item in planned.of(REMOVED)
        if isinstance(item.subject, Role)
        and item.resource not in lasting
        and RETIRED_TAG not in item.subject.tags
        and len(item.subject.tags) < MAXIMUM_TAGS
    )


def in_quarantine(role: Role) -> Quarantine | None:
    """The quarantine of a role; one that has lost all its policies to a removal that was cut short is in it still."""
    return standing(role) or (None if role.managed or role.inline else tagged(role))


def since_of(role: Role) -> datetime | None:
    """When a role went into quarantine; None where it is in none, or its tag says no time."""
    quarantine = in_quarantine(role)
    if quarantine is None:
        return None
    try:
        since = datetime.fromisoformat(quarantine.since)
    except ValueError:
        return None
    return since if since.tzinfo else None


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the globs; IAM names are unique whatever their case."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _role_retired(
    wish: Wish, role: Role, group: Sequence[AuditedObject], lives: Mapping[str, ServiceLife], now: datetime
) -> Retired:
    services = tuple(dict.fromkeys(one.service for one in group))
    depended_on_by = group[0].depended_on_by
    quarantine, since = in_quarantine(role), since_of(role)
    going = wish.at_once or RETIRED_TAG in role.tags
    if quarantine is None and not going:
        reason = wish.reason or _reason(services, lives)
        return Retired(role, services, QUARANTINED, now + wish.after, reason, depended_on_by)
    until = since + wish.after if since else None
    reason = quarantine.reason if quarantine else ""
    if until is not None and until > now and not going:
        return Retired(role, services, WAITING, until, reason, depended_on_by)
    return Retired(role, services, REMOVED, None, reason, depended_on_by)


def _policy_retired(
    policy: ManagedPolicy, group: Sequence[AuditedObject], state: AccountState, roles: Sequence[Retired]
) -> Retired:
    """A policy goes once nothing has it any more: it grants nothing then."""
    services = tuple(one.service for one in group)
    steps = {item.subject.key: item for item in roles if isinstance(item.subject, Role)}
    users = [identity for identity in state.identities.values() if _uses(identity, policy.arn)]
    staying = [user for user in users if user.key not in steps]
    later = [steps[user.key] for user in users if user.key in steps and steps[user.key].step != REMOVED]
    if staying:
        names = ", ".join(sorted(f"{user.kind}/{user.name}" for user in staying))
        return Retired(policy, services, KEPT, None, f"{names} has it")
    if later:
        dates = [item.until for item in later if item.until]
        names = ", ".join(sorted(item.resource for item in later))
        return Retired(policy, services, WAITING, max(dates) if dates else None, f"goes with {names}")
    return Retired(policy, services, REMOVED)


def _begun(state: AccountState, lives: Mapping[str, ServiceLife]) -> Iterator[AuditedObject]:
    """Roles whose removal was cut short when nothing but their tag told what they belong to."""
    for role in state.identities.values():
        if isinstance(role, Role) and RETIRED_TAG in role.tags:
            for service in role.tags[RETIRED_TAG].split():
                if service in lives:
                    yield AuditedObject(service, "role", role.name, "unknown", role)


def _lasts(trace: Mapping[str, str]) -> bool:
    """Whether a trace is there until the role itself goes."""
    return trace["strength"] == "alone" and trace["by"] in ("name", "trust_principal", "tag", "path")


def _uses(identity: Identity, arn: str) -> bool:
    return arn in identity.managed or identity.boundary == arn


def _reason(services: Sequence[str], lives: Mapping[str, ServiceLife]) -> str:
    return "; ".join(_told(lives[service]) for service in services if service in lives).replace(";", " /")[:256]


def _told(life: ServiceLife) -> str:
    verb = {"ended": "ended on", "closed": "is closed to new customers since"}.get(life.state, "is open since")
    return f"{life.name} {verb} {life.since}"
