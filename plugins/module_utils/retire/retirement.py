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
from datetime import timedelta
from fnmatch import fnmatchcase

from ..analyze.aws_facts import ServiceLife
from ..audit.audit import AuditedObject
from ..backup.quarantine_records import REMOVAL, Event, Records, Release, removal_tag
from ..limits import MAXIMUM_TAGS
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..plan.plan import Step
from ..resolve.quarantine import RELEASE_REASON_TAG, RETIRED_TAG, moment, tagged
from .belonging import Belonging
from .first_wave import WAITING as WAVE_WAITS
from .first_wave import FirstWave
from .living_roles import is_living, what_to_take_out
from .retired import KEPT, QUARANTINED, REMOVED, WAITING, Retired, Retirement


@dataclass(frozen=True)
class Wish:
    """What a task requests. `roles` and `policies` are None if neither is given.

    These two and `excluded` are glob patterns of names. `max_role_fraction` is None for the default. `own_role` is the
    name of the role that the task itself uses, if it is known. `first_wave` is what the first accounts showed.
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
    first_wave: FirstWave = field(default_factory=FirstWave)

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
            policies.append(_policy_retired(wish, subject, group, state, roles))
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
    item = Retired(role, services, REMOVED, depended_on_by=group[0].depended_on_by, since=since, days=wish.after)
    release = records.release_of(role)
    if release is not None and "released" not in wish.allowed:
        return replace(item, step=KEPT, kept_for="released", reason=_released(release, role))
    if since is None and waits_for_first_wave(wish):
        return replace(item, step=KEPT, kept_for="first_wave", reason=wish.first_wave.told)
    if since is None and not wish.skip_quarantine:
        reason, began = wish.reason or _reason(services, lives), records.now
        item = replace(item, step=QUARANTINED, until=began + wish.after, reason=reason, began=began)
        return replace(item, unrecorded=told.since if told else "")
    item = replace(item, reason=told.reason if told else "")
    if since is not None and since + wish.after > records.now and not wish.skip_quarantine:
        return replace(item, step=WAITING, until=since + wish.after)
    return item


def waits_for_first_wave(wish: Wish) -> bool:
    """Whether nothing is begun here yet, because the first accounts have not been quiet for long enough."""
    return wish.first_wave.state == WAVE_WAITS and "first_wave" not in wish.allowed


def _released(release: Release, role: Role) -> str:
    why = role.tags.get(RELEASE_REASON_TAG, "")
    return (
        f"was released from quarantine on {moment(release.at)}{f' ({why})' if why else ''}, and is left alone until"
        f" {moment(release.until)}"
    )


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
    wish: Wish, policy: ManagedPolicy, group: Sequence[AuditedObject], state: CurrentState, roles: Sequence[Retired]
) -> Retired:
    """A policy is deleted after it is detached from everything, because then it grants nothing."""
    services = tuple(one.service for one in group)
    steps = {item.subject.key: item for item in roles if isinstance(item.subject, Role)}
    users = [identity for identity in state.identities.values() if _uses(identity, policy.arn)]
    kept_for = next((steps[user.key].kept_for for user in users if user.key in steps and steps[user.key].kept_for), "")
    staying = [user for user in users if user.key not in steps or steps[user.key].step == KEPT]
    later = [steps[user.key] for user in users if user.key in steps and steps[user.key].step != REMOVED]
    if staying:
        names = ", ".join(sorted(user.resource for user in staying))
        return Retired(policy, services, KEPT, None, f"{names} has it", kept_for=kept_for)
    if later:
        dates = [item.until for item in later if item.until]
        names = ", ".join(sorted(item.resource for item in later))
        return Retired(policy, services, WAITING, max(dates) if dates else None, f"it is deleted after {names}")
    begun = [steps[user.key].since for user in users]
    since = max((one for one in begun if one), default=None) if all(begun) else None
    if since is None and waits_for_first_wave(wish):
        return Retired(policy, services, KEPT, reason=wish.first_wave.told, kept_for="first_wave")
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
