# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Judges assertions of access by the policies of the identities of an account. Pure.

What decides are the identity policies and the permissions boundary of the principal, and the trust policy of a role
that is assumed. The policies of other resources, service control policies and resource control policies are not read:
the policy of a KMS key and that of a resource of another account are taken to leave the decision to the account of the
principal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ..access.context import Context
from ..access.evaluator import Decision, Outcome, Policies, evaluate
from ..access.policies import Policy
from ..access.principals import Principal, PrincipalKind
from ..access.questions import Answer, possible
from ..access.request import Request
from ..access.some_identity import identities_of
from ..declare.expectations import Expectation, is_assuming, is_pattern
from ..declare.policy_references import shown_names
from ..errors import Problem, shown
from ..model import Identity, Role, identity_key, resource_name
from ..policy.wildcards import fits, fits_any_case
from .account_access import EVERYTHING, AccountAccess
from .assertion import UNKNOWN, Assertion, listed

_OWNER = "aws:resourceaccount"
_IDENTITIES = (PrincipalKind.ROLE, PrincipalKind.USER)
_ENTRANCES = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_OPENNESS = (Outcome.ALLOWED, Outcome.DEPENDS, Outcome.DENIED)


@dataclass(frozen=True)
class AssertionJudge:
    """Judges entries on one state of an account."""

    access: AccountAccess

    def problems(self, expectations: Iterable[Expectation]) -> list[Problem]:
        """Principals and roles that do not exist in this state, and questions that its policies cannot answer."""
        return [problem for one in expectations for problem in self._problems(one)]

    def judged(self, expectation: Expectation) -> list[Assertion]:
        """An entry without problems, judged for each of its actions on each of its resources."""
        caller = self._caller(expectation)
        if caller is None:
            raise AssertionError("problems() reports it")
        unread = self._unread(caller) if isinstance(caller, Identity) else ""
        return [
            self._judged(expectation, caller, self._request(expectation, caller, action, resource), unread)
            for action in expectation.actions
            for resource in expectation.resources
        ]

    def unread_policies(self, expectation: Expectation) -> frozenset[str]:
        """The ARNs of the managed policies that decide about the principal of an entry and were not read."""
        caller = self._caller(expectation)
        return self._unread_policies(caller) if isinstance(caller, Identity) else frozenset()

    def _problems(self, one: Expectation) -> Iterator[Problem]:
        where, account = f"{one.place}.principal", self.access.account
        caller = self._caller(one)
        if caller is None:
            yield Problem(where, f"{one.principal} does not exist in account {account.id}")
            return
        others = [action for action in one.actions if not is_assuming(action)]
        if others and not isinstance(caller, Identity):
            yield Problem(
                where,
                f"{one.principal} is no role or user of account {account.id}, whose policies are known: it can only be"
                f" judged whether it may assume a role, not {listed(others)}",
            )
        if len(others) < len(one.actions):
            for resource in one.resources:
                if self.access.role_at(resource) is None and not (is_pattern(resource) and not one.is_allowed):
                    yield Problem(
                        f"{one.place}.resource",
                        f"{shown(resource)} is not a role of account {account.id}; the trust policy of a role"
                        " decides who assumes it",
                    )

    def _caller(self, one: Expectation) -> Identity | Principal | None:
        """The identity of the account, or else whom the entry names; None if it does not exist in the account."""
        kind, slash, name = one.principal.partition("/")
        if slash and kind in ("role", "user"):
            return self.access.identities.get(identity_key(kind, name))
        principal = Principal.parse(one.principal)
        if principal.account != self.access.account.id or principal.kind not in _IDENTITIES:
            return principal
        if principal.session:
            return self.access.identities.get(identity_key("role", principal.name.rpartition("/")[2]))
        return self.access.by_arn.get(principal.name)

    def _request(self, one: Expectation, caller: Identity | Principal, action: str, resource: str) -> Request:
        principal = caller if isinstance(caller, Principal) else Principal.parse(caller.arn)
        if ":assumed-role/" in one.principal:
            principal = replace(principal, session=one.principal)
        known = {key: value for key, value in one.context.items() if value is not None}
        owner = next((value[0] for key, value in known.items() if key.lower() == _OWNER and value), None)
        return Request(
            principal,
            action,
            resource,
            Context(known, absent=one.context.keys() - known.keys()),
            owner=owner or self.access.account.id,
            tags=caller.tags if isinstance(caller, Role) else None,
        )

    def _judged(self, one: Expectation, caller: Identity | Principal, request: Request, unread: str) -> Assertion:
        policies = Policies(identity=(replace(EVERYTHING, name=""),))
        if isinstance(caller, Identity):
            policies = self.access.policies_of(caller)
        is_question = not one.is_allowed and is_pattern(request.action + request.resource)
        decide = self._decision_on_pattern if is_question else self._decision
        decision = decide(request, policies)
        result, reason = decision.outcome.value, decision.reason
        is_explicit = decision.outcome is Outcome.DENIED and decision.statements
        if unread and not is_explicit:
            result, reason = UNKNOWN, unread
        is_bounded = False
        if decision.outcome is Outcome.DENIED and policies.boundary is not None:
            is_bounded = decide(request, replace(policies, boundary=None)).outcome is not Outcome.DENIED
        return Assertion(
            expectation=one,
            principal=caller.resource if isinstance(caller, Identity) else one.principal,
            action=request.action,
            resource=request.resource,
            result=result,
            reason=reason,
            keys=tuple(sorted(decision.keys)),
            statements=tuple(statement.shown for statement in decision.statements if statement.policy.name),
            is_bounded=is_bounded,
            principal_arn=caller.arn if isinstance(caller, Identity) else "",
        )

    def _decision_on_pattern(self, request: Request, policies: Policies) -> Decision:
        """Whether anything that matches is allowed: the identity policies, then the trust policy of each role."""
        if request.principal.kind in _IDENTITIES and request.principal.account == self.access.account.id:
            asked = replace(policies, resource=self._lets_in)
            answer = possible(request, asked, [request.action], [request.resource], free=_nothing)
            decision = _told(answer, request)
            if decision.outcome is not Outcome.DENIED:
                return decision
        for action in _ENTRANCES:
            for role in self.access.by_arn.values() if fits_any_case(action, request.action) else ():
                if isinstance(role, Role) and fits(role.arn, request.resource):
                    decision = self._entrance(replace(request, action=action, resource=role.arn), policies)
                    if decision.outcome is not Outcome.DENIED:
                        return decision
        return Decision(Outcome.DENIED, "nothing allows any of it")

    def _decision(self, request: Request, policies: Policies) -> Decision:
        if request.assumes_role:
            return self._entrance(request, policies)
        if request.lower_action.startswith("kms:") or request.resource_account != self.access.account.id:
            policies = replace(policies, resource=self._lets_in)
        return evaluate(request, policies)

    def _entrance(self, request: Request, policies: Policies) -> Decision:
        """Whether a role may be assumed. An account stands for all its identities: the answer is that of one of them
        that may most."""
        role = self.access.role_at(request.resource)
        if role is None:
            raise AssertionError("problems() reports it")
        trust = Policy(f"trust policy of {role.resource}", role.trust)
        callers = [request.principal]
        if request.principal.kind is PrincipalKind.ROOT:
            callers = identities_of(request.principal, trust)
        decisions = [
            evaluate(replace(request, principal=caller), replace(policies, resource=trust)) for caller in callers
        ]
        return min(decisions, key=lambda decision: _OPENNESS.index(decision.outcome))

    @cached_property
    def _lets_in(self) -> Policy:
        """The policy of a resource that leaves the decision to the identity policies of the account."""
        account = self.access.account
        root = f"arn:{account.partition}:iam::{account.id}:root"
        statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "*", "Resource": "*"}
        return Policy.of("", {"Version": "2012-10-17", "Statement": [statement]})

    def _unread(self, identity: Identity) -> str:
        """What may decide about an identity and was not read, in words; empty if everything is known."""
        groups = [name for name in identity.groups if identity_key("group", name) not in self.access.identities]
        if groups:
            return f"the policies of {listed(resource_name('group', name) for name in groups)} were not read"
        arns = self._unread_policies(identity)
        names = shown_names(arns)
        return f"the document of {listed(names[arn] for arn in sorted(arns))} was not read" if arns else ""

    def _unread_policies(self, identity: Identity) -> frozenset[str]:
        """Among its policies, those of its groups and its boundary."""
        attached = identity.managed.union(*(group.managed for group in self._groups(identity)))
        attached |= {identity.boundary} if identity.boundary else frozenset()
        return attached - self.access.documents.keys()

    def _groups(self, identity: Identity) -> Iterator[Identity]:
        for name in identity.groups:
            group = self.access.identities.get(identity_key("group", name))
            if group is not None:
                yield group


def _nothing(key: str) -> bool:
    """The condition keys that whoever asks may choose: none, the entry has to say the context."""
    return False


def _told(answer: Answer, request: Request) -> Decision:
    """An answer about many requests, with its example and the condition keys that the request does not have."""
    reason = "nothing allows any of it"
    if answer.outcome is Outcome.DEPENDS and not answer.keys:
        reason = "that cannot be decided: name fewer actions or resources"
    elif answer.example is not None:
        known = request.full_context.known()
        more = {key: values for key, values in answer.example.context.known().items() if key not in known and values}
        where = "".join(f", {key} {values[0]}" for key, values in sorted(more.items()) if values)
        action = answer.example.action if is_pattern(request.action) else request.action
        reason = f"for example {action} on {answer.example.resource}{where}"
    return Decision(answer.outcome, reason, answer.keys, answer.statements)
