# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases about three keys only, in which variables, unreadable values and lists meet often."""

from __future__ import annotations

import random
from typing import Any

from access_judge.case import Case, Document

_BUCKET = "arn:aws:s3:::labels/"
_KEYS = ("aws:userid", "aws:RequestTag/team", "aws:MultiFactorAuthAge")
_TEXTS = ("red", "5", "${aws:userid}", "${aws:RequestTag/team}", "${aws:RequestTag/team, 'red'}", "r*", "no number")
_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals",
    "NumericLessThan", "IpAddress", "NotIpAddress", "ArnNotLike", "Null",
)  # fmt: skip


def dense_case(seed: int) -> Case:
    """A user who gets an object, with one or two policies and perhaps a boundary."""
    source = random.Random(seed)
    values: dict[str, Any] = {
        key: source.choice(("red", "5", ["red"], ["5", "red"], ["red", "5"])) for key in _KEYS if source.random() < 0.6
    }
    return Case(
        principal="arn:aws:iam::123456789012:user/ann",
        action="s3:GetObject",
        resource=_BUCKET + source.choice(("red", "5", "blue")),
        owner="123456789012",
        context=values,
        identity=tuple(_document(source) for _each in range(source.choice((1, 2)))),
        boundary=_document(source) if source.random() < 0.2 else None,
    )


def _document(source: random.Random) -> Document:
    effects = source.choice((("Allow",), ("Allow", "Deny"), ("Allow", "Allow")))
    return {"Version": "2012-10-17", "Statement": [_statement(source, effect) for effect in effects]}


def _statement(source: random.Random, effect: str) -> Document:
    element = source.choice(("Resource", "Resource", "NotResource"))
    resources: Any = [_BUCKET + text for text in source.sample(_TEXTS, source.choice((1, 2)))]
    statement: Document = {"Effect": effect, "Action": "s3:GetObject", element: resources}
    if source.random() < 0.3:
        statement["Resource"] = "*"
        statement.pop("NotResource", None)
    if source.random() < 0.7:
        operator = source.choice(("", "", "ForAllValues:", "ForAnyValue:")) + source.choice(_OPERATORS)
        operator += source.choice(("", "", "IfExists"))
        values = source.sample(_TEXTS, source.choice((1, 2, 3)))
        if operator.startswith("Arn"):
            values = [_BUCKET + text for text in values]
        statement["Condition"] = {operator: {source.choice(_KEYS): values}}
    return statement
