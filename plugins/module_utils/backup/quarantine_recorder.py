# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads and writes one task's records of quarantines, in `backup_dir` and, with `record_key`, in signed tags.

The start of a quarantine is recorded after everything that begins it is written, its end before anything is written. So
even if a run is interrupted, no record says that a role is in quarantine longer than it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ..errors import EngineError
from ..model import Account, CurrentState, Declarations, Role
from ..plan.plan import Plan, Step
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import current_quarantine, is_denied, moment, signed
from .quarantine_records import LIFTED, QUARANTINED, Event, Records, quarantine_tag
from .snapshot import Backup
from .store import BackupFile, events_in


@dataclass
class QuarantineRecorder:
    """`backup` is where events go, None without `backup_dir`. `trusts_tags` is for a task that only reports."""

    options: Mapping[str, Any]
    backup: BackupFile | None
    now: datetime
    trusts_tags: bool = False
    _beginning: dict[str, tuple[Event, tuple[Step, ...]]] = field(default_factory=dict)

    @property
    def created(self) -> str:
        """The time of the task as it is written in a backup."""
        return self.now.astimezone(UTC).isoformat(timespec="microseconds")

    def records(self, account: Account) -> Records:
        """The recorded quarantines of the account. Raises EngineError if they cannot be read."""
        events = events_in(self.backup.folder, account, self.now) if self.backup else ()
        return Records(account, self.now, events, self.options.get("record_key") or "")

    def with_quarantines(self, declarations: Declarations, state: CurrentState) -> CurrentState:
        """The state with the recorded quarantines of the roles that are declared present. Raises EngineError."""
        found = [state.role(role.name) for role in declarations.roles if role.present and role.quarantine is None]
        denied = [role for role in found if role is not None and is_denied(role)]
        if not denied:
            return state
        if self.trusts_tags:
            told = {role.key: current_quarantine(role) for role in denied}
            return replace(state, quarantines={key: one.since for key, one in told.items() if one})
        records = self.records(state.account)
        since = {role.key: records.quarantine_of(role) for role in denied}
        return replace(state, quarantines={key: moment(begun) for key, begun in since.items() if begun})

    def seal(self, state: CurrentState, desired: DesiredState) -> None:
        """Sign new quarantines if there is a key; warn if they are recorded nowhere."""
        key = self.options.get("record_key")
        for subject, quarantine in desired.quarantined.items():
            before, after = state.identities[subject], desired.identities[subject]
            if key and isinstance(before, Role) and isinstance(after, Role):
                record = quarantine_tag(before, state.account, quarantine.since, key)
                desired.identities[subject] = signed(after, record)
            elif self.backup is None:
                desired.warnings.append(
                    f"no record is kept of the quarantine of role {before.name}: without a record, iam_retire does not"
                    " count its days, and state: present leaves AWSDenyAll attached. To fix: set backup_dir or"
                    " record_key"
                )

    def ends(self, state: CurrentState, desired: DesiredState) -> Iterator[Event]:
        """The quarantines that end with the desired state, as events."""
        for key, after in desired.identities.items():
            before = state.identities.get(key)
            if isinstance(before, Role) and after is not None and is_denied(before) and not is_denied(after):
                yield Event(LIFTED, before.name, before.id, moment(self.now))

    def begin(self, state: CurrentState, desired: DesiredState, plan: Plan) -> None:
        """Note the quarantines that the plan begins, and what it writes for each."""
        for key, quarantine in desired.quarantined.items():
            role = state.identities[key]
            steps = tuple(step for step in plan.steps if step.subject == key)
            self._beginning[key] = Event(QUARANTINED, role.name, role.id, quarantine.since), steps

    def keep_begun(self, account: Account, written: Sequence[Step]) -> list[str]:
        """Record the quarantines of which every step was written. Returns warnings if that fails."""
        begun = [event for event, steps in self._beginning.values() if all(step in written for step in steps)]
        if not begun or self.backup is None:
            return []
        try:
            self.backup.keep(Backup(account, self.created, self.backup.made_by, events=tuple(begun)))
        except EngineError as error:
            names = ", ".join(event.role for event in begun)
            return [
                f"the quarantine of {names} is not recorded, so its days are counted again from zero: {error.message}"
            ]
        return []
