# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the identities of one account may do: their policies, groups and boundaries, ready to be asked. Pure.

Findings, escalation paths, dependants, the access that a plan changes and assertions all ask this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..access.context import Context
from ..access.evaluator import Policies
from ..access.policies import Policy
from ..access.principals import Principal
from ..access.request import Request
from ..declare.policy_references import shown_names
from ..model import Account, CurrentState, Identity, ManagedPolicy, Role, identity_key
from ..policy.document import PolicyDocument


@dataclass(frozen=True)
class AccountAccess:
    """The identities of an account by key, and the documents of managed policies by ARN.

    A managed policy without a document allows nothing that is known. A boundary without one makes answers depend on it.
    """

    account: Account
    identities: Mapping[str, Identity]
    documents: Mapping[str, PolicyDocument]
    _policies: dict[str, Policies] = field(default_factory=dict, init=False, repr=False, compare=False)
    _managed: dict[str, Policy] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        state: CurrentState,
        aws_policies: Mapping[str, PolicyDocument],
        identities: Mapping[str, Identity | None] | None = None,
        policies: Mapping[str, ManagedPolicy | None] | None = None,
    ) -> AccountAccess:
        """The access in a state; `aws_policies` are documents by name, for those that were not read.

        `identities` and `policies` are the desired ones by their keys, None for those that are to be absent.
        """
        after = {**state.identities, **(identities or {})}
        own = {**state.policies, **(policies or {})}
        documents = {policy.arn: policy.document for policy in own.values() if policy}
        documents.update(
            (policy.arn, policy.document)
            for found in state.aws_policies.values()
            for policy in found
            if policy.document is not None
        )
        there = {key: identity for key, identity in after.items() if identity is not None}
        attached = {arn for one in there.values() for arn in (*one.managed, *([one.boundary] if one.boundary else ()))}
        for arn in attached - documents.keys():
            document = aws_policies.get(arn.rpartition("/")[2]) if ":iam::aws:policy/" in arn else None
            if document is not None:
                documents[arn] = document
        return cls(state.account, there, documents)

    @cached_property
    def by_arn(self) -> Mapping[str, Identity]:
        return {identity.arn: identity for identity in self.identities.values()}

    def policies_of(self, identity: Identity) -> Policies:
        """What limits and grants the access of an identity, a user's groups included."""
        known = self._policies.get(identity.key)
        if known is None:
            known = self._policies[identity.key] = self._policies_of(identity)
        return known

    def asked(
        self, identity: Identity, action: str, resource: str, context: Context | None = None
    ) -> tuple[Request, Policies]:
        """The request of a user or a role, and the policies that decide it."""
        caller = _caller(identity.arn)
        tags = identity.tags if isinstance(identity, Role) else None
        request = Request(caller, action, resource, context or Context(), owner=self.account.id, tags=tags)
        return request, self._on(resource, request, self.policies_of(identity))

    def asked_for(
        self, principal: Principal, action: str, resource: str, context: Context | None = None
    ) -> tuple[Request, Policies]:
        """The same for anybody else, such as a service or an identity of another account.

        What an identity of another account has been granted there is not known: it is assumed to allow everything.
        """
        own = self.by_arn.get(principal.name)
        if own is not None:
            return self.asked(own, action, resource, context)
        request = Request(principal, action, resource, context or Context(), owner=self.account.id)
        return request, self._on(resource, request, Policies(identity=(EVERYTHING,)))

    def role_at(self, arn: str) -> Role | None:
        found = self.by_arn.get(arn)
        return found if isinstance(found, Role) else None

    def _on(self, resource: str, request: Request, policies: Policies) -> Policies:
        if not request.assumes_role:
            return policies
        role = self.role_at(resource)
        trust = self._trust_of(role) if role else None
        return Policies(
            policies.identity, policies.boundary, policies.boundary_is_known, policies.session, trust, role is not None
        )

    def _trust_of(self, role: Role) -> Policy:
        if role.arn not in self._managed:
            self._managed[role.arn] = Policy(f"trust policy of {role.resource}", role.trust)
        return self._managed[role.arn]

    def _policies_of(self, identity: Identity) -> Policies:
        found = self._attached_to(identity, "")
        for name in identity.groups:
            group = self.identities.get(identity_key("group", name))
            if group is not None:
                found += self._attached_to(group, f" of {group.resource}")
        boundary = identity.boundary
        if boundary is None:
            return Policies(identity=found)
        known = boundary in self.documents
        limit = self._at(boundary, f"permissions boundary {shown_names([boundary])[boundary]}") if known else None
        return Policies(identity=found, boundary=limit, boundary_is_known=known)

    def _attached_to(self, identity: Identity, suffix: str) -> tuple[Policy, ...]:
        found = [
            Policy(f"inline policy {name}{suffix}", document) for name, document in sorted(identity.inline.items())
        ]
        names = shown_names(identity.managed)
        for arn in sorted(identity.managed & self.documents.keys()):
            found.append(self._at(arn, f"managed policy {names[arn]}{suffix}"))
        return tuple(found)

    def _at(self, arn: str, name: str) -> Policy:
        """A managed policy; those of one name are compiled once for all identities."""
        key = f"{name} {arn}"
        if key not in self._managed:
            self._managed[key] = Policy(name, self.documents[arn])
        return self._managed[key]


@lru_cache(maxsize=65536)
def _caller(arn: str) -> Principal:
    return Principal.parse(arn)


EVERYTHING = Policy.of(
    "policies of another account",
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)
