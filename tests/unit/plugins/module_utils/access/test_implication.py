# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of two conditions lets through no more than the other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.implication import implies
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import Condition, Statement

ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def conditions(element: Any) -> tuple[Condition, ...]:
    """What a Condition element says."""
    return Statement.of({"Condition": element}).conditions


def arn(*patterns: str, operator: str = "ArnLike") -> dict[str, Any]:
    return {operator: {"aws:SourceArn": [f"arn:aws:greengrass:{pattern}" for pattern in patterns]}}


def alike(*patterns: str) -> dict[str, Any]:
    return {"StringLike": {"s3:prefix": list(patterns)}}


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        (ACCOUNT, None),
        (ACCOUNT, {}),
        (ACCOUNT, {"StringEquals": {"AWS:sourceaccount": ["123456789012", "210987654321"]}}),
        ({**ACCOUNT, **arn("*:1:*")}, ACCOUNT),
        (arn("us-east-1:1:*"), arn("*:1:*")),
        (arn("us-east-1:1:/greengrass/groups/*"), arn("us-east-1:1:*", "eu-west-1:1:*")),
        (arn("*:1:*", operator="ArnEquals"), arn("*:1:*", operator="ArnEquals")),
        (arn("us-east-1:1:x:y"), arn("*:1:x:*")),
        (alike("in/*"), alike("*")),
        (alike("in/a\nb"), alike("in/*")),
        (alike("in/a?c"), alike("in/a*")),
        (alike("in/a?c"), alike("in/???")),
        (alike("in/?"), alike("in/*")),
        ({"ForAnyValue:StringEquals": {"a:b": ["c"]}}, {"ForAnyValue:StringEquals": {"a:b": ["c", "d"]}}),
        ({"StringNotEquals": {"a:b": ["c", "d"]}}, {"StringNotEquals": {"a:b": "c"}}),
        ({"StringEquals": {"a:b": "in/a"}}, {"StringLike": {"a:b": "in/*"}}),
        ({"StringEquals": {"a:b": "c"}}, {"StringEqualsIfExists": {"a:b": ["c", "d"]}}),
        ({"IpAddress": {"a:b": "10.1.0.0/16"}}, {"IpAddress": {"a:b": "10.0.0.0/8"}}),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}),
    ],
)
def test_one_is_stricter(strict: Any, loose: Any) -> None:
    assert implies(conditions(strict), conditions(loose))
    assert implies(conditions(loose), conditions(strict)) is (strict == loose or "ForAllValues:StringEquals" in strict)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (arn("us-east-1:1:*"), arn("eu-west-1:1:*")),
        (arn("*:1:a"), {"StringLike": {"aws:SourceArn": "*"}}),
        ({"StringNotLike": {"s3:prefix": "a"}}, {"StringNotLike": {"s3:prefix": "*"}}),
        ({"StringEquals": {"a:b": "*"}}, {"StringEquals": {"a:b": "c"}}),
        ({"ForAnyValue:StringLike": {"a:b": ["c"]}}, {"ForAllValues:StringLike": {"a:b": ["c"]}}),
        ({"NumericLessThan": {"a:b": "5"}}, {"NumericLessThan": {"a:b": "7"}}),
    ],
)
def test_neither_is_known_to_be(first: Any, second: Any) -> None:
    assert not implies(conditions(first), conditions(second))
    assert not implies(conditions(second), conditions(first))


def test_an_arn_is_compared_part_by_part() -> None:
    narrow, wide = arn("us-east-1:1:x:y"), {"ArnLike": {"aws:SourceArn": "arn:aws:*:y"}}
    assert not implies(conditions(narrow), conditions(wide))


def test_keys_that_differ_only_by_case_stay_separate() -> None:
    both = conditions({"StringEquals": {"a:b": "c", "A:b": "d"}})
    assert implies(both, conditions({"StringEquals": {"A:b": "d"}})) is False
    assert implies(both, both)
