# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The progress of a run: counts the accounts of each task and words the lines that are shown while it runs. Pure.

Moments are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import (
    CHANGED,
    DRIFTED,
    FAILED,
    UNREACHABLE,
    WOULD_CHANGE,
    RunAccount,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import NAME, Summary
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.totals import count

FEW = 3
"""The number of accounts that are named when a task waits for them last, or when they take long."""

LONG = 30.0
"""Seconds after which a slow account is named: an account takes a few seconds, or a minute if AWS does not answer."""


@dataclass
class TaskProgress:
    """One task over the accounts `hosts`. Those that have no result and are not running have not begun."""

    name: str
    hosts: frozenset[str]
    began: float
    running: dict[str, float] = field(default_factory=dict)
    told: dict[str, RunAccount | None] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def line(self, now: float, lost: Collection[str]) -> str:
        """The progress of the task; `lost` are hosts that failed before it."""
        known = [account for account in self.told.values() if account is not None]
        parts = [f"{len(self.told)} of {count(self._total(lost), 'account')}"]
        for status in (CHANGED, WOULD_CHANGE, DRIFTED, FAILED, UNREACHABLE):
            number = sum(account.status == status for account in known)
            parts += [f"{number} {status}"] if number else []
        writes = sum(account.writes.total() for account in known)
        planned = sum(account.planned.total() for account in known)
        parts += [count(writes, "write")] if writes else []
        parts += [f"{count(planned, 'write')} to make"] if planned else []
        return f"{', '.join(parts)}; {duration(now - self.began)}{self._outlook(now, lost)}"

    def _total(self, lost: Collection[str]) -> int:
        seen = {*self.told, *self.running}
        return len((self.hosts | seen) - self.left_out - (set(lost) - seen))

    def _outlook(self, now: float, lost: Collection[str]) -> str:
        to_go = self._total(lost) - len(self.told)
        if 0 < to_go == len(self.running) <= FEW:
            longest = sorted(self.running, key=lambda host: self.running[host])
            return f", waiting for {', '.join(longest)}"
        if not self.told or to_go <= 0:
            return self._long(now)
        return f", about {estimate((now - self.began) * to_go / len(self.told))} to go{self._long(now)}"

    def _long(self, now: float) -> str:
        """The accounts that take long, the longest first."""
        found = sorted((began, host) for host, began in self.running.items() if now - began >= LONG)
        if not found:
            return ""
        named = ", ".join(f"{host} for {duration(now - began)}" for began, host in found[:FEW])
        more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
        return f", waiting for {named}{more}"


class RunProgress:
    """All tasks of a run that belong to the collection. The others are not shown."""

    def __init__(self) -> None:
        self._hosts: frozenset[str] = frozenset()
        self._stages: dict[Hashable, TaskProgress] = {}
        self._accounts: dict[str, RunAccount] = {}
        self._lost: set[str] = set()
        self._began: float | None = None
        self._ended = 0.0

    def play(self, hosts: Collection[str]) -> None:
        """A play begins, or a batch of it, over these hosts. Its tasks are counted from zero."""
        self._hosts = frozenset(hosts)
        self._stages = {}

    def started(self, task: Hashable, name: str, host: str, now: float, hosts: Collection[str] | None = None) -> None:
        """A host begins a task that runs for `hosts`, by default for all hosts of the play."""
        if task not in self._stages:
            self._stages[task] = TaskProgress(name, self._hosts if hosts is None else frozenset(hosts), now)
        self._stages[task].running[host] = now
        self._lost.discard(host)
        if self._began is None:
            self._began = now

    def finished(self, task: Hashable, host: str, account: RunAccount | None, now: float) -> None:
        """A host has finished a task; `account` is None if its result shows nothing."""
        stage = self._stages.get(task)
        if stage is not None:
            stage.running.pop(host, None)
            stage.told[host] = account
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
        """A line for each task that has been running for at least `interval` seconds, with its name if there are
        several.
        """
        stages = [stage for stage in self._stages.values() if stage.running]
        several = len(stages) > 1
        return [
            printable(f"{NAME}: {f'[{stage.name}] ' if several else ''}{stage.line(now, self._lost)}")
            for stage in stages
            if now - stage.began >= interval
        ]

    def summary(self) -> list[str]:
        """The summary; empty if no task of the collection ran."""
        if not self._accounts:
            return []
        took = "" if self._began is None else f" in {duration(self._ended - self._began)}"
        return Summary(self._accounts, took).lines()


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
    """A duration with the precision of an estimate: in steps of 5 seconds, then of minutes."""
    return duration(max(5, 5 * round(seconds / 5)) if seconds < 57.5 else 60 * round(seconds / 60))
