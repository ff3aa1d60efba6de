# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the options of `iam_baseline` or of a single-object module declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analyze.finding import Finding
from ..analyze.findings import all_findings
from ..apply.made_writes import with_own_writes
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event, key_problems
from ..declare.parser import DeclarationParser, Places, named_roles
from ..declare.placeholders import Placeholders
from ..errors import InputError
from ..model import PROVISIONAL_ACCOUNT, Account, CurrentState, Declarations
from ..plan.plan import Step
from ..read.reader import Reader, require_account
from ..resolve.desired_state import DesiredState, desired_state_of
from ..resolve.quarantine import moment
from ..validate.access_gates import access_gate_problems
from ..validate.connection import connection_problems
from ..validate.declaration import problems
from ..validate.principal import trust_warnings
from .converge import Converge
from .resolution import Reading, Situation
from .task import Task


@dataclass
class DeclaredObjects:
    """`options` are those that declare, of `iam_baseline` or of the module that the task's section corresponds to.

    `places` are those of a DeclarationParser.
    """

    task: Task
    options: Mapping[str, Any]
    places: Places | None = None
    backs_up_additions: bool = False
    made_by: str = ""

    def check(self) -> None:
        parser = self._parser(PROVISIONAL_ACCOUNT)
        declarations = self._declared(parser)
        found = [
            *access_gate_problems(self.options),
            *connection_problems(self.options, self.task.context.account_from),
            *key_problems(self.options),
            *parser.problems,
            *problems(declarations),
            *(self.task.prover.problems(parser.placeholders) if self.task.prover else ()),
        ]
        if found:
            raise InputError(found)
        self.task.warnings += trust_warnings(declarations)

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        account = connection.account
        if (
            account is None
            and not self._is_whole
            and "<" in str(self.options.get("name") or self.options.get("iam_name"))
        ):
            account = connection.caller_account()
        expected = self._declared(self._parser(account or PROVISIONAL_ACCOUNT))
        state = Reader(connection).state(expected, whole_account=self._is_whole)
        state = with_own_writes(state, done)
        require_account(state, self.options.get("account_id"))
        parser = self._parser(state.account, state)
        declarations = self._declared(parser)
        if self.task.prover:
            self.task.prover.declare(parser.placeholders)
        return Reading(declarations, recorder.with_quarantines(declarations, state))

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        reader = Reader(connection)
        there = reader.state(situation.declarations, whole_account=self._is_whole)
        return there, reader.saw_all_roles

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        return desired_state_of(situation.declarations, there)

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        return all_findings(self.task.context.facts, declarations, state, desired)

    def services_of(self, resource: str) -> str:
        return ""

    def events(self) -> Iterable[Event]:
        return ()

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        return result

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    @property
    def _is_whole(self) -> bool:
        """Whether the task may declare objects of every kind, so that a bulk read can take fewer calls."""
        return self.task.section is None

    def _declared(self, parser: DeclarationParser) -> Declarations:
        section = self.task.section
        return parser.single(section, self.options) if section else parser.baseline(self.options)

    def _parser(self, account: Account, state: CurrentState | None = None) -> DeclarationParser:
        return DeclarationParser(
            Placeholders(account, self._role_arns(account, state)), moment(self.task.now), self.places
        )

    def _role_arns(self, account: Account, state: CurrentState | None) -> dict[str, str]:
        """The ARNs that the named roles have or will have, by lower-case name."""
        arns: dict[str, str] = {}
        for name, path in named_roles(self.task.section, self.options):
            there = state.role(name) if state else None
            arns.setdefault(name.lower(), there.arn if there else account.arn("role", path, name))
        return arns


def converging(task: Task) -> Converge:
    """The work of `iam_baseline` and of each module of a single object."""
    return Converge(task, DeclaredObjects(task, task.options))
