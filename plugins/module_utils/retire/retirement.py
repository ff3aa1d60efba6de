# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What one run puts into quarantine, what it deletes, and what waits. Pure.

The `blocking_checks` decide whether it may be retired.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from ..analyze.aws_facts import ServiceLife
from ..audit.audit import AuditedObject
from ..backup.quarantine_records import REMOVAL, Event, Records, removal_tag
from ..errors import printable, shown
from ..limits import MAXIMUM_TAGS
from ..model import (
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    PolicyDeclaration,
    Quarantine,
    Role,
    RoleDeclaration,
)
from ..plan.plan import Step
from ..resolve.quarantine import RETIRED_TAG, moment, tagged
from .belonging import Belonging
from .living_roles import is_living, what_to_take_out

QUARANTINED = "quarantined"
REMOVED = "removed"
WAITING = "waiting"
KEPT = "kept"


@dataclass(frozen=True)
class Wish:
    """What a task requests. `roles` and `policies` are None if neither is given.

    These two and `excluded` are glob patterns of names. `max_role_fraction` is None for the default. `own_role` is the
    name of the role that the task itself uses, if it is known.
    """

    services: frozenset[str] = frozenset()
    roles: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    unused: timedelta = timedelta(days=90)
    min_age: timedelta = timedelta(days=90)
    after: timedelta = timedelta(days=30)
    skip_quarantine: bool = False
    max_role_fraction: float | None = None
    allowed: frozenset[str] = frozenset()
    reason: str = ""
    own_role: str = ""

    def means(self, kind: str, name: str) -> bool:
        """Whether an object that belongs to the services is to be retired."""
        wanted = self.roles if kind == "role" else self.policies
        if self.roles is None and self.policies is None:
            wanted = ("*",)
        return matches(name, wanted or ()) and not matches(name, self.excluded)

    def names(self, kind: str, name: str) -> bool:
        """Whether an object is requested by its exact name."""
        wanted = self.roles if kind == "role" else self.policies
        return any(one.lower() == name.lower() for one in wanted or ())


@dataclass(frozen=True)
class Retired:
    """One object and what is done with it. `until` is when it is deleted, if that is known.

    `services` are all services that it belongs to, requested or not. `depended_on_by` is as in the audit. `since` is
    the recorded start of its quarantine; for a policy, of the last role that had it. `unrecorded` is the start of a
    quarantine that only its tags report, empty if there is none.
    """

    subject: Role | ManagedPolicy
    services: tuple[str, ...]
    step: str
    until: datetime | None = None
    reason: str = ""
    depended_on_by: tuple[Mapping[str, Any], ...] = ()
    since: datetime | None = None
    unrecorded: str = ""

    @property
    def kind(self) -> str:
        return "role" if isinstance(self.subject, Role) else "policy"

    @property
    def resource(self) -> str:
        return self.subject.resource

    @property
    def note(self) -> str:
        """Further information for users, empty if there is none."""
        if not self.unrecorded:
            return ""
        return f"quarantine since {shown(self.unrecorded)} is reported by its tags but not recorded here; it starts now"

    def shown(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "services": list(self.services),
            "step": self.step,
            "until": moment(self.until) if self.until else None,
            "reason": printable(self.reason),
            "note": printable(self.note),
        }


@dataclass(frozen=True)
class Retirement:
    """Everything that is retired in one account, roles first, by name."""

    items: tuple[Retired, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.min)

    def of(self, *steps: str) -> list[Retired]:
        return [item for item in self.items if item.step in steps]

    def declarations(self) -> Declarations:
        """The retirement as a declaration."""
        return Declarations(
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
                    quarantine=Quarantine(moment(self.now), item.reason, anew=True)
                    if item.step == QUARANTINED
                    else None,
                )
                for item in self.of(REMOVED, QUARANTINED)
                if isinstance(item.subject, Role)
            ),
        )


def retirement(
    wish: Wish,
    found: Belonging,
    state: CurrentState,
    lives: Mapping[str, ServiceLife],
    records: Records,
) -> Retirement:
    """Apply the wish to the objects of the services and to the records of earlier runs."""
    named = [one for one in found.by_tags if wish.names(one.kind, one.name)]
    meant = _meant(wish, [*found.objects, *named])
    roles: list[Retired] = []
    living: list[Retired] = []
    policies: list[Retired] = []
    for group in meant:
        subject = group[0].subject
        if isinstance(subject, Role) and is_living(group, wish.services):
            living.append(Retired(subject, _services(group), KEPT, reason=what_to_take_out(group)))
        elif isinstance(subject, Role):
            roles.append(_role_retired(wish, subject, group, lives, records))
    for group in meant:
        subject = group[0].subject
        if isinstance(subject, ManagedPolicy):
            policies.append(_policy_retired(subject, group, state, roles))
    known = {item.resource for item in (*roles, *living)}
    kept = [
        _kept_by_tags(role, group)
        for group in _meant(wish, found.by_tags)
        if isinstance(role := group[0].subject, Role) and group[0].resource not in known
    ]
    return Retirement((*roles, *living, *kept, *policies), records.now)


