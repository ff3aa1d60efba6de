# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Applies the plan of a task until the account shows what it wrote, and backs up what the plan removes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..apply.executor import Execution, Executor, settle
from ..apply.read_back import Difference, Waiter, Wanted, differences, is_overwritten_share, with_known_policies
from ..apply.unused_versions import spare_versions
from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..backup.snapshot import kept, lost_unread, removes
from ..errors import EngineError
from ..model import Account, CurrentState
from ..plan.plan import Plan, Step
from ..read.reader import Reader
from ..sdk import CallFailed
from .resolution import Resolution, Situation, Source
from .result import account_differs, plan_failed, progress
from .task import Task


def lasting_differences(
    look: Callable[[], Sequence[Difference]], done: Sequence[Step], account: Account, fields: Mapping[str, Any]
) -> Sequence[Difference]:
    """Read until nothing differs any more, or until IAM has had time to settle. Returns the remaining differences.

    `look` reads what was declared and raises what botocore raises; an object that it does not find may not be visible
    yet. Raises EngineError, with these fields, if the account cannot be read.
    """
    waiter = Waiter()
    while True:
        try:
            found = look()
        except CallFailed as error:
            if error_code(error) != "NoSuchEntity" or not waiter.wait():
                raise plan_failed(Execution(), list(done), account, error, **fields) from None
            continue
        if not found or not waiter.wait():
            return found


_REPAIRS = 3
"""How often single statements are written again after another run or person overwrote them."""


@dataclass
class PlanExecution:
    """The writes of one task."""

    task: Task
    source: Source
    resolution: Resolution
    _there: CurrentState | None = None

    def apply(self, connection: Connection, first: Situation) -> None:
        """Run the plan until the account shows what it wrote. Raises EngineError if it does not."""
        done, account, last = self.task.writes.done, first.state.account, first
        for repairs_left in reversed(range(_REPAIRS + 1)):
            last = self._carried_out(connection, last)
            look = partial(self._differences, connection, first, last)
            found = lasting_differences(look, done, account, self.task.backup_made()) if done else ()
            if not found:
                if done:
                    self._delete_spare_versions(connection, first.state)
                self._prove(account)
                return
            may_repair = is_overwritten_share(found, last.declarations) and not self.task.options.get("approved_plan")
            if not may_repair or not repairs_left:
                raise account_differs(found, done, account, **self.task.backup_made())
            self.task.warnings += [
                f"{one.resource}: another run or person overwrote the trust policy; written again" for one in found
            ]
            last = self._read_again(connection, last, Execution())

    def _carried_out(self, connection: Connection, situation: Situation) -> Situation:
        """Run the plan. If the account was not in the state that was read, read and plan again and continue.

        Returns the last situation that was planned for.
        """
        writes = self.task.writes
        earlier = len(writes.done)
        clock = Waiter()
        was_stale = False
        while situation.plan.steps:
            writes.not_done = situation.plan.steps
            self._back_up(connection, situation)
            execution = Executor(connection.iam, situation.state, on_step=self.task.on_step).run(situation.plan)
            writes.done += execution.done
            writes.not_done, writes.unknown = execution.not_done, execution.unknown
            if execution.error is None and not was_stale:
                break
            if execution.error is not None:
                may_wait = execution.stale and not self.task.options.get("approved_plan")
                if not may_wait or not clock.wait():
                    self._settle_unknown(connection, execution, situation.plan)
                    raise plan_failed(execution, writes.done, situation.state.account, **self.task.backup_made())
            elif not clock.wait():
                break
            was_stale = True
            situation = self._read_again(connection, situation, execution, writes.done[earlier:])
        writes.not_done = writes.unknown = ()
        return situation

    def _read_again(
        self, connection: Connection, before: Situation, execution: Execution, done: Sequence[Step] = ()
    ) -> Situation:
        """The situation after an execution. Raises EngineError, which says what was done by then."""
        try:
            return self.resolution.read(connection, done)
        except Exception as error:
            done_by_then, account = self.task.writes.done, before.state.account
            raise plan_failed(execution, done_by_then, account, error, **self.task.backup_made()) from None

    def _prove(self, account: Account) -> None:
        """Prove the assertions of access on the account as it was read back. Raises EngineError if one fails."""
        if self.task.prover and self._there is not None:
            fields = {**progress(self.task.writes.done, (), account.id), **self.task.backup_made()}
            self.task.prover.read_back(self._there, fields)

    def _delete_spare_versions(self, connection: Connection, before: CurrentState) -> None:
        done, there = self.task.writes.done, self._there or before
        plan = spare_versions(before, there, done, Reader(connection).version_document)
        execution = Executor(connection.iam, there, on_step=self.task.on_step).run(plan)
        done += execution.done
        if execution.error is not None:
            raise plan_failed(execution, done, there.account, **self.task.backup_made())

    def _differences(self, connection: Connection, first: Situation, last: Situation) -> list[Difference]:
        there, bulk_read = self.source.read_again(connection, last)
        self._there = there
        wanted = Wanted()
        for situation in (first,) if first is last else (first, last):
            known = with_known_policies(there, situation.state, situation.desired)
            target = self.source.target_again(first, situation, known, bulk_read=bulk_read)
            self.resolution.recorder.seal(known, target)
            wanted.add(situation.desired, target)
        return differences(wanted, there)

    def _settle_unknown(self, connection: Connection, execution: Execution, plan: Plan) -> None:
        """Find which writes without a reply were performed; they stay unknown if that cannot be read."""
        if not execution.unknown:
            return
        try:
            ahead = self.resolution.read(connection, self.task.writes.done)
        except Exception:
            return
        self.task.writes.done += settle(execution, plan, ahead.plan, ahead.state)

    def _back_up(self, connection: Connection, situation: Situation) -> None:
        """Save what the plan removes, before anything is removed. Raises EngineError if it cannot be saved."""
        if self.task.backup is None:
            return
        state, desired, plan = situation.state, situation.desired, situation.plan
        recorder = self.resolution.recorder
        unread = lost_unread(state, desired) if removes(plan) else []
        backup = kept(
            state,
            desired,
            plan,
            recorder.created,
            made_by=self.source.made_by,
            additions=self.source.backs_up_additions,
            read=Reader(connection).documents_at(unread) if unread else {},
        )
        try:
            if backup is not None:
                events = (*recorder.ends(state, desired), *self.source.events())
                self.task.backup.keep(replace(backup, events=events))
        except EngineError as error:
            how_far = progress(self.task.writes.done, plan.steps, state.account.id)
            raise EngineError(error.message, **how_far, **self.task.backup_made()) from None
