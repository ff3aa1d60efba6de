# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts at once in which nothing is to be done, with answers from memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from local_aws import LocalAws

from . import accounts
from .asked import LARGEST_SLOW, LARGEST_SLOW_WHOLE, Asked
from .case import Case
from .measure import RunFailed, measure
from .places import Account, environment, furnish
from .replay import Replay
from .samples import FLEET, ONCE_FROM, Measurement, Sample, repeats
from .screen import Screen, say
from .ways import Way
from .workload import workload

ENTRANCE = "OrganizationAccountAccessRole"


def fleets(ways: Sequence[Way], asked: Asked) -> Case:
    """The case, with its plan made."""
    plan = planned(ways, asked)
    learned = list({way.name: way for way, _ in plan}.values())

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        say("Learning one account's answers, once with each way")
        with LocalAws(members=1) as aws, Replay(aws.members[0]["id"], aws.endpoint) as replay:
            fleet = Fleet.taught(aws, replay, learned, folder)
            for way, measurement in plan:
                with screen.measuring(measurement, way.label) as told:
                    told.sample = sample = fleet.sample(way, measurement)
                yield sample

    return Case([measurement for _, measurement in plan], run)


def planned(ways: Sequence[Way], asked: Asked) -> list[tuple[Way, Measurement]]:
    """Every repeat of a size goes through all ways that are measured there."""
    found = []
    for size in asked.sizes:
        for number in range(asked.repeats):
            for way in ways:
                seconds = way.seconds + way.further * (size - 1)
                wanted = number < repeats(FLEET, way.name, "no-op", seconds, asked.repeats)
                if wanted and _bearable(way, size, seconds, asked):
                    found.append((way, Measurement(FLEET, way.name, "no-op", size, 0.0, seconds)))
    return found


def _bearable(way: Way, size: int, seconds: float, asked: Asked) -> bool:
    if asked.quick:
        return not way.slow and seconds < ONCE_FROM
    return not way.slow or size <= (LARGEST_SLOW_WHOLE if asked.whole else LARGEST_SLOW)


class Fleet:
    """A replaying server that has learned an account which is as the workload says."""

    def __init__(self, aws: LocalAws, replay: Replay, root: Path) -> None:
        self._replay, self._root = replay, root
        self._aws = {**aws.environment(), "AWS_ENDPOINT_URL": replay.endpoint}

    @classmethod
    def taught(cls, aws: LocalAws, replay: Replay, ways: Sequence[Way], root: Path) -> Fleet:
        """Let every way run once in the account that is learned from."""
        fleet = cls(aws, replay, root)
        member = aws.members[0]
        iam = aws.client("iam", account=member["id"])
        accounts.create(iam, workload(member["id"]))
        for way in ways:
            folder = furnish(root, way, [Account(member["id"], member["role_arn"])])
            measure(way.command(folder, "no-op"), environment(root, way, fleet._aws), folder)
        accounts.require(iam, workload(member["id"]), "learning")
        replay.recite()
        replay.counts()
        return fleet

    def sample(self, way: Way, measurement: Measurement) -> Sample:
        """Measure. Raises RunFailed where anything was written, or accounts were not all asked the same."""
        ids = [str(700000000000 + number) for number in range(measurement.accounts)]
        fleet = [Account(account, f"arn:aws:iam::{account}:role/{ENTRANCE}") for account in ids]
        folder = furnish(self._root, way, fleet)
        cost = measure(way.command(folder, "no-op"), environment(self._root, way, self._aws), folder)
        counts = self._replay.counts()
        sample = Sample.of(measurement, cost, counts["actions"])
        each = sample.calls // measurement.accounts
        if counts["unknown"] or sample.writes:
            raise RunFailed(f"{way.label}: {sample.writes} writes, calls that were not learned: {counts['unknown']}")
        if each and counts["accounts"] != dict.fromkeys(ids, each):
            raise RunFailed(f"{way.label}: {each} calls to each account expected, {counts['accounts']} were made")
        return sample
