# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Decides whether a request is allowed, in AWS's evaluation order. Pure.

Source: IAM user guide, "Policy evaluation logic" and its pages on a single account and on cross-account requests;
Organizations user guide, "SCP evaluation" and "Resource control policies".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from .policies import CompiledStatement, Policy
from .principals import Named, PrincipalKind
from .request import Request
from .truth import Truth, every, some

RESOURCE_POLICY = "the policy of the resource"
BOUNDARY = "the permissions boundary"
"""What an answer depends on, beside condition keys, if that policy is not known."""


ALWAYS_ALLOWED = "sts:getcalleridentity"
"""The action that AWS allows to every identity, whatever policies say."""


class Outcome(Enum):
    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"


@dataclass(frozen=True)
class Policies:
    """What can decide a request of one caller on one resource.

    `session` is the policy passed when the role was assumed. `resource` is the policy of the resource: for a role, its
    trust policy; None if it has none. `service_control` and `resource_control` have the policies of each level, from
    the root of the organization to the account: those of the caller, and those of the resource. Without levels nothing
    limits. An answer depends on a boundary or a policy of the resource that is not known.
    """

    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    boundary_is_known: bool = True
    session: Policy | None = None
    resource: Policy | None = None
    resource_is_known: bool = True
    service_control: Sequence[Sequence[Policy]] = ()
    resource_control: Sequence[Sequence[Policy]] = ()

    def not_known(self) -> frozenset[str]:
        """Which policies are not known: a Deny may be in them."""
        boundary = () if self.boundary_is_known else (BOUNDARY,)
        return frozenset(boundary if self.resource_is_known else (*boundary, RESOURCE_POLICY))


@dataclass(frozen=True)
class Decision:
    """The answer: its outcome, the reason in words, the keys that it depends on, and the statements that decided."""

    outcome: Outcome
    reason: str
    keys: frozenset[str] = frozenset()
    statements: tuple[CompiledStatement, ...] = field(default=(), compare=False)


def evaluate(request: Request, policies: Policies) -> Decision:
    """Whether a request is allowed, denied, or depends on condition keys of which nothing is known."""
    if request.lower_action == ALWAYS_ALLOWED:
        return Decision(Outcome.ALLOWED, "AWS allows it to every identity")
    denied = _Found.of(denials(request, policies), request)
    if denied.truth is True:
        return Decision(Outcome.DENIED, "an explicit deny", statements=denied.statements)
    grants = _Grants(request, policies)
    granted = grants.truth()
    if granted is False:
        return Decision(Outcome.DENIED, grants.what_is_missing())
    truths = (denied.truth, granted, policies.not_known())
    keys = frozenset[str]().union(*(truth for truth in truths if not isinstance(truth, bool)))
    statements = denied.statements + grants.statements()
    if keys:
        return Decision(Outcome.DEPENDS, f"depends on {', '.join(sorted(keys))}", keys, statements)
    return Decision(Outcome.ALLOWED, "allowed", statements=statements)


@dataclass(frozen=True)
class _Found:
    """Whether one of some statements applies, and those that do or may."""

    truth: Truth
    statements: tuple[CompiledStatement, ...] = ()

    @classmethod
    def of(cls, statements: Iterable[CompiledStatement], request: Request) -> _Found:
        keys: frozenset[str] = frozenset()
        doubtful: list[CompiledStatement] = []
        for statement in statements:
            truth = statement.applies(request)
            if truth is True:
                return cls(True, (statement,))
            if truth is not False:
                keys |= truth
                doubtful.append(statement)
        return cls(keys or False, tuple(doubtful))


def denials(request: Request, policies: Policies) -> Iterable[CompiledStatement]:
    """The Deny statements of all policies, without those that name another caller.

    A Deny with NotPrincipal hits whoever has a permissions boundary (IAM user guide, "NotPrincipal").
    """
    own = [*policies.identity, *(one for one in (policies.boundary, policies.session) if one is not None)]
    levels = () if request.principal.is_service_linked_role else policies.service_control
    for policy in (*own, *(policy for level in levels for policy in level)):
        yield from policy.denying
    levels = () if request.principal.is_service_linked_role else policies.resource_control
    of_resource = [policy for level in levels for policy in level]
    for policy in of_resource if policies.resource is None else (*of_resource, policies.resource):
        bounded = policy is policies.resource and policies.boundary is not None
        yield from (
            one
            for one in policy.denying
            if one.named(request.principal) > Named.NOT or (bounded and one.statement.not_principals is not None)
        )


