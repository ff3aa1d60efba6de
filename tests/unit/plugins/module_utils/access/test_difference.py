# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one set of policies allows and another does not, against the evaluator of single requests."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.difference import MOST_PAIRS, only_allowed_by
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome, Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.grants import MOST_GRANTS, TooManyGrants
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.patterns import resource_pattern, text_pattern
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

from .small_documents import ANYTHING, policies, requests

NOTHING_KNOWN = Context()


def held(*statements: dict[str, Any], boundary: list[dict[str, Any]] | None = None) -> Policies:
    limit = Policy.of("boundary", {"Version": "2012-10-17", "Statement": boundary}) if boundary else None
    return Policies([Policy.of("policy", {"Version": "2012-10-17", "Statement": list(statements)})], boundary=limit)


def allow(action: Any, resource: Any, **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def changes(before: Policies, after: Policies) -> set[tuple[str, str, bool]]:
    return {(one.grant.action, one.grant.resource, one.certain) for one in only_allowed_by(ANYTHING, after, before)}


@examples(0.4)
@given(policies(), policies(), st.lists(requests(), min_size=8, max_size=8))
def test_every_difference_is_in_a_change(before: Policies, after: Policies, asked: list[Request]) -> None:
    only_after = [
        one
        for one in asked
        if evaluate(one, after).outcome is Outcome.ALLOWED and evaluate(one, before).outcome is Outcome.DENIED
    ]
    found = [one.grant for one in only_allowed_by(ANYTHING, after, before)] if only_after else []
    for request in only_after:
        assert any(
            text_pattern(one.action.lower(), variables=False)(request.lower_action, request.full_context)
            and resource_pattern(one.resource, variables=True)(request.resource, request.full_context)
            for one in found
        )


@given(policies())
def test_nothing_changes_between_equal_policies(same: Policies) -> None:
    assert not only_allowed_by(ANYTHING, same, same)


CASES: dict[str, tuple[Policies, Policies, set[tuple[str, str, bool]]]] = {
    "a new action": (
        held(allow("s3:GetObject", "arn:aws:s3:::labels-1/*")),
        held(allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::labels-1/*")),
        {("s3:PutObject", "arn:aws:s3:::labels-1/*", True)},
    ),
    "the same in other statements": (
        held(allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])),
        held(
            *(allow(a, r) for a in ("s3:getobject", "s3:PutObject") for r in ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*"))
        ),
        set(),
    ),
    "less is no gain": (held(allow("s3:*", "*")), held(allow("s3:Get*", "arn:aws:s3:::a*")), set()),
    "a condition that is dropped": (
        held(allow("s3:GetObject", "*", StringEquals={"aws:ResourceAccount": "123456789012"})),
        held(allow("s3:GetObject", "*")),
        {("s3:GetObject", "*", True)},
    ),
    "a condition that is added": (
        held(allow("s3:GetObject", "*")),
        held(allow("s3:GetObject", "*", StringEquals={"aws:ResourceAccount": "123456789012"})),
        set(),
    ),
    "a wider network": (
        held(allow("s3:GetObject", "*", IpAddress={"aws:SourceIp": "10.1.0.0/16"})),
        held(allow("s3:GetObject", "*", IpAddress={"aws:SourceIp": "10.0.0.0/8"})),
        {("s3:GetObject", "*", True)},
    ),
    "a Deny that is removed": (
        held(allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::keep/*"}),
        held(allow("s3:*", "*")),
        {("s3:Delete*", "arn:aws:s3:::keep/*", True)},
    ),
    "a Deny that is added": (
        held(allow("s3:*", "*")),
        held(allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::keep/*"}),
        set(),
    ),
    "a boundary that is removed": (
        held(allow("*", "*"), boundary=[allow("s3:*", "*")]),
        held(allow("*", "*")),
        {("*", "*", True)},
    ),
    "beyond the boundary": (
        held(boundary=[allow("s3:*", "*")]),
        held(allow("iam:*", "*"), boundary=[allow("s3:*", "*")]),
        set(),
    ),
    "within the boundary": (
        held(boundary=[allow("s3:*", "*")]),
        held(allow("*", "arn:aws:s3:::a/*"), boundary=[allow("s3:*", "*")]),
        {("s3:*", "arn:aws:s3:::a/*", True)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_cases(case: str) -> None:
    before, after, expected = CASES[case]
    assert changes(before, after) == expected


def test_too_many_grants_are_an_error() -> None:
    many = held(allow([f"s3:Get{a}" for a in range(100)], [f"arn:aws:s3:::b{r}" for r in range(100)]))
    assert MOST_GRANTS < 100 * 100
    with pytest.raises(TooManyGrants):
        only_allowed_by(ANYTHING, many, held())


def test_too_many_pairs_of_different_grants_are_an_error() -> None:
    def sides(prefix: str) -> Policies:
        return held(allow([f"s3:*{prefix}{a}*" for a in range(30)], [f"arn:aws:s3:::*{r}*" for r in range(30)]))

    assert MOST_PAIRS < (30 * 30) ** 2
    with pytest.raises(TooManyGrants):
        only_allowed_by(ANYTHING, sides("a"), sides("b"))
    assert only_allowed_by(ANYTHING, sides("a"), sides("a")) == []
