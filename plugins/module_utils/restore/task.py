# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of `iam_restore`: from a backup, through the same plan, approval and executor as every other task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..apply.own_writes import with_own_writes
from ..apply.read_back import written_again
from ..aws.connection import Connection
from ..backup.snapshot import Backup
from ..backup.store import MADE_BY_RESTORE, read
from ..converge.task import Situation, Task
from ..errors import InputError
from ..model import CurrentState, Role
from ..plan.plan import Step
from ..read.reader import Reader, require_account
from ..resolve.account_problems import state_problems
from ..resolve.desired_state import DesiredState
from ..validate.connection import connection_problems
from .restoration import Restoration, restoration
from .selection import Choice, choice_problems, to_read


@dataclass
class Restore(Task):
    """Restores the content of a backup. The options are those of `iam_restore`."""

    made_by: str = MADE_BY_RESTORE
    module: str = "iam_restore"

    def _require_sound_declaration(self) -> None:
        """Read the backup. Raises EngineError if it cannot be trusted or does not contain what is chosen."""
        found = list(connection_problems(self.options))
        if found:
            raise InputError(found)
        self._kept, self._sources = read(self.options["src"], self.options.get("account_id"), self._now)
        self._choice = Choice.of(self.options)
        found = list(choice_problems(self.options, self._choice, self._kept))
        if found:
            raise InputError(found)

    def _situation(self, connection: Connection, done: Sequence[Step]) -> Situation:
        reader = Reader(connection)
        reading = to_read(self._kept)
        state = with_own_writes(reader.state(reading, whole_account=True, at_any_cost=True), done)
        require_account(state, self._kept.account.id)
        state = reader.with_policies(reading, state)
        profiles = reader.profile_holders(_profiles(self._kept, state))
        first = restoration(self._kept, self._choice, state, profiles)
        # Which principals are missing shows only once it is known what will be there.
        state = reader.with_principals(state, first.desired)
        self._restoration: Restoration = restoration(self._kept, self._choice, state, profiles)
        if not reader.saw_all_roles:
            self._restoration.desired.warnings.append(
                "trust policies of other roles that name a deleted role were not looked for: the caller may not call"
                " iam:GetAccountAuthorizationDetails"
            )
        declarations, desired = self._restoration.declarations, self._restoration.desired
        return self._plan_to(reader, declarations, state, desired, state_problems(declarations, state, desired))

    def _state_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        reader = Reader(connection)
        there = reader.state(to_read(self._kept), whole_account=True, at_any_cost=True)
        return there, reader.saw_all_roles

    def _target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, swept: bool
    ) -> DesiredState:
        return written_again(first.state, situation.desired, there, swept=swept)

    def _result(self, connection: Connection, situation: Situation) -> dict[str, Any]:
        notes = self._restoration.notes
        return {
            **super()._result(connection, situation),
            "sources": self._sources,
            "not_restored": sorted(notes.not_restored, key=lambda note: (note["resource"], note["reason"])),
            "cannot_come_back": sorted(notes.cannot_come_back, key=lambda note: (note["resource"], note["what"])),
            "lifted_quarantines": sorted(notes.lifted, key=lambda item: item["name"]),
            "restored_as": [
                {"policy_arn": arn, "restored_as": notes.restored_as[arn]} for arn in sorted(notes.restored_as)
            ],
        }


def _profiles(backup: Backup, state: CurrentState) -> list[str]:
    """The instance profiles that roles of the backup were in, and are not in now."""
    names = set()
    for key, kept in backup.identities.items():
        there = state.identities.get(key)
        if isinstance(kept.before, Role):
            names |= {*kept.before.instance_profiles} - {*(there.instance_profiles if isinstance(there, Role) else ())}
    return sorted(names)
