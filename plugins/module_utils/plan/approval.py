# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Approvals of a plan: which plan was approved, when, and for how long. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import EngineError, Problem, shown
from .plan import Plan

DEFAULT_HOURS = 24.0
"""How long an approval is valid."""

CLOCK_SKEW = timedelta(minutes=5)
"""The most by which the clocks of the machines that check and apply may differ."""

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

    def why_not(self, plan: Plan, findings: Sequence[Mapping[str, str]], hours: float, now: datetime) -> str:
        """Why this plan must not be applied with this approval; empty if it may be applied."""
        if self.made is not None:
            age, made = now - self.made, f"{self.made:%Y-%m-%dT%H:%M:%SZ}"
            if age.total_seconds() > hours * 3600:
                return (
                    f"Plan {self.plan_id} was approved on {made}, more than {hours:g} hours ago: run in check mode and"
                    " approve the new plan. Nothing was written."
                )
            if -age > CLOCK_SKEW:
                return (
                    f"Plan {self.plan_id} was approved on {made}, which is in the future: set the clocks of the"
                    " machines that check and apply, run in check mode again and approve the new plan. Nothing was"
                    " written."
                )
        if plan.id != self.plan_id:
            return (
                f"The plan is {plan.id}, but {self.plan_id} was approved: nothing was written. The account, the"
                " declaration or the findings have changed since; run in check mode again and have the new plan"
                f" approved. {_severe(findings)}"
            )
        return ""


def approval_of(plan: Plan, now: datetime) -> str:
    """The text that approves a plan created now."""
    return f"{plan.id}@{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def approval_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with `approved_plan` and `approval_hours`."""
    approved = options.get("approved_plan")
    if approved is not None and Approval.parse(approved) is None:
        right = "give the approval or the plan_id of a run in check mode"
        yield Problem("approved_plan", f"{shown(approved)} is not an approval; {right}")
    hours = options.get("approval_hours", DEFAULT_HOURS)
    if not 0 < hours < math.inf:
        yield Problem("approval_hours", f"{hours:g} must be a number of hours greater than 0")


def require_approval(
    plan: Plan, findings: Sequence[Mapping[str, str]], options: Mapping[str, Any], now: datetime
) -> None:
    """Refuse a plan with writes that is not the approved one, where one was approved. Raises EngineError."""
    approved = options.get("approved_plan")
    approval = Approval.parse(approved) if approved is not None else None
    if approval is None or not plan.steps:
        return
    why_not = approval.why_not(plan, findings, options.get("approval_hours", DEFAULT_HOURS), now)
    if why_not:
        raise EngineError(why_not, plan=plan.shown(), plan_id=plan.id, findings=list(findings))


def _severe(findings: Sequence[Mapping[str, str]]) -> str:
    severe = [f"{item['resource']} {item['code']}" for item in findings if item["severity"] in ("critical", "high")]
    if not severe:
        return "The plan has no critical or high findings."
    return f"The critical and high findings of the plan: {', '.join(severe)}."
