# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the condition of a rule holds for a user, group, role or managed policy. One function for each kind. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import assert_never

from ..model import CurrentState, Identity, Role
from ..policy.document import dangling_principals
from ..resolve.desired_state import DesiredState
from .asked_requests import ANY_SERVICE
from .aws_facts import (
    AwsFacts,
    Condition,
    HasGrants,
    ReachesRoles,
    SharedWithRoles,
    TrustsAnyone,
    TrustsDeletedPrincipal,
    TrustsOtherAccount,
    TrustsServices,
)
from .caller_choices import Chance
from .grant_questions import Holdings, sure
from .risky_grants import RiskyGrants, access_after
from .trust_questions import ANOTHER_ACCOUNT, Trust

MOST_NAMES = 20
"""Names in one message; of more, the number is given."""


@dataclass(frozen=True)
class RuleSubject:
    """What is looked at: a user, group, role or customer managed policy, as it will be and as it was.

    With `only_grants`, what lies in the trust policy alone is not looked at. `holdings` are those of the whole; `given`
    are those of the declared share, if only that is looked at, and `elsewhere` the others.
    """

    resource: str
    holdings: Holdings
    identity: Identity | None = None
    before: Identity | None = None
    only_grants: bool = False
    given: Holdings | None = None
    elsewhere: Holdings | None = None

    @property
    def role_name(self) -> str:
        return self.identity.name if isinstance(self.identity, Role) else ""


@dataclass(frozen=True)
class Match:
    """A condition that holds, and what a message may name of it.

    `grants` are the names of the grants that are there, `accounts` the foreign accounts of `principal`. `passed_to` are
    the services that the policies pass roles to, where they pass roles. `keys` are the condition keys that the match
    depends on.
    """

    policies: Sequence[str] = ()
    services: frozenset[str] = frozenset()
    roles: Sequence[str] = ()
    principal: str = ""
    passed_to: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    grants: frozenset[str] = frozenset()
    accounts: tuple[str, ...] = ()


class ConcernedRoles:
    """Roles by name, in order, with the services by which a rule is about each."""

    def __init__(self, roles: Mapping[str, frozenset[str]]) -> None:
        self._roles = roles
        self._first = list(islice(roles, MOST_NAMES + 1))
        self._services = Counter(service for services in roles.values() for service in services)

    def names_beside(self, name: str) -> list[str]:
        """The names of all but one; of more than `MOST_NAMES` only the number of the rest."""
        first = [other for other in self._first if other != name][:MOST_NAMES]
        rest = len(self._roles) - (name in self._roles) - len(first)
        return [*first, f"{rest} more"] if rest else first

    def services_beside(self, name: str) -> frozenset[str]:
        own = self._roles.get(name, frozenset())
        return frozenset(service for service, times in self._services.items() if times > (service in own))


class AccountAfter:
    """The account as it will be: what conditions compare a subject with."""

    def __init__(self, facts: AwsFacts, state: CurrentState, desired: DesiredState) -> None:
        self.ended = facts.ended_principals()
        access = access_after(facts, state, desired)
        self.grants = RiskyGrants(facts, access)
        self.trust = Trust(state.account, facts.keys)
        there = access.identities.values()
        roles = [role for role in there if isinstance(role, Role) and not role.path.startswith("/aws-")]
        self._roles = sorted(roles, key=lambda role: role.name)
        self._known: dict[tuple[Condition, frozenset[str]], ConcernedRoles] = {}
        self._with: dict[tuple[str, ...], dict[str, frozenset[str]]] = {}

    def roles_reached(self, condition: ReachesRoles, passed_to: frozenset[str]) -> ConcernedRoles:
        """The roles that have one of the reached grants, with the services that they trust and are passed to."""
        key = (condition, passed_to)
        if key not in self._known:
            trusted = self._roles_with(condition.reached)
            if passed_to != {ANY_SERVICE}:
                trusted = {name: services & passed_to for name, services in trusted.items()}
            self._known[key] = ConcernedRoles({name: services for name, services in trusted.items() if services})
        return self._known[key]

    def _roles_with(self, grants: tuple[str, ...]) -> dict[str, frozenset[str]]:
        """The roles that have one of some grants without a condition, with the services that they trust."""
        if grants not in self._with:
            there = (role for role in self._roles if not self._surely_held(role).keys().isdisjoint(grants))
            self._with[grants] = {role.name: self.trust.services(role) for role in there}
        return self._with[grants]

    def roles_alike(self, condition: SharedWithRoles) -> ConcernedRoles:
        """The roles that have the grants and trust the services too."""
        key = (condition, frozenset[str]())
        if key not in self._known:
            alike = {
                role.name: found.services
                for role in self._roles
                for found in _grants(condition.grants, RuleSubject(role.name, self._surely_held(role), role), self)
            }
            self._known[key] = ConcernedRoles(alike)
        return self._known[key]

    def _surely_held(self, role: Role) -> Holdings:
        return sure(self.grants.of_identity(role))


