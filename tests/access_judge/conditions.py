# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random conditions about a known context, with values that its keys often have."""

from __future__ import annotations

import random
from typing import Any

from .case import ContextValues

_Values = dict[str, tuple[str, ...]]

STRINGS: _Values = {
    "aws:username": ("ann", "bob"),
    "aws:userid": ("AIDA1", "AIDA2"),
    "aws:PrincipalTag/team": ("red", "blue", "Red"),
    "aws:RequestTag/team": ("red", "blue"),
    "aws:PrincipalOrgID": ("o-one", "o-two"),
    "aws:SourceVpc": ("vpc-1", "vpc-2"),
    "aws:UserAgent": ("cli", "console*"),
    "aws:SourceAccount": ("123456789012", "210987654321"),
    "aws:Referer": ("known", "other"),
}
ARNS: _Values = {
    "aws:SourceArn": (
        "arn:aws:sns:us-east-1:123456789012:news",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws:s3:::labels",
    ),
    "aws:PrincipalArn": ("arn:aws:iam::123456789012:role/path/worker", "arn:aws:iam::123456789012:user/ann"),
}
NUMBERS: _Values = {"aws:MultiFactorAuthAge": ("5", "60", "3600", "5.0")}
MOMENTS: _Values = {
    "aws:CurrentTime": ("2024-05-01T12:00:00Z", "2026-01-01T00:00:00Z", "2025-02-03T04:05:06+02:00", "2025-06-01"),
    "aws:TokenIssueTime": ("2024-05-01T12:00:00Z", "2026-01-01T00:00:00Z"),
    "aws:EpochTime": ("1714564800", "1767225600", "2025-06-01T00:00:00Z"),
}
BOOLEANS: _Values = {
    "aws:SecureTransport": ("true", "false"),
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:ViaAWSService": ("true", "false"),
}
ADDRESSES: _Values = {
    "aws:SourceIp": ("192.0.2.7", "198.51.100.1", "2001:db8::1"),
    "aws:VpcSourceIp": ("10.0.0.7", "10.1.0.1"),
}
SEVERAL: _Values = {
    "aws:TagKeys": ("team", "cost", "stage"),
    "aws:CalledVia": ("athena.amazonaws.com", "cloudformation.amazonaws.com"),
    "aws:PrincipalOrgPaths": ("o-one/r-1/ou-1/", "o-one/r-1/ou-2/", "o-two/r-2/"),
}
BINARIES: _Values = {"aws:SourceIdentity": ("QQ==", "QUI=")}

_ORDERED = ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_STRING_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike",
)  # fmt: skip
_Family = tuple[tuple[str, ...], _Values]
FAMILIES: tuple[_Family, ...] = (
    (_STRING_OPERATORS, STRINGS),
    (("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"), ARNS),
    (tuple(f"Numeric{name}" for name in ("Equals", "NotEquals", *_ORDERED)), NUMBERS),
    (tuple(f"Date{name}" for name in ("Equals", "NotEquals", *_ORDERED)), MOMENTS),
    (("Bool",), BOOLEANS),
    (("IpAddress", "NotIpAddress"), ADDRESSES),
    (("BinaryEquals",), BINARIES),
    (("Null",), {**STRINGS, **ARNS, **NUMBERS, **MOMENTS, **BOOLEANS, **ADDRESSES, **SEVERAL}),
)
SINGLE = {key: values for _operators, keys in FAMILIES[:-1] for key, values in keys.items()}
_FROM_CALLER = ("aws:username", "aws:PrincipalArn")
"""Keys that follow from the caller: the context has no values of its own for them."""


def some_context(source: random.Random) -> ContextValues:
    """Values for some of the keys; the others are absent."""
    found: ContextValues = {
        key: source.choice(values)
        for key, values in SINGLE.items()
        if key not in _FROM_CALLER and source.random() < 0.6
    }
    for key, values in SEVERAL.items():
        if source.random() < 0.6:
            found[key] = source.sample(values, source.randint(1, len(values)))
    return found


