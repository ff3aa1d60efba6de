# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a converge works with: it declares objects, reads the account for them, and adds its own values to a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..analyze.access_diff import AccessDiff
from ..analyze.finding import Finding
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event
from ..model import CurrentState, Declarations
from ..plan.plan import Plan, Step
from ..resolve.desired_state import DesiredState


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

    def target_again(self, first: Situation, situation: Situation, there: CurrentState, *, swept: bool) -> DesiredState:
        """The desired state that the declarations give for the state now; `first` is the situation before any write."""

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        """The findings in the desired state, the most severe first."""

    def events(self) -> Iterable[Event]:
        """The events that are recorded before the plan is applied, besides the quarantines that end."""

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result with the values of this source; it adds its warnings to the task."""

    def told(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is reported of the task, from the values of its result, for a success or a failure."""
