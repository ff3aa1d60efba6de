# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection promises about its speed, and whether this run kept it."""

from __future__ import annotations

from dataclasses import dataclass

from .figures import Median, Medians, Point, Quantity, extrapolated, fleet, further, ratio
from .samples import ACCOUNT, OURS

LARGE_FLEET = 200
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """`found` is None where the run did not measure what it takes."""

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
    """Every promise, with what the medians say."""
    one: list[Verdict] = []
    for latency in (0.0, 0.05):
        at = f"one account, no-op, whole process, {latency * 1000:.0f} ms latency"
        one += [
            Verdict(f"{at}: faster than amazon.aws", 20, True, "times", _compared(found, latency, "amazon", "wall")),
            Verdict(f"{at}: time of the boto3 floor", 3, False, "times", _over_floor(found, latency)),
        ]
    calls = _compared(found, 0.0, "amazon", "calls")
    one.append(Verdict("one account, no-op: fewer calls than amazon.aws", 25, True, "times", calls))
    in_worker = fleet(found, OURS, LARGE_FLEET)
    amazon = fleet(found, "amazon", LARGE_FLEET) or extrapolated(found, "amazon", LARGE_FLEET)
    per_account = further(found, OURS, "cpu") if in_worker else None
    return [
        *one,
        Verdict(f"up to {LARGE_FLEET} accounts, no-op: CPU for each further account", 0.15, False, "s", per_account),
        Verdict(
            f"{LARGE_FLEET} accounts, no-op: faster than amazon.aws, extrapolated",
            80,
            True,
            "times",
            ratio(_get(amazon, "wall"), _get(in_worker, "wall")),
        ),
        Verdict(
            f"{LARGE_FLEET} accounts, no-op: peak memory of the controller",
            150,
            False,
            "MB",
            ratio(_get(in_worker, "memory"), MEGABYTE),
        ),
    ]


def _no_op(found: Medians, latency: float, way: str) -> Median | None:
    return found.get(Point(ACCOUNT, way, "no-op", 1, latency))


def _compared(found: Medians, latency: float, way: str, quantity: Quantity) -> float | None:
    """How many times more a way takes than ours in the worker."""
    return ratio(_get(_no_op(found, latency, way), quantity), _get(_no_op(found, latency, OURS), quantity))


def _over_floor(found: Medians, latency: float) -> float | None:
    return ratio(_get(_no_op(found, latency, OURS), "wall"), _get(_no_op(found, latency, "floor"), "wall"))


def _get(median: Median | None, quantity: Quantity) -> float | None:
    return median.of(quantity) if median else None