def some_conditions(source: random.Random, known: ContextValues) -> dict[str, Any]:
    """A Condition element with one or two operators. `known` has what the context has, keys of the caller included."""
    found: dict[str, dict[str, Any]] = {}
    for _each in range(source.choice((1, 1, 1, 2))):
        operator, key, values = _one(source, known)
        found.setdefault(operator, {})[key] = values[0] if len(values) == 1 and source.random() < 0.6 else values
    return found


def _one(source: random.Random, known: ContextValues) -> tuple[str, str, list[str]]:
    if source.random() < 0.25:
        return _of_several(source, known)
    operators, keys = source.choice(FAMILIES)
    operator, key = source.choice(operators), source.choice(tuple(keys))
    if operator == "Null":
        return operator, key, [source.choice(("true", "false"))]
    values = [_value(source, operator, key, keys[key], known) for _each in range(source.choice((1, 1, 2)))]
    if key != "aws:EpochTime" and source.random() < 0.1:
        operator = f"{source.choice(('ForAllValues', 'ForAnyValue'))}:{operator}"
    return operator + ("IfExists" if source.random() < 0.25 else ""), _any_case(source, key), values


def _of_several(source: random.Random, known: ContextValues) -> tuple[str, str, list[str]]:
    key = source.choice(tuple(SEVERAL))
    operator = source.choice(_STRING_OPERATORS)
    if source.random() < 0.95:
        operator = f"{source.choice(('ForAllValues', 'ForAnyValue'))}:{operator}"
    values = source.sample(SEVERAL[key], source.randint(1, len(SEVERAL[key])))
    if "Like" in operator:
        values = [_wild(source, value) for value in values]
    return operator + ("IfExists" if source.random() < 0.25 else ""), key, values


def _value(source: random.Random, operator: str, key: str, usual: tuple[str, ...], known: ContextValues) -> str:
    """A value of a policy: often the one that the context has, with wildcards or variables where they may be."""
    there = known.get(key)
    value = there if isinstance(there, str) and source.random() < 0.6 else source.choice(usual)
    if operator.startswith("Arn"):
        return _wild_arn(source, value)
    if operator.startswith("String"):
        return _string_value(source, operator, value)
    if "IpAddress" in operator:
        return value + source.choice(("", "/32" if "." in value else "/128", "/16", "/0"))
    return source.choice((value, value, value.upper())) if operator.startswith("Bool") else value


def _string_value(source: random.Random, operator: str, value: str) -> str:
    if source.random() < 0.15:
        variable = source.choice(("aws:username", "aws:PrincipalTag/team", "aws:RequestTag/team", "aws:userid"))
        return source.choice((f"${{{variable}}}", f"${{{variable}, '{value}'}}"))
    if source.random() < 0.06:
        return source.choice(("${*}", "a${?}", "a${$}"))
    if "*" in value and source.random() < 0.5:
        return value.replace("*", "${*}")
    if "IgnoreCase" in operator:
        return source.choice((value.upper(), value))
    return _wild(source, value) if "Like" in operator else value


def _wild(source: random.Random, value: str) -> str:
    cut = source.randrange(len(value))
    return source.choice((value, f"{value[:cut]}*", f"*{value[cut:]}", f"{value[:cut]}?{value[cut + 1 :]}", "*", "x*"))


def _wild_arn(source: random.Random, value: str) -> str:
    fields = value.split(":", 5)
    if source.random() < 0.05:
        return source.choice(("*", "arn:aws:s3*"))
    if source.random() < 0.15:
        return ":".join((*fields[:5], source.choice(("*${aws:username}", "${aws:PrincipalTag/team}*"))))
    place = source.randrange(2, 6)
    if source.random() < 0.5:
        fields[place] = source.choice(("*", _wild(source, fields[place])) if fields[place] else ("*", ""))
    return ":".join(fields)


def _any_case(source: random.Random, key: str) -> str:
    return key.lower() if source.random() < 0.1 else key
