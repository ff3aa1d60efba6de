# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of `expect`: what is wrong with them, with its place, and what they are read as."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.expectations import (
    Expectation,
    ExpectationParser,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account

ACCOUNT = Account("123456789012", "aws")
WRITER = "arn:aws:iam::123456789012:role/ml/writer"
GOOD: dict[str, Any] = {
    "principal": "role/writer",
    "action": "s3:PutObject",
    "resource": "arn:aws:s3:::labels/1.json",
    "result": "allowed",
}
DENIED = {**GOOD, "result": "denied"}
NO_PRINCIPAL = (
    "is not a principal; give role/NAME, user/NAME, an ARN of IAM or STS, a service such as lambda.amazonaws.com, or an"
    " account id"
)
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({**GOOD, "principle": "x"}, ["expect[0].principle: is not known; did you mean principal?"]),
    (
        {**GOOD, "zzz": 1},
        ["expect[0].zzz: is not known; it is one of principal, action, resource, context, result, reason"],
    ),
    (
        {},
        [
            f"expect[0].{key}: missing; an entry has principal, action, resource and result"
            for key in ("principal", "action", "resource", "result")
        ],
    ),
    ({**GOOD, "principal": 123456789012}, ["expect[0].principal: 123456789012 is not text; put it in quotes"]),
    ({**GOOD, "principal": "group/writers"}, [f'expect[0].principal: "group/writers" {NO_PRINCIPAL}']),
    ({**GOOD, "principal": "12345"}, [f'expect[0].principal: "12345" {NO_PRINCIPAL}']),
    (
        {**GOOD, "principal": "<role_arn:gone>"},
        ["expect[0].principal: <role_arn:gone> names a role that this task does not declare"],
    ),
    (
        {**GOOD, "action": ["s3:PutObject", "PutObject", 3]},
        [
            'expect[0].action[1]: "PutObject" is not an action; give its whole name, such as s3:GetObject',
            "expect[0].action[2]: 3 is not an action; give its whole name, such as s3:GetObject",
        ],
    ),
    (
        {**GOOD, "action": "s3:Put*"},
        [
            'expect[0].action: "s3:Put*" is a pattern, and only what is denied can have one; give the whole name of one'
            " action, such as s3:GetObject"
        ],
    ),
    (
        {**GOOD, "resource": ["labels", "arn:aws:s3:::labels/*"]},
        [
            'expect[0].resource[0]: "labels" is not an ARN; give one, or * for an action that has no resource',
            'expect[0].resource[1]: "arn:aws:s3:::labels/*" is a pattern, and only what is denied can have one; give'
            " the ARN of one resource as an example",
        ],
    ),
    (
        {**GOOD, "resource": "<role_arn:gone>"},
        ["expect[0].resource: <role_arn:gone> names a role that this task does not declare"],
    ),
    (
        {**GOOD, "context": {"SourceAccount": "1", "aws:SourceArn": [["x"]]}},
        [
            "expect[0].context.SourceAccount: is not a condition key; give its whole name, such as aws:SourceAccount",
            "expect[0].context.aws:SourceArn: a list is not a value; give text, or a list of texts",
        ],
    ),
    (
        {**GOOD, "context": ["aws:SourceAccount"]},
        ["expect[0].context: a list is not a dictionary of condition keys and their values"],
    ),
    (
        {**GOOD, "result": "allow"},
        ['expect[0].result: "allow" is not a result; give allowed or denied; did you mean allowed?'],
    ),
    ({**GOOD, "result": True}, ["expect[0].result: true is not a result; give allowed or denied"]),
    ({**GOOD, "reason": ["why"]}, ["expect[0].reason: a list is not text"]),
]


def parser() -> ExpectationParser:
    return ExpectationParser(Placeholders(ACCOUNT, {"writer": WRITER}))


@pytest.mark.parametrize(("entry", "expected"), WRONG, ids=str)
def test_what_is_wrong_is_told_with_its_place(entry: dict[str, Any], expected: list[str]) -> None:
    reading = parser()
    assert reading.parsed(entry, "expect[0]") is None
    assert list(map(str, reading.problems)) == expected


def test_all_problems_of_all_entries_are_told() -> None:
    reading = parser()
    for index, entry in enumerate([{**GOOD, "result": "?"}, GOOD, {**GOOD, "action": "x"}]):
        reading.parsed(entry, f"expect[{index}]")
    assert [problem.place for problem in reading.problems] == ["expect[0].result", "expect[2].action"]


def test_an_entry_is_read_with_its_placeholders_filled() -> None:
    entry = {
        "principal": "<role_arn:writer>",
        "action": ["sts:AssumeRole", "sts:TagSession"],
        "resource": "arn:<partition>:iam::<account_id>:role/reader",
        "context": {
            "aws:SourceAccount": "<account_id>",
            "aws:TagKeys": ["team", 1],
            "aws:MultiFactorAuthPresent": True,
            "aws:SourceIp": None,
        },
        "result": "denied",
        "reason": "It only writes.",
    }
    assert parser().parsed(entry, "expect[4]", "deeplens") == Expectation(
        place="expect[4]",
        principal=WRITER,
        actions=("sts:AssumeRole", "sts:TagSession"),
        resources=("arn:aws:iam::123456789012:role/reader",),
        is_allowed=False,
        context={
            "aws:SourceAccount": ("123456789012",),
            "aws:TagKeys": ("team", "1"),
            "aws:MultiFactorAuthPresent": ("true",),
            "aws:SourceIp": None,
        },
        reason="It only writes.",
        service="deeplens",
    )


@pytest.mark.parametrize(
    "given",
    [{"action": "s3:*"}, {"action": "*"}, {"resource": "arn:aws:s3:::labels/*"}, {"resource": "*"}],
    ids=str,
)
def test_what_is_denied_can_be_a_pattern(given: dict[str, Any]) -> None:
    reading = parser()
    assert reading.parsed({**DENIED, **given}, "expect[0]") is not None
    assert reading.problems == []


def test_a_deep_value_is_a_problem_and_no_crash() -> None:
    deep: Any = "x"
    for _level in range(5000):
        deep = [deep]
    reading = parser()
    assert reading.parsed({**GOOD, "context": {"aws:TagKeys": deep}}, "expect[0]") is None
    assert [problem.place for problem in reading.problems] == ["expect[0].context.aws:TagKeys"]
