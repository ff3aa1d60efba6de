# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two policy statements can speak of the same request. Pure, and cautious: in doubt they can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

Statement = Mapping[str, Any]


def statements_overlap(one: Sequence[Statement] | None, other: Sequence[Statement] | None) -> bool:
    """Whether a statement of one and a statement of the other can both match a request; None is unknown."""
    if one is None or other is None:
        return True
    return any(_overlap(first, second) for first in one for second in other)


def _overlap(first: Statement, second: Statement) -> bool:
    return _patterns_meet(first, second, "Action", fold_case=True) and _patterns_meet(
        first, second, "Resource", fold_case=False
    )


def _patterns_meet(first: Statement, second: Statement, element: str, *, fold_case: bool) -> bool:
    if element not in first or element not in second:
        return True
    ours, theirs = _patterns(first[element], fold_case), _patterns(second[element], fold_case)
    return any(_globs_meet(our, their) for our in ours for their in theirs)


def _patterns(value: Any, fold_case: bool) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [str(entry).lower() if fold_case else str(entry) for entry in entries]


@lru_cache(maxsize=4096)
def _globs_meet(one: str, other: str) -> bool:
    """Whether some text matches both patterns, in which * is any text and ? any character."""
    if "*" not in one + other and "?" not in one + other:
        return one == other
    reachable = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        left, right = waiting.pop()
        if left == len(one) and right == len(other):
            return True
        for following in _following(one, other, left, right):
            if following not in reachable:
                reachable.add(following)
                waiting.append(following)
    return False


def _following(one: str, other: str, left: int, right: int) -> list[tuple[int, int]]:
    moves: list[tuple[int, int]] = []
    first = one[left] if left < len(one) else None
    second = other[right] if right < len(other) else None
    if first == "*":
        moves.append((left + 1, right))
        if second is not None:
            moves.append((left, right + 1))
    if second == "*":
        moves.append((left, right + 1))
        if first is not None:
            moves.append((left + 1, right))
    if first is not None and second is not None and (first == second or "?" in (first, second)):
        moves.append((left + 1, right + 1))
    return moves
