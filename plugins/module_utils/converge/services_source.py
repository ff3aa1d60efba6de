# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The declarations of all services of an account together, which are read, planned and written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..analyze.finding import Finding
from ..analyze.findings import all_findings
from ..analyze.waiver_parser import parse_waivers
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event
from ..declare.argument_specs import baseline_options
from ..errors import InputError, Problem
from ..model import CurrentState, Declarations
from ..plan.plan import Step
from ..resolve.desired_state import DesiredState
from .combined_services import SECTIONS, CombinedServices
from .converge import Converge
from .declared_objects import DeclaredObjects
from .resolution import Reading, Situation
from .task import Task

Data = Mapping[str, Any]


class ServicesSource:
    """The declarations of all services in `context.declared` of the task, as one declaration."""

    backs_up_additions = False
    made_by = ""

    def __init__(self, task: Task) -> None:
        declared, problems = typed(task.context.declared)
        self._services = CombinedServices.of(declared)
        given = task.options.get("waivers") or ()
        self._waivers, wrong = parse_waivers(given, task.context.facts, task.now.date())
        self._contradictions = [*problems, *self._services.problems, *wrong]
        self._knowledge = task.context.facts
        self._found: list[Finding] = []
        self._objects = DeclaredObjects(task, {**task.options, **self._services.options}, self._services.places)

    def check(self) -> None:
        if self._contradictions:
            raise InputError(self._contradictions)
        self._objects.check()

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        return self._objects.read(connection, done, recorder)

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        return self._objects.read_again(connection, situation)

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        return self._objects.target_again(first, situation, there, bulk_read=bulk_read)

    def services_of(self, resource: str) -> str:
        return ", ".join(self._services.services_of(resource))

    def events(self) -> Iterable[Event]:
        return ()

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        found = all_findings(self._knowledge, declarations, state, desired, self._services.remedy)
        found = [replace(one, service=self.services_of(one.resource)) for one in found]
        found += self._services.outlived(self._knowledge, desired)
        self._found = self._waivers.judged(state.account.id, sorted(found, key=lambda one: one.severity))
        return self._found

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        objects = {section: result[section] for section in self._services.owners if section in result}
        waivers = self._waivers.shown(result["account_id"], self._found, complete=False)
        return {**result, "waivers": waivers, **self._services.with_services(objects)}

    def reported(self, values: Data) -> Data:
        """The services, and the services of each write of the plan. A failure reports nothing else about objects."""
        plan = values.get("plan")
        if isinstance(plan, Mapping):
            plan = {state: self._with_services(steps) for state, steps in plan.items()}
        elif plan:
            plan = self._with_services(plan)
        return {**values, **({} if plan is None else {"plan": plan}), "services": self._services.shown()}

    def _with_services(self, reported: Sequence[Data]) -> list[dict[str, Any]]:
        return [{**item, "service": self.services_of(item["resource"])} for item in reported]


def converging_services(task: Task) -> Converge:
    """The work of `iam_services`."""
    task.module = task.module or "iam_services"
    return Converge(task, ServicesSource(task))


def typed(declared: Sequence[Data]) -> tuple[list[Data], list[Problem]]:
    """What each service declares, with the types and defaults of the options of `iam_baseline`."""
    found: list[Data] = []
    problems: list[Problem] = []
    for one in declared:
        given = {section: one.get(section) or [] for section in SECTIONS}
        validated = ArgumentSpecValidator(baseline_options()).validate(given)
        problems += [Problem(str(one["service"]), str(message)) for message in validated.error_messages]
        if not validated.error_messages:
            found.append({**one, **{section: validated.validated_parameters[section] for section in given}})
    return found, problems
