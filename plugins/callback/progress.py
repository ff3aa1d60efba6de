# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of a run over many accounts. plugin_utils counts and creates the lines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
short_description: Show the progress and the summary of a run over many accounts
version_added: 1.0.0
author: aws_ml.permissions contributors (@aws-ml)
description:
  - While a task of this collection runs over many accounts, a line at intervals says how many accounts are done,
    changed or failed, and about how long the rest takes. It names the last accounts that a task waits for, and those
    that have been running for half a minute.
  - At the end of the run it shows the summary of M(aws_ml.permissions.run_summary), without next commands, if no task
    has shown it.
  - A host is an account, and counts once regardless of its number of tasks. Only modules of this collection and
    failures in its roles count. A run without any prints nothing.
  - The lines are plain text for terminals, logs and AWX, and work with any other callback. With the stdout callbacks
    C(ansible.posix.json) and C(ansible.posix.jsonl) they go to stderr, so that stdout stays JSON.
options:
  interval:
    description:
      - Seconds between two lines. A task that takes less has none.
      - V(0) shows only the summary.
    type: float
    default: 5
    env:
      - name: ANSIBLE_AWS_ML_PROGRESS_INTERVAL
    ini:
      - section: callback_aws_ml_progress
        key: interval
notes:
  - Findings and AWS calls of tasks that failed are not included.
  - With C(serial), the accounts of a line are those of the batch.
requirements:
  - to be enabled by C(callbacks_enabled) in the section C(defaults) of ansible.cfg, or by C(ANSIBLE_CALLBACKS_ENABLED)
"""

EXAMPLES = r"""
ansible.cfg: |
  [defaults]
  callbacks_enabled = aws_ml.permissions.progress

  [callback_aws_ml_progress]
  interval = 10
