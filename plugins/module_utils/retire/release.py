# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What `iam_retire` does with `state: released`: it ends quarantines that a retirement began, and records that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..analyze.finding import Finding
from ..analyze.findings import all_findings
from ..apply.made_writes import with_own_writes
from ..apply.read_back import written_again
from ..audit.account_reading import read_account
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import RELEASED, Event, key_problems
from ..backup.serialization import BadBackup
from ..backup.snapshot import Backup
from ..backup.store import MADE_BY_RESTORE, read
from ..converge.resolution import Reading, Situation
from ..converge.task import Task
from ..errors import InputError, Problem
from ..model import CurrentState, Declarations, RoleDeclaration
from ..plan.plan import Step
from ..read.reader import require_account
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import moment
from ..validate.access_gates import access_gate_problems
from ..validate.connection import connection_problems
from ..validate.declaration import quarantine_reason_problems
from .blocking_checks import Refused
from .release_choice import RELEASED as RELEASED_NOW
from .release_choice import ReleaseChoice, ReleaseWish, chosen


class RolesToRelease:
    """The roles of one account that the options of `iam_retire` choose.

    A release puts back, as a restore does, so that a restore of the whole folder ignores what it replaced.
    """

    backs_up_additions = True
    made_by = MADE_BY_RESTORE

    def __init__(self, task: Task) -> None:
        self.task = task
        self._choice = ReleaseChoice()

    def check(self) -> None:
        options = self.task.options
        found = [
            *access_gate_problems(options),
            *connection_problems(options, self.task.context.account_from),
            *key_problems(options),
            *_problems(options),
        ]
        if found:
            raise InputError(found)

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        state = with_own_writes(read_account(connection), done)
        require_account(state, self.task.options.get("account_id"))
        choice = chosen(self._wish(), state, recorder.records(state.account), self._backup(state))
        if choice.refusals:
            raise Refused(choice.refusals, state.account.id)
        if not done:
            self._choice = choice
        going = [one for one in choice.roles if one.step == RELEASED_NOW]
        desired = DesiredState()
        for one in going:
            desired.identities[one.role.key] = one.after
            desired.warnings += [f"{one.role.resource}: {one.note}"] if one.note else []
        known = {one.role.key: moment(one.since) for one in going if one.since}
        roles = tuple(RoleDeclaration(one.role.resource, one.role.name, True) for one in going)
        return Reading(Declarations(roles=roles), replace(state, quarantines=known), desired)

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        return read_account(connection), True

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        return written_again(first.state, situation.desired, there, bulk_read=bulk_read)

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        return all_findings(self.task.context.facts, declarations, state, desired)

    def services_of(self, resource: str) -> str:
        return ""

    def events(self) -> Iterable[Event]:
        for one in self._choice.roles:
            if one.step == RELEASED_NOW:
                at, until = moment(one.release.at), moment(one.release.until)
                yield Event(RELEASED, one.role.name, one.role.id, at, until=until)

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        lost = self._choice.unmatched
        if lost:
            self.task.warnings.append(f"roles: no role of the account matches {', '.join(lost)}")
        reason = self.task.options.get("release_reason") or ""
        return {**result, "released": [one.shown(reason) for one in self._choice.roles]}

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    def _wish(self) -> ReleaseWish:
        options = self.task.options
        return ReleaseWish(
            tuple(options["roles"]),
            tuple(options["exclude"]),
            options.get("release_reason") or "",
            timedelta(days=options["release_days"]),
        )

    def _backup(self, state: CurrentState) -> Backup | None:
        """What the roles were before their quarantine, None without a backup of this account in the folder."""
        folder = self.task.options.get("backup_dir")
        if not folder or not os.path.isdir(folder):
            return None
        try:
            return read(folder, state.account.id, self.task.now)[0]
        except BadBackup:  # there is none: those that cannot be read have already stopped the task
            return None


def _problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    if not options.get("roles"):
        yield Problem("roles", "missing; state: released needs the names of the roles, or patterns with * and ?")
    for option in ("roles", "exclude"):
        for index, name in enumerate(options.get(option) or ()):
            if not name:
                yield Problem(f"{option}[{index}]", "empty; give a name, or a pattern with * and ?")
    if not options.get("backup_dir") and not options.get("record_key"):
        yield Problem("backup_dir", "missing; without it or record_key, no quarantine is recorded")
    if not options.get("release_reason"):
        yield Problem("release_reason", "missing; say who needs the roles and why, such as: cameras in hall 3 - J. Doe")
    if not 1 <= options["release_days"] <= 3650:
        yield Problem("release_days", f"{options['release_days']} is outside 1 to 3650")
    yield from quarantine_reason_problems(options.get("release_reason") or "", "release_reason")
