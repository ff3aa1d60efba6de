# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts at once, with answers from memory: nothing is to be done in them, or they are audited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import LocalAws

from . import accounts
from .asked import LARGEST_SLOW, LARGEST_SLOW_WHOLE, Asked
from .case import Case
from .measure import RunFailed, measure
from .places import Account, environment, furnish
from .replay import Replay
from .samples import AUDIT, FLEET, IN_MANY, ONCE_FROM, Measurement, Sample, repeats, writes
from .screen import Screen, say
from .ways import Way
from .workload import Workload, audited, workload

ENTRANCE = "OrganizationAccountAccessRole"


@dataclass(frozen=True)
class Kind:
    """A case of many accounts.

    `holding(account_id)` is what an account holds, before and after. `calls` are those to each account by action,
    whichever way; None where every way has its own.
    """

    case: str
    holding: Callable[[str], Workload]
    calls: Mapping[str, int] | None = None


NOTHING_TO_DO = Kind(FLEET, workload)
AUDITED = Kind(
    AUDIT,
    audited,
    {"AssumeRole": 1, "GetAccountAuthorizationDetails": 1, "ListRoles": 1, "ListPolicyTags": 1},
)


def fleets(ways: Sequence[Way], asked: Asked) -> Case:
    """The case of a no-op in many accounts, with its plan made."""
    return in_many(NOTHING_TO_DO, ways, asked)


def audits(ways: Sequence[Way], asked: Asked) -> Case:
    """The case of an audit of many accounts, with its plan made."""
    return in_many(AUDITED, ways, asked)


def in_many(kind: Kind, ways: Sequence[Way], asked: Asked) -> Case:
    """A case of many accounts, with its plan made."""
    plan = planned(kind, ways, asked)
    learned = list({way.name: way for way, _unused in plan}.values())

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        if not plan:
            return
        say("Learning one account's answers, once with each way")
        with LocalAws(members=1) as aws, Replay(aws.members[0]["id"], aws.endpoint) as replay:
            fleet = Fleet.taught(kind, aws, replay, learned, folder)
            for way, measurement in plan:
                with screen.measuring(measurement, way.label) as told:
                    told.sample = sample = fleet.sample(way, measurement)
                yield sample

    return Case([measurement for _unused, measurement in plan], run)


def planned(kind: Kind, ways: Sequence[Way], asked: Asked) -> list[tuple[Way, Measurement]]:
    """Every repeat of a size goes through all ways that are measured there."""
    found, action = [], IN_MANY[kind.case]
    for size in asked.sizes:
        for number in range(asked.repeats):
            for way in ways:
                seconds = way.seconds + way.further * (size - 1)
                wanted = number < repeats(kind.case, way.name, action, seconds, asked.repeats)
                if wanted and _bearable(way, size, seconds, asked):
                    found.append((way, Measurement(kind.case, way.name, action, size, 0.0, seconds)))
    return found


def _bearable(way: Way, size: int, seconds: float, asked: Asked) -> bool:
    if asked.quick:
        return not way.slow and seconds < ONCE_FROM
    return not way.slow or size <= (LARGEST_SLOW_WHOLE if asked.whole else LARGEST_SLOW)


class Fleet:
    """A replaying server that has learned an account of a kind."""

    def __init__(self, kind: Kind, aws: LocalAws, replay: Replay, root: Path) -> None:
        self._kind, self._replay, self._root = kind, replay, root
        self._aws = {**aws.environment(), "AWS_ENDPOINT_URL": replay.endpoint}

    @classmethod
    def taught(cls, kind: Kind, aws: LocalAws, replay: Replay, ways: Sequence[Way], root: Path) -> Fleet:
        """Let every way run once in the account that is learned from."""
        fleet = cls(kind, aws, replay, root)
        member = aws.members[0]
        iam, holding = aws.client("iam", account=member["id"]), kind.holding(member["id"])
        accounts.create(iam, holding)
        for way in ways:
            folder = furnish(root, way, [Account(member["id"], member["role_arn"])])
            measure(way.command(folder, IN_MANY[kind.case]), environment(root, way, fleet._aws), folder)
        accounts.require(iam, holding, "learning")
        replay.recite()
        replay.counts()
        return fleet

    def sample(self, way: Way, measurement: Measurement) -> Sample:
        """Measure. Raises RunFailed where anything was written, or accounts were not asked what they ought to be."""
        ids = [str(700000000000 + number) for number in range(measurement.accounts)]
        fleet = [Account(account, f"arn:aws:iam::{account}:role/{ENTRANCE}") for account in ids]
        folder = furnish(self._root, way, fleet)
        cost = measure(way.command(folder, measurement.action), environment(self._root, way, self._aws), folder)
        counts = self._replay.counts()
        require_calls(way.label, self._kind, ids, counts)
        return Sample.of(measurement, cost, counts["actions"])


def require_calls(label: str, kind: Kind, ids: Sequence[str], counts: Mapping[str, Any]) -> None:
    """Raise RunFailed where anything was written, or the accounts were asked other than `kind` says, or unequally.

    `counts` are those of `Replay.counts`.
    """
    actions = counts["actions"]
    if counts["unknown"] or writes(actions):
        raise RunFailed(f"{label}: {writes(actions)} writes, calls that were not learned: {counts['unknown']}")
    if kind.calls is not None:
        expected = {action: number * len(ids) for action, number in kind.calls.items()}
        if actions != expected:
            raise RunFailed(f"{label}: calls expected in all accounts together: {expected}, made: {actions}")
    each = sum(actions.values()) // len(ids)
    if each and counts["accounts"] != dict.fromkeys(ids, each):
        raise RunFailed(f"{label}: {each} calls to each account expected, {counts['accounts']} were made")
