# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts at once, with answers from memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import LocalAws

from .alternatives import Alternative, Variables
from .asked import LARGEST_SLOW, LARGEST_SLOW_WHOLE, Asked
from .case import Case
from .folders import Account
from .lessons import Known, Teacher
from .measure import RunFailed
from .replay import Replay
from .samples import AUDIT, DOCUMENTED, LARGE_FLEET, ONCE_FROM, OURS, Measurement, Sample, repeats
from .screen import Screen, say
from .workload import Workload

ENTRANCE = "OrganizationAccountAccessRole"


@dataclass(frozen=True)
class Job:
    """Work in many accounts.

    `workload(aws, root)` is the content of an account after it, with the placeholder for its id; it may be determined
    with a run in a local AWS. `variables()` are those of all hosts, `groups` exist before.
    """

    case: str
    alternatives: tuple[Alternative, ...]
    actions: tuple[str, ...]
    workload: Callable[[LocalAws, Path], Workload]
    variables: Callable[[], Variables] = dict
    groups: Sequence[str] = ()

    def actions_of(self, alternative: Alternative) -> tuple[str, ...]:
        """The measured actions of an alternative: if it does not write, only the one that reads."""
        measured = ("create", "no-op") if alternative.keeps and alternative.slow else self.actions
        if alternative.keeps or len(self.actions) == 1:
            return tuple(action for action in self.actions if action in measured)
        return ("no-op",)


def in_many(job: Job, alternatives: Sequence[Alternative], asked: Asked) -> Case:
    """A case of many accounts with its plan."""
    plan = planned(job, alternatives, asked)

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        if not plan:
            return
        with LocalAws(members=1) as aws, Replay(aws.members[0]["id"], aws.endpoint) as replay:
            known = Known(job.workload(aws, folder), job.variables(), job.groups)
            teacher = Teacher(aws, replay, folder, known)
            for name, alternative in {one.name: one for one, _unused in plan}.items():
                say(f"{job.case}: learning one account's answers to {alternative.label}")
                teacher.teach(alternative, {one.action for _unused, one in plan if one.alternative == name})
            for alternative, measurement in plan:
                with screen.measuring(measurement, alternative.label) as told:
                    told.sample = sample = measured(teacher, alternative, measurement)
                yield sample

    return Case([measurement for _unused, measurement in plan], run)


def planned(job: Job, alternatives: Sequence[Alternative], asked: Asked) -> list[tuple[Alternative, Measurement]]:
    """Every repeat of a size runs all actions and alternatives that are measured for it."""
    found = []
    for size in asked.sizes:
        for number in range(asked.repeats):
            for action in job.actions:
                for alternative in alternatives:
                    seconds = alternative.seconds + alternative.further * (size - 1)
                    one = Measurement(job.case, alternative.name, action, size, 0.0, seconds)
                    wanted = action in job.actions_of(alternative) and _bearable(alternative, one, asked)
                    if wanted and number < repeats(one, asked.repeats):
                        found.append((alternative, one))
    return found


def _bearable(alternative: Alternative, one: Measurement, asked: Asked) -> bool:
    if one.action != "audit" and one.action not in asked.actions:
        return False
    if one.accounts > LARGE_FLEET:
        return (one.case, one.action) in {(DOCUMENTED, "no-op"), (AUDIT, "audit")} and alternative.name == OURS
    if not alternative.slow:
        return not asked.quick or one.seconds < ONCE_FROM
    if asked.quick or (one.action == "create" and one.accounts > 1):
        return False
    return one.accounts <= (LARGEST_SLOW_WHOLE if asked.whole else LARGEST_SLOW)


def measured(teacher: Teacher, alternative: Alternative, measurement: Measurement) -> Sample:
    """Measure. Raises RunFailed if the calls to an account differ from those of the account that was learned from."""
    ids = [str(700000000000 + number) for number in range(measurement.accounts)]
    fleet = [Account(account, f"arn:aws:iam::{account}:role/{ENTRANCE}") for account in ids]
    lesson = teacher.lesson(alternative, measurement.action)
    cost, counts = teacher.replayed(alternative, measurement.action, fleet)
    require_calls(alternative.label, ids, lesson, counts)
    return Sample.of(measurement, cost, counts["actions"])


def require_calls(label: str, ids: Sequence[str], lesson: Mapping[str, int], counts: Mapping[str, Any]) -> None:
    """Raise RunFailed if the number of calls to an account differs from the lesson, by action.

    `counts` are those of `Replay.counts`.
    """
    if counts["unknown"]:
        raise RunFailed(f"{label}: calls that were not learned: {counts['unknown']}")
    expected = {action: number * len(ids) for action, number in lesson.items()}
    if counts["actions"] != expected:
        raise RunFailed(f"{label}: calls expected in all accounts together: {expected}, made: {counts['actions']}")
    each = sum(lesson.values())
    if each and counts["accounts"] != dict.fromkeys(ids, each):
        raise RunFailed(f"{label}: {each} calls to each account expected, {counts['accounts']} were made")
