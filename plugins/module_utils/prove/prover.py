# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Proves the assertions of access of a task that converges: those of its option `expect`, and those of its services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analyze.assertion import PLANNED, READ_BACK, Assertion
from ..aws.connection import Connection
from ..converge.converge import Converge
from ..converge.declared_objects import converging
from ..converge.services_source import converging_services
from ..converge.task import Task
from ..declare.expectations import Expectation, ExpectationParser
from ..declare.placeholders import Placeholders
from ..errors import Problem
from ..model import CurrentState, Declarations
from ..resolve.desired_state import DesiredState
from .expected_access import ExpectedAccess, refuse_failing, require_read_back, shown, simulated, warnings

Data = Mapping[str, Any]


class AccessProver:
    """The prover of one task. `services` are what services declare, with `expect` each (see `combined_services`)."""

    def __init__(self, options: Data, services: Sequence[Data] = ()) -> None:
        self._entries = [
            (one["service"], f"{one['service']}: assertions.yml {asserted['place']}", asserted["entry"])
            for one in services
            for asserted in one.get("expect") or ()
        ]
        self._entries += [("", f"expect[{index}]", entry) for index, entry in enumerate(options.get("expect") or ())]
        self._expectations: list[Expectation] = []
        self._expected = ExpectedAccess()
        self._planned: Sequence[Assertion] = ()
        self._read_back: Sequence[Assertion] = ()

    def problems(self, placeholders: Placeholders) -> list[Problem]:
        return self._parsed(placeholders)[1]

    def declare(self, placeholders: Placeholders) -> None:
        self._expectations, _problems = self._parsed(placeholders)

    def planned(
        self,
        connection: Connection,
        declarations: Declarations,
        state: CurrentState,
        desired: DesiredState,
        *,
        writes: bool,
    ) -> None:
        own = frozenset(role.key for role in declarations.roles if role.present)
        # What a service promises was proved by the run that wrote it: a run without writes does not pay for it.
        asked = [one for one in self._expectations if writes or not one.service]
        self._expected = ExpectedAccess.planned(connection, asked, state, desired, own)
        self._planned = self._expected.judged()
        refuse_failing(self._planned)

    def read_back(self, there: CurrentState, fields: Data) -> None:
        self._read_back = self._expected.read_back(there)
        require_read_back(self._read_back, there.account.id, fields)

    def result(self, task: Task, connection: Connection) -> dict[str, Any]:
        judgement = self._read_back or self._planned
        if not judgement:
            return {}
        task.warnings += warnings(judgement)
        if not self._read_back:
            return {"assertions": shown(judgement, PLANNED)}
        return {"assertions": shown(judgement, READ_BACK, simulated(task, connection, judgement))}

    def _parsed(self, placeholders: Placeholders) -> tuple[list[Expectation], list[Problem]]:
        parser = ExpectationParser(placeholders)
        found = [parser.parsed(entry, place, service) for service, place, entry in self._entries]
        return [one for one in found if one is not None], parser.problems


def proving_baseline(task: Task) -> Converge:
    """The work of `iam_baseline`."""
    task.prover = AccessProver(task.options)
    return converging(task)


def proving_services(task: Task) -> Converge:
    """The work of `iam_services`."""
    task.prover = AccessProver(task.options, task.context.declared)
    return converging_services(task)
