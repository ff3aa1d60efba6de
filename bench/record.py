# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a run: the data of the report and the chart, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .figures import Median, Medians, Point, Row, extrapolated, medians, ratio, row_sizes
from .promises import verdicts
from .samples import DOCUMENTED, LARGE_FLEET, OURS, Sample


@dataclass(frozen=True)
class Record:
    """`machine` is the result of `machine.describe`, and `earlier` the other commit that was measured, or empty.

    `unavailable` says why alternatives could not be measured.
    """

    machine: Mapping[str, Any]
    repeats: int
    minutes: float
    samples: Sequence[Sample]
    unavailable: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """As JSON: the values that `of` reads, and the medians with their ratios and the promises."""
        found = with_extrapolations(medians(self.samples))
        return {
            "machine": dict(self.machine),
            "repeats": self.repeats,
            "minutes": self.minutes,
            "unavailable": dict(self.unavailable),
            "promises": [{**asdict(verdict), "kept": verdict.kept} for verdict in verdicts(found)],
            "medians": [_median(found, point, median) for point, median in found.items()],
            "samples": [asdict(sample) for sample in self.samples],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Record:
        """From a result of `document`."""
        return cls(
            document["machine"],
            document["repeats"],
            document["minutes"],
            [Sample(**sample) for sample in document["samples"]],
            document["unavailable"],
        )


def with_extrapolations(found: Medians) -> dict[Point, Median]:
    """The medians, and the extrapolated cost of amazon.aws for as many accounts as ours, up to LARGE_FLEET."""
    whole = dict(found)
    amazon = Row(DOCUMENTED, "amazon")
    for size in row_sizes(found, Row(DOCUMENTED, OURS)):
        if size <= LARGE_FLEET and (beyond := extrapolated(found, amazon, size)):
            whole[amazon.at(size)] = beyond
    return whole


def _median(found: Medians, point: Point, median: Median) -> dict[str, Any]:
    ours = found.get(Point(point.case, OURS, point.action, point.accounts, point.latency))
    ratios = {
        f"{quantity}_to_ours": ratio(median.of(quantity), ours.of(quantity) if ours else None)
        for quantity in ("wall", "cpu", "memory", "calls")
    }
    return {**asdict(point), **asdict(median), "extrapolated": median.runs == 0, **ratios}
