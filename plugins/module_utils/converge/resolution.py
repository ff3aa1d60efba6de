# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the declarations and the current state of the account to its desired state, and the plan between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..analyze.access_diff import AccessDiff, access_diff
from ..analyze.findings import approved_findings
from ..apply.waiter import Waiter
from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.store import BackupFile
from ..errors import InputError, Problem
from ..limits import Quotas
from ..model import CurrentState, Declarations
from ..plan.access_gates import require_allowed_access
from ..plan.approval import require_approval
from ..plan.plan import Step
from ..plan.planner import plan as plan_for
from ..plan.scope import relied_on
from ..read.reader import Reader
from ..resolve.account_problems import state_problems
from ..resolve.assumed_objects import foreseeable, with_assumed_objects
from ..resolve.desired_state import DesiredState, desired_state_of, make_room
from ..resolve.quota_problems import quota_problems
from ..sdk import ClientError
from ..validate.declaration import problems
from .referenced_objects import with_policies, with_policies_in_use, with_principals
from .source import Reading, Situation, Source
from .task import Task


@dataclass
class Resolution:
    """Reads and plans for one task, as often as it has to."""

    task: Task
    source: Source
    recorder: QuarantineRecorder

    @classmethod
    def of(cls, task: Task, source: Source) -> Resolution:
        """The resolution of a task, which gets its backup here."""
        task.backup = BackupFile.of(task.options, source.made_by, task.context.run_folder)
        return cls(task, source, QuarantineRecorder(task.options, task.backup, task.now))

    def approved(self, connection: Connection) -> Situation:
        """The situation as it is read now. Raises EngineError if its plan is not the approved one."""
        situation = self.read(connection)
        options = self.task.options
        require_approval(situation.plan, situation.findings, options, self.task.now)
        if situation.plan.steps:
            self.task.warnings += require_allowed_access(
                situation.plan, situation.access, situation.state, situation.desired, options
            )
        return situation

    def read(self, connection: Connection, done: Sequence[Step] = ()) -> Situation:
        """The situation; if an object disappears between two reads, everything is read again."""
        clock = Waiter()
        while True:
            try:
                return self.situation(connection, done)
            except ClientError as error:
                if error_code(error) != "NoSuchEntity" or not clock.wait():
                    raise

    def situation(self, connection: Connection, done: Sequence[Step]) -> Situation:
        """The situation after these writes, read once. Raises InputError if there is no plan."""
        reading = self.source.read(connection, done, self.recorder)
        reader = Reader(connection)
        if reading.desired is None:
            situation = self._planned(reader, reading)
        else:
            found = state_problems(reading.declarations, reading.state, reading.desired)
            situation = self._plan_to(reader, reading.declarations, reading.state, reading.desired, found)
        if reading.first_steps:
            steps = (*reading.first_steps, *situation.plan.steps)
            situation.plan = replace(situation.plan, steps=steps)
        return situation

    def _planned(self, reader: Reader, reading: Reading) -> Situation:
        """The plan from the current state to the declaration."""
        declarations = reading.declarations
        state, desired = _complete(reader, declarations, reading.state, foresee=self.task.check_mode)
        self.recorder.seal(state, desired)
        found = problems(declarations) + state_problems(declarations, state, desired)
        if self.task.check_mode:
            found, warnings = foreseeable(found)
            desired.warnings += warnings
        return self._plan_to(reader, declarations, state, desired, found)

    def _plan_to(
        self,
        reader: Reader,
        declarations: Declarations,
        state: CurrentState,
        desired: DesiredState,
        found: Sequence[Problem],
    ) -> Situation:
        """The plan from the current to the desired state. Raises InputError if problems block it."""
        if found:
            raise InputError(found)
        plan = plan_for(state, desired, Quotas())
        if plan.steps:
            quotas = reader.quotas()
            make_room(state, desired, quotas)
            found = quota_problems(declarations, state, desired, quotas)
            if found:
                raise InputError(found)
            state = with_policies_in_use(reader, state, desired)
            plan = plan_for(state, desired, quotas)
        self.recorder.begin(state, desired, plan)
        noticed = self.source.findings(declarations, state, desired)
        access = access_diff(state, desired) if plan.steps else AccessDiff()
        if plan.steps:
            approved = approved_findings(self.task.context.facts, noticed)
            plan = replace(plan, relies_on=relied_on(state, desired, approved, access))
        return Situation(declarations, state, desired, plan, noticed, access)


def _complete(
    reader: Reader, declarations: Declarations, state: CurrentState, *, foresee: bool
) -> tuple[CurrentState, DesiredState]:
    """Read the objects that the declarations refer to, and compute the desired state.

    With `foresee`, what the account lacks is assumed to be created by an earlier task (see `assumed_objects`).
    """
    state = with_policies(reader, declarations, state)
    state = reader.with_policy_users(declarations, state)
    state, warnings = with_assumed_objects(declarations, state) if foresee else (state, [])
    desired = desired_state_of(declarations, state)
    desired.warnings[:0] = warnings
    return with_principals(reader, state, desired), desired
