# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Asks the evaluator whether an identity may make a call, and says what allows it. Pure.

The caller chooses part of the context itself. A condition that it can meet in that way is none. What remains are the
keys that it does not choose: where it calls from, MFA, the organization, tags of what exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..access.context import Context
from ..access.contexts import Free
from ..access.coverage import glob
from ..access.evaluator import Outcome, Policies, evaluate
from ..access.policies import CompiledStatement
from ..access.principals import Principal
from ..access.questions import possible
from ..access.request import Request
from ..analyze.account_access import AccountAccess
from ..errors import brief
from ..model import Identity, Role
from .escalation_facts import EscalationFacts

_BOUNDARY = "permissions boundary "
_TRUST = "trust policy of "


@dataclass(frozen=True)
class Permit:
    """The names of the policies, the condition keys, and in words what has to be done `before`, if anything."""

    policies: tuple[str, ...]
    keys: frozenset[str] = frozenset()
    before: str = ""

    @classmethod
    def of(cls, statements: Iterable[CompiledStatement], keys: frozenset[str] = frozenset()) -> Permit:
        """From the statements that decided. Boundaries do not grant anything, so they are not named."""
        names = (one.policy.name for one in statements if one.statement.effect == "Allow")
        told = ("its trust policy" if name.startswith(_TRUST) else name for name in names if not _is_limit(name))
        return cls(tuple(dict.fromkeys(told)), keys)

    def __and__(self, other: Permit) -> Permit:
        policies = tuple(dict.fromkeys((*self.policies, *other.policies)))
        return Permit(policies, self.keys | other.keys, self.before or other.before)

    def told(self, *depends: str) -> str:
        """The policies and the conditions, for the end of a sentence."""
        under = [*sorted(map(brief, self.keys)), *filter(None, depends)]
        return " and ".join(self.policies) + (f"; depends on {', '.join(under)}" if under else "")


def _is_limit(name: str) -> bool:
    return name.startswith(_BOUNDARY)


_RESOURCE_TAGS = ("aws:resourcetag/", "iam:resourcetag/")


class Calls:
    """Questions about one account.

    `free` says of which condition keys the caller chooses the value, `omitted` are those that it can omit: by
    default those of somebody in the account.
    """

    def __init__(
        self,
        facts: EscalationFacts,
        access: AccountAccess,
        *,
        free: Free | None = None,
        omitted: frozenset[str] = frozenset(),
    ) -> None:
        self.access = access
        self._facts = facts
        self._free = free or facts.is_chosen
        self._omitted = facts.omitted | omitted
        self._anywhere: dict[tuple[str, str], Permit | None] = {}
        self._narrowed: dict[tuple[str, str], Policies] = {}
        account = access.account
        self._example = f"arn:{account.partition}:{{}}:us-east-1:{account.id}:any/any"
        self._pattern = f"arn:{account.partition}:{{}}:*"

    def permit(
        self,
        identity: Identity,
        action: str,
        arn: str,
        values: Mapping[str, str] | None = None,
        absent: Iterable[str] = (),
    ) -> Permit | None:
        """What allows an identity an action on one object of IAM; None if nothing does.

        `values` and `absent` are what else is known of the context. Raises nothing.
        """
        target = self.access.by_arn.get(arn)
        tags = dict(target.tags) if isinstance(target, Role) else None
        context = self._context(values or {}, absent, tags)
        return self._judged(*self._asked(identity, action, arn, context), tags is not None)

    def permit_for(self, principal: Principal, action: str, arn: str) -> Permit | None:
        """The same for a principal that is not in the account."""
        return self._judged(*self.access.asked_for(principal, action, arn, self._context({}, (), None)), False)

    def anywhere(self, identity: Identity, action: str) -> Permit | None:
        """What allows an identity an action on at least one resource, which need not exist."""
        key = identity.key, action
        if key not in self._anywhere:
            self._anywhere[key] = self._ask_anywhere(identity, action)
        return self._anywhere[key]

    def _ask_anywhere(self, identity: Identity, action: str) -> Permit | None:
        services = self._facts.services_of(action)
        resource = self._example.format(services[0])
        request, policies = self.access.asked(identity, action, resource, self._context({}, (), None))
        decision = evaluate(request, policies)
        if decision.outcome is Outcome.ALLOWED:
            return Permit.of(decision.statements)
        return self._best(request, policies, [self._pattern.format(service) for service in services], frozenset())

    def _asked(self, identity: Identity, action: str, arn: str, context: Context) -> tuple[Request, Policies]:
        """The request, and of the policies that decide it only the statements that name the action."""
        request, policies = self.access.asked(identity, action, arn, context)
        place = (identity.key, action)
        if place not in self._narrowed:
            own = [policy.naming(request.lower_action) for policy in policies.identity]
            limit = policies.boundary and policies.boundary.naming(request.lower_action)
            identity_policies = tuple(policy for policy in own if policy.allowing or policy.denying)
            self._narrowed[place] = replace(policies, identity=identity_policies, boundary=limit)
        narrowed = self._narrowed[place]
        if request.assumes_role:
            narrowed = replace(narrowed, resource=policies.resource, resource_is_known=policies.resource_is_known)
        return request, narrowed

    def _context(self, values: Mapping[str, str], absent: Iterable[str], tags: Mapping[str, str] | None) -> Context:
        known = {f"{prefix}{key}": value for key, value in (tags or {}).items() for prefix in _RESOURCE_TAGS}
        return Context({**self._facts.values, **known, **values}, absent=(*self._facts.absent, *absent))

    def _judged(self, request: Request, policies: Policies, tags_are_known: bool) -> Permit | None:
        decision = evaluate(request, policies)
        if decision.outcome is Outcome.ALLOWED:
            return Permit.of(decision.statements)
        if decision.outcome is Outcome.DENIED:
            return None
        missing = [key for key in decision.keys if tags_are_known and key.startswith(_RESOURCE_TAGS)]
        if missing:
            request = replace(request, context=_without(request.context, missing))
            return self._judged(request, policies, False)
        return self._best(request, policies, [request.resource], decision.keys)

    def _best(
        self, request: Request, policies: Policies, resources: Sequence[str], keys: frozenset[str]
    ) -> Permit | None:
        """The permit with the fewest conditions: as the request is, and without the keys that can be left out."""
        found = self._possible(request, policies, resources, keys)
        if found is None or not found.keys & self._omitted:
            return found
        shorter = replace(request, context=_without(request.context, found.keys & self._omitted))
        other = self._possible(shorter, policies, resources, keys)
        return other if other is not None and other.keys < found.keys else found

    def _possible(
        self, request: Request, policies: Policies, resources: Sequence[str], keys: frozenset[str]
    ) -> Permit | None:
        answer = possible(request, policies, [request.action], map(glob, resources), free=self._free)
        if answer.outcome is Outcome.DENIED:
            return None
        if answer.example is None:
            return Permit.of(answer.statements, answer.keys or keys or frozenset({"conditions"}))
        known = request.context.known()
        chosen = {
            key: value
            for key, value in answer.example.context.known().items()
            if key in known or self._free(key) or key in request.full_context.known()
        }
        values = {key: value for key, value in chosen.items() if value is not None}
        context = Context(values, absent=[key for key, value in chosen.items() if value is None])
        decision = evaluate(replace(answer.example, context=context), policies)
        return Permit.of(decision.statements, decision.keys) if decision.outcome is not Outcome.DENIED else None


def _without(context: Context, absent: Iterable[str]) -> Context:
    return context.with_defaults({}, absent)
