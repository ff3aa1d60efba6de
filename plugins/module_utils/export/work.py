# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One export from its options to its result: check, read, explain. It never writes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..audit.account_reading import read_account, with_tags_of
from ..audit.audit import belonging
from ..audit.work import service_problems
from ..converge.result import reading_failed
from ..converge.task import Task
from ..errors import InputError, Problem, shown
from ..model import ManagedPolicy
from ..read.reader import require_account
from ..sdk import CallFailed
from ..validate.connection import connection_problems
from .export import exported
from .facts import ExportFacts
from .selection import ExportSelection, Patterns

Options = Mapping[str, Any]


class AccountExport:
    """The work of iam_export."""

    def __init__(self, task: Task) -> None:
        task.module = task.module or "iam_export"
        self.task = task
        self._facts = ExportFacts.of(task.context)

    def result(self) -> dict[str, Any]:
        """Read the account and return it as declarations. Raises EngineError."""
        task, options = self.task, self.task.options
        self._check()
        patterns = Patterns(
            *(options.get(name) or () for name in ("names", "services", "exclude", "managed_elsewhere"))
        )
        connection = task.connect()
        try:
            state = read_account(connection)
            require_account(state, options.get("account_id"))
            found = belonging(self._facts.audit, state, list(self._facts.audit.traces))
            selected = ExportSelection(state, patterns, found).subjects.values()
            state = with_tags_of(connection, state, [one.arn for one in selected if isinstance(one, ManagedPolicy)])
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        made = exported(ExportSelection(state, patterns, found), self._facts.services)
        return {
            "changed": False,
            "account_id": state.account.id,
            "services": made.services,
            "baseline": made.baseline,
            "left_out": made.left_out,
            "unexplained": made.unexplained,
            "api_calls": connection.counter.counts(),
        }

    def reported(self, values: Options) -> Options:
        return values

    def _check(self) -> None:
        """Raises InputError with every problem of the options."""
        options = self.task.options
        found = [
            *connection_problems(options, self.task.context.account_from),
            *service_problems(self._facts.audit, options),
            *_pattern_problems(options),
        ]
        if found:
            raise InputError(found)


def _pattern_problems(options: Options) -> Iterator[Problem]:
    for option in ("names", "exclude", "managed_elsewhere"):
        for index, pattern in enumerate(options.get(option) or ()):
            if not pattern or any(character.isspace() or character == "/" for character in pattern):
                message = f"{shown(pattern)} is not the name of an object of IAM, nor one with wildcards * and ?"
                yield Problem(f"{option}[{index}]", message)
