# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output during a run: the current measurement, its result, and the remaining time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .samples import Measurement, Sample


@dataclass
class Told:
    """Filled in by the code that measures."""

    sample: Sample | None = None


class Screen:
    """Counts measurements against the plan."""

    def __init__(self, planned: Sequence[Measurement]) -> None:
        self._all = len(planned)
        self._guessed_left = sum(one.seconds + 0.5 for one in planned)
        self._guessed_done = 0.0
        self._done = 0
        self._began = time.monotonic()

    @contextmanager
    def measuring(self, measurement: Measurement, label: str) -> Iterator[Told]:
        """Show a measurement while it runs, and its result."""
        self._done += 1
        head = f"[{self._done:>{len(str(self._all))}}/{self._all}] {measurement.what}: {label}"
        if sys.stdout.isatty():
            print(head, end=" ", flush=True)
        told = Told()
        yield told
        self._guessed_done += measurement.seconds + 0.5
        self._guessed_left -= measurement.seconds + 0.5
        found = told.sample
        came_to = f"{found.wall:.2f} s, CPU {found.cpu:.2f} s, {found.calls} calls" if found else "failed"
        end = f"· {came_to} · {self._left()}"
        print(end if sys.stdout.isatty() else f"{head} {end}", flush=True)

    def _left(self) -> str:
        seconds = self._guessed_left * (time.monotonic() - self._began) / self._guessed_done
        return (
            "the last"
            if self._done == self._all
            else f"about {seconds / 60:.0f} min left"
            if seconds > 90
            else f"about {seconds:.0f} s left"
        )


def say(text: str = "") -> None:
    print(text, flush=True)
