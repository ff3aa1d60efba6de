# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What one set of policies allows and another does not. Pure.

What is proven to be allowed by both is left out. The rest is different for certain if an example was found that the
evaluator allows under one and not under the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ..policy.statement import Condition
from ..policy.wildcards import ANY, ONE, has_variable, is_variable, meet, tokens
from .conditions import CompiledCondition, compiled
from .context import Context
from .contexts import any_key, contexts
from .coverage import glob, is_denied
from .evaluator import Outcome, Policies, evaluate
from .grants import EffectiveGrant, GrantsByService, TooManyGrants, grants_in, grants_of, narrower
from .patterns import variable_keys
from .policies import CompiledStatement, Policy
from .questions import allowed_requests
from .request import Request

MOST_SEARCHES = 32
"""Grants of one comparison for which an example is searched at length. Others count as not certain."""

MOST_PAIRS = 500_000
"""Pairs of grants to compare, one of each side. More are too many."""

MOST_WORK = 10_000
"""Statements to look at for examples in one comparison, about 0.5 s. What is left then counts as not certain."""

_SHORT_TEXT = "x"

MOST_PLAIN_CONTEXTS = 4
"""Contexts to try before an example is searched at length."""

FOREIGN_ACCOUNT = "999999999999"
"""An owner of a resource whose ARN does not say it, such as a bucket, if it is not the account of the caller."""

MOST_OWNERS = 4
"""Accounts to try of those that a condition on aws:ResourceAccount names."""

OPEN_TO_ALL = Policy.of(
    "policy of a foreign resource",
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]},
)


@dataclass(frozen=True)
class AccessChange:
    """A grant that only one side has; not `certain` if no example was found."""

    grant: EffectiveGrant
    certain: bool = True


def only_allowed_by(
    asked: Request, policies: Policies, others: Policies, *, there: Request | None = None
) -> list[AccessChange]:
    """What the policies allow the caller of a request and the others do not. Raises TooManyGrants.

    With both sides exchanged it is what is lost. `there` has the caller under the other policies, if its tags differ.
    """
    return _widest(_PolicyComparison(asked, policies, others, there or asked).changes())


def allows_nothing_beyond(asked: Request, policies: Policies, others: Policies) -> bool:
    """Whether it is proven that the policies allow the caller of a request nothing that the others do not."""
    try:
        return not any(_PolicyComparison(asked, policies, others, asked).parts())
    except TooManyGrants:
        return False


def _widest(changes: Iterable[AccessChange]) -> list[AccessChange]:
    """The changes without those that another one covers."""
    found = list(changes)
    if len(found) ** 2 > MOST_PAIRS:
        return found
    by_service = GrantsByService(change.grant for change in found)
    certain = {change.grant for change in found if change.certain}

    def is_covered(change: AccessChange) -> bool:
        grant = change.grant
        return any(
            grant != other
            and (not change.certain or other in certain)
            and grant.is_covered_by(other)
            and not other.is_covered_by(grant)
            for other in by_service.beside(grant)
        )

    return [change for change in found if not is_covered(change)]


