# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reports how an account differs from what a source declares, without any write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..resolve.quarantine import current_quarantine
from ..sdk import CallFailed
from .converge import planned_result
from .declared_objects import DeclaredObjects
from .resolution import Resolution, Situation, Source
from .result import last_use, reading_failed
from .task import Task


class Inspection:
    """The work of a module that only reports on what it declares."""

    def __init__(self, task: Task, source: Source) -> None:
        self.task = task
        self.source = source
        self.resolution = Resolution.of(task, source)
        self.resolution.recorder.trusts_tags = True

    def result(self) -> dict[str, Any]:
        """The drift of the account. Raises EngineError."""
        self.source.check()
        connection = self.task.connect()
        try:
            situation = self.resolution.read(connection)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        result = planned_result(self.resolution, connection, situation)
        _report_drift(result, situation)
        result.update(changed=False, in_sync=not situation.plan.steps, api_calls=connection.counter.counts())
        return result

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.source.reported(values)


def _report_drift(result: dict[str, Any], situation: Situation) -> None:
    """Replace the statuses in a result: report the current state instead of what would be done."""
    used = last_use(situation.declarations, situation.state)
    for item, declared in zip(result.get("roles", ()), situation.declarations.roles, strict=True):
        now, then = (of.identities.get(declared.key) for of in (situation.state, situation.desired))
        in_quarantine = current_quarantine(now)
        item["quarantined"] = in_quarantine.shown() if in_quarantine else None
        if item["status"] == "quarantined" and now != then:
            item["status"] = "updated"
        item["status"] = _drift_status(item["status"])
        item["last_used"] = dict(used.get(item["name"], {}))
    for section in ("managed_policies", "attachments", "trust_statements"):
        for item in result.get(section, ()):
            item["status"] = _drift_status(item["status"])


def _drift_status(status: str) -> str:
    return {"created": "missing", "updated": "drifted", "unchanged": "in_sync", "deleted": "unwanted"}.get(
        status, status
    )


def inspecting(task: Task) -> Inspection:
    """The work of `iam_baseline_info`."""
    return Inspection(task, DeclaredObjects(task, task.options))