class _Grants:
    """What allows the request, layer by layer."""

    def __init__(self, request: Request, policies: Policies) -> None:
        self._request = request
        self._policies = policies
        self._identity = self._allowed_by(policies.identity)
        known = policies.boundary_is_known
        self._boundary = self._allowed_by_one(policies.boundary) if known else _Found(frozenset((BOUNDARY,)))
        self._session = self._allowed_by_one(policies.session)
        levels = () if request.principal.is_service_linked_role else policies.service_control
        self._service_control = [self._allowed_by(level) for level in levels]
        self._resource = {least: self._allowed_by_resource(least) for least in Named if least > Named.NOT}

    def truth(self) -> Truth:
        if self._request.principal.account is None:
            return self._resource[Named.AS_SESSION].truth
        return every((*(one.truth for one in self._service_control), self._by_account()))

    def what_is_missing(self) -> str:
        """Why nothing allows the request; the first layer that is missing."""
        if self._request.principal.account is None:
            return f"no statement of {self._resource_policy()} allows it for the caller"
        if self._is_root_and_assumes_role():
            return "a root user cannot assume a role"
        if any(one.truth is False for one in self._service_control):
            return "no service control policy of one of the levels allows it"
        if self._identity.truth is False and not self._names_itself():
            return "no policy of the caller allows it"
        for name, found in (("permissions boundary", self._boundary), ("session policy", self._session)):
            if found.truth is False:
                return f"the {name} does not allow it"
        return f"no statement of {self._resource_policy()} allows it for the caller"

    def statements(self) -> tuple[CompiledStatement, ...]:
        layers = (
            self._identity,
            self._boundary,
            self._session,
            self._resource[Named.BY_ACCOUNT],
            *self._service_control,
        )
        return tuple(dict.fromkeys(statement for layer in layers for statement in layer.statements))

    def _by_account(self) -> Truth:
        principal = self._request.principal
        limits = (self._boundary.truth, self._session.truth)
        by_account, as_identity, as_session = (self._resource[least].truth for least in Named if least > Named.NOT)
        if self._is_root_and_assumes_role():
            return False
        if principal.kind is PrincipalKind.ROOT:
            own: Truth = True
        else:
            own = every((self._identity.truth, *limits))
        if self._request.resource_account not in (None, principal.account):
            return every((own, by_account))
        return some((
            every((own, by_account)) if self._must_name_caller() else own,
            every((as_identity, *limits)),
            as_session,
        ))  # fmt: skip

    def _is_root_and_assumes_role(self) -> bool:
        """STS API reference, AssumeRole: the credentials of a root user cannot call it."""
        return self._request.principal.kind is PrincipalKind.ROOT and self._request.assumes_role

    def _must_name_caller(self) -> bool:
        """Whether the resource has a policy in any case, without which nobody has access: a role, a KMS key."""
        request = self._request
        return request.assumes_role or (request.lower_action.startswith("kms:") and ":key/" in request.resource)

    def _names_itself(self) -> bool:
        return self._must_name_caller() and self._resource[Named.BY_ACCOUNT].truth is False

    def _resource_policy(self) -> str:
        return "the trust policy" if self._request.assumes_role else "the policy of the resource"

    def _allowed_by_one(self, policy: Policy | None) -> _Found:
        return _Found(True) if policy is None else self._allowed_by((policy,))

    def _allowed_by(self, policies: Sequence[Policy]) -> _Found:
        return _Found.of((one for policy in policies for one in policy.allowing), self._request)

    def _allowed_by_resource(self, least: Named) -> _Found:
        policy, principal = self._policies.resource, self._request.principal
        if not self._policies.resource_is_known:
            return _Found(frozenset((RESOURCE_POLICY,)))
        if policy is None:
            return _Found(False)
        return _Found.of((one for one in policy.allowing if one.named(principal) >= least), self._request)
