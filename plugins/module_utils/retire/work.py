# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The work of `iam_retire`: to retire, with a record for auditors of what was written, or to release."""

from __future__ import annotations

import os
from typing import Any

from ..audit.facts import AuditFacts
from ..aws.clients import VERSION
from ..backup.trusted_files import Untrusted, content_of
from ..converge.converge import Converge
from ..converge.task import Task
from ..errors import EngineError
from .record_files import earlier_records, write_record
from .release import RolesToRelease
from .retirement_record import RecordedAccount, RecordedRun, retirement_record
from .source import ObjectsToRetire


class RecordedRetirement(Converge):
    """A retirement of which a record is written as soon as it has written anything, even if it then fails."""

    def __init__(self, task: Task, source: ObjectsToRetire) -> None:
        super().__init__(task, source)
        self._retiring = source

    def result(self) -> dict[str, Any]:
        try:
            values = super().result()
        except EngineError as error:
            error.fields = {**error.fields, **self._recorded(error.message, "")}
            raise
        return {**values, **self._recorded("", values["plan_id"])}

    def _recorded(self, failure: str, plan_id: str) -> dict[str, Any]:
        """Write the record, and return its path for the result; a warning if that is not possible."""
        task, folder = self.task, self.task.options.get("evidence_dir")
        before, writes = self._retiring.before, task.writes
        if not folder or before is None or not (writes.done or writes.unknown):
            return {}
        parts = {"done": writes.done, "not_done": writes.not_done, "unknown": writes.unknown}
        run = RecordedRun(
            before.account, task.now, task.clock(), task.options, VERSION, plan_id, parts, self._backup(), failure
        )
        aws_policies = AuditFacts.of(task.context).aws_policies
        retiring = self._retiring
        account = RecordedAccount(before, retiring.after, retiring.planned.items, retiring.found, aws_policies)
        folder = os.path.abspath(folder)
        try:
            earlier = earlier_records(folder, before.account.id, task.warnings.append)
            record = retirement_record(run, account, earlier)
            path = write_record(folder, record, task.backup.run_id if task.backup else "")
        except EngineError as error:
            task.warnings.append(
                f"the record of this retirement was not written to evidence_dir (aws_ml_retire_evidence_dir):"
                f" {error.message}"
            )
            return {}
        return {"evidence": {"path": path, "checksum": record["checksum"]}}

    def _backup(self) -> tuple[str, bytes] | None:
        made = self.task.backup
        if made is None or not made.path:
            return None
        try:
            return made.path, content_of(made.path)
        except (OSError, Untrusted):
            return None


def retiring(task: Task) -> Converge:
    """The work of `iam_retire`."""
    task.module = task.module or "iam_retire"
    if task.options.get("state") == "released":
        return Converge(task, RolesToRelease(task))
    return RecordedRetirement(task, ObjectsToRetire(task))
