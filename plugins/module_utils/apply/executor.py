# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Runs a plan: in the order of the plan where the order matters, in parallel elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

from ..aws.error_advice import error_code, error_message
from ..aws.service import Service, is_lost_reply, may_be_made
from ..model import CurrentState
from ..plan.plan import MadeVersion, Plan, Step, dependencies
from ..policy.document import PolicyDocument
from ..policy.trust_policy import own_principals
from ..sdk import CallFailed, ClientError
from .made_writes import MadeWrites, with_own_writes

OnStep = Callable[[Step], None]
"""Called in the thread of `run` as soon as a write is done. An exception from it ends the run before the next write."""


@dataclass
class Execution:
    """The outcome of a plan. A step that another process had already done is neither `done` nor `not_done`.

    `unknown` are steps that were sent and that AWS may have performed: no reply confirmed them.
    """

    done: list[Step] = field(default_factory=list)
    not_done: list[Step] = field(default_factory=list)
    unknown: list[Step] = field(default_factory=list)
    failed: Step | None = None
    error: Exception | None = None

    @property
    def stale(self) -> bool:
        """Whether the account was not in the state that was read, so that it has to be read and planned again."""
        return _is_stale(self.failed, self.error)


@dataclass
class _Progress:
    """How far the steps of a plan are, each by its index.

    `waiting_for` contains for each step those that have to be finished first, `made` the finished ones that this run
    did, `unknown` those that were sent and that AWS may have performed.
    """

    steps: list[Step]
    waiting_for: Sequence[set[int]]
    begun: set[int] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    made: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    failed: Step | None = None
    error: Exception | None = None

    @property
    def goes_on(self) -> bool:
        return self.error is None or _is_stale(self.failed, self.error)

    def ready(self) -> list[int]:
        """The steps that can begin now, in the order of the plan."""
        if not self.goes_on:
            return []
        waiting = (index for index in range(len(self.steps)) if index not in self.begun)
        return [index for index in waiting if self.waiting_for[index] <= self.finished]

    def begin(self, index: int, step: Step) -> None:
        """Count a step as begun; `step` is the form in which it is sent."""
        self.begun.add(index)
        self.steps[index] = step

    def fail(self, index: int, error: Exception) -> None:
        """Count a step as failed; the first error that ends the run is the one that is reported."""
        if may_be_made(error):
            self.unknown.add(index)
        if self.goes_on:
            self.failed, self.error = self.steps[index], error

    def execution(self) -> Execution:
        """The outcome of the plan."""
        over = self.finished | self.unknown
        return Execution(
            done=[step for index, step in enumerate(self.steps) if index in self.made],
            not_done=[step for index, step in enumerate(self.steps) if index not in over],
            unknown=[step for index, step in enumerate(self.steps) if index in self.unknown],
            failed=self.failed,
            error=self.error,
        )


@dataclass
class _Attempt:
    """The outcome of the earlier attempts of one call, and the policy version that they are found to have created.

    `is_unreadable` is set if that outcome cannot be read.
    """

    reply_was_lost: bool = False
    is_done: bool = False
    is_unreadable: bool = False
    version: str = ""


