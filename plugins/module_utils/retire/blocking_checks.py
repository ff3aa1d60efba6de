# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Blocking checks: everything that prevents a retirement, reported at once, each with its override. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..analyze.aws_facts import ServiceLife
from ..audit.audit import AuditedObject
from ..errors import EngineError, InputError, Problem, printable
from ..model import CurrentState, Role, resource_name
from .first_wave import DISTURBED, UNTRIED
from .retired import KEPT, QUARANTINED, REMOVED, WAITING, Retired, Retirement
from .retirement import Wish, matches

DEFAULT_ROLE_FRACTION = 0.5
FLOOR = 20
"""Roles that one run may retire with the default fraction, even if the account has few roles (docs/decisions/0014)."""

ALLOWABLE = ("used", "depended_on", "service_alive", "share", "too_young", "declared_present", "first_wave")
"""The refusals that `allow` overrides."""


IN_BASELINE = "a baseline"

Declared = Mapping[tuple[str, str], Sequence[str]]
"""By kind and lower-case name of what is declared present, the services that it is declared for, or `IN_BASELINE`."""


@dataclass(frozen=True)
class Refusal:
    """Why an object is not retired, and the option (in the playbook, the variable) that overrides this."""

    resource: str
    code: str
    reason: str
    override: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason))
        object.__setattr__(self, "override", printable(self.override))

    def shown(self) -> dict[str, str]:
        return {"resource": self.resource, "code": self.code, "reason": self.reason, "override": self.override}

    def __str__(self) -> str:
        return f"{self.resource}: {self.reason}. {_sentence(self.override)}"


class Refused(InputError):
    """An account in which nothing was written, because of blocking checks."""

    def __init__(self, refusals: Iterable[Refusal], account_id: str) -> None:
        found = sorted(set(refusals), key=lambda refusal: (refusal.resource, refusal.code))
        super().__init__([Problem(one.resource, f"{one.reason}. {_sentence(one.override)}") for one in found])
        head = "1 refusal" if len(found) == 1 else f"{len(found)} refusals"
        where = f" in account {account_id}" if account_id else ""
        account = {"account_id": account_id} if account_id else {}
        told = [refusal.shown() for refusal in found]
        message = f"{head}{where}, nothing was written:"
        EngineError.__init__(self, message, map(str, found), changed=False, refusals=told, **account)


def refusals(
    wish: Wish,
    planned: Retirement,
    objects: Sequence[AuditedObject],
    state: CurrentState,
    lives: Mapping[str, ServiceLife],
    *,
    declared: Declared,
) -> list[Refusal]:
    """All blocking checks for the retirement of one account; `declared` is what its host declares present."""
    leaving = {item.resource for item in planned.of(QUARANTINED, REMOVED, WAITING)}
    found: list[Refusal] = []
    for item in planned.of(QUARANTINED, REMOVED):
        found += _of_protected(item)
        found += _of_own_role(item, wish)
        found += _of_life(item, wish, lives)
        found += _of_use(item, wish, planned.now)
        found += _of_dependants(item, wish, leaving)
        found += _of_age(item, wish, planned.now)
        found += _of_declaration(item, wish, declared)
    found += _of_named(wish, planned, objects, state)
    found += _of_share(wish, planned, state)
    found += _of_first_wave(wish, planned)
    return found


def _of_first_wave(wish: Wish, planned: Retirement) -> Iterator[Refusal]:
    """A disturbed first wave stops everything, one that showed nothing stops what has not waited in quarantine."""
    state = wish.first_wave.state
    going = [item for item in planned.of(QUARANTINED, REMOVED) if state == DISTURBED or item.since is None]
    if state in (DISTURBED, UNTRIED) and going and "first_wave" not in wish.allowed:
        yield Refusal("account", "first_wave", wish.first_wave.told, _allow("first_wave"))


