# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From a source and the current state of the account to its desired state, and the plan between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..analyze.access_diff import AccessDiff, access_diff
from ..analyze.finding import Finding
from ..analyze.findings import approved_findings
from ..apply.read_back import Waiter
from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event
from ..backup.store import BackupFile
from ..errors import InputError, Problem
from ..limits import Quotas
from ..model import CurrentState, Declarations
from ..plan.access_gates import require_allowed_access
from ..plan.plan import Plan, Step, relied_on, require_approval
from ..plan.planner import plan as plan_for
from ..read.reader import Reader
from ..resolve.account_problems import foreseeable, quota_problems, state_problems, with_assumed_objects
from ..resolve.desired_state import DesiredState, desired_state_of, make_room
from ..sdk import ClientError
from ..validate.declaration import problems
from .referenced_objects import with_aws_documents_in_use, with_policies, with_policies_in_use, with_principals
from .task import Task


@dataclass(frozen=True)
class Reading:
    """What is declared for an account, and the state of that account.

    `desired` is the desired state of the objects, None if it follows from the declarations. `first_steps` are done
    before the plan.
    """

    declarations: Declarations
    state: CurrentState
    desired: DesiredState | None = None
    first_steps: Sequence[Step] = ()


@dataclass
class Situation:
    """Everything that was read and computed: the current state, the desired state, and the plan between them.

    `access` is what access the plan changes.
    """

    declarations: Declarations
    state: CurrentState
    desired: DesiredState
    plan: Plan
    findings: list[Finding]
    access: AccessDiff


class Source(Protocol):
    """Where the declarations of a converge come from.

    With `backs_up_additions`, objects that the run only adds to are saved in `backup_dir` too. `made_by` is written to
    the backup.
    """

    @property
    def backs_up_additions(self) -> bool: ...

    @property
    def made_by(self) -> str: ...

    def check(self) -> None:
        """Check the options before the first call. Raises EngineError with all problems."""

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        """Read the account after these writes of the task. Raises EngineError and what botocore raises."""

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        """The declared objects after the last write, and whether the whole account was read for that."""

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        """The desired state that the declarations give for the state now; `first` is the situation before any write."""

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        """The findings in the desired state, the most severe first."""

    def services_of(self, resource: str) -> str:
        """The services that declare an object, with a comma between them; empty if no service does."""

    def events(self) -> Iterable[Event]:
        """The events that are recorded before the plan is applied, besides the quarantines that end."""

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result with the values of this source; it adds its warnings to the task."""

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is reported of the task, from the values of its result, for a success or a failure."""


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
        """The situation as it is read now. Raises EngineError if its plan must not be applied."""
        situation = self.read(connection)
        options = self.task.options
        require_approval(situation.plan, situation.findings, situation.access, options, self.task.now)
        if situation.plan.steps:
            state, desired = situation.state, situation.desired
            if options.get("not_granted"):
                state = with_aws_documents_in_use(Reader(connection), state, desired)
            self.task.warnings += require_allowed_access(situation.plan, situation.access, state, desired, options)
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
        """The situation after these writes, read once.

        Raises InputError if there is no plan, and EngineError if an assertion of access fails.
        """
        reading = self.source.read(connection, done, self.recorder)
        reader = Reader(connection)
        if reading.desired is None:
            situation = self._planned(reader, reading)
        else:
            found = state_problems(reading.declarations, reading.state, reading.desired)
            situation = self._plan_to(reader, reading.declarations, reading.state, reading.desired, found)
        if self.task.prover:
            writes = bool(situation.plan.steps)
            self.task.prover.planned(
                connection, situation.declarations, situation.state, situation.desired, writes=writes
            )
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
        else:
            # The findings of a role that is in sync are those that it had when it was made.
            state = with_policies_in_use(reader, state, desired, if_allowed=True)
        self.recorder.begin(state, desired, plan)
        noticed = self.source.findings(declarations, state, desired)
        access = access_diff(state, desired, self.source.services_of) if plan.steps else AccessDiff()
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
