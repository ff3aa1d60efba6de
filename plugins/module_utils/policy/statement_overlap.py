# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether two policy statements can apply to the same request. Pure and cautious: the answer is yes if in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .wildcards import ends_differ, meet

Statement = Mapping[str, Any]

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
        return self._patterns_meet(first, second, "Action", fold_case=True) and self._patterns_meet(
            first, second, "Resource", fold_case=False
        )

    def _patterns_meet(self, first: Statement, second: Statement, element: str, *, fold_case: bool) -> bool:
        if element not in first or element not in second:
            return True
        ours, theirs = _patterns(first[element], fold_case), _patterns(second[element], fold_case)
        return any(self._meet(our, their) for our in ours for their in theirs)

    def _meet(self, one: str, other: str) -> bool:
        self._work += 1
        if one == other or self._work > MOST_WORK:
            return True
        if ends_differ(one, other):
            return False
        self._work += len(one)
        return meet(one, other)


def _patterns(value: Any, fold_case: bool) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [str(entry).lower() if fold_case else str(entry) for entry in entries]