def _of_protected(item: Retired) -> Iterator[Refusal]:
    role = item.subject
    if not isinstance(role, Role):
        return
    leave_out = f"exclude: [{role.name}] (aws_ml_retire_exclude) leaves it out"
    if role.path.startswith("/aws-service-role/"):
        why = "is a service-linked role, which only its service can delete; use iam_service_linked_role"
        yield Refusal(item.resource, "service_linked", why, leave_out)
    elif role.path.startswith("/aws-reserved/"):
        yield Refusal(item.resource, "reserved", f"is reserved for AWS (path {role.path})", leave_out)
    elif role.source_template:
        why = f"was created from role template {role.source_template} and is managed there"
        yield Refusal(item.resource, "template", why, leave_out)


def _of_own_role(item: Retired, wish: Wish) -> Iterator[Refusal]:
    if item.kind == "role" and item.subject.name.lower() == wish.own_role.lower():
        override = f"exclude: [{item.subject.name}] (aws_ml_retire_exclude) leaves it out; another role can retire it"
        yield Refusal(item.resource, "own_role", "is the role that this task works as", override)


def _of_life(item: Retired, wish: Wish, lives: Mapping[str, ServiceLife]) -> Iterator[Refusal]:
    alive = [lives[service] for service in item.services if service in lives and lives[service].state != "ended"]
    if alive and "service_alive" not in wish.allowed:
        names = " and ".join(life.name for life in alive)
        yield Refusal(
            item.resource, "service_alive", f"belongs to {names}, which has not ended", _allow("service_alive")
        )


def _of_use(item: Retired, wish: Wish, now: datetime) -> Iterator[Refusal]:
    role = item.subject
    if not isinstance(role, Role) or not role.last_used or "used" in wish.allowed:
        return
    used = datetime.fromisoformat(role.last_used["date"])
    where = f" in {role.last_used['region']}" if role.last_used.get("region") else ""
    if item.since is not None:
        if used > item.since:
            why = f"was used on {used:%Y-%m-%d}{where}, though it is in quarantine since {item.since:%Y-%m-%d}"
            yield Refusal(item.resource, "used", why, _allow("used"))
    elif now - used < wish.unused:
        limit = f"unused_days (aws_ml_retire_unused_days) is {wish.unused.days}"
        why = f"was used on {used:%Y-%m-%d}{where}, {_ago(used, now)}; {limit}"
        yield Refusal(item.resource, "used", why, _allow("used"))


def _of_dependants(item: Retired, wish: Wish, leaving: set[str]) -> Iterator[Refusal]:
    if "depended_on" in wish.allowed:
        return
    held = [one for one in item.depended_on_by if one["by_name"] and one["resource"] not in leaving]
    if held:
        told = "; ".join(sorted({f"{one['resource']} depends on it: {one['detail']}" for one in held}))
        yield Refusal(item.resource, "depended_on", told, _allow("depended_on"))


def _of_age(item: Retired, wish: Wish, now: datetime) -> Iterator[Refusal]:
    """An object that was already in quarantine does not count as new: it was not needed meanwhile."""
    if "too_young" in wish.allowed or not wish.min_age or _is_protected(item):
        return
    if not item.subject.created:
        yield Refusal(item.resource, "too_young", "IAM does not say when it was created", _allow("too_young"))
        return
    created = datetime.fromisoformat(item.subject.created)
    if now - created < wish.min_age and (item.since is None or created > item.since):
        limit = f"min_age_days (aws_ml_retire_min_age_days) is {wish.min_age.days}"
        why = f"was created on {created:%Y-%m-%d}, {_ago(created, now)}; {limit}"
        yield Refusal(item.resource, "too_young", why, _allow("too_young"))


