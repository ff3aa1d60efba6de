# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from .alternatives import ACCOUNT_ALTERNATIVES, ACTIONS
from .figures import Median, Medians, Point, Row, further, medians, ratio, row_sizes
from .jobs import JOBS
from .many_accounts import Job
from .promises import MEGABYTE, Verdict, verdicts
from .record import Record, with_extrapolations
from .samples import ACCOUNT, AUDIT, BASELINE, DOCUMENTED, LARGE_FLEET, LEAST_PRIVILEGE, OURS, RETIRE

HEADINGS = {
    DOCUMENTED: "site.yml, five services, profile documented",
    LEAST_PRIVILEGE: "site.yml, five services, profile least_privilege",
    AUDIT: "audit.yml, five services and 48 roles of others",
    RETIRE: "retire.yml --check, five services and 48 roles of others",
    BASELINE: "iam_baseline, 16 roles and 4 customer managed policies, nothing to do",
}
CHART = "chart.svg"
QUIET = 0.25
"""Minimum share of the machine's time spent on other processes for a warning in the report."""

Rows = list[Sequence[str]]


def report(record: Record) -> str:
    """The whole text."""
    found = with_extrapolations(medians(record.samples))
    parts = ["# Benchmark of one run", _circumstances(record), "## What is promised", _promises(verdicts(found))]
    for job in JOBS:
        parts += _job(found, job)
    if any(point.case == DOCUMENTED for point in found):
        parts.append(f"![Seconds against number of accounts]({CHART})")
    latencies = sorted({point.latency for point in found if point.case == ACCOUNT})
    if latencies:
        parts.append("## iam_baseline in one account, 16 roles and 4 customer managed policies")
    for latency in latencies:
        parts += [f"### {latency * 1000:.0f} ms latency", _life(found, latency), _no_op(found, latency)]
    if record.unavailable:
        parts += ["## Not measured", _bullets(f"{name}: {why}" for name, why in record.unavailable.items())]
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
    if machine["earlier"]:
        lines.append(f"The earlier commit is {machine['earlier']}.")
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
    for alternative in ACCOUNT_ALTERNATIVES:
        cells = [found.get(Point(ACCOUNT, alternative.name, action, 1, latency)) for action in actions]
        if any(cells):
            rows.append((alternative.label, *(_seconds(cell) for cell in cells)))
    return "Seconds (CPU-seconds).\n\n" + table(("", *actions), rows)


def _no_op(found: Medians, latency: float) -> str:
    ours = found.get(Point(ACCOUNT, OURS, "no-op", 1, latency))
    rows: Rows = []
    for alternative in ACCOUNT_ALTERNATIVES:
        there = found.get(Point(ACCOUNT, alternative.name, "no-op", 1, latency))
        if there:
            rows.append((alternative.label, *_columns(there, ours), _count(there.calls), str(there.runs)))
    return "The no-op closely; ratios are to the first line.\n\n" + table(
        ("", "seconds", "ratio", "CPU-s", "ratio", "peak MB", "API calls", "n"), rows
    )


def _job(found: Medians, job: Job) -> list[str]:
    """The section of a case of many accounts, empty if it was not measured."""
    sizes = sorted({point.accounts for point in found if point.case == job.case})
    if not sizes:
        return []
    parts = [f"## {HEADINGS[job.case]}"]
    for action in job.actions:
        rows = {one.label: Row(job.case, one.name, action) for one in job.alternatives}
        measured = {label: row for label, row in rows.items() if row_sizes(found, row)}
        if not measured:
            continue
        there = [size for size in sizes if any(row.at(size) in found for row in measured.values())]
        title = f"### {action}" if len(job.actions) > 1 else ""
        parts += [title, _growing(found, measured, there)]
        if len(measured) > 1:
            whole = [size for size in there if size <= LARGE_FLEET]
            parts.append(_largest(found, measured, Row(job.case, OURS, action), whole[-1]))
    return parts


def _growing(found: Medians, rows: Mapping[str, Row], sizes: Sequence[int]) -> str:
    measured = {point: median for point, median in found.items() if median.runs}
    lines: Rows = []
    for label, row in rows.items():
        cells = [found.get(row.at(size)) for size in sizes]
        each = [further(measured, row, quantity) for quantity in ("wall", "cpu", "memory", "calls")]
        memory = ratio(each[2], MEGABYTE)
        numbers = (_small(each[0]), _small(each[1]), _small(memory), "" if each[3] is None else f"{each[3]:.3g}")
        lines.append((label, *(_seconds(cell) for cell in cells), *numbers))
    headings = ("", *(_count(size) for size in sizes), "each further: s", "CPU-s", "MB", "API calls")
    beyond = any(
        cell and not cell.runs for row in rows.values() for cell in (found.get(row.at(size)) for size in sizes)
    )
    note = "; ~ is extrapolated" if beyond else ""
    return f"Seconds (CPU-seconds) by number of accounts{note}.\n\n" + table(headings, lines)


def _largest(found: Medians, rows: Mapping[str, Row], ours: Row, size: int) -> str:
    lines: Rows = []
    for label, row in rows.items():
        there = found.get(row.at(size))
        if there:
            runs = str(there.runs) if there.runs else "extrapolated"
            lines.append((label, *_columns(there, found.get(ours.at(size))), _count(there.calls), runs))
    return f"{size} account{'s' if size > 1 else ''} closely; ratios are to the first line.\n\n" + table(
        ("", "seconds", "ratio", "CPU-s", "ratio", "peak MB", "API calls", "n"), lines
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
