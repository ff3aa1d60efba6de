# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Proves assertions of access on the current state of an account. It never writes anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..analyze.assertion import CURRENT
from ..aws.connection import Connection
from ..converge.result import reading_failed
from ..converge.task import Task
from ..declare.expectations import Expectation, ExpectationParser
from ..declare.placeholders import Placeholders
from ..errors import InputError, Problem
from ..model import PROVISIONAL_ACCOUNT, Account, CurrentState, Role, identity_key
from ..read.judged_identities import Names, with_identities
from ..read.reader import require_account
from ..sdk import CallFailed
from ..validate.connection import connection_problems
from .expected_access import ExpectedAccess, identities_of, refuse_failing, shown, simulated

_ROLE_ARN = re.compile(r"<role_arn:([^<>]+)>")


class AccessProof:
    """The work of `iam_access`."""

    def __init__(self, task: Task) -> None:
        task.module = task.module or "iam_access"
        self.task = task
        self._entries: list[Mapping[str, Any]] = list(task.options.get("expect") or ())
        self._named = sorted({name for entry in self._entries for name in _role_names(entry)})

    def result(self) -> dict[str, Any]:
        """Read what the entries name, and judge them. Raises EngineError."""
        self._check()
        connection = self.task.connect()
        try:
            judgement = self._expected(connection).judged()
            refuse_failing(judgement, CURRENT)
            simulation = simulated(self.task, connection, judgement)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        return {
            "changed": False,
            "account_id": connection.caller_account().id,
            "assertions": shown(judgement, CURRENT, simulation),
            "api_calls": connection.counter.counts(),
        }

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    def _check(self) -> None:
        """Before the first call. Raises InputError with every problem of the options."""
        found = [*connection_problems(self.task.options, self.task.context.account_from)]
        if not self._entries:
            found.append(Problem("expect", "empty; give at least one entry"))
        _expectations, problems = self._parsed(PROVISIONAL_ACCOUNT, {})
        if found or problems:
            raise InputError([*found, *problems])

    def _expected(self, connection: Connection) -> ExpectedAccess:
        account = connection.caller_account()
        require_account(CurrentState(account), self.task.options.get("account_id"))
        expectations, _problems = self._parsed(account, {})
        roles: Names = {identity_key("role", name): ("role", name) for name in self._named}
        state = with_identities(connection, CurrentState(account), {**identities_of(expectations, account.id), **roles})
        arns = {one.name.lower(): one.arn for one in state.identities.values() if isinstance(one, Role)}
        missing = [name for name in self._named if name.lower() not in arns]
        if missing:
            raise InputError(self._missing(name) for name in missing)
        expectations, _problems = self._parsed(account, arns)
        return ExpectedAccess(expectations, state).known(connection)

    def _missing(self, name: str) -> Problem:
        place = next(place for place, entry in self._places() if name in _role_names(entry))
        return Problem(place, f"<role_arn:{name}> names a role that does not exist in the account")

    def _parsed(self, account: Account, arns: Mapping[str, str]) -> tuple[list[Expectation], list[Problem]]:
        """The entries; a role whose ARN is not known yet gets one, so that the rest can be checked."""
        likely = {name.lower(): account.arn("role", "/", name) for name in self._named}
        parser = ExpectationParser(Placeholders(account, {**likely, **arns}))
        found = [parser.parsed(entry, place) for place, entry in self._places()]
        return [one for one in found if one is not None], parser.problems

    def _places(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        return ((f"expect[{index}]", entry) for index, entry in enumerate(self._entries))


def _role_names(value: Any, levels: int = 3) -> Iterator[str]:
    """The roles that placeholders in an entry name."""
    if isinstance(value, str):
        yield from _ROLE_ARN.findall(value)
    elif isinstance(value, Mapping) and levels:
        for of in value.values():
            yield from _role_names(of, levels - 1)
    elif isinstance(value, list) and levels:
        for of in value:
            yield from _role_names(of, levels - 1)
