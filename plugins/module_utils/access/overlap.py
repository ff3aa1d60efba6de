# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether two statements can apply to one request. Pure and cautious: they can, if in doubt."""

from __future__ import annotations

from collections.abc import Sequence

from ..policy.statement import Statement
from ..policy.wildcards import ends_differ, meet

MOST_WORK = 300_000
"""Pairs of patterns plus lengths to read. Beyond this, documents are assumed to overlap; about 0.3 s."""


def statements_overlap(one: Sequence[Statement] | None, other: Sequence[Statement] | None) -> bool:
    """Whether a statement of one and a statement of the other can both match a request; None is unknown."""
    if one is None or other is None:
        return True
    comparison = _OverlapSearch()
    return any(comparison.overlap(first, second) for first in one for second in other)


class _OverlapSearch:
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
