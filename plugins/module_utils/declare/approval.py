# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The options that approve a plan: which plan, from when, and for how long. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..errors import Problem, shown

DEFAULT_HOURS = 24.0
"""How long an approval is valid."""

_TEXT = re.compile(r"([0-9a-f]{64})(?:@(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z)?")


@dataclass(frozen=True)
class Approval:
    """An approved plan. `made` is when the plan was created; None for a plan id alone, which does not expire."""

    plan_id: str
    made: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Approval | None:
        """Read `PLAN_ID@2026-11-29T23:00:00Z` or a plan id alone; None if the text is neither."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        try:
            made = datetime.fromisoformat(found[2]).replace(tzinfo=UTC) if found[2] else None
        except ValueError:
            return None
        return cls(found[1], made)


def approval_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with `approved_plan` and `approval_hours`."""
    approved = options.get("approved_plan")
    if approved is not None and Approval.parse(approved) is None:
        right = "give the approval or the plan_id of a run in check mode"
        yield Problem("approved_plan", f"{shown(approved)} is not an approval; {right}")
    hours = options.get("approval_hours", DEFAULT_HOURS)
    if not 0 < hours < math.inf:
        yield Problem("approval_hours", f"{hours:g} must be a number of hours greater than 0")
