# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chart of a run: seconds against number of accounts. Readable without colour."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from .alternatives import SITE_ALTERNATIVES
from .figures import Median, Medians, medians
from .record import Record, with_extrapolations
from .samples import DOCUMENTED

_STYLES = (
    ("#0072b2", "o", "-"),
    ("#56b4e9", "s", "-"),
    ("#d55e00", "^", "-"),
    ("#009e73", "D", "--"),
    ("#777777", "+", ":"),
)
_APART = 1.28
"""The least factor between two labels on the axis of seconds."""


def draw(record: Record, file: Path) -> None:
    """Write the chart as SVG."""
    found = with_extrapolations(medians(record.samples))
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 10})
    figure = Figure(figsize=(10, 6.2), layout="constrained")
    axes = figure.add_subplot()
    ends: list[tuple[float, str, str]] = []
    for alternative, (colour, marker, line) in zip(SITE_ALTERNATIVES, _STYLES, strict=True):
        points = _points(found, alternative.name)
        measured = [(size, median.wall) for size, median in points if median.runs]
        beyond = [(size, median.wall) for size, median in points if not median.runs]
        if not measured:
            continue
        axes.plot(*zip(*measured, strict=True), color=colour, marker=marker, linestyle=line, markersize=7)
        if beyond:
            extended = [measured[-1], *beyond]
            axes.plot(*zip(*extended, strict=True), color=colour, linestyle=(0, (1, 3)))
            axes.plot(*zip(*beyond, strict=True), color=colour, marker=marker, linestyle="", fillstyle="none")
        note = " (extrapolated)" if beyond else ""
        ends.append((points[-1][1].wall, f"{alternative.label}{note}", colour))
    sizes = sorted({point.accounts for point in found if point.case == DOCUMENTED})
    axes.set(
        xscale="log", yscale="log", xlabel="accounts", ylabel="seconds, site.yml with five services, nothing to do"
    )
    axes.set_xticks(sizes, [str(size) for size in sizes], minor=False)
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _unused: f"{value:g}")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    for (wall, text, colour), place in zip(
        sorted(ends), _spread(sorted(wall for wall, _unused, _unused in ends)), strict=True
    ):
        axes.annotate(
            text,
            xy=(sizes[-1], wall),
            xytext=(sizes[-1] * 1.25, place),
            color="#222222",
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6},
        )
    figure.savefig(file, format="svg", metadata={"Date": None})


def _points(found: Medians, alternative: str) -> list[tuple[int, Median]]:
    points = [
        (point, median)
        for point, median in found.items()
        if (point.case, point.alternative, point.action) == (DOCUMENTED, alternative, "no-op")
    ]
    return sorted(((point.accounts, median) for point, median in points), key=lambda one: one[0])


def _spread(places: list[float]) -> list[float]:
    """Ascending places, moved up if they would be too close to read."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] * _APART) if moved else place)
    return moved
