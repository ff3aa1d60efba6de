# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether one condition allows no more requests than another. Pure and cautious: the answer is no if in doubt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .document import canonical_statement
from .wildcards import covers

_BY_PATTERN = {"StringLike": 0, "ArnLike": 5, "ArnEquals": 5}
"""Operators that compare by pattern, and the number of colons at which they split a value."""

_BY_VALUE = {"StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals", "IpAddress", "DateEquals"}

Terms = dict[tuple[str, str], list[str]]


def is_at_least_as_strict(one: Any, other: Any) -> bool:
    """Whether every request that meets the Condition `one` meets the Condition `other` too."""
    ours, theirs = _terms(one), _terms(other)
    return all(key in ours and is_within(key[0], ours[key], values) for key, values in theirs.items())


def _terms(condition: Any) -> Terms:
    ordered = json.loads(canonical_statement({"Condition": condition or {}})).get("Condition", {})
    return {
        (operator, key): values if isinstance(values, list) else [values]
        for operator, keys in ordered.items()
        if isinstance(keys, Mapping)
        for key, values in keys.items()
    }


def is_within(operator: str, values: list[str], others: list[str]) -> bool:
    """Whether every key that matches one of the values under this operator is known to match one of the others."""
    if values == others:
        return True
    if operator in _BY_VALUE:
        return set(values) <= set(others)
    if operator in _BY_PATTERN:
        return all(any(_is_narrower(operator, value, other) for other in others) for value in values)
    return False


def _is_narrower(operator: str, pattern: str, other: str) -> bool:
    colons = _BY_PATTERN[operator]
    parts, other_parts = pattern.split(":", colons), other.split(":", colons)
    return len(parts) == len(other_parts) and all(map(covers, other_parts, parts))
