# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What one set of policies allows and another does not. Pure.

What is proven to be allowed by both is left out. The rest is different for certain if an example was found that the
evaluator allows under one and not under the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..policy.wildcards import meet
from .coverage import glob, is_denied
from .evaluator import Outcome, Policies, evaluate
from .grants import EffectiveGrant, grants_of, narrower
from .policies import CompiledStatement, Policy
from .questions import allowed_requests
from .request import Request

FOREIGN_ACCOUNT = "999999999999"
"""The owner of a resource whose ARN does not say it, such as a bucket, if it is not the account of the caller."""

OPEN_TO_ALL = Policy.of(
    "policy of a foreign resource",
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]},
)


@dataclass(frozen=True)
class AccessChange:
    """A grant that only one side has; not `certain` if no example was found."""

    grant: EffectiveGrant
    certain: bool = True


def only_allowed_by(asked: Request, policies: Policies, others: Policies) -> list[AccessChange]:
    """What the policies allow the caller of a request and the others do not. Raises TooManyGrants.

    With both sides exchanged it is what is lost.
    """
    return list(_PolicyComparison(asked, policies, others).changes())


class _PolicyComparison:
    def __init__(self, asked: Request, policies: Policies, others: Policies) -> None:
        self._asked = asked
        self._policies = policies
        self._others = others
        self._denials = _denials_of(policies)
        self._other_denials = _denials_of(others)
        self._other_grants = grants_of(others)

    def changes(self) -> Iterator[AccessChange]:
        known = self._asked.caller_context
        seen: set[EffectiveGrant] = set()
        for grant in grants_of(self._policies):
            if any(is_denied(grant.region, denial, known) for denial in self._denials):
                continue
            for part in self._parts_without_match(grant):
                if part not in seen:
                    seen.add(part)
                    yield AccessChange(part, self._has_example(part))

    def _parts_without_match(self, grant: EffectiveGrant) -> Iterator[EffectiveGrant]:
        """The grant where no other grant covers it, else what only the other side denies of it."""
        if not any(grant.is_covered_by(other) for other in self._other_grants):
            yield grant
            return
        for denial in self._other_denials:
            if not self._is_denied_here_too(denial):
                yield from _denied_parts(grant, denial)

    def _is_denied_here_too(self, denial: CompiledStatement) -> bool:
        own = denial.statement
        return any(
            replace(one.statement, sid="") == replace(own, sid="")
            and one.policy.has_variables == denial.policy.has_variables
            for one in self._denials
        )

    def _has_example(self, part: EffectiveGrant) -> bool:
        """Whether a request is found that only this side allows."""
        foreign = replace(self._asked, owner=FOREIGN_ACCOUNT)
        return self._is_example_in(part, self._asked, self._policies, self._others) or self._is_example_in(
            part, foreign, replace(self._policies, resource=OPEN_TO_ALL), replace(self._others, resource=OPEN_TO_ALL)
        )

    @staticmethod
    def _is_example_in(part: EffectiveGrant, asked: Request, policies: Policies, others: Policies) -> bool:
        return any(
            evaluate(one, others).outcome is Outcome.DENIED
            for one in allowed_requests(asked, policies, part.action, part.resource, beside=others)
        )


def _denials_of(policies: Policies) -> Sequence[CompiledStatement]:
    limits = (policies.boundary, policies.session)
    return [one for policy in (*policies.identity, *limits) if policy is not None for one in policy.denying]


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
