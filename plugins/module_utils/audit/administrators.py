# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who is an administrator: an identity that may change the permissions of any role, user, group or policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..analyze.account_access import AccountAccess
from ..model import Account, Identity, Role
from ..policy.document import PolicyDocument
from .calls import Calls, Permit
from .candidates import HeldActions
from .escalation_facts import EscalationFacts

_ANY_NAME = "=any="
"""A name that no policy contains."""

_ALLOWS_ALL = PolicyDocument(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def kind_of(action: str) -> str:
    """What an action of IAM is done to: role, user, group or policy."""
    return next((kind for kind in ("Role", "User", "Group") if kind in action), "Policy").lower()


def granting_values(action: str, account: Account, boundary: str | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """The condition keys of a call that grants all to an identity with this boundary, and those that are absent."""
    values = {}
    if action.startswith("iam:Attach"):
        values["iam:PolicyARN"] = f"arn:{account.partition}:iam::aws:policy/AdministratorAccess"
    if boundary is None:
        return values, ("iam:PermissionsBoundary",)
    return values | {"iam:PermissionsBoundary": boundary}, ()


class Administrators:
    """The administrators of one account."""

    def __init__(self, facts: EscalationFacts, calls: Calls, held: HeldActions) -> None:
        self._facts = facts
        self._calls = calls
        self._held = held
        self._known: dict[str, Permit | None] = {}

    def of(self, identity: Identity) -> Permit | None:
        """What makes an identity an administrator; None if it is not one."""
        if identity.key not in self._known:
            self._known[identity.key] = self._judged(identity)
        return self._known[identity.key]

    def is_full(self, identity: Identity) -> bool:
        """Whether it may do all of the actions, perhaps under conditions, so that a path gives it nothing."""
        return all(self._may(identity, action) is not None for action in self._facts.administration)

    def would_be(self, identity: Identity, groups: Mapping[str, Identity], *, granted: bool) -> Permit | None:
        """The same of an identity as it would be: with a policy that allows everything where it is `granted`."""
        if granted:
            identity = replace(identity, inline={**identity.inline, "granted": _ALLOWS_ALL})
        access = AccountAccess(
            self._calls.access.account, {**groups, identity.key: identity}, self._calls.access.documents
        )
        calls = Calls(self._facts, access)
        return Administrators(self._facts, calls, HeldActions(self._facts.administration, access)).of(identity)

    def _judged(self, identity: Identity) -> Permit | None:
        best: Permit | None = None
        for action in self._facts.administration:
            permit = self._may(identity, action)
            if permit is not None and (best is None or len(permit.keys) < len(best.keys)):
                best = permit
        return best

    def _may(self, identity: Identity, action: str) -> Permit | None:
        if action not in self._held.of(identity):
            return None
        arn = self._calls.access.account.arn(kind_of(action), "/", _ANY_NAME)
        values, absent = granting_values(action, self._calls.access.account, None)
        permit = self._calls.permit(identity, action, arn, values, absent)
        # A condition on a tag of the object excludes objects without it.
        if permit is None or any("resourcetag" in key for key in permit.keys):
            return None
        return permit


def is_service_linked(identity: Identity) -> bool:
    """Whether it is a service-linked role, which only its service can use or change."""
    return isinstance(identity, Role) and identity.path.startswith("/aws-service-role/")


def is_restrained(access: AccountAccess, identity: Identity) -> bool:
    """Whether a boundary or a Deny statement limits what its policies allow."""
    policies = access.policies_of(identity)
    return identity.boundary is not None or any(policy.denying for policy in policies.identity)
