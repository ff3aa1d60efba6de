# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who can assume a role apart from the identities of the account: services, other accounts, providers, anyone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..access.context import Context
from ..access.contexts import any_key
from ..access.evaluator import Outcome
from ..access.principals import Principal, PrincipalKind
from ..access.questions import possible
from ..analyze.account_access import AccountAccess
from ..errors import printable
from ..model import Role
from .calls import Calls, Permit
from .escalation_facts import ASSUME_ROLE
from .evidence import trusted_services

_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_POOLS = "cognito-identity.amazonaws.com"


class TrustedServices:
    """The trusted services of the roles of one account, without those that have `ended`; also identity pools."""

    def __init__(self, access: AccountAccess, ended: frozenset[str]) -> None:
        self._access = access
        self._ended = ended
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, role: Role) -> tuple[str, ...]:
        """The principals of the services, sorted."""
        if role.key not in self._known:
            named = trusted_services(role) - self._ended
            federated = {value for one in role.trust.allowing for kind, value in one.principals or () if kind != "AWS"}
            found = {service for service in named if self._may_assume(PrincipalKind.SERVICE, service, role)}
            if _POOLS in federated and self._may_assume(PrincipalKind.IDENTITY_PROVIDER, _POOLS, role):
                found.add(_POOLS)
            self._known[role.key] = tuple(sorted(found))
        return self._known[role.key]

    def _may_assume(self, kind: PrincipalKind, name: str, role: Role) -> bool:
        """Whether it may in some context that a request of the service for this account can have."""
        action = ASSUME_ROLE if kind is PrincipalKind.SERVICE else _WEB_IDENTITY
        context = Context({"aws:SourceAccount": self._access.account.id})
        asked = self._access.asked_for(Principal(kind, name), action, role.arn, context)
        return possible(*asked, [action], [role.arn], free=any_key).outcome is not Outcome.DENIED


ANYONE = "anyone"

_FICTITIOUS = ("999999999999", "999999999998")
_NAMES = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PRINCIPAL_KEYS = frozenset({"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:userid"})


@dataclass(frozen=True)
class Outsider:
    """A caller outside of the account, with what allows the assumption. `resource` is its name in results."""

    resource: str
    permit: Permit

    @property
    def key(self) -> str:
        return f"outside {self.resource}"


class Outsiders:
    """The outsiders of the roles of one account. `anyone` asks for a caller about whom nothing is known."""

    def __init__(self, calls: Calls, anyone: Calls) -> None:
        self._calls = calls
        self._anyone = anyone
        self._known: dict[str, tuple[Outsider, ...]] = {}

    def of(self, role: Role) -> tuple[Outsider, ...]:
        """The outsiders that can assume a role; only `anyone` if everybody can."""
        if role.key not in self._known:
            self._known[role.key] = self._let_in(role)
        return self._known[role.key]

    def _let_in(self, role: Role) -> tuple[Outsider, ...]:
        found: dict[str, Outsider] = {}
        for shown, principal, action in _named(role, self._calls.access.account.id):
            calls = self._anyone if shown == ANYONE else self._calls
            permit = calls.permit_for(principal, action, role.arn)
            if permit is not None:
                found.setdefault(shown, Outsider(shown, permit))
        everybody = found.get(ANYONE)
        if everybody is not None and not everybody.permit.keys:
            return (everybody,)
        return tuple(found[shown] for shown in sorted(found))


def _named(role: Role, own: str) -> Iterator[tuple[str, Principal, str]]:
    for statement in role.trust.allowing:
        open_to_all = statement.not_principals is not None
        for kind, value in statement.principals or ():
            if kind == "Federated":
                saml = ":saml-provider/" in value
                action = "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRoleWithWebIdentity"
                yield printable(value), Principal(PrincipalKind.IDENTITY_PROVIDER, value), action
            elif kind == "AWS" and value == "*":
                open_to_all = True
            elif kind == "AWS":
                yield from _foreign(value, own)
        if open_to_all:
            taken = {number for condition in statement.conditions for number in _NAMES.findall(str(condition.values))}
            fictitious = next((number for number in _FICTITIOUS if number not in taken), own)
            yield ANYONE, Principal.parse(f"arn:aws:iam::{fictitious}:role/any"), ASSUME_ROLE
            for condition in statement.conditions:
                if condition.name in _PRINCIPAL_KEYS:
                    for value in condition.values:
                        yield from _foreign(value, own)


def _foreign(value: str, own: str) -> Iterator[tuple[str, Principal, str]]:
    """A principal of another account, from an ARN or an account id."""
    account = _NAMES.search(value)
    if account is None or account.group() == own:
        return
    try:
        principal = Principal.parse(value.replace("*", "any"))
    except ValueError:
        return
    root = principal.kind is PrincipalKind.ROOT
    if root:
        principal = Principal.parse(f"arn:aws:iam::{account.group()}:role/any")
    yield f"account/{account.group()}" if root else printable(value), principal, ASSUME_ROLE
