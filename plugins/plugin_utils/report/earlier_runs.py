# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Adds to a report what earlier runs of the same playbook say: the trend, and what is new since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .comparison import compare, mark_changes
from .finding_list import account_key, is_searched
from .history import MOST_RUNS, EarlierRun, read_report, runs_in

MOST_READ = 5
"""Earlier reports that are read whole, to find the last result of accounts that the newest one does not have."""


def add_earlier_runs(report: dict[str, Any], folder: Path, compare_with: Path | None = None) -> None:
    """Add `history` and `comparison` to a report, if there are earlier runs, and `change` to its findings.

    Compared is with the file `compare_with`, or with the newest report of the same playbook in the folder; for accounts
    of which that one has no result, with the newest one that has. Raises ReportError if a report cannot be read; then
    the report has no comparison.
    """
    runs = runs_in(folder, str(report["run"].get("playbook") or ""))
    if runs:
        report["history"] = [run.shown() for run in runs[-MOST_RUNS:]]
    comparison = compared(report, runs, compare_with)
    if comparison is not None:
        mark_changes(report, comparison)
        report["comparison"] = comparison


def compared(
    report: Mapping[str, Any], runs: Sequence[EarlierRun], compare_with: Path | None = None
) -> dict[str, Any] | None:
    """The comparison of a report with a file, else with the newest of some runs; None if there is neither.

    `runs` are those of `runs_in`. Raises ReportError.
    """
    if compare_with is not None:
        return compare(read_report(compare_with), report, compare_with.name)
    return _with_newest(report, runs) if runs else None


def _with_newest(report: Mapping[str, Any], runs: Sequence[EarlierRun]) -> dict[str, Any]:
    *others, newest = runs
    earlier = read_report(newest.path)
    wanted = {account_key(account) for account in report["accounts"] if is_searched(account)} - newest.searched
    older: list[dict[str, Any]] = []
    for run in reversed(others):
        taken = wanted & run.searched
        if taken and len(older) < MOST_READ - 1:
            found = read_report(run.path)["accounts"]
            earlier["accounts"] = [one for one in earlier["accounts"] if account_key(one) not in taken]
            earlier["accounts"] += [one for one in found if account_key(one) in taken]
            older.append({"began": run.began, "file": run.path.name, "accounts": len(taken)})
            wanted -= taken
    comparison = compare(earlier, report, newest.path.name)
    if older:
        comparison["with"]["older"] = older
    return comparison
