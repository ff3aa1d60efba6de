# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the created plan is the approved one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..analyze.finding import Finding, Severity
from ..declare.approval import DEFAULT_HOURS, Approval
from ..errors import EngineError
from .plan import Plan

CLOCK_SKEW = timedelta(minutes=5)
"""The most by which the clocks of the machines that check and apply may differ."""


def approval_of(plan: Plan, now: datetime) -> str:
    """The text that approves a plan created now."""
    return f"{plan.id}@{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def require_approval(plan: Plan, findings: Sequence[Finding], options: Mapping[str, Any], now: datetime) -> None:
    """If a plan was approved, refuse any other plan with writes. Raises EngineError."""
    approved = options.get("approved_plan")
    approval = Approval.parse(approved) if approved is not None else None
    if approval is None or not plan.steps:
        return
    why_not = _why_not(approval, plan, findings, options.get("approval_hours", DEFAULT_HOURS), now)
    if why_not:
        raise EngineError(why_not, plan=plan.shown(), plan_id=plan.id, findings=[one.shown() for one in findings])


def _why_not(approval: Approval, plan: Plan, findings: Sequence[Finding], hours: float, now: datetime) -> str:
    """Why this plan must not be applied with this approval; empty if it may be."""
    if approval.made is not None:
        age, made = now - approval.made, f"{approval.made:%Y-%m-%dT%H:%M:%SZ}"
        if age.total_seconds() > hours * 3600:
            return (
                f"Plan {approval.plan_id} was approved on {made}, more than {hours:g} hours ago: run in check mode and"
                " approve the new plan. Nothing was written."
            )
        if -age > CLOCK_SKEW:
            return (
                f"Plan {approval.plan_id} was approved on {made}, which is in the future: set the clocks of the"
                " machines that check and apply, run in check mode again and approve the new plan. Nothing was"
                " written."
            )
    if plan.id != approval.plan_id:
        return (
            f"The plan is {plan.id}, but {approval.plan_id} was approved: nothing was written. The account, the"
            " declaration or the findings have changed since; run in check mode again and have the new plan"
            f" approved. {_severe(findings)}"
        )
    return ""


def _severe(findings: Sequence[Finding]) -> str:
    severe = [f"{item.resource} {item.code}" for item in findings if item.severity <= Severity.HIGH]
    if not severe:
        return "The plan has no critical or high findings."
    return f"The critical and high findings of the plan: {', '.join(severe)}."
