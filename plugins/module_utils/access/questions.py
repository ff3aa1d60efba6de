# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Questions about many requests at once: may a caller do any of some actions on anything that matches a pattern? Pure.

The answer is cautious. It is `allowed` only with an example that the evaluator allows, and `denied` only if that is
proven for every request. Everything else depends, and so does what is beyond the bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from ..policy.wildcards import covers, meet
from .common_text import common_texts
from .conditions import CompiledCondition
from .context import Context
from .contexts import Free, any_key, contexts
from .coverage import Region, glob, is_denied, is_plain
from .evaluator import ALWAYS_ALLOWED, Decision, Outcome, Policies, denials, evaluate
from .policies import CompiledStatement, Policy
from .principals import Named, PrincipalKind
from .request import Request

MOST_EXAMPLES = 64
"""Examples to judge for one action and one pattern of resources."""

MOST_EVALUATIONS = 2_000
"""Requests to evaluate for one question, about 0.1 s."""

MOST_REGIONS = 4096
"""Pairs of an action and a resource of the statements to look at."""

_MOST_EXCEPTIONS = 8

Layer = Sequence[CompiledStatement]
"""Statements of which one has to allow the request."""


@dataclass(frozen=True)
class Answer:
    """The outcome, with an example: a request that is allowed, or that depends on `keys`.

    An answer that depends on no keys was not found within the bounds. `statements` allow the example, or may.
    """

    outcome: Outcome
    keys: frozenset[str] = frozenset()
    example: Request | None = None
    statements: tuple[CompiledStatement, ...] = ()