def matches(condition: Condition, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    """The matches of a condition with a subject: at most one, but one for each deleted principal.

    Of a declared share, what its grants suffice for matches, and what they complete with what is there elsewhere.
    """
    if subject.given is None:
        return _matches(condition, subject, account)
    by_share = list(_matches(condition, replace(subject, holdings=subject.given), account))
    if by_share or any(_matches(condition, replace(subject, holdings=subject.elsewhere or {}), account)):
        return iter(by_share)
    return _matches(condition, subject, account)


def _matches(condition: Condition, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    if subject.only_grants and isinstance(
        condition, (TrustsAnyone, TrustsDeletedPrincipal, TrustsOtherAccount, TrustsServices)
    ):
        return iter(())
    match condition:
        case TrustsDeletedPrincipal():
            return _deleted_principals(subject)
        case TrustsAnyone() | TrustsOtherAccount() | TrustsServices():
            return _trusted(condition, subject.identity, account)
        case HasGrants():
            return _grants(condition, subject, account)
        case ReachesRoles():
            return _reached_roles(condition, subject, account)
        case SharedWithRoles():
            return _shared_with_roles(condition, subject, account)
        case _:
            assert_never(condition)


def _deleted_principals(subject: RuleSubject) -> Iterator[Match]:
    if isinstance(subject.before, Role):
        for principal in dangling_principals(subject.before.trust):
            yield Match(principal=principal)


def _trusted(
    condition: TrustsAnyone | TrustsOtherAccount | TrustsServices, role: Identity | None, account: AccountAfter
) -> Iterator[Match]:
    """The match of a condition on the trust policy of a role."""
    if not isinstance(role, Role):
        return
    if isinstance(condition, TrustsAnyone):
        found = account.trust.anyone(role)
        if found is not None:
            yield Match(keys=frozenset(found.keys))
    elif isinstance(condition, TrustsOtherAccount):
        accounts = _foreign(account.trust, role)
        if accounts:
            named = _without_conditions(accounts)
            keys = frozenset(key for chance in named.values() for key in chance.keys)
            yield Match(principal=_accounts(sorted(named)), accounts=tuple(sorted(named)), keys=keys)
    else:
        services = account.trust.services(role, for_others=condition.for_others)
        services = services & condition.names if condition.names else services
        services = services & account.ended if condition.ended else services
        if len(services) >= condition.number:
            yield Match(services=services)


def _foreign(trust: Trust, role: Role) -> Mapping[str, Chance]:
    """The foreign accounts that may assume a role, without what is found as trust in anyone."""
    found = trust.other_accounts(role)
    anybody = found.get(ANOTHER_ACCOUNT)
    return {name: one for name, one in found.items() if name != ANOTHER_ACCOUNT or anybody != trust.anyone(role)}


def _without_conditions(accounts: Mapping[str, Chance]) -> Mapping[str, Chance]:
    """The accounts that meet no condition, if there are any, else all."""
    return {name: found for name, found in accounts.items() if found.is_sure} or accounts


def _accounts(ids: Sequence[str]) -> str:
    """Accounts in words: of more than `MOST_NAMES` only the number of the rest."""
    named = [one for one in ids if one != ANOTHER_ACCOUNT]
    rest = [f"{len(named) - MOST_NAMES} more"] if len(named) > MOST_NAMES else []
    *others, last = [*named[:MOST_NAMES], *rest] or [ANOTHER_ACCOUNT]
    if last == ANOTHER_ACCOUNT:
        return last
    return f"accounts {', '.join(others)} and {last}" if others else f"account {last}"


def _grants(condition: HasGrants, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    there = _held(condition, subject.holdings)
    if not there:
        return
    holdings = [holding for found in there.values() for holding in found]
    trusted = Match()
    if condition.trusts is not None:
        found = next(_trusted(condition.trusts, subject.identity, account), None)
        if found is None:
            return
        trusted = found
    passed_to = frozenset(service for holding in holdings for service in holding.services)
    yield Match(
        policies=sorted({holding.policy for holding in holdings}),
        services=trusted.services or passed_to,
        principal=trusted.principal,
        accounts=trusted.accounts,
        grants=frozenset(there),
        passed_to=passed_to,
        keys=trusted.keys.union(*(holding.keys for holding in holdings)),
    )


def _reached_roles(condition: ReachesRoles, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    for found in _grants(condition.grants, subject, account):
        others = account.roles_reached(condition, found.passed_to)
        names = others.names_beside(subject.role_name)
        if names:
            yield replace(found, roles=names, services=others.services_beside(subject.role_name))


def _shared_with_roles(condition: SharedWithRoles, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    for found in _grants(condition.grants, subject, account):
        names = account.roles_alike(condition).names_beside(subject.role_name)
        if names:
            yield replace(found, roles=names)


def _held(condition: HasGrants, holdings: Holdings) -> Holdings:
    """The holdings by which the grants are there, none if they are not; if one suffices, those without conditions."""
    if holdings.keys().isdisjoint(condition.names):
        return {}
    there = {name: holdings[name] for name in condition.names if name in holdings}
    if condition.every and len(there) < len(condition.names):
        return {}
    return there if condition.every else sure(there) or there