class _PolicyComparison:
    def __init__(self, asked: Request, policies: Policies, others: Policies, there: Request) -> None:
        self._asked = asked
        self._there = there
        self._policies = policies
        self._others = others
        here, elsewhere = asked.caller_context.known(), there.caller_context.known()
        self._changed_keys = {key for key in here.keys() | elsewhere.keys() if here.get(key) != elsewhere.get(key)}
        self._denials = _denials_of(policies, asked.caller_context)
        self._other_denials = _denials_of(others, there.caller_context)
        self._limits = None if policies.boundary is None else GrantsByService(grants_in(policies.boundary))
        self._searches = MOST_SEARCHES
        self._left = MOST_WORK
        self._statements = sum(len(one.document.parsed) for side in (policies, others) for one in side.identity)
        elsewhere_granted = grants_of(others, there.caller_context)
        self._grants = grants_of(policies, asked.caller_context)
        # A grant that both sides have is not compared with the others.
        if len(set(self._grants) - set(elsewhere_granted)) * len(elsewhere_granted) > MOST_PAIRS:
            raise TooManyGrants
        self._other_grants = GrantsByService(elsewhere_granted)

    def changes(self) -> Iterator[AccessChange]:
        for part in dict.fromkeys(self.parts()):
            yield AccessChange(part, self._has_example(part))

    def parts(self) -> Iterator[EffectiveGrant]:
        """What these policies grant and the others are not proven to."""
        known = self._asked.caller_context
        for grant in self._grants:
            if not any(is_denied(grant.region, denial, known) for denial in self._denials):
                yield from self._parts_without_match(grant)

    def _parts_without_match(self, grant: EffectiveGrant) -> Iterator[EffectiveGrant]:
        """The grant where no other grant covers it, else what only the other side denies of it."""
        means_the_same = not self._is_about_changed_keys([grant.resource, *grant.except_resources], grant.conditions)
        if not (means_the_same and self._other_grants.cover(grant)):
            yield grant
            return
        for denial in self._other_denials:
            if not self._is_denied_here_too(denial):
                yield from _denied_parts(grant, denial)

    def _is_denied_here_too(self, denial: CompiledStatement) -> bool:
        own = denial.statement
        resources = own.resources or own.not_resources or ()
        return not self._is_about_changed_keys(resources, own.conditions) and any(
            replace(one.statement, sid="") == replace(own, sid="")
            and one.policy.has_variables == denial.policy.has_variables
            for one in self._denials
        )

    def _is_about_changed_keys(self, resources: Iterable[str], conditions: Iterable[Condition]) -> bool:
        """Whether the meaning depends on a tag of the caller that is not the same on both sides."""
        if not self._changed_keys:
            return False
        texts = [*resources, *(text for one in conditions for text in (one.key, *one.values))]
        return any(key in text.lower() for text in texts for key in self._changed_keys)

    def _has_example(self, part: EffectiveGrant) -> bool:
        """Whether a request is found that only this side allows."""
        if self._stands_alone(part):
            return self._can_be_met(part)
        self._left -= self._statements
        if self._left < 0:
            return False
        if self._is_plain_example(part):
            return True
        self._searches -= 1
        self._left -= self._statements**2
        if self._searches < 0 or self._left < 0:
            return False
        return any(
            evaluate(self._made_there(one), others).outcome is Outcome.DENIED
            for asked, policies, others in self._owned(part)
            for one in allowed_requests(asked, policies, part.action, part.resource, beside=others)
        )

    def _owned(self, part: EffectiveGrant) -> Iterator[tuple[Request, Policies, Policies]]:
        """What is asked, with the policies of both sides, for each account that may own the resource.

        Another account allows everything in its resource policy. Conditions can name it.
        """
        yield self._asked, self._policies, self._others
        named = (value for one in part.conditions if one.name == "aws:resourceaccount" for value in one.values)
        for owner in dict.fromkeys((*islice(named, MOST_OWNERS), FOREIGN_ACCOUNT)):
            if owner != self._asked.owner:
                policies, others = (replace(one, resource=OPEN_TO_ALL) for one in (self._policies, self._others))
                yield replace(self._asked, owner=owner), policies, others

    def _stands_alone(self, part: EffectiveGrant) -> bool:
        """Whether nothing but its conditions decides about requests of a grant."""
        if part.except_actions or part.except_resources or has_variable(part.resource):
            return False
        if self._policies.session or not self._policies.boundary_is_known:
            return False
        others = self._other_grants.beside(part)
        return (
            (self._limits is None or self._limits.cover(part))
            and not any(part.may_meet(other) for other in others)
            and not any(_may_be_about(denial, part) for denial in self._denials)
        )

    def _can_be_met(self, part: EffectiveGrant) -> bool:
        """Whether all conditions of a grant are met in some context, for a resource of the account or of another."""
        if not part.conditions:
            return True
        conditions = compiled(part.conditions, variables=True)
        return any(
            all(one.holds(context) is True for one in conditions)
            for asked, _policies, _others in self._owned(part)
            for context in contexts(
                replace(asked, resource=_with_short_text(part.resource)).full_context, conditions, any_key
            )
        )

    def _is_plain_example(self, part: EffectiveGrant) -> bool:
        """Whether the same short text for every wildcard is an example, in a context that meets the conditions."""
        known = self._asked.full_context
        texts = (part.resource, *(value for condition in part.conditions for value in condition.values))
        keys = {key for text in texts for key in variable_keys(text) if known.is_unknown(key)}
        action, resource = _with_short_text(part.action), _with_short_text(part.resource)
        context = self._asked.context.with_defaults(dict.fromkeys(keys, _SHORT_TEXT))
        conditions = compiled(part.conditions, variables=True)
        return any(
            evaluate(one, policies).outcome is Outcome.ALLOWED
            and evaluate(self._made_there(one), others).outcome is Outcome.DENIED
            for asked, policies, others in self._owned(part)
            for one in _in_first_contexts(replace(asked, action=action, resource=resource, context=context), conditions)
        )

    def _made_there(self, request: Request) -> Request:
        """A request as the caller makes it under the other policies, with the tags that it has there."""
        if not self._changed_keys:
            return request
        known = {key: one for key, one in request.context.known().items() if key not in self._changed_keys}
        values = {key: one for key, one in known.items() if one is not None}
        absent = [key for key, one in known.items() if one is None]
        context = Context(values, absent=absent, complete=request.context.complete)
        return replace(request, context=context, tags=self._there.tags)


def _in_first_contexts(asked: Request, conditions: Sequence[CompiledCondition]) -> Iterator[Request]:
    for context in islice(contexts(asked.full_context, conditions, any_key), MOST_PLAIN_CONTEXTS):
        yield replace(asked, context=context)


def _with_short_text(pattern: str) -> str:
    return "".join(_SHORT_TEXT if one in (ANY, ONE) or is_variable(one) else one for one in tokens(pattern))


def _denials_of(policies: Policies, known: Context) -> Sequence[CompiledStatement]:
    """The Deny statements that may apply with what is known of the context."""
    limits = (policies.boundary, policies.session)
    found = [one for policy in (*policies.identity, *limits) if policy is not None for one in policy.denying]
    return [one for one in found if one.conditions_met(known) is not False]


def _may_be_about(denial: CompiledStatement, grant: EffectiveGrant) -> bool:
    """Whether a Deny may apply to a request of a grant."""
    actions, resources = denial.statement.actions, denial.statement.resources
    return (actions is None or any(meet(one.lower(), grant.action.lower()) for one in actions)) and (
        resources is None or any(meet(glob(one), glob(grant.resource)) for one in resources)
    )


def _denied_parts(grant: EffectiveGrant, denial: CompiledStatement) -> Iterator[EffectiveGrant]:
    """What of a grant a Deny statement is about, a pair of an action and a resource each."""
    statement = denial.statement
    actions = ("*",) if statement.not_actions is not None else statement.actions or ()
    resources = ("*",) if statement.not_resources is not None else statement.resources or ()
    for action in actions:
        for resource in resources:
            if meet(action.lower(), grant.action.lower()) and meet(glob(resource), glob(grant.resource)):
                yield replace(
                    grant,
                    action=narrower(grant.action, action, fold_case=True),
                    resource=narrower(grant.resource, resource),
                )
