# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every request, whatever the policies: properties of the evaluator, on generated cases."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from access_judge.case import Case, Document
from access_judge.generator import case
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import (
    BOUNDARY,
    RESOURCE_POLICY,
    Decision,
    Outcome,
    Policies,
    evaluate,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

from .dense_cases import dense_case

CASES = st.integers(0, 10_000_000).map(case) | st.integers(0, 10_000_000).map(dense_case)
SOURCES = st.integers(0, 10_000_000).map(random.Random)
ORDER = {Outcome.DENIED: 0, Outcome.DEPENDS: 1, Outcome.ALLOWED: 2}


def decided(one: Case, context: Context | None = None) -> Decision:
    request = one.request()
    return evaluate(request if context is None else replace(request, context=context), one.policies())


def known_in_part(one: Case, source: random.Random) -> Context:
    """The context of the case, with some keys unknown: absent ones are named."""
    request = one.request()
    used = {key for policy in _all(one.policies()) for key in _keys(policy)}
    # What the context says against the caller stays known: without it, the caller would say otherwise.
    values, gone = request.principal.context()
    from_caller = {*values, *gone, "aws:resourceaccount"}
    there = {key: values for key, values in one.context.items() if key.lower() in from_caller or source.random() < 0.5}
    absent = used - {key.lower() for key in one.context} - from_caller
    return Context(there, absent=[key for key in sorted(absent) if source.random() < 0.5])


def _all(policies: Policies) -> list[Any]:
    levels = (*policies.service_control, *policies.resource_control)
    found = [*policies.identity, policies.boundary, policies.session, policies.resource]
    return [one for one in (*found, *(one for level in levels for one in level)) if one is not None]


def _keys(policy: Any) -> set[str]:
    statements = (*policy.allowing, *policy.denying)
    found = {key for statement in statements for condition in statement.conditions for key in condition.keys}
    return found | {"aws:username", "aws:principaltag/team", "aws:userid"}


@examples(5)
@given(CASES, SOURCES)
def test_more_known_keys_only_refine_what_depends(one: Case, source: random.Random) -> None:
    partly = decided(one, known_in_part(one, source))
    wholly = decided(one)
    assert wholly.outcome is not Outcome.DEPENDS
    if partly.outcome is not Outcome.DEPENDS:
        assert partly.outcome is wholly.outcome
    else:
        assert partly.keys


@examples(3)
@given(CASES, SOURCES)
def test_each_key_that_becomes_known_refines(one: Case, source: random.Random) -> None:
    context = known_in_part(one, source)
    before = decided(one, context)
    while before.outcome is Outcome.DEPENDS:
        key = sorted(before.keys)[0]
        assert context.is_unknown(key)
        there = {name.lower(): values for name, values in one.context.items()}
        given_now = {key: there[key]} if key in there else {}
        context = context.with_defaults(given_now, () if given_now else (key,))
        before = decided(one, context)
    assert before.outcome is decided(one).outcome


@examples(3)
@given(CASES, CASES, SOURCES)
def test_a_deny_never_allows_more(one: Case, other: Case, source: random.Random) -> None:
    added = [_changed(one, other, "Deny", place) for place in ("identity", "boundary", "session", "resource_policy")]
    context = known_in_part(one, source)
    assert all(ORDER[decided(more, context).outcome] <= ORDER[decided(one, context).outcome] for more in added)


@examples(3)
@given(CASES, CASES, SOURCES)
def test_an_allow_never_denies_more(one: Case, other: Case, source: random.Random) -> None:
    added = [_changed(one, other, "Allow", place) for place in ("identity", "boundary", "session", "resource_policy")]
    context = known_in_part(one, source)
    assert all(ORDER[decided(more, context).outcome] >= ORDER[decided(one, context).outcome] for more in added)


def _changed(one: Case, other: Case, effect: str, place: str) -> Case:
    """The case, with the statements of one effect of another case in one of its policies that is there."""
    more = [
        {**statement, "Effect": effect, **({"Principal": {"AWS": "*"}} if place == "resource_policy" else {})}
        for document in other.identity
        for statement in _statements(document)
    ]
    there = getattr(one, place)
    if not there:
        return one
    if place == "identity":
        return replace(one, identity=(*there, {"Version": "2012-10-17", "Statement": more}))
    changed: dict[str, Any] = {place: {**there, "Statement": [*_statements(there), *more]}}
    return replace(one, **changed)


def _statements(document: Document) -> list[Document]:
    found = document["Statement"]
    return list(found) if isinstance(found, list) else [found]


@examples(3)
@given(CASES, SOURCES)
def test_order_and_lists_do_not_matter(one: Case, source: random.Random) -> None:
    context = known_in_part(one, source)
    before, after = (decided(each, context) for each in (one, one.with_documents(_shuffler(source))))
    assert (before.outcome, before.reason, before.keys) == (after.outcome, after.reason, after.keys)


def _shuffler(source: random.Random) -> Callable[[Document], Document]:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in source.sample(list(value), len(value))}
        if isinstance(value, list):
            return source.sample([shuffled(one) for one in value], len(value))
        return value

    def listed(statement: Document) -> Document:
        elements = ("Action", "NotAction", "Resource", "NotResource")
        return {
            key: [value] if key in elements and isinstance(value, str) else shuffled(value)
            for key, value in statement.items()
        }

    def changed(document: Document) -> Document:
        statements = [listed(one) for one in _statements(document)]
        return {**document, "Statement": source.sample(statements, len(statements))}

    return changed


@examples(3)
@given(CASES)
def test_a_policy_that_becomes_known_refines(one: Case) -> None:
    request, policies = one.request(), one.policies()
    wholly = evaluate(request, policies).outcome
    hidden = {
        BOUNDARY: replace(policies, boundary=None, boundary_is_known=False),
        RESOURCE_POLICY: replace(policies, resource=None, resource_is_known=False),
    }
    for name, fewer in hidden.items():
        partly = evaluate(request, fewer)
        assert partly.outcome is wholly or (partly.outcome is Outcome.DEPENDS and name in partly.keys)


@examples(1)
@given(CASES)
def test_the_deciding_statements_decide(one: Case) -> None:
    request, policies = one.request(), one.policies()
    found = evaluate(request, policies)
    effects = {statement.statement.effect for statement in found.statements}
    assert effects <= {"Allow"} if found.outcome is Outcome.ALLOWED else effects <= {"Deny"}
    assert all(statement.applies(request) is True for statement in found.statements)


def test_a_request_without_policies_is_denied() -> None:
    for seed in range(100):
        request: Request = case(seed).request()
        if ":root" not in request.principal.name and request.lower_action != "sts:getcalleridentity":
            assert evaluate(request, Policies()).outcome is Outcome.DENIED
