# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about many requests at once, judged by iam-simulate on samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from access_judge.case import Case
from access_judge.comparison import is_allowed
from access_judge.differences import known_differences
from access_judge.generator import case
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.questions import Answer, possible
from hypothesis import settings
from iam_simulate import IamSimulate

CASES = 10 * settings().max_examples
"""Always the same ones: ten for each example of the profile of Hypothesis (tests/property_examples.py)."""


@pytest.fixture(scope="module")
def judge() -> Iterator[IamSimulate]:
    with IamSimulate() as simulate:
        yield simulate


def asked(one: Case, action: str, resource: str) -> Answer:
    """Whether the caller of a case may do something in some context, of which nothing is known."""
    request = one.request()
    values, absent = request.principal.context()
    # A generated case may give a key that follows from the caller another value.
    given = {key: value for key, value in one.context.items() if key.lower() in {*values, *absent}}
    unknown = replace(request, context=Context(given))
    return possible(unknown, one.policies(), [action], [resource])


def agrees(one: Case, judged: bool) -> bool:
    """Whether the evaluator says the same of a case, or a listed difference explains why not."""
    return is_allowed(one) == judged or any(is_allowed(known.rewriting(one)) == judged for known in known_differences())


def test_what_the_judge_allows_is_not_denied_for_any_pattern_around_it(judge: IamSimulate) -> None:
    cases = [case(seed) for seed in range(CASES)]
    allowed = [
        one for one, judged in zip(cases, judge.allowed([one.simulation() for one in cases]), strict=True) if judged
    ]
    compared = [one for one in allowed if is_allowed(one)]
    assert len(compared) > CASES / 4
    for one in compared:
        service, _colon, _name = one.action.partition(":")
        patterns = [(f"{service}:*", f"{one.resource[:-1]}*"), ("*", "*")]
        # AWS allows this action to everyone, so patterns leave it out.
        for action, resource in [
            (one.action, one.resource),
            *(patterns if "GetCallerIdentity" not in one.action else ()),
        ]:
            assert asked(one, action, resource).outcome is not Outcome.DENIED, (one, action, resource)


def test_an_example_is_allowed_by_the_judge(judge: IamSimulate) -> None:
    found: list[Case] = []
    for seed in range(CASES):
        one = case(seed)
        answer = asked(one, one.action, one.resource)
        if answer.outcome is Outcome.ALLOWED and answer.example is not None:
            known = answer.example.full_context.known()
            context = {key: value[0] if len(value) == 1 else list(value) for key, value in known.items() if value}
            found.append(replace(one, context=context))
    assert len(found) > CASES / 4
    judged = judge.allowed([one.simulation() for one in found])
    assert [one for one, allowed in zip(found, judged, strict=True) if not allowed and not agrees(one, allowed)] == []
