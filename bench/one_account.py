# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account from creation to deletion, with one alternative after the other, and a check of every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import LocalAws

from . import accounts
from .alternatives import ACTIONS, Alternative
from .asked import Asked
from .case import Case
from .folders import Account, environment, write_folder
from .measure import RunFailed, measure
from .samples import ACCOUNT, OURS, Measurement, Sample, repeats
from .screen import Screen
from .workload import filled, workload

WITHOUT_WRITES = ("no-op", "check")


def one_account(alternatives: Sequence[Alternative], asked: Asked) -> Case:
    """The case with its plan."""
    planned = lives(alternatives, asked)

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        with LocalAws(members=0) as aws:
            account = OneAccount(aws, folder, screen)
            for life in planned:
                yield from account.samples(life)

    return Case([one for life in planned for one in life.measurements()], run)


@dataclass(frozen=True)
class Life:
    """The measured actions of one account, in the order of ACTIONS; the steps between them are done by hand."""

    alternative: Alternative
    latency: float
    actions: tuple[str, ...]

    def measurements(self) -> list[Measurement]:
        return [_measurement(self.alternative, action, self.latency) for action in self.actions]


def lives(alternatives: Sequence[Alternative], asked: Asked) -> list[Life]:
    """Every repeat runs all alternatives, so that other load on the machine affects all of them."""
    found = []
    for latency in asked.latencies:
        for number in range(asked.repeats):
            for alternative in alternatives:
                if not alternative.keeps and latency:
                    continue
                wanted = [
                    action
                    for action in _bearable(alternative, latency, asked)
                    if number < repeats(_measurement(alternative, action, latency), asked.repeats)
                ]
                if wanted:
                    found.append(Life(alternative, latency, tuple(wanted)))
    return found


def _bearable(alternative: Alternative, latency: float, asked: Asked) -> list[str]:
    """The actions of a life: one for an empty play; for slow ones in a quick run those that the promises need."""
    if not alternative.keeps:
        return ["no-op"]
    quick = asked.quick and alternative.slow
    few = ("no-op",) if latency else ("create", "no-op")
    return [action for action in ACTIONS if action in asked.actions and (not quick or action in few)]


def _measurement(alternative: Alternative, action: str, latency: float) -> Measurement:
    together = 6 if alternative.name in (OURS, "module", "floor") else 1
    seconds = alternative.seconds + alternative.calls * latency / together
    return Measurement(ACCOUNT, alternative.name, action, 1, latency, seconds)


class OneAccount:
    """The management account of a local AWS, with the caller's own credentials."""

    def __init__(self, aws: LocalAws, root: Path, screen: Screen) -> None:
        self._aws, self._root, self._screen = aws, root, screen
        self._iam = aws.client("iam")
        self._wanted = filled(workload(), aws.management)

    def samples(self, life: Life) -> Iterator[Sample]:
        """Run a life. Raises RunFailed if a step had a wrong outcome."""
        self._aws.reset()
        folder = write_folder(self._root, life.alternative, [Account(self._aws.management)], {}, workload())
        if "create" not in life.actions and life.alternative.keeps:
            accounts.create(self._iam, self._wanted)
        drifted: dict[str, Any] | None = None
        for measurement in life.measurements():
            action = measurement.action
            if action in ("check", "drift") and drifted is None:
                drifted = accounts.drift(self._iam, self._wanted)
            there = {"check": drifted, "delete": None}.get(action, self._wanted)
            with self._screen.measuring(measurement, life.alternative.label) as told:
                told.sample = sample = self._measured(life, folder, measurement)
            if action in WITHOUT_WRITES and sample.writes:
                raise RunFailed(f"{life.alternative.label}, {action}: made {sample.writes} writes, expected none")
            expected = there if life.alternative.keeps else None
            accounts.require(self._iam, expected, f"{life.alternative.label}, {action}")
            yield sample

    def _measured(self, life: Life, folder: Path, measurement: Measurement) -> Sample:
        self._aws.set(latency=life.latency)
        self._aws.clear_calls()
        command = life.alternative.command(folder, measurement.action)
        try:
            cost = measure(command, environment(self._root, life.alternative, self._aws.environment()), folder)
        finally:
            self._aws.set(latency=0)
        return Sample.of(measurement, cost, self._aws.call_counts())