class Executor:
    """Applies plans to one account, with at most `workers` writes in progress at once."""

    def __init__(self, iam: Service, state: CurrentState, workers: int = 8, on_step: OnStep | None = None) -> None:
        self._iam = iam
        self._state = state
        self._workers = workers
        self._on_step = on_step
        self._made_writes = MadeWrites(iam, state.account)
        self._created: set[str] = set()
        self._made_versions: dict[str, str] = {}
        self._lock = threading.Lock()

    def run(self, plan: Plan) -> Execution:
        """Run the steps.

        After the first permanent error no more steps are started, and those in progress are finished. If the only
        problem is that the account was not in the state that was read, every step that does not depend on the failed
        one is finished too, so that no other change stays incomplete.
        """
        progress = _Progress(list(plan.steps), dependencies(plan.steps))
        running: dict[Future[bool], int] = {}
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            while True:
                for index in progress.ready()[: self._workers - len(running)]:
                    step = self._with_made_version(progress.steps[index])
                    progress.begin(index, step)
                    running[pool.submit(self._write, step)] = index
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    self._end(running.pop(future), future, progress)
        return progress.execution()

    def _end(self, index: int, future: Future[bool], progress: _Progress) -> None:
        """Record the outcome of a step."""
        error = future.exception()
        if error is None:
            progress.finished.add(index)
            if future.result():
                progress.made.add(index)
                self._tell(progress.steps[index], progress)
        elif not isinstance(error, Exception):
            raise error
        else:
            progress.fail(index, error)

    def _with_made_version(self, step: Step) -> Step:
        """The step, with the id of the version that an earlier step created."""
        version = step.parameters.get("VersionId")
        if not isinstance(version, MadeVersion):
            return step
        return replace(step, parameters={**step.parameters, "VersionId": self._made_versions[version.step]})

    def _tell(self, step: Step, progress: _Progress) -> None:
        try:
            if self._on_step is not None:
                self._on_step(step)
        except Exception as error:
            progress.failed, progress.error = None, error

    def _write(self, step: Step) -> bool:
        """Perform one write. False if there was nothing left to do, although this run did not do it."""
        attempt = _Attempt()
        try:
            answer = self._iam.call(
                step.action, lambda error: self._may_yet_succeed(step, error, attempt), **_request(step)
            )
            attempt.version = answer.get("PolicyVersion", {}).get("VersionId", "")
        except CallFailed as error:
            if attempt.is_done or self._is_found_done(step, error, attempt):
                return attempt.is_done or attempt.reply_was_lost or _was_resent(error)
            error.reply_was_lost = attempt.reply_was_lost or may_be_made(error)  # type: ignore[union-attr]
            raise
        finally:
            with self._lock:
                if attempt.version:
                    self._made_versions[step.name] = attempt.version
                if step.write.creates:
                    self._created.add(step.subject)
        return True

    def _may_yet_succeed(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        if is_lost_reply(error):
            attempt.reply_was_lost = True
            attempt.is_done = self._is_found_done(step, error, attempt)
            return not attempt.is_done and not attempt.is_unreadable
        if error_code(error) == "NoSuchEntity" and not step.write.only_removes:
            with self._lock:
                return bool(self._created & {step.subject, *step.uses})
        if error_code(error) == "MalformedPolicyDocument" and "Invalid principal" in error_message(error):
            # The principals of this account are known to exist; IAM may not have replicated them everywhere yet.
            return any(
                own_principals(value, self._state.account.id)
                for value in step.parameters.values()
                if isinstance(value, PolicyDocument)
            )
        return False

    def _is_found_done(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        """Whether the account is already as the step requires, although the call did not confirm it."""
        if attempt.is_unreadable:
            return False
        try:
            made = self._made_writes.find(step, error)
        except CallFailed:
            attempt.is_unreadable = True
            return False
        if made is not None:
            attempt.version = made.version
        return made is not None


def _is_stale(failed: Step | None, error: Exception | None) -> bool:
    return failed is not None and error is not None and error_code(error) in failed.write.stale_codes


def _was_resent(error: Exception) -> bool:
    """Whether botocore sent the request more than once, so that AWS may have performed the first one."""
    return isinstance(error, ClientError) and bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))


def _request(step: Step) -> dict[str, Any]:
    """The parameters of the call; empty ones are omitted, except where they clear the current value."""
    return {
        key: value.text if isinstance(value, PolicyDocument) else value
        for key, value in step.parameters.items()
        if value not in ([], "") or step.write.sends_empty
    }


def settle(execution: Execution, plan: Plan, ahead: Plan, state: CurrentState) -> list[Step]:
    """The unknown writes that AWS performed; the others count as not done. `ahead` is the plan from the `state` now."""
    made = [step for step in execution.unknown if _is_made(step, ahead, state)]
    missed = [step for step in execution.unknown if step not in made]
    names = [step.name for step in plan.steps]
    execution.not_done[:] = sorted([*execution.not_done, *missed], key=lambda step: names.index(step.name))
    execution.unknown.clear()
    return made


def _is_made(step: Step, ahead: Plan, state: CurrentState) -> bool:
    if step.write.is_seen is not None:
        return step.write.is_seen(state, step.parameters)
    planned = any((other.action, other.parameters) == (step.action, step.parameters) for other in ahead.steps)
    return not planned and with_own_writes(state, [step]) == state
