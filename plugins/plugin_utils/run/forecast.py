# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Estimates how long the rest of a run takes, from the accounts that are done and those that are running. Pure.

All times are seconds. How long an account takes is only known of those that are done, and the first of them are those
that take the shortest time. So the accounts that are still running count too: each takes longer than it has taken yet
(the estimator of Kaplan and Meier). The rest of the run is then worked through as Ansible does it, with `forks`
accounts at a time.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, count, islice
from statistics import median

_LONGER = 1.25
"""What takes longer than anything seen so far is expected to take this multiple of that."""

_GOLDEN = 0.618034
"""Steps of this size pass through a distribution evenly, and without the large values first or last."""

_DRAWS = 9
"""How often the rest of a task is worked through; the median counts."""


@dataclass(frozen=True)
class Durations:
    """How long accounts take: values and their shares, which add up to 1."""

    values: Sequence[float]
    shares: Sequence[float]

    @classmethod
    def of(cls, done: Sequence[float], running: Sequence[float]) -> Durations | None:
        """From the accounts that are done, and from how long the others have been running. None if none is done."""
        if not done:
            return None
        seen = sorted([(value, False) for value in done] + [(value, True) for value in running])
        values, shares = [], []
        left = 1.0
        for number, (value, is_running) in enumerate(seen):
            if not is_running:
                share = left / (len(seen) - number)
                values.append(value)
                shares.append(share)
                left -= share
        if left > 1e-9:
            values.append(seen[-1][0] * _LONGER)
            shares.append(left)
        return cls(values, shares)

    def times(self, factor: float) -> Durations:
        return Durations([value * factor for value in self.values], self.shares)

    def rest(self, elapsed: float, place: float) -> float:
        """How much longer an account may take that has been running for `elapsed` seconds, at a place from 0 to 1 of
        what is possible.
        """
        first = bisect_right(self.values, elapsed)
        passed = self._upto[first - 1] if first else 0.0
        if first == len(self.values):
            return elapsed * (_LONGER - 1)
        return self.at(passed + place * (self._upto[-1] - passed)) - elapsed

    def at(self, share: float) -> float:
        """The value that this share of the accounts does not exceed."""
        return self.values[min(bisect_left(self._upto, share), len(self.values) - 1)]

    @cached_property
    def _upto(self) -> list[float]:
        return list(accumulate(self.shares))


@dataclass(frozen=True)
class RunStage:
    """What is left of a task: for how long accounts have been running, and how many have not begun.

    `gap` is the time between the beginnings of two accounts while there are free forks. `rests` and `takes` are how
    long the running accounts still take, and the waiting ones, where an earlier task shows that.
    """

    durations: Durations
    running: Sequence[float]
    waiting: int
    gap: float = 0.0
    rests: Sequence[float] = ()
    takes: Sequence[float] = ()


def remaining(stages: Sequence[RunStage], forks: int) -> float:
    """How long these tasks take. Each begins when the one before has ended in all accounts."""
    return sum(median(_rest(stage, max(1, forks), number / _DRAWS) for number in range(_DRAWS)) for stage in stages)


def _rest(stage: RunStage, forks: int, start: float) -> float:
    """How long a task takes if each account takes a time that is drawn from those that are possible."""
    places = _places(start)
    drawn = (stage.durations.rest(elapsed, next(places)) for elapsed in stage.running)
    ends = sorted(stage.rests or drawn)
    free = [0.0] * max(0, forks - len(ends)) + ends
    heapq.heapify(free)
    last = max(ends, default=0.0)
    begin = -stage.gap
    for duration in stage.takes or (stage.durations.at(place) for place in islice(places, stage.waiting)):
        begin = max(heapq.heappop(free), begin + stage.gap)
        heapq.heappush(free, begin + duration)
        last = max(last, begin + duration)
    return last


def _places(start: float) -> Iterator[float]:
    return ((start + number * _GOLDEN) % 1 for number in count(1))
