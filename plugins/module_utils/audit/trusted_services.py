# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which services may assume a role, as the evaluator sees its trust policy. Pure."""

from __future__ import annotations

from ..access.context import Context
from ..access.contexts import any_key
from ..access.evaluator import Outcome
from ..access.principals import Principal, PrincipalKind
from ..access.questions import possible
from ..analyze.account_access import AccountAccess
from ..model import Role
from .escalation_facts import ASSUME_ROLE
from .evidence import trusted_services

_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_POOLS = "cognito-identity.amazonaws.com"


class TrustedServices:
    """Answers for one account. Services that have `ended` assume nothing. Identity pools count as a service."""

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
