# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One audit from its options to its result: check, read, compare. It never writes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..analyze.waiver_parser import parse_waivers
from ..converge.combined_services import places_of
from ..converge.result import reading_failed
from ..converge.services_source import typed
from ..converge.task import Task
from ..declare.parser import DeclarationParser, named_roles
from ..declare.placeholders import Placeholders
from ..errors import InputError, Problem, shown
from ..model import PROVISIONAL_ACCOUNT, ManagedPolicy
from ..read.reader import require_account
from ..sdk import CallFailed
from ..validate.connection import connection_problems
from ..validate.declaration import problems
from .account_reading import read_account, with_namesakes, with_tags_of
from .audit import as_in, audit, belonging
from .facts import AuditFacts
from .profile_forms import names_to_ask_for
from .result import audit_result

Options = Mapping[str, Any]


class AccountAudit:
    """The work of iam_audit."""

    def __init__(self, task: Task) -> None:
        task.module = task.module or "iam_audit"
        self.task = task
        self._knowledge = AuditFacts.of(task.context)
        given = task.options.get("waivers") or ()
        self._waivers, self._wrong_waivers = parse_waivers(given, task.context.facts, task.now.date())

    def result(self) -> dict[str, Any]:
        """Audit the account and return the result. Raises EngineError."""
        task = self.task
        declared = self._sound_declarations()
        services = audited_services(self._knowledge, task.options)
        connection = task.connect()
        try:
            state = read_account(connection)
            require_account(state, task.options.get("account_id"))
            found = belonging(self._knowledge, state, services, declared)
            policies = [one.subject.arn for one in found if isinstance(one.subject, ManagedPolicy)]
            state = with_tags_of(connection, state, policies)
            state = with_namesakes(connection, state, names_to_ask_for(declared, state))
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        whole = bool(task.options.get("whole_account"))
        audited = audit(self._knowledge, state, services, declared, as_in(state, found), whole_account=whole)
        account = state.account.id
        audited = replace(
            audited,
            findings=tuple(self._waivers.judged(account, audited.findings)),
            escalation_paths=tuple(self._waivers.judged_paths(account, audited.escalation_paths)),
        )
        complete = set(services) == set(self._knowledge.traces)
        waivers = self._waivers.shown(account, audited.findings, audited.escalation_paths, complete=complete)
        return {
            "changed": False,
            "account_id": account,
            "services": services,
            "whole_account": whole,
            **audit_result(task.context.facts, state, audited, diff_mode=task.diff_mode),
            "waivers": waivers,
            "api_calls": connection.counter.counts(),
        }

    def reported(self, values: Options) -> Options:
        return values

    def _sound_declarations(self) -> list[Options]:
        """What the host's variables declare. Raises InputError with every problem."""
        options, context = self.task.options, self.task.context
        found = [
            *connection_problems(options, context.account_from),
            *service_problems(self._knowledge, options),
            *self._wrong_waivers,
        ]
        declared, more = sound_declarations(context.declared)
        if found or more:
            raise InputError([*found, *more])
        return declared


def audited_services(knowledge: AuditFacts, options: Options) -> list[str]:
    """The services to look for: the requested ones, or all, in alphabetical order."""
    asked = options.get("services") or ()
    return [service for service in knowledge.traces if not asked or service in asked]


def service_problems(knowledge: AuditFacts, options: Options) -> Iterator[Problem]:
    """Services that the collection has no role for."""
    known = ", ".join(knowledge.traces)
    for index, service in enumerate(options.get("services") or ()):
        if service not in knowledge.traces:
            yield Problem(f"services[{index}]", f"{shown(service)} is not known; it is one of {known}")


def sound_declarations(of_services: Sequence[Options]) -> tuple[list[Options], list[Problem]]:
    """What the host's variables declare, with the defaults of `iam_baseline`, and the problems in it."""
    declared, found = typed(of_services)
    return declared, [*found, *(problem for one in declared for problem in _problems_of(one))]


def _problems_of(item: Options) -> Sequence[Problem]:
    arns = {name.lower(): PROVISIONAL_ACCOUNT.arn("role", path, name) for name, path in named_roles(None, item)}
    parser = DeclarationParser(Placeholders(PROVISIONAL_ACCOUNT, arns), places=places_of(item))
    declarations = parser.baseline(item)
    return [*parser.problems, *problems(declarations)]
