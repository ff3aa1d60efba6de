# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What `iam_restore` restores from a backup, with the same plan, approval and executor as for declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..analyze.finding import Finding
from ..analyze.findings import all_findings
from ..apply.made_writes import with_own_writes
from ..apply.read_back import written_again
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event
from ..backup.snapshot import Backup
from ..backup.store import MADE_BY_RESTORE, read
from ..converge.converge import Converge
from ..converge.referenced_objects import with_policies, with_principals
from ..converge.resolution import Reading, Situation
from ..converge.task import Task
from ..errors import InputError
from ..model import CurrentState, Declarations, Role
from ..plan.plan import Step
from ..read.reader import Reader, require_account
from ..resolve.desired_state import DesiredState
from ..validate.access_gates import access_gate_problems
from ..validate.connection import connection_problems
from .restoration import Restoration, restoration
from .selection import Choice, choice_problems, to_read


class KeptObjects:
    """The objects of a backup that the options of `iam_restore` choose."""

    backs_up_additions = False
    made_by = MADE_BY_RESTORE

    def __init__(self, task: Task) -> None:
        self.task = task

    def check(self) -> None:
        """Read the backup. Raises EngineError if it cannot be trusted or does not contain what is chosen."""
        options = self.task.options
        found = [*access_gate_problems(options), *connection_problems(options, self.task.context.account_from)]
        if found:
            raise InputError(found)
        self._kept, self._sources = read(options["src"], options.get("account_id"), self.task.now)
        self._choice = Choice.of(options)
        found = list(choice_problems(options, self._choice, self._kept))
        if found:
            raise InputError(found)

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        reader = Reader(connection)
        reading = to_read(self._kept)
        state = with_own_writes(reader.state(reading, whole_account=True, at_any_cost=True), done)
        require_account(state, self._kept.account.id)
        state = with_policies(reader, reading, state)
        profiles = reader.profile_holders(_profiles(self._kept, state))
        first = restoration(self._kept, self._choice, state, profiles)
        # The missing principals are known only after the desired state is known.
        state = with_principals(reader, state, first.desired)
        self._restoration: Restoration = restoration(self._kept, self._choice, state, profiles)
        if not reader.saw_all_roles:
            self._restoration.desired.warnings.append(
                "trust policies of other roles that name a deleted role were not looked for: the caller may not call"
                " iam:GetAccountAuthorizationDetails"
            )
        return Reading(self._restoration.declarations, state, self._restoration.desired)

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        reader = Reader(connection)
        there = reader.state(to_read(self._kept), whole_account=True, at_any_cost=True)
        return there, reader.saw_all_roles

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        return written_again(first.state, situation.desired, there, bulk_read=bulk_read)

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        return all_findings(self.task.context.facts, declarations, state, desired)

    def services_of(self, resource: str) -> str:
        return ""

    def events(self) -> Iterable[Event]:
        return ()

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        notes = self._restoration.notes
        return {
            **result,
            "sources": self._sources,
            "not_restored": sorted(notes.not_restored, key=lambda note: (note["resource"], note["reason"])),
            "cannot_come_back": sorted(notes.cannot_come_back, key=lambda note: (note["resource"], note["what"])),
            "lifted_quarantines": sorted(notes.lifted, key=lambda item: item["name"]),
            "restored_as": [
                {"policy_arn": arn, "restored_as": notes.restored_as[arn]} for arn in sorted(notes.restored_as)
            ],
        }

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values


def restoring(task: Task) -> Converge:
    """The work of `iam_restore`."""
    task.module = task.module or "iam_restore"
    return Converge(task, KeptObjects(task))


def _profiles(backup: Backup, state: CurrentState) -> list[str]:
    """The instance profiles that roles of the backup were in, and are not in now."""
    names = set()
    for key, kept in backup.identities.items():
        there = state.identities.get(key)
        if isinstance(kept.before, Role):
            names |= {*kept.before.instance_profiles} - {*(there.instance_profiles if isinstance(there, Role) else ())}
    return sorted(names)
