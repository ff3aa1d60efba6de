# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A task: its options and flags, what the controller passes to it, and what it reports however it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from ..analyze.aws_facts import AwsFacts
from ..apply.executor import OnStep
from ..aws.clients import user_agent
from ..aws.connection import Connection, SessionKeeper, connect
from ..aws.run_process import RunProcess
from ..aws.service import CallCounter
from ..backup.store import BackupFile
from ..declare.placeholders import Placeholders
from ..errors import Problem
from ..model import CurrentState, Declarations
from ..plan.plan import Step
from ..resolve.desired_state import DesiredState
from .account_lock import Tell, silent
from .result import progress

ARGUMENT = "_context"
"""The argument that passes the context to a module in its own interpreter. It is not an option."""


@dataclass(frozen=True)
class RunContext:
    """What an action plugin knows and a module cannot find out. Everything has a default, for a task without Ansible.

    `audit_facts` are the AuditFacts of audits, or the content of their files; see `AuditFacts.of`. `run_folder` is the
    run's own folder. `run_process` is not watched if the task may outlive the run. `account_from` is the place in which
    an account id was given, empty if none was: Ansible sets the option to None in both cases. `delegate` is the host
    that the task is delegated to, if that host is another account. `declared` is what the host's variables declare for
    each service (see `combined_services`).
    """

    facts: AwsFacts = field(default_factory=AwsFacts)
    audit_facts: object = None
    run_folder: str = ""
    run_process: RunProcess = field(default_factory=RunProcess)
    account_from: str = ""
    delegate: str = ""
    declared: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> RunContext:
        """Read what `handed_over` created in another process."""
        return cls(
            AwsFacts.parse(content["facts"]),
            content["facts"],
            content["run_folder"],
            RunProcess.parse(content["run_process"]),
            content["account_from"],
            content["delegate"],
            content["declared"],
        )

    def handed_over(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The context as plain data for another process, with the content of the files of its facts."""
        return {
            "facts": facts,
            "run_folder": self.run_folder,
            "run_process": self.run_process.handed_over(),
            "account_from": self.account_from,
            "delegate": self.delegate,
            "declared": self.declared,
        }


@dataclass
class Writes:
    """How much of its plan a task has done; `unknown` are writes that AWS may have performed."""

    done: list[Step] = field(default_factory=list)
    not_done: Sequence[Step] = ()
    unknown: Sequence[Step] = ()


class Prover(Protocol):
    """Proves the assertions of access of one task. Only the modules with the option `expect` hand one in."""

    def problems(self, placeholders: Placeholders) -> list[Problem]:
        """What is wrong with the entries, before the first call."""

    def declare(self, placeholders: Placeholders) -> None:
        """Read the entries for an account."""

    def planned(
        self,
        connection: Connection,
        declarations: Declarations,
        state: CurrentState,
        desired: DesiredState,
        *,
        writes: bool,
    ) -> None:
        """Judge the desired state of a plan that writes something or not. Raises EngineError if an assertion fails."""

    def read_back(self, there: CurrentState, fields: Mapping[str, Any]) -> None:
        """Judge the account as it was read after the last write. Raises EngineError, with these fields, as before."""

    def result(self, task: Task, connection: Connection) -> dict[str, Any]:
        """What a result tells of the assertions; warnings are added to the task."""


@dataclass
class Task:
    """One task. `section` is the option of `iam_baseline` that a single-object module corresponds to, None for all.

    `module` is part of the user agent of the task's calls; modules other than `iam_baseline` set it. `on_wait` is
    called for each call that the task waits for, `tell` for each other task that it waits for. `backup` is where the
    task saves what it removes, None for a task that saves nothing. `prover` is what proves its assertions of access.
    """

    options: Mapping[str, Any]
    section: str | None = None
    check_mode: bool = False
    diff_mode: bool = False
    sessions: SessionKeeper | None = None
    on_step: OnStep | None = None
    on_wait: Callable[[str], None] | None = None
    warnings: list[str] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    module: str = ""
    tell: Tell = silent
    context: RunContext = field(default_factory=RunContext)
    backup: BackupFile | None = None
    writes: Writes = field(default_factory=Writes)
    prover: Prover | None = None

    def __post_init__(self) -> None:
        self.now = self.clock()
        self._counter = CallCounter()
        self._connection: Connection | None = None

    def connect(self, *, check_mode: bool = False) -> Connection:
        """Open the connection of the task; the user agent contains the mode. Raises EngineError."""
        self._connection = connect(
            self.options,
            self.sessions,
            run_folder=self.context.run_folder,
            run=self.context.run_process,
            agent=user_agent(self.module or "iam_baseline", check_mode=check_mode),
            counter=self._counter,
            warn=self.warnings.append,
            tell=self.on_wait or self.warnings.append,
        )
        return self._connection

    def backup_made(self) -> dict[str, Any]:
        """The backup as it is shown in a result, if there is one."""
        made = self.backup.shown() if self.backup else None
        return {"backup": made} if made else {}

    def so_far(self) -> dict[str, Any]:
        """What a result contains however the task ends: empty until AWS was called."""
        calls = self._counter.counts()
        if not calls:
            return {}
        there = self._connection.account if self._connection else None
        how_far = progress(self.writes.done, self.writes.not_done, there.id if there else "", self.writes.unknown)
        known = {name: value for name, value in how_far.items() if value != ""}
        return {**known, **self.backup_made(), "api_calls": calls}


class Work(Protocol):
    """What a module does with its task."""

    def result(self) -> dict[str, Any]:
        """Do the work, and return the values of an ordinary result. Raises EngineError."""

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is reported of the task, from the values of its result, for a success or a failure."""


Begin = Callable[[Task], Work]
"""Creates the work of a module for one task, without any call or check."""
