# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection promises about its speed, and whether this run meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .figures import Median, Medians, Point, Quantity, Row, extrapolated, further, ratio
from .samples import ACCOUNT, AUDIT, BASELINE, CATALOGUE, DOCUMENTED, LARGE_FLEET, LEAST_PRIVILEGE, OURS

LARGEST = 1000
"""Accounts of the largest run."""
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """`found` is None if the run did not measure the required figures."""

    promise: str
    bound: float
    at_least: bool
    unit: str
    found: float | None

    @property
    def kept(self) -> bool | None:
        if self.found is None:
            return None
        return self.found >= self.bound if self.at_least else self.found <= self.bound


def verdicts(found: Medians) -> list[Verdict]:
    """Every promise, with the result from the medians."""
    return [*_of_the_main_job(found), *_of_one_account(found)]


def _of_the_main_job(found: Medians) -> Iterator[Verdict]:
    for case in (DOCUMENTED, LEAST_PRIVILEGE):
        profile = f"site.yml, five services, {case.replace('_', ' ')}, no-op"
        ours, baseline, nothing, floor = (
            Row(case, OURS),
            Row(BASELINE, OURS),
            Row(case, "nothing"),
            Row(case, "floor"),
        )
        cpu = further(found, ours, "cpu")
        each = f"{profile}: CPU of each further account,"
        yield Verdict(f"{each} beside iam_baseline's", 1.5, False, "times", ratio(cpu, further(found, baseline, "cpu")))
        yield Verdict(
            f"{each} beside a do-nothing action's", 10, False, "times", ratio(cpu, further(found, nothing, "cpu"))
        )
        yield Verdict(
            f"{profile}: API calls, beside two listings, AssumeRole and the tags of each policy",
            1,
            False,
            "times",
            ratio(further(found, ours, "calls"), further(found, floor, "calls")),
        )
        memory = ratio(further(found, ours, "memory"), MEGABYTE)
        yield Verdict(f"{profile}: controller memory of each further account", 0.4, False, "MB", memory)
        yield _memory(found, ours, profile, LARGE_FLEET, 150)
    site, audit = Row(DOCUMENTED, OURS), Row(AUDIT, OURS, "audit")
    amazon = Row(DOCUMENTED, "amazon")
    there = found.get(amazon.at(LARGE_FLEET)) or extrapolated(found, amazon, LARGE_FLEET)
    faster = ratio(_get(there, "wall"), _get(found.get(site.at(LARGE_FLEET)), "wall"))
    yield Verdict(
        f"site.yml, no-op, {LARGE_FLEET} accounts: faster than amazon.aws, extrapolated", 80, True, "times", faster
    )
    yield _memory(found, site, "site.yml, five services, documented, no-op", LARGEST, 400)
    yield _memory(found, audit, "audit.yml", LARGEST, 400)
    loading, reading = (_get(found.get(Point(CATALOGUE, OURS, action, 1, 0.0)), "cpu") for action in ("load", "read"))
    milliseconds = None if loading is None else loading * 1000
    yield Verdict("loading and checking the catalogue of services: CPU", 50, False, "ms", milliseconds)
    beside = ratio(loading, reading)
    yield Verdict(
        "loading and checking the catalogue of services: CPU beside reading its YAML", 4, False, "times", beside
    )


def _memory(found: Medians, row: Row, what: str, accounts: int, bound: float) -> Verdict:
    peak = ratio(_get(found.get(row.at(accounts)), "memory"), MEGABYTE)
    return Verdict(f"{what}, {accounts:,} accounts: peak memory of the controller", bound, False, "MB", peak)


def _of_one_account(found: Medians) -> Iterator[Verdict]:
    for latency in (0.0, 0.05):
        at = f"iam_baseline, one account, no-op, {latency * 1000:.0f} ms latency"
        yield Verdict(f"{at}: faster than amazon.aws", 20, True, "times", _compared(found, latency, "amazon", "wall"))
        yield Verdict(f"{at}: time of the boto3 script with threads", 3, False, "times", _over_floor(found, latency))
    calls = _compared(found, 0.0, "amazon", "calls")
    yield Verdict("iam_baseline, one account, no-op: fewer calls than amazon.aws", 25, True, "times", calls)


def _no_op(found: Medians, latency: float, alternative: str) -> Median | None:
    return found.get(Point(ACCOUNT, alternative, "no-op", 1, latency))


def _compared(found: Medians, latency: float, alternative: str, quantity: Quantity) -> float | None:
    """How many times longer an alternative takes than ours."""
    return ratio(_get(_no_op(found, latency, alternative), quantity), _get(_no_op(found, latency, OURS), quantity))


def _over_floor(found: Medians, latency: float) -> float | None:
    return ratio(_get(_no_op(found, latency, OURS), "wall"), _get(_no_op(found, latency, "floor"), "wall"))


def _get(median: Median | None, quantity: Quantity) -> float | None:
    return median.of(quantity) if median else None
