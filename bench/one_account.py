# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account through its whole life, kept by one way after the other, with every step checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import LocalAws

from . import accounts
from .asked import Asked
from .case import Case
from .measure import RunFailed, measure
from .places import Account, environment, furnish
from .samples import ACCOUNT, Measurement, Sample, repeats
from .screen import Screen
from .ways import ACTIONS, Way
from .workload import workload

WITHOUT_WRITES = ("no-op", "check")
EMPTY = "empty"
"""The way that keeps nothing."""


def one_account(ways: Sequence[Way], asked: Asked) -> Case:
    """The case, with its plan made."""
    planned = lives(ways, asked)

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        with LocalAws(members=0) as aws:
            account = OneAccount(aws, folder, screen)
            for life in planned:
                yield from account.samples(life)

    return Case([one for life in planned for one in life.measurements()], run)


@dataclass(frozen=True)
class Life:
    """The actions of one account that are measured, in the order of ACTIONS; what lies between is done by hand."""

    way: Way
    latency: float
    actions: tuple[str, ...]

    def measurements(self) -> list[Measurement]:
        return [
            Measurement(ACCOUNT, self.way.name, action, 1, self.latency, _guess(self.way, self.latency))
            for action in self.actions
        ]


def lives(ways: Sequence[Way], asked: Asked) -> list[Life]:
    """Every repeat goes through all ways, so that what disturbs the machine disturbs them alike."""
    found = []
    for latency in asked.latencies:
        for number in range(asked.repeats):
            for way in ways:
                if way.name == EMPTY and latency:
                    continue
                guess = _guess(way, latency)
                wanted = [
                    action
                    for action in _bearable(way, latency, asked)
                    if number < repeats(ACCOUNT, way.name, action, guess, asked.repeats)
                ]
                if wanted:
                    found.append(Life(way, latency, tuple(wanted)))
    return found


def _bearable(way: Way, latency: float, asked: Asked) -> list[str]:
    """The actions of a life: for an empty play one, for slow ways in a quick run what the promises rest on."""
    if way.name == EMPTY:
        return ["no-op"]
    quick = asked.quick and way.slow
    few = ("no-op",) if latency else ("create", "no-op")
    return [action for action in ACTIONS if action in asked.actions and (not quick or action in few)]


def _guess(way: Way, latency: float) -> float:
    together = 6 if way.name in ("worker", "module", "floor") else 1
    return way.seconds + way.calls * latency / together


class OneAccount:
    """The management account of a local AWS, entered with the caller's own credentials."""

    def __init__(self, aws: LocalAws, root: Path, screen: Screen) -> None:
        self._aws, self._root, self._screen = aws, root, screen
        self._iam = aws.client("iam")
        self._wanted = workload(aws.management)

    def samples(self, life: Life) -> Iterator[Sample]:
        """Live a life. Raises RunFailed where a step did not do what it is for."""
        self._aws.reset()
        folder = furnish(self._root, life.way, [Account(self._aws.management)])
        if "create" not in life.actions and life.way.name != EMPTY:
            accounts.create(self._iam, self._wanted)
        drifted: dict[str, Any] | None = None
        for measurement in life.measurements():
            action = measurement.action
            if action in ("check", "drift") and drifted is None:
                drifted = accounts.drift(self._iam, self._wanted)
            there = {"check": drifted, "delete": None}.get(action, self._wanted)
            with self._screen.measuring(measurement, life.way.label) as told:
                told.sample = sample = self._measured(life, folder, measurement)
            if action in WITHOUT_WRITES and sample.writes:
                raise RunFailed(f"{life.way.label}, {action}: made {sample.writes} writes, should make none")
            accounts.require(self._iam, None if life.way.name == EMPTY else there, f"{life.way.label}, {action}")
            yield sample

    def _measured(self, life: Life, folder: Path, measurement: Measurement) -> Sample:
        self._aws.set(latency=life.latency)
        self._aws.clear_calls()
        command = life.way.command(folder, measurement.action)
        try:
            cost = measure(command, environment(self._root, life.way, self._aws.environment()), folder)
        finally:
            self._aws.set(latency=0)
        return Sample.of(measurement, cost, self._aws.call_counts())