def _of_declaration(item: Retired, wish: Wish, declared: Declared) -> Iterator[Refusal]:
    services = declared.get((item.kind, item.subject.name.lower()), ())
    if services and "declared_present" not in wish.allowed:
        states = [f"{service}_iam_state: absent" for service in services if service != IN_BASELINE]
        fixes = [f"{' and '.join(states)} declares it absent"] if states else []
        fixes += ["remove it from aws_ml_baseline and aws_ml_account_baseline"] if IN_BASELINE in services else []
        why = f"is declared present, so the playbook site would create it again; {'; '.join(fixes)}"
        yield Refusal(item.resource, "declared_present", why, _allow("declared_present"))


def _of_named(
    wish: Wish, planned: Retirement, objects: Sequence[AuditedObject], state: CurrentState
) -> Iterator[Refusal]:
    """Names without wildcards of objects that do not belong to the services, or that another owner keeps."""
    for item in planned.of(KEPT):
        if item.kept_for:
            continue
        if item.kind == "policy" and _is_named(item.subject.name, wish.policies):
            override = (
                "detach it there first (iam_policy_attachment), or leave it out of policies (aws_ml_retire_policies)"
            )
            yield Refusal(item.resource, "depended_on", f"is still in use: {item.reason}", override)
        elif item.kind == "role" and _is_named(item.subject.name, wish.roles):
            override = "Take that out, and leave the role out of roles (aws_ml_retire_roles)"
            yield Refusal(item.resource, "lives_on", item.reason, override)
    belonging: dict[str, set[str]] = {}
    for one in objects:
        if one.subject is not None:
            belonging.setdefault(one.resource.lower(), set()).add(one.service)
    there = [("role", role.name) for role in state.identities.values() if isinstance(role, Role)]
    there += [("policy", policy.name) for policy in state.policies.values()]
    for kind, name in there:
        resource = resource_name(kind, name)
        services = belonging.get(resource.lower(), set())
        named = _is_named(name, wish.roles if kind == "role" else wish.policies)
        if not named or services & wish.services or matches(name, wish.excluded):
            continue
        if services:
            belongs = ", ".join(sorted(services))
            override = f"services: [{belongs}] (aws_ml_retire_services) retires it with its service"
            yield Refusal(resource, "other_service", f"belongs to {belongs}, which is not requested", override)
        else:
            module = "iam_role" if kind == "role" else "iam_managed_policy"
            why = "nothing shows that it belongs to a service of this collection"
            yield Refusal(resource, "foreign", why, f"{module} with state: absent deletes it")


def _of_share(wish: Wish, planned: Retirement, state: CurrentState) -> Iterator[Refusal]:
    ordinary = [
        role
        for role in state.identities.values()
        if isinstance(role, Role) and not role.path.startswith(("/aws-service-role/", "/aws-reserved/"))
    ]
    going = [item for item in planned.of(QUARANTINED, REMOVED) if item.kind == "role"]
    share = DEFAULT_ROLE_FRACTION if wish.max_role_fraction is None else wish.max_role_fraction
    most = share * len(ordinary)
    if wish.max_role_fraction is None:
        most = max(most, FLOOR)
    if "share" not in wish.allowed and len(going) > most:
        percent = f"{100 * len(going) / len(ordinary):.0f} %"
        why = (
            f"{len(going)} of its {len(ordinary)} roles ({percent}) would be quarantined or deleted in one run;"
            f" max_role_fraction (aws_ml_retire_max_role_fraction) is {share:g}"
        )
        yield Refusal("account", "share", why, f"{_allow('share')}, or a larger max_role_fraction")


def _ago(moment: datetime, now: datetime) -> str:
    days = max((now - moment).days, 0)
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


def _is_protected(item: Retired) -> bool:
    return item.subject.path.startswith(("/aws-service-role/", "/aws-reserved/"))


def _is_named(name: str, patterns: Sequence[str] | None) -> bool:
    return any(pattern.lower() == name.lower() for pattern in patterns or ())


def _allow(code: str) -> str:
    return f"allow: [{code}] (aws_ml_retire_allow)"


def _sentence(override: str) -> str:
    if override.startswith("allow:"):
        return f"To retire it anyway: {override}."
    return f"{override}."
