# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One audit from its options to its result: check, read, judge. It writes nothing, whatever the mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..combined_services import with_places
from ..connection_rules import connection_problems
from ..declaration import Declaring, named_roles
from ..errors import InputError, Problem, shown
from ..failures import reading_failed
from ..knowledge import Knowledge
from ..model import PROVISIONAL_ACCOUNT, ManagedPolicy
from ..placeholders import Placeholders
from ..reader import require_account
from ..rules import problems
from ..runner import Task
from ..sdk import CallFailed
from ..services_task import typed
from .account_reading import read_account, with_namesakes, with_tags_of
from .audit import as_in, audit, belonging
from .knowledge import AuditKnowledge
from .profile_forms import names_to_ask_for
from .result import audit_result

Options = Mapping[str, Any]


@dataclass
class AuditTask(Task):
    """One task of iam_audit."""

    module: str = "iam_audit"

    def __post_init__(self) -> None:
        self._audit_knowledge = AuditKnowledge.of(self.options)
        super().__post_init__()

    def _known(self) -> Knowledge:
        return self._audit_knowledge.knowledge

    def inspect(self) -> dict[str, Any]:
        """Audit the account and return the result. Raises EngineError."""
        declared = self._sound_declarations()
        services = audited_services(self._audit_knowledge, self.options)
        connection = self._connect()
        try:
            state = read_account(connection)
            require_account(state, self.options.get("account_id"))
            found = belonging(self._audit_knowledge, state, services, declared)
            policies = [one.subject.arn for one in found if isinstance(one.subject, ManagedPolicy)]
            state = with_tags_of(connection, state, policies)
            state = with_namesakes(connection, state, names_to_ask_for(declared, state))
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        audited = audit(self._audit_knowledge, state, services, declared, as_in(state, found))
        return {
            "changed": False,
            "account_id": state.account.id,
            **audit_result(self._knowledge, state, audited, diff_mode=self.diff_mode),
            "api_calls": connection.counter.counts(),
        }

    def _sound_declarations(self) -> list[Options]:
        """What the host's variables declare. Raises InputError with every problem."""
        found = [*connection_problems(self.options), *service_problems(self._audit_knowledge, self.options)]
        declared, more = sound_declarations(self.options)
        if found or more:
            raise InputError([*found, *more])
        return declared


def audited_services(knowledge: AuditKnowledge, options: Options) -> list[str]:
    """The services to look for: those asked for, or all, in alphabetical order."""
    asked = options.get("services") or ()
    return [service for service in knowledge.traces if not asked or service in asked]


def service_problems(knowledge: AuditKnowledge, options: Options) -> Iterator[Problem]:
    """Services that the collection has no role for."""
    known = ", ".join(knowledge.traces)
    for index, service in enumerate(options.get("services") or ()):
        if service not in knowledge.traces:
            yield Problem(f"services[{index}]", f"{shown(service)} is not known; it is one of {known}")


def sound_declarations(options: Options) -> tuple[list[Options], list[Problem]]:
    """What the host's variables declare, with the defaults of `iam_baseline`, and what is wrong in it."""
    declared, found = typed(options.get("_declared") or ())
    return declared, [*found, *(problem for one in declared for problem in _problems_of(with_places(one)))]


def _problems_of(item: Options) -> Sequence[Problem]:
    arns = {name.lower(): PROVISIONAL_ACCOUNT.arn("role", path, name) for name, path in named_roles(None, item)}
    declaring = Declaring(Placeholders(PROVISIONAL_ACCOUNT, arns))
    desired = declaring.baseline(item)
    return [*declaring.problems, *problems(desired)]