"""

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.playbook.block import Block
from ansible.plugins.callback import CallbackBase
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.progress import ExpectedTask, RunProgress
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import read_result
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.screen import is_stdout_json, show
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import NAME
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.began import begin
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.finished_task import keyword_of_task

SUMMARY = f"{NAME}.run_summary"
"""The task that shows the summary of a run, which this plugin does not repeat then."""

LONGEST = 86400.0
"""Seconds. Python cannot wait for every number of seconds that a float can represent."""


def _harmless(hook: Callable[..., None]) -> Callable[..., None]:
    """An error in counting must not disturb a run. The plugin shows no more lines instead."""

    @wraps(hook)
    def guarded(self: CallbackModule, *arguments: Any, **options: Any) -> None:
        try:
            with self.lock:
                hook(self, *arguments, **options)
        except Exception as error:
            self.disabled = True
            self.over.set()
            self._display.warning(f"{NAME}.progress shows no more lines: {type(error).__name__} in {hook.__name__}.")

    return guarded


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Passes Ansible's events to RunProgress, and prints its lines from a thread with a timer.

    The thread is needed because Ansible sends no events while the last accounts take long.
    """

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "aws_ml.permissions.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lock = threading.RLock()
        self.over = threading.Event()
        self._progress = RunProgress(begin(), int(context.CLIARGS.get("forks") or C.DEFAULT_FORKS))
        self._included: dict[tuple[str, str], set[str]] = {}
        self._clock: threading.Thread | None = None
        self._is_summarized = False

    @_harmless
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._progress.expect([step for play in playbook.get_plays() for step in steps_of(play)])

    @_harmless
    def v2_playbook_on_play_start(self, play: Any) -> None:
        inventory = play.get_variable_manager()._inventory
        # Of all batches, where the play has `serial`.
        self._progress.play([host.get_name() for host in inventory.get_hosts(play.hosts, ignore_restrictions=True)])
        self._included.clear()

    @_harmless
    def v2_playbook_on_include(self, included_file: Any) -> None:
        key = (included_file._task._uuid, str(included_file._filename))
        self._included.setdefault(key, set()).update(host.get_name() for host in included_file._hosts)

    @_harmless
    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if _is_own(task) or is_check(task):
            only = [host.get_name()] if task.run_once is True else self._hosts_of(task)
            self._progress.started(step_of(task), host.get_name(), time.monotonic(), only)
            interval = min(self.get_option("interval"), LONGEST)
            if self._clock is None and interval > 0:
                self._clock = threading.Thread(target=self._tick, args=[interval], name="progress", daemon=True)
                self._clock.start()

    @_harmless
    def v2_runner_on_ok(self, result: Any) -> None:
        self._finished(result)

    @_harmless
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._finished(result, failed=True, ignored=ignore_errors)
        if _is_of_own_role(result.task):
            account = read_result(result.result, failed=True, ignored=ignore_errors)
            self._progress.finished(None, result.host.get_name(), account, time.monotonic())
        if not ignore_errors:
            self._progress.lost(result.host.get_name())

    @_harmless
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._finished(result, unreachable=True)
        self._progress.lost(result.host.get_name())

    @_harmless
    def v2_runner_on_skipped(self, result: Any) -> None:
        if _is_own(result.task) or is_check(result.task):
            self._progress.left_out(result.task._uuid, result.host.get_name())

    @_harmless
    def v2_playbook_on_stats(self, stats: Any) -> None:
        self.over.set()
        if not self._is_summarized:
            self._print(self._progress.summary())

    def _finished(self, result: Any, **how: bool) -> None:
        if _action(result.task) == SUMMARY:
            # With JSON on stdout the task shows nothing.
            is_shown = bool(result.result.get("totals")) and not is_stdout_json()
            self._is_summarized = self._is_summarized or is_shown
        if _is_own(result.task) or is_check(result.task):
            self._is_summarized = False
            check_mode = bool(keyword_of_task(result, "check_mode"))
            account = read_result(result.result, check_mode=check_mode, **how)
            self._progress.finished(result.task._uuid, result.host.get_name(), account, time.monotonic())

    def _hosts_of(self, task: Any) -> Collection[str] | None:
        """The hosts that included a task's file or role, None for all of the play."""
        parent = task._parent
        while parent is not None:
            role = getattr(parent, "_role_name", None)
            found = [
                hosts
                for (uuid, name), hosts in self._included.items()
                if uuid == getattr(parent, "_uuid", None) and role in (None, name)
            ]
            if found:
                return set().union(*found)
            parent = getattr(parent, "_parent", None)
        return None

    def _tick(self, interval: float) -> None:
        while not self.over.wait(interval):
            self._show(interval)

    @_harmless
    def _show(self, interval: float) -> None:
        self._print(self._progress.lines(time.monotonic(), interval))

    def _print(self, lines: list[str]) -> None:
        show(lines)
        if lines:
            # Ansible leaves flushing to the system, which delays lines for long if stdout is not a terminal.
            (sys.stderr if is_stdout_json() else sys.stdout).flush()


def _is_of_own_role(task: Any) -> bool:
    """Whether a task with a module of another collection belongs to a role of this one, such as a check."""
    return not _is_own(task) and not is_check(task) and getattr(task._role, "_role_collection", None) == NAME


def _is_own(task: Any) -> bool:
    return _action(task).startswith(f"{NAME}.iam_")


def is_check(task: Any) -> bool:
    return _action(task) == f"{NAME}.account_variables"


def _action(task: Any) -> str:
    return str(task.resolved_action or task.action)


def step_of(task: Any) -> ExpectedTask:
    return ExpectedTask(task._uuid, str(task.get_name()), _action(task), is_check(task))


def steps_of(play: Any) -> Iterator[ExpectedTask]:
    """The tasks of the collection in a play, as far as they are known before it runs."""
    planning = set()
    for task in _tasks([*play.compile()]):
        if not _is_own(task) and not is_check(task):
            continue
        conditions = [str(condition) for condition in task.when]
        if "not ansible_check_mode" in conditions and context.CLIARGS.get("check"):
            continue
        step = step_of(task)
        yield replace(step, applies=step.kind in planning and "not ansible_check_mode" in conditions)
        if task.check_mode is True:
            planning.add(step.kind)


def _tasks(blocks: Iterable[Any]) -> Iterator[Any]:
    for block in blocks:
        if isinstance(block, Block):
            yield from _tasks([*block.block, *block.rescue, *block.always])
        else:
            yield block
