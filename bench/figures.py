# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes figures from samples: medians, slopes, extrapolations, ratios. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .samples import LARGE_FLEET, Sample

Quantity = Literal["wall", "cpu", "memory", "largest", "calls", "writes"]
QUANTITIES: tuple[Quantity, ...] = ("wall", "cpu", "memory", "largest", "calls", "writes")


@dataclass(frozen=True)
class Point:
    """The case that samples belong to."""

    case: str
    alternative: str
    action: str
    accounts: int
    latency: float


@dataclass(frozen=True)
class Median:
    """The medians of a point's samples, each quantity separately. `runs` is 0 if they are extrapolated."""

    runs: int
    wall: float
    cpu: float
    memory: float
    largest: float
    calls: float
    writes: float

    def of(self, quantity: Quantity) -> float:
        value: float = getattr(self, quantity)
        return value


Medians = Mapping[Point, Median]


def medians(samples: Iterable[Sample]) -> dict[Point, Median]:
    """Samples grouped by their point, in the order in which the points first appear."""
    groups: dict[Point, list[Sample]] = {}
    for sample in samples:
        point = Point(sample.case, sample.alternative, sample.action, sample.accounts, sample.latency)
        groups.setdefault(point, []).append(sample)
    return {
        point: Median(
            len(group), **{name: statistics.median(getattr(one, name) for one in group) for name in QUANTITIES}
        )
        for point, group in groups.items()
    }


@dataclass(frozen=True)
class Row:
    """An alternative with one action in a case of many accounts."""

    case: str
    alternative: str
    action: str = "no-op"

    def at(self, accounts: int) -> Point:
        return Point(self.case, self.alternative, self.action, accounts, 0.0)


def row_sizes(found: Medians, row: Row) -> list[int]:
    """The numbers of accounts that a row was measured with, ascending."""
    return sorted(point.accounts for point in found if point == row.at(point.accounts))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the least-squares line. Raises ValueError for fewer than two different places."""
    if len({x for x, _unused in points}) < 2:
        raise ValueError("a slope needs two different places")
    return statistics.linear_regression([x for x, _unused in points], [y for _unused, y in points]).slope


def further(found: Medians, row: Row, quantity: Quantity) -> float | None:
    """The cost of each further account: the slope up to LARGE_FLEET accounts, None with fewer than two sizes."""
    known = [(float(size), found[row.at(size)].of(quantity)) for size in row_sizes(found, row) if size <= LARGE_FLEET]
    return slope(known) if len(known) > 1 else None


def extrapolated(found: Medians, row: Row, accounts: int) -> Median | None:
    """The cost for more accounts than were measured: on the straight line through the last two sizes.

    Memory is that of the largest size. None with fewer than two sizes, or without anything to extrapolate.
    """
    sizes = row_sizes(found, row)
    if len(sizes) < 2 or accounts <= sizes[-1]:
        return None
    before, last = (found[row.at(size)] for size in sizes[-2:])
    beyond = (accounts - sizes[-1]) / (sizes[-1] - sizes[-2])
    grown = {name: last.of(name) + beyond * (last.of(name) - before.of(name)) for name in QUANTITIES}
    return Median(runs=0, **{**grown, "memory": last.memory, "largest": last.largest})


def ratio(one: float | None, other: float | None) -> float | None:
    """`one` divided by `other`, None if either is missing or `other` is zero."""
    return one / other if one is not None and other else None
