# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .figures import Median, Medians, Point, fleet, further, medians, ratio
from .promises import MEGABYTE, Verdict, verdicts
from .record import Record, with_extrapolations
from .samples import ACCOUNT, AUDIT, FLEET, OURS
from .ways import ACTIONS, AUDIT_WAYS, FLEET_WAYS, ONE_ACCOUNT_WAYS, Way

CHART = "chart.svg"
QUIET = 0.25
"""Share of the machine's time spent on other things from which the report warns."""

Rows = list[Sequence[str]]


def report(record: Record) -> str:
    """The whole text."""
    found = with_extrapolations(medians(record.samples))
    parts = ["# Benchmark of one run", _circumstances(record), "## What is promised", _promises(verdicts(found))]
    latencies = sorted({point.latency for point in found if point.case == ACCOUNT})
    if latencies:
        parts.append("## One account, 16 roles and 4 customer managed policies")
    for latency in latencies:
        parts += [f"### {latency * 1000:.0f} ms latency", _life(found, latency), _no_op(found, latency)]
    if sizes := _sizes(found, FLEET):
        parts += ["## Fleets, nothing to do", *_fleet(found, FLEET, FLEET_WAYS, sizes)]
        parts.append(f"![Seconds against number of accounts]({CHART})")
    if sizes := _sizes(found, AUDIT):
        parts += ["## Audits, 60 roles in each account", *_fleet(found, AUDIT, AUDIT_WAYS, sizes)]
        parts.append(_calls(found, AUDIT, AUDIT_WAYS, sizes))
    if record.unavailable:
        parts += ["## Not measured", _bullets(f"{way}: {why}" for way, why in record.unavailable.items())]
    return "\n\n".join(filter(None, parts)) + "\n"


def _circumstances(record: Record) -> str:
    machine = record.machine
    lines = [
        f"{machine['date']}, {machine['cores']} cores ({machine['processor']}), {machine['memory'] / 1e9:.0f} GB,"
        f" {machine['system']}.",
        f"Python {machine['python']}, ansible-core {machine['ansible-core']}, amazon.aws {machine['amazon.aws']},"
        f" boto3 {machine['boto3']}, mitogen {machine['mitogen'] or 'not installed'}, moto {machine['moto']}.",
        f"{record.minutes:.0f} minutes; medians of up to {record.repeats} runs, n says how many.",
    ]
    room = sum(sample.wall * machine["cores"] for sample in record.samples)
    others = max(0.0, sum(sample.busy - sample.cpu for sample in record.samples))
    share = others / room if room else 0.0
    lines.append(f"Other things than what was measured, the local AWS among them, took {share:.0%} of the machine.")
    if share > QUIET:
        lines.append("**It was not quiet: wall times are too high. Repeat it where nothing else runs.**")
    return "\n".join(lines)


def _promises(found: Iterable[Verdict]) -> str:
    said = {True: "yes", False: "**no**", None: "not measured"}
    rows: Rows = []
    for verdict in found:
        asked = f"{'at least' if verdict.at_least else 'at most'} {verdict.bound:g} {verdict.unit}"
        measured = "" if verdict.found is None else f"{verdict.found:.3g} {verdict.unit}"
        rows.append((verdict.promise, asked, measured, said[verdict.kept]))
    return table(("promise", "asked", "found", "kept"), rows)


def _life(found: Medians, latency: float) -> str:
    actions = [action for action in ACTIONS if any(p.action == action and p.case == ACCOUNT for p in found)]
    rows: Rows = []
    for way in ONE_ACCOUNT_WAYS:
        cells = [found.get(Point(ACCOUNT, way.name, action, 1, latency)) for action in actions]
        if any(cells):
            rows.append((way.label, *(_seconds(cell) for cell in cells)))
    return "Seconds (CPU-seconds).\n\n" + table(("way", *actions), rows)


def _no_op(found: Medians, latency: float) -> str:
    ours = found.get(Point(ACCOUNT, OURS, "no-op", 1, latency))
    rows: Rows = []
    for way in ONE_ACCOUNT_WAYS:
        there = found.get(Point(ACCOUNT, way.name, "no-op", 1, latency))
        if there:
            rows.append((way.label, *_columns(there, ours), _count(there.calls), str(there.runs)))
    return "The no-op closely; ratios are to ours in the worker.\n\n" + table(
        ("way", "seconds", "ratio", "CPU-s", "ratio", "peak MB", "API calls", "n"), rows
    )


def _sizes(found: Medians, case: str) -> list[int]:
    return sorted({point.accounts for point in found if point.case == case})


def _fleet(found: Medians, case: str, ways: Sequence[Way], sizes: Sequence[int]) -> list[str]:
    return [_growing(found, case, ways, sizes), _largest(found, case, ways, sizes[-1])]


def _growing(found: Medians, case: str, ways: Sequence[Way], sizes: Sequence[int]) -> str:
    measured = {point: median for point, median in found.items() if median.runs}
    rows: Rows = []
    for way in ways:
        cells = [fleet(found, way.name, size, case) for size in sizes]
        if any(cells):
            wall, cpu = (further(measured, way.name, "wall", case), further(measured, way.name, "cpu", case))
            rows.append((way.label, *(_seconds(cell) for cell in cells), _small(wall), _small(cpu)))
    headings = ("way", *(_count(size) for size in sizes), "each further: s", "CPU-s")
    beyond = any(point.case == case and not median.runs for point, median in found.items())
    note = "; ~ is extrapolated" if beyond else ""
    return f"Seconds (CPU-seconds) by number of accounts{note}.\n\n" + table(headings, rows)


def _calls(found: Medians, case: str, ways: Sequence[Way], sizes: Sequence[int]) -> str:
    rows: Rows = []
    for way in ways:
        cells = [fleet(found, way.name, size, case) for size in sizes]
        if any(cells):
            each = further(found, way.name, "calls", case)
            calls = (_count(cell.calls) if cell else "" for cell in cells)
            rows.append((way.label, *calls, "" if each is None else f"{each:.3g}"))
    headings = ("way", *(_count(size) for size in sizes), "each further")
    return "API calls by number of accounts.\n\n" + table(headings, rows)


def _largest(found: Medians, case: str, ways: Sequence[Way], size: int) -> str:
    ours = fleet(found, OURS, size, case)
    rows: Rows = []
    for way in ways:
        there = fleet(found, way.name, size, case)
        if there:
            runs = str(there.runs) if there.runs else "extrapolated"
            rows.append((way.label, *_columns(there, ours), _count(there.calls), runs))
    return f"{size} account{'s' if size > 1 else ''} closely; ratios are to ours in the worker.\n\n" + table(
        ("way", "seconds", "ratio", "CPU-s", "ratio", "peak MB", "API calls", "n"), rows
    )


def _columns(there: Median, ours: Median | None) -> tuple[str, ...]:
    return (
        _rough(there.wall),
        _times(ratio(there.wall, ours.wall if ours else None)),
        _rough(there.cpu),
        _times(ratio(there.cpu, ours.cpu if ours else None)),
        f"{there.memory / MEGABYTE:.0f}",
    )


def _seconds(median: Median | None) -> str:
    if median is None:
        return ""
    return f"{'' if median.runs else '~'}{_rough(median.wall)} ({_rough(median.cpu)})"


def _rough(seconds: float) -> str:
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}"


def _small(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are of numbers."""
    line: Callable[[Sequence[str]], str] = lambda cells: "| " + " | ".join(cells) + " |"  # noqa: E731
    rule = ["---", *("---:" for _unused in headings[1:])]
    return "\n".join([line(headings), line(rule), *(line(row) for row in rows)])