ROOT_USER = Policy.of("root user", {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

DENIED = Answer(Outcome.DENIED)
UNDECIDED = Answer(Outcome.DEPENDS)


def possible(
    asked: Request, policies: Policies, actions: Iterable[str], resources: Iterable[str], *, free: Free = any_key
) -> Answer:
    """Whether the caller of a request may do one of the actions on a resource that matches one of the patterns.

    What AWS allows to everyone, sts:GetCallerIdentity, counts only where it is asked for by its name.

    `actions` may have wildcards. `asked` has the caller, its tags, and what is known of the context; its own action and
    resource do not matter. `free` says which other keys the caller chooses: by default all, so that the answer is
    `allowed` if it is in any context. Where keys that are not free decide, the answer depends on these.
    """
    question = _Question(asked, policies, free)
    best = DENIED
    for resource in resources:
        for action in actions:
            found = question.answer(action.lower(), glob(resource))
            if found.outcome is Outcome.ALLOWED:
                return found
            best = _better(best, found)
    return best


def allowed_requests(
    asked: Request, policies: Policies, action: str, resource: str, *, beside: Policies
) -> Iterator[Request]:
    """Requests of the caller about an action and a resource, both patterns, that the policies allow, in many contexts.

    The contexts are also those that the conditions of other policies tell apart, which stand `beside` them.
    """
    yield from _Question(asked, policies, any_key, beside).allowed_requests(action.lower(), glob(resource))


def _better(one: Answer, other: Answer) -> Answer:
    """The answer that says more: one with an example that may be allowed, then one that is open."""
    ranks = [(answer.outcome is Outcome.ALLOWED, bool(answer.keys), answer.outcome) for answer in (one, other)]
    if ranks[1][:2] > ranks[0][:2] or (one.outcome is Outcome.DENIED and other.outcome is not Outcome.DENIED):
        return other
    return one


class _Question:
    def __init__(self, asked: Request, policies: Policies, free: Free, beside: Policies | None = None) -> None:
        self._asked = asked
        self._policies = policies
        self._free = free
        self._known = asked.caller_context
        self._left = MOST_EVALUATIONS
        self._denials = tuple(denials(asked, policies))
        self._ways = list(_ways(asked, policies))
        self._statements = [*self._denials, *_in_ways(self._ways)]
        if beside is not None:
            self._statements += [*denials(asked, beside), *_in_ways(_ways(asked, beside))]

    def answer(self, action: str, resource: str) -> Answer:
        if action == ALWAYS_ALLOWED or not any(special in action + resource for special in "*?$"):
            request = replace(self._asked, action=action, resource=resource)
            decision = evaluate(request, self._policies)
            if decision.outcome is not Outcome.DEPENDS:
                return _answer_of(decision, request)
        best = DENIED
        for way in self._ways:
            open_regions = [self._open_regions(layer, action, resource) for layer in way]
            if not all(open_regions):
                continue
            best = _better(best, UNDECIDED)
            for example in islice(self._examples(open_regions), MOST_EXAMPLES):
                found = self._judged(example)
                if found.outcome is Outcome.ALLOWED:
                    return found
                best = _better(best, found)
        if best == UNDECIDED and not any(special in action + resource for special in "*?$"):
            # One request alone can be judged without an example.
            return _answer_of(evaluate(replace(self._asked, action=action, resource=resource), self._policies), None)
        return best

    def allowed_requests(self, action: str, resource: str) -> Iterator[Request]:
        for way in self._ways:
            open_regions = [self._open_regions(layer, action, resource) for layer in way]
            for example in islice(self._examples(open_regions), MOST_EXAMPLES) if all(open_regions) else ():
                for context in contexts(example.full_context, self._conditions(example), self._free):
                    self._left -= 1
                    if self._left < 0:
                        return
                    tried = replace(example, context=context)
                    if evaluate(tried, self._policies).outcome is Outcome.ALLOWED:
                        yield tried

    def _open_regions(self, layer: Layer, action: str, resource: str) -> list[Region]:
        """The regions of what is asked that a layer allows, without those that are denied as a whole."""
        found = (
            Region((named, action), (reached, resource))
            for statement in layer
            if statement.conditions_met(self._known) is not False
            for named in _open_actions(statement, action)
            for reached in _open_resources(statement, resource)
        )
        return [
            region
            for region in dict.fromkeys(islice(found, MOST_REGIONS))
            if not any(is_denied(region, denial, self._known) for denial in self._denials)
        ]

    def _examples(self, open_regions: Sequence[Sequence[Region]]) -> Iterator[Request]:
        """Requests that one region of each layer is about, also those that a Deny on everything else leaves out."""
        for regions in product(*open_regions):
            named = list(dict.fromkeys(pattern for region in regions for pattern in region.actions))
            reached = list(dict.fromkeys(pattern for region in regions for pattern in region.resources))
            for actions in self._with_exceptions(named, "not_actions"):
                for resources in self._with_exceptions(reached, "not_resources"):
                    for action, resource in product(common_texts(actions), common_texts(resources)):
                        yield replace(self._asked, action=action, resource=resource)

    def _with_exceptions(self, patterns: list[str], element: str) -> Iterator[list[str]]:
        """The patterns, and those together with each exception of a Deny."""
        yield patterns
        excepted = (
            one.lower() if element == "not_actions" else glob(one)
            for denial in self._denials
            for one in getattr(denial.statement, element) or ()
        )
        meeting = (one for one in dict.fromkeys(excepted) if all(meet(one, pattern) for pattern in patterns))
        for one in islice(meeting, _MOST_EXCEPTIONS):
            yield [*patterns, one]

    def _judged(self, example: Request) -> Answer:
        """The best answer for a request in some context."""
        best = DENIED
        for context in contexts(example.full_context, self._conditions(example), self._free):
            self._left -= 2
            if self._left < 0:
                return _better(best, UNDECIDED)
            tried = replace(example, context=context)
            found = _answer_of(evaluate(tried, self._policies), tried)
            if found.outcome is Outcome.ALLOWED:
                return found
            unknown = self._without_fixed(example, context)
            best = _better(best, _answer_of(evaluate(unknown, self._policies), unknown))
        return best

    def _conditions(self, example: Request) -> list[CompiledCondition]:
        about = (one for one in self._statements if one.names_action(example.lower_action))
        return [condition for statement in about for condition in statement.conditions]

    def _without_fixed(self, example: Request, context: Context) -> Request:
        """The request in a context in which the keys that are not free stay unknown."""
        known = example.full_context
        chosen = {key: one for key, one in context.known().items() if not known.is_unknown(key) or self._free(key)}
        values = {key: one for key, one in chosen.items() if one is not None}
        return replace(example, context=Context(values, absent=[key for key, one in chosen.items() if one is None]))


def _answer_of(decision: Decision, example: Request | None) -> Answer:
    if decision.outcome is Outcome.DENIED:
        return DENIED
    return Answer(decision.outcome, decision.keys, example, decision.statements)


def _ways(asked: Request, policies: Policies) -> Iterator[list[Layer]]:
    """What can allow a request of the caller: layers that all have to. Cautious: evaluation tells what really does."""
    levels = () if asked.principal.is_service_linked_role else policies.service_control
    limits = [_allowing(level) for level in levels]
    if asked.principal.kind is PrincipalKind.ROOT:
        yield [ROOT_USER.allowing, *limits]
    elif asked.principal.account is not None:
        bounds = [_allowing((one,)) for one in (policies.boundary, policies.session) if one is not None]
        yield [_allowing(policies.identity), *bounds, *limits]
    if policies.resource is not None:
        naming = [one for one in policies.resource.allowing if one.named(asked.principal) > Named.BY_ACCOUNT]
        yield [naming, *limits]


def _in_ways(ways: Iterable[Iterable[Layer]]) -> list[CompiledStatement]:
    return [statement for way in ways for layer in way for statement in layer]


def _allowing(policies: Iterable[Policy]) -> Layer:
    return [statement for policy in policies for statement in policy.allowing]


def _open_actions(statement: CompiledStatement, action: str) -> Iterator[str]:
    excluded = statement.statement.not_actions
    if excluded is not None:
        if not any(covers(one.lower(), action) for one in excluded):
            yield "*"
        return
    yield from (one.lower() for one in statement.statement.actions or () if meet(one.lower(), action))


def _open_resources(statement: CompiledStatement, resource: str) -> Iterator[str]:
    excluded = statement.statement.not_resources
    if excluded is not None:
        if not any(covers(one, resource) and is_plain(one) for one in excluded):
            yield "*"
        return
    named = statement.statement.resources
    yield from ("*",) if named is None else (glob(one) for one in named if meet(glob(one), resource))