def _meant(wish: Wish, objects: Iterable[AuditedObject]) -> list[list[AuditedObject]]:
    """The requested roles and policies by name, each once for each service that it belongs to."""
    found: dict[str, list[AuditedObject]] = {}
    for one in objects:
        if isinstance(one.subject, (Role, ManagedPolicy)):
            found.setdefault(one.resource.lower(), []).append(one)
    return [
        group
        for dummy, group in sorted(found.items())
        if any(one.service in wish.services for one in group) and wish.means(group[0].kind, group[0].name)
    ]


def marks(planned: Retirement, records: Records) -> tuple[Step, ...]:
    """Signed tags that record that removals were begun, so that the next run continues without this one's backup.

    There are none without a key, and none on a role that has no space for one.
    """
    return tuple(
        _mark(item.subject, item, records)
        for item in planned.of(REMOVED)
        if isinstance(item.subject, Role)
        and records.key
        and not records.of(item.subject).services
        and (RETIRED_TAG in item.subject.tags or len(item.subject.tags) < MAXIMUM_TAGS)
    )


def removals(planned: Retirement) -> Iterator[Event]:
    """The removals that begin, as events."""
    for item in planned.of(REMOVED):
        if isinstance(item.subject, Role):
            yield Event(REMOVAL, item.subject.name, item.subject.id, moment(planned.now), item.services)


def _mark(role: Role, item: Retired, records: Records) -> Step:
    value = removal_tag(role, records.account, moment(records.now), item.services, records.key)
    given = {"RoleName": role.name, "Tags": [{"Key": RETIRED_TAG, "Value": value}]}
    return Step("TagRole", item.resource, "its removal begins", role.key, given)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name matches one of the patterns; IAM names are unique regardless of case."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _role_retired(
    wish: Wish, role: Role, group: Sequence[AuditedObject], lives: Mapping[str, ServiceLife], records: Records
) -> Retired:
    services = _services(group)
    since, told = records.quarantine_of(role), tagged(role)
    item = Retired(role, services, REMOVED, depended_on_by=group[0].depended_on_by, since=since)
    if since is None and not wish.skip_quarantine:
        reason = wish.reason or _reason(services, lives)
        until = records.now + wish.after
        return replace(item, step=QUARANTINED, until=until, reason=reason, unrecorded=told.since if told else "")
    item = replace(item, reason=told.reason if told else "")
    if since is not None and since + wish.after > records.now and not wish.skip_quarantine:
        return replace(item, step=WAITING, until=since + wish.after)
    return item


def _kept_by_tags(role: Role, group: Sequence[AuditedObject]) -> Retired:
    services = _services(group)
    names = " and ".join(services)
    return Retired(
        role,
        services,
        KEPT,
        None,
        f"only its tags show that it belongs to {names}; name it in roles to retire it",
    )


def _policy_retired(
    policy: ManagedPolicy, group: Sequence[AuditedObject], state: CurrentState, roles: Sequence[Retired]
) -> Retired:
    """A policy is deleted after it is detached from everything, because then it grants nothing."""
    services = tuple(one.service for one in group)
    steps = {item.subject.key: item for item in roles if isinstance(item.subject, Role)}
    users = [identity for identity in state.identities.values() if _uses(identity, policy.arn)]
    staying = [user for user in users if user.key not in steps]
    later = [steps[user.key] for user in users if user.key in steps and steps[user.key].step != REMOVED]
    if staying:
        names = ", ".join(sorted(user.resource for user in staying))
        return Retired(policy, services, KEPT, None, f"{names} has it")
    if later:
        dates = [item.until for item in later if item.until]
        names = ", ".join(sorted(item.resource for item in later))
        return Retired(policy, services, WAITING, max(dates) if dates else None, f"it is deleted after {names}")
    begun = [steps[user.key].since for user in users]
    since = max((one for one in begun if one), default=None) if all(begun) else None
    return Retired(policy, services, REMOVED, since=since)


def _services(group: Sequence[AuditedObject]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.service for one in group))


def _uses(identity: Identity, arn: str) -> bool:
    return arn in identity.managed or identity.boundary == arn


def _reason(services: Sequence[str], lives: Mapping[str, ServiceLife]) -> str:
    return "; ".join(_shown_life(lives[service]) for service in services if service in lives).replace(";", " /")[:256]


def _shown_life(life: ServiceLife) -> str:
    verb = {"ended": "ended on", "closed": "is closed to new customers since"}.get(life.state, "is open since")
    return f"{life.name} {verb} {life.since}" if life.since else f"{life.name} is {life.state} to new customers"
