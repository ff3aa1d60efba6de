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
from .aws_facts import (
    AwsFacts,
    Condition,
    HasGrants,
    ReachesRoles,
    SharedWithRoles,
    TrustsAnyone,
    TrustsDeletedPrincipal,
    TrustsServices,
)
from .risky_grants import ANY_SERVICE, Documents, Holdings

MOST_NAMES = 20
"""Names in one message; of more, the number is given."""


@dataclass(frozen=True)
class RuleSubject:
    """What is looked at: a user, group, role or customer managed policy, as it will be and as it was.

    With `only_grants`, what lies in the trust policy alone is not looked at.
    """

    resource: str
    holdings: Holdings
    identity: Identity | None = None
    before: Identity | None = None
    only_grants: bool = False

    @property
    def role_name(self) -> str:
        return self.identity.name if isinstance(self.identity, Role) else ""


@dataclass(frozen=True)
class Match:
    """A condition that holds, and what a message may name of it.

    `passed_to` are the services that the policies pass roles to, where they pass roles.
    """

    policies: Sequence[str] = ()
    services: frozenset[str] = frozenset()
    roles: Sequence[str] = ()
    principal: str = ""
    passed_to: frozenset[str] = frozenset()


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

    def __init__(self, knowledge: AwsFacts, state: CurrentState, desired: DesiredState) -> None:
        self.ended = knowledge.ended_principals()
        self.documents = Documents(knowledge, state, desired)
        after = {**state.identities, **desired.identities}
        roles = [role for role in after.values() if isinstance(role, Role) and not role.path.startswith("/aws-")]
        self._roles = sorted(roles, key=lambda role: role.name)
        self._known: dict[tuple[Condition, frozenset[str]], ConcernedRoles] = {}

    def roles_reached(self, condition: ReachesRoles, passed_to: frozenset[str]) -> ConcernedRoles:
        """The roles that have one of the reached grants, with the services that they trust and are passed to."""
        key = (condition, passed_to)
        if key not in self._known:
            reached = [role for role in self._roles if not self._held(role).keys().isdisjoint(condition.reached)]
            trusted = {role.name: _trusted_services(role) for role in reached}
            if ANY_SERVICE not in passed_to:
                trusted = {name: services & passed_to for name, services in trusted.items()}
            self._known[key] = ConcernedRoles({name: services for name, services in trusted.items() if services})
        return self._known[key]

    def roles_alike(self, condition: SharedWithRoles) -> ConcernedRoles:
        """The roles that have the grants and trust the services too."""
        key = (condition, frozenset[str]())
        if key not in self._known:
            alike = {
                role.name: found.services
                for role in self._roles
                for found in _grants(condition.grants, RuleSubject(role.name, self._held(role), role), self)
            }
            self._known[key] = ConcernedRoles(alike)
        return self._known[key]

    def _held(self, role: Role) -> Holdings:
        return self.documents.of_identity(role)


def matches(condition: Condition, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    """The matches of a condition with a subject: at most one, but one for each deleted principal."""
    if subject.only_grants and isinstance(condition, (TrustsAnyone, TrustsDeletedPrincipal, TrustsServices)):
        return iter(())
    match condition:
        case TrustsDeletedPrincipal():
            return _deleted_principals(subject)
        case TrustsAnyone():
            return _anyone(subject)
        case TrustsServices():
            return _services(condition, subject, account)
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


def _anyone(subject: RuleSubject) -> Iterator[Match]:
    role = subject.identity
    if isinstance(role, Role) and any(
        ("AWS", "*") in (statement.principals or ()) and not statement.is_conditional
        for statement in role.trust.allowing
    ):
        yield Match()


def _services(condition: TrustsServices, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    services = _trusted(condition, subject.identity, account.ended)
    if services is not None:
        yield Match(services=services)


def _grants(condition: HasGrants, subject: RuleSubject, account: AccountAfter) -> Iterator[Match]:
    trusted = frozenset[str]()
    if condition.trusts is not None:
        found = _trusted(condition.trusts, subject.identity, account.ended)
        if found is None:
            return
        trusted = found
    if not _has_grants(condition, subject.holdings):
        return
    holdings = [holding for name in condition.names for holding in subject.holdings.get(name, ())]
    passed_to = frozenset(service for holding in holdings for service in holding.services)
    policies = sorted({holding.policy for holding in holdings})
    yield Match(policies, services=trusted or passed_to, passed_to=passed_to)


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


def _has_grants(condition: HasGrants, holdings: Holdings) -> bool:
    return (all if condition.every else any)(name in holdings for name in condition.names)


def _trusted(condition: TrustsServices, identity: Identity | None, ended: frozenset[str]) -> frozenset[str] | None:
    """The services that the condition is about and the trust policy trusts; None if it does not hold."""
    if not isinstance(identity, Role):
        return None
    services = _trusted_services(identity, condition.without)
    if condition.names:
        services &= condition.names
    if condition.ended:
        services &= ended
    return services if len(services) >= condition.number else None


def _trusted_services(role: Role, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """The services that the trust policy trusts by statements that have no condition on one of these keys."""
    return frozenset(
        value
        for statement in role.trust.allowing
        if not without & statement.condition_keys
        for kind, value in statement.principals or ()
        if kind == "Service"
    )
