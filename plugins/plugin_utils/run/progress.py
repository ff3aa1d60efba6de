# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The progress of a run: counts the accounts of each task and words the lines that are shown while it runs. Pure.

Moments are seconds of a monotonic clock.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.values import count
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.forecast import Durations, RunStage, remaining
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import WIDTH, columns, wrapped
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import (
    CHANGED,
    DRIFTED,
    FAILED,
    UNREACHABLE,
    WOULD_CHANGE,
    RunAccount,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import NAME, Summary

FEW = 3
"""The number of accounts that are named when a task waits for them last, or when they take long."""

LONG = 30.0
"""Seconds after which a slow account is named: an account takes a few seconds, or a minute if AWS does not answer."""


_EXPECTED = 5


@dataclass(frozen=True)
class ExpectedTask:
    """A task of the run. `kind` is its module; `checks` whether it only checks variables, without calls.

    `applies`: what an earlier task of the same module has planned, in the accounts that have something to write.
    """

    task: Hashable
    name: str
    kind: str = ""
    checks: bool = False
    applies: bool = False

    @property
    def factor(self) -> float:
        """How much longer it takes than planning: the plan is made again, written, and read back."""
        return 1.5 if self.applies else 1.0


@dataclass
class TaskProgress:
    """One task over the accounts `hosts`. Those that have no result and are not running have not begun."""

    step: ExpectedTask
    hosts: frozenset[str]
    began: float
    running: dict[str, float] = field(default_factory=dict)
    told: dict[str, RunAccount | None] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    took: dict[str, float] = field(default_factory=dict)
    begun: list[float] = field(default_factory=list)

    def total(self, lost: Collection[str]) -> int:
        """The accounts that take part; `lost` are hosts that failed before it."""
        seen = {*self.told, *self.running}
        return len((self.hosts | seen) - self.left_out - (set(lost) - seen))

    def counts(self, lost: Collection[str]) -> str:
        known = [account for account in self.told.values() if account is not None]
        checked = " checked" if self.step.checks else ""
        parts = [f"{len(self.told)} of {count(self.total(lost), 'account')}{checked}"]
        for status in (CHANGED, WOULD_CHANGE, DRIFTED, FAILED, UNREACHABLE):
            number = sum(account.status == status for account in known)
            parts += [f"{number} {status}"] if number else []
        writes = sum(account.writes.total() for account in known)
        planned = sum(account.planned.total() for account in known)
        parts += [count(writes, "write")] if writes else []
        parts += [f"{count(planned, 'write')} to make"] if planned else []
        return ", ".join(parts)

    def last_ones(self, lost: Collection[str]) -> str:
        """The accounts that the task waits for last, the longest first; empty if there are more than a few."""
        to_go = self.total(lost) - len(self.told)
        if not 0 < to_go == len(self.running) <= FEW:
            return ""
        return f"waiting for {', '.join(sorted(self.running, key=lambda host: self.running[host]))}"

    def long_ones(self, now: float) -> str:
        """The accounts that take long, the longest first."""
        found = sorted((began, host) for host, began in self.running.items() if now - began >= LONG)
        if not found:
            return ""
        named = ", ".join(f"{host} for {duration(now - began)}" for began, host in found[:FEW])
        more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
        return f"waiting for {named}{more}"

    def durations(self, now: float) -> Durations | None:
        return Durations.of([*self.took.values()], [now - began for began in self.running.values()])

    def rest(self, now: float, lost: Collection[str], forks: int, like: TaskProgress | None) -> RunStage | None:
        """What is left of the task; None if that is not known. `like` is an earlier task of the same module, which
        shows how long each account takes, compared with the others.
        """
        running = [now - began for began in self.running.values()]
        waiting = max(0, self.total(lost) - len(self.told) - len(running))
        first = self.begun[:forks]
        gap = (first[-1] - first[0]) / (len(first) - 1) if len(first) > 1 else 0.0
        if like is None or not like.took:
            durations = self.durations(now)
            return None if durations is None else RunStage(durations, running, waiting, gap)
        mean = sum(like.took.values()) / len(like.took)
        both = [host for host in self.took if host in like.took]
        # A few accounts that took as long as expected count too: the first that are done are not typical.
        known = [*(like.took[host] for host in both), *[mean] * _EXPECTED]
        took = [*(self.took[host] for host in both), *[mean * self.step.factor] * _EXPECTED]
        factor = sum(took) / sum(known)
        takes = {host: like.took.get(host, mean) * factor for host in self.hosts}
        rests = [max(0.0, takes.get(host, mean) - (now - began)) for host, began in self.running.items()]
        to_go = self.hosts - self.left_out - set(lost) - self.told.keys() - self.running.keys()
        expected = Durations([mean * factor], [1.0])
        return RunStage(expected, running, waiting, gap, rests, [takes[host] for host in sorted(to_go)])


class RunProgress:
    """All tasks of a run that belong to the collection. The others are not shown."""

    def __init__(self, began: float, forks: int = 5) -> None:
        self._began = began
        self._forks = forks
        self._hosts: frozenset[str] = frozenset()
        self._steps: list[ExpectedTask] = []
        self._stages: dict[Hashable, TaskProgress] = {}
        self._accounts: dict[str, RunAccount] = {}
        self._lost: set[str] = set()
        self._ended = began

    def expect(self, steps: Sequence[ExpectedTask]) -> None:
        """The tasks of the run that are known when it begins, in their order."""
        self._steps += [step for step in steps if step not in self._steps]

    def play(self, hosts: Collection[str]) -> None:
        """A play begins, or a batch of it; `hosts` are those of all its batches."""
        self._hosts = frozenset(hosts)

    def started(self, step: ExpectedTask, host: str, now: float, hosts: Collection[str] | None = None) -> None:
        """A host begins a task that runs for `hosts`, by default for all hosts of the play."""
        if step.task not in self._stages:
            known = next((one for one in self._steps if one.task == step.task), None)
            if known is None:
                self._steps.append(step)
            of_task = self._hosts if hosts is None else frozenset(hosts)
            self._stages[step.task] = TaskProgress(known or step, of_task, now)
        stage = self._stages[step.task]
        stage.running[host] = now
        stage.begun.append(now)
        self._lost.discard(host)

    def finished(self, task: Hashable, host: str, account: RunAccount | None, now: float) -> None:
        """A host has finished a task; `account` is None if its result shows nothing."""
        stage = self._stages.get(task)
        if stage is not None:
            began = stage.running.pop(host, None)
            stage.told[host] = account
            stage.took |= {} if began is None else {host: now - began}
            if stage.step.checks and (account is None or account.status not in (FAILED, UNREACHABLE)):
                account = None
        if account is not None:
            earlier = self._accounts.get(host)
            self._accounts[host] = earlier + account if earlier else account
        self._ended = now

    def left_out(self, task: Hashable, host: str) -> None:
        """A host does not take part in a task after all."""
        stage = self._stages.get(task)
        if stage is not None:
            stage.running.pop(host, None)
            stage.left_out.add(host)

    def lost(self, host: str) -> None:
        """A host failed in some task and runs no other one, unless it is seen again."""
        self._lost.add(host)

    def lines(self, now: float, interval: float) -> list[str]:
        """The lines of each task that has been running for at least `interval` seconds, with the time of the run."""
        stages = [stage for stage in self._stages.values() if stage.running]
        shown = [stage for stage in stages if now - stage.began >= interval]
        estimated = self._estimate(now, stages)
        lines: list[str] = []
        for stage in shown:
            parts = [duration(now - self._began)]
            last_ones = stage.last_ones(self._lost) if len(stages) == 1 and self._is_last(stage) else ""
            if last_ones:
                parts.append(last_ones)
            else:
                parts += [estimated] if estimated and stage is shown[-1] else []
                parts += [stage.long_ones(now)] if stage.long_ones(now) else []
            counts = f"{NAME}: {self._place(stage, len(stages) > 1)}{stage.counts(self._lost)};"
            whole = f"{counts} {', '.join(parts)}"
            is_short = columns(printable(whole, None)) <= WIDTH
            lines += (
                [printable(whole)] if is_short else wrapped(counts, "", "  ") + wrapped(", ".join(parts), "  ", "  ")
            )
        return lines

    def remaining(self, now: float) -> float | None:
        """Seconds that the run still takes; None if that cannot be known yet."""
        known = any(stage.took for stage in self._stages.values() if not stage.step.checks)
        return remaining(list(self._stages_left(now)), self._forks) if known else None

    def _estimate(self, now: float, stages: Sequence[TaskProgress]) -> str:
        # While variables are checked, or before the first account is done, it is not known how long accounts take.
        if any(stage.step.checks for stage in stages):
            return ""
        seconds = self.remaining(now)
        return f"about {estimate(seconds)} to go" if seconds else ""

    def _stages_left(self, now: float) -> Iterator[RunStage]:
        """What is left of the tasks that are running, and the tasks that come."""
        like: TaskProgress | None = None
        for step in self._steps:
            stage = self._stages.get(step.task)
            if step.checks:
                continue
            if stage is None:
                durations = like.durations(now) if like is not None else None
                if like is not None and durations is not None:
                    yield self._to_come(step, like, durations)
                continue
            same = like if like is not None and like.step.kind == step.kind else None
            left = stage.rest(now, self._lost, self._forks, same)
            if left is not None and (left.running or left.waiting):
                yield left
            like = stage if stage.took else like

    def _to_come(self, step: ExpectedTask, like: TaskProgress, durations: Durations) -> RunStage:
        """A task that has not begun, by one that has."""
        hosts = len(self._hosts - self._lost)
        if step.applies and like.told:
            planned = sum(account is not None and bool(account.planned) for account in like.told.values())
            hosts = round(hosts * planned / len(like.told))
        return RunStage(durations.times(step.factor), (), hosts)

    def _is_last(self, stage: TaskProgress) -> bool:
        return stage.step == self._steps[-1]

    def _place(self, stage: TaskProgress, several: bool) -> str:
        """Which step of several a task is; the name if tasks run side by side."""
        steps = [step for step in self._steps if not step.checks]
        name = f"[{stage.step.name}] " if several else ""
        if len(steps) < 2 or stage.step not in steps:
            return name
        return f"step {steps.index(stage.step) + 1} of {len(steps)}, {name}"

    def summary(self) -> list[str]:
        """The summary; empty if no task of the collection ran."""
        if not self._accounts:
            return []
        return Summary(self._accounts, f" in {duration(self._ended - self._began)}").lines()


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def estimate(seconds: float) -> str:
    """A duration with the precision of an estimate: steps of 1, 5, 10 and 60 seconds.

    Single seconds are rounded up, because the summary and the recap of a run take a part of the last ones.
    """
    if seconds < 20:
        return duration(max(1, math.ceil(seconds)))
    for below, step in ((60, 5), (300, 10)):
        if seconds < below:
            return duration(step * round(seconds / step))
    return duration(60 * round(seconds / 60))
