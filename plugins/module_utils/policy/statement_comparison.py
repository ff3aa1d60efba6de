# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether one condition is as strict as another, and whether two statements can apply to one request. Pure.

Both are cautious: if in doubt, a condition is not as strict, and two statements overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

from .statement import Condition, Statement
from .wildcards import covers, ends_differ, meet

_BY_PATTERN = {"StringLike": 0, "ArnLike": 5, "ArnEquals": 5}
"""Operators that compare by pattern, and the number of colons at which they split a value."""

_BY_VALUE = {"StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals", "IpAddress", "DateEquals"}

Terms = dict[tuple[str, str], list[str]]


def is_at_least_as_strict(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether every request that meets all conditions of `one` meets all of `other` too."""
    ours, theirs = _terms(one), _terms(other)
    return all(key in ours and is_within(key[0], ours[key], values) for key, values in theirs.items())


def _terms(conditions: Sequence[Condition]) -> Terms:
    keys: dict[str, set[str]] = {}
    for one in conditions:
        keys.setdefault(one.operator, set()).add(one.key)
    # Two keys of one operator that differ only by case stay separate: IAM does not document what they mean.
    folded = {operator: len({key.lower() for key in names}) == len(names) for operator, names in keys.items()}
    return {
        (one.operator, one.name if folded[one.operator] else one.key): sorted(set(one.values)) for one in conditions
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


MOST_WORK = 300_000
"""Pairs of patterns plus lengths to read. Beyond this, documents are assumed to overlap; about 0.3 s."""


def statements_overlap(one: Sequence[Statement] | None, other: Sequence[Statement] | None) -> bool:
    """Whether a statement of one and a statement of the other can both match a request; None is unknown."""
    if one is None or other is None:
        return True
    comparison = _Comparison()
    return any(comparison.overlap(first, second) for first in one for second in other)


class _Comparison:
    """Compares statements until `MOST_WORK` is done. Beyond that they are assumed to overlap."""

    def __init__(self) -> None:
        self._work = 0

    def overlap(self, first: Statement, second: Statement) -> bool:
        return self._patterns_meet(_lower(first.actions), _lower(second.actions)) and self._patterns_meet(
            first.resources, second.resources
        )

    def _patterns_meet(self, ours: Sequence[str] | None, theirs: Sequence[str] | None) -> bool:
        if ours is None or theirs is None:
            return True
        return any(self._meet(our, their) for our in ours for their in theirs)

    def _meet(self, one: str, other: str) -> bool:
        self._work += 1
        if one == other or self._work > MOST_WORK:
            return True
        if ends_differ(one, other):
            return False
        self._work += len(one)
        return meet(one, other)


def _lower(actions: Sequence[str] | None) -> Sequence[str] | None:
    return None if actions is None else [action.lower() for action in actions]
