# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Brings an account to what a source declares: check, read, plan, and (except in check mode) lock, apply and verify."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..analyze.finding import Severity
from ..analyze.findings import OUTLIVED
from ..aws.connection import Connection
from ..plan.plan import approval_of
from ..sdk import CallFailed
from .account_lock import AccountLock
from .execution import PlanExecution
from .resolution import Resolution, Situation, Source
from .result import difference, lifted_quarantines, lifting, objects, reading_failed, removed_objects
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
        "deleted": removed_objects(plan.steps),
        **objects(situation.declarations, situation.state, situation.desired),
        **({"lifted_quarantines": lifted} if lifted else {}),
        "api_calls": connection.counter.counts(),
    }
    if task.diff_mode:
        result["diff"] = difference(situation.state, situation.desired)
    return resolution.source.with_own(result)


def _warn(task: Task, situation: Situation) -> None:
    """Warn of critical findings, of an ended service if it gets anything, unless accepted, and as the plan warns."""
    found, plan = situation.findings, situation.plan
    for item in found:
        if item.is_accepted:
            continue
        reported = f"{item.message} To fix: {item.remedy}."
        if item.code == OUTLIVED and plan.steps:
            task.warnings.append(reported)
        elif item.severity is Severity.CRITICAL:
            task.warnings.append(f"{item.resource}: {reported}")
    task.warnings += plan.warnings


class Converge:
    """The work of a module that writes what it declares."""

    def __init__(self, task: Task, source: Source) -> None:
        self.task = task
        self.source = source
        self.resolution = Resolution.of(task, source)

    def result(self) -> dict[str, Any]:
        """Bring the account into sync with the declaration and return the result. Raises EngineError."""
        task = self.task
        self.source.check()
        connection = task.connect(check_mode=task.check_mode)
        try:
            read_at = time.monotonic()
            first = self.resolution.approved(connection)
            if task.check_mode or not first.plan.steps:
                result = planned_result(self.resolution, connection, first)
            else:
                account = first.state.account.id
                lock = AccountLock(task.context.run_folder, connection.iam.endpoint, account, task.tell)
                with lock.turn(read_at) as turn:
                    result = self._written(
                        connection, self.resolution.approved(connection) if turn.account_changed else first
                    )
                    turn.has_written = bool(task.writes.done)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        if task.prover:
            result.update(task.prover.result(task, connection))
        result["api_calls"] = connection.counter.counts()
        return result

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.source.reported(values)

    def _written(self, connection: Connection, first: Situation) -> dict[str, Any]:
        """Apply the plan, if it has any steps, and return the result."""
        task = self.task
        result = planned_result(self.resolution, connection, first)
        if first.plan.steps:
            try:
                PlanExecution(task, self.source, self.resolution).apply(connection, first)
            finally:
                task.warnings += self.resolution.recorder.keep_begun(first.state.account, task.writes.done)
            done = task.writes.done
            shown = [step.shown() for step in done]
            result.update(plan=shown, changed=bool(done), deleted=removed_objects(done), **task.backup_made())
        return result
