# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The result of a task that converges or inspects, created from its situation."""

from __future__ import annotations

from typing import Any

from ..analyze.finding import Severity
from ..analyze.service_lifecycle import OUTLIVED
from ..aws.connection import Connection
from ..plan.approval import approval_of
from .resolution import Resolution
from .result import difference, lifted_quarantines, lifting, objects, taken_away
from .source import Situation
from .task import Task


def planned_result(resolution: Resolution, connection: Connection, situation: Situation) -> dict[str, Any]:
    """What the plan of a situation would change. Warnings are added to the task."""
    task, plan = resolution.task, situation.plan
    _warn(task, situation)
    trusts_tags = resolution.recorder.trusts_tags
    lifted = [] if trusts_tags else lifted_quarantines(situation.state, situation.desired)
    task.warnings += map(lifting, lifted)
    result: dict[str, Any] = {
        "changed": bool(plan.steps),
        "account_id": situation.state.account.id,
        "plan": plan.shown(),
        "plan_id": plan.id,
        **({"approval": approval_of(plan, task.now)} if task.check_mode else {}),
        "findings": [one.shown() for one in situation.findings],
        "access_diff": situation.access.shown(),
        "deleted": taken_away(plan.steps),
        **objects(situation.declarations, situation.state, situation.desired),
        **({"lifted_quarantines": lifted} if lifted else {}),
        "api_calls": connection.counter.counts(),
    }
    if task.diff_mode:
        result["diff"] = difference(situation.state, situation.desired)
    return resolution.source.with_own(result)


def _warn(task: Task, situation: Situation) -> None:
    """Warn of critical findings, of an ended service if it gets anything, and of the warnings of the plan."""
    found, plan = situation.findings, situation.plan
    for item in found:
        told = f"{item.message} To fix: {item.remedy}."
        if item.code == OUTLIVED and plan.steps:
            task.warnings.append(told)
        elif item.severity is Severity.CRITICAL:
            task.warnings.append(f"{item.resource}: {told}")
    task.warnings += plan.warnings
