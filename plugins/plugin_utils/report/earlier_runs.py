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
from .finding_list import account_key
from .history import MOST_RUNS, EarlierRun, ReportError, read_report, runs_in

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
    if compare_with is not None:
        comparison = compare(read_report(compare_with), report, compare_with.name)
    elif runs:
        comparison = _with_newest(report, runs)
    else:
        return
    mark_changes(report, comparison)
    report["comparison"] = comparison


def _with_newest(report: Mapping[str, Any], runs: Sequence[EarlierRun]) -> dict[str, Any]:
    *others, newest = runs
    earlier = read_report(newest.path)
    wanted = _seen(report) - _seen(earlier)
    older = []
    for run in reversed(others[-(MOST_READ - 1) :]):
        if not wanted:
            break
        try:
            found = read_report(run.path)
        except ReportError:
            continue
        taken = _seen(found) & wanted
        if taken:
            earlier["accounts"] = [one for one in earlier["accounts"] if account_key(one) not in taken]
            earlier["accounts"] += [one for one in found["accounts"] if account_key(one) in taken]
            older.append({"began": run.began, "file": run.path.name, "accounts": len(taken)})
            wanted -= taken
    comparison = compare(earlier, report, newest.path.name)
    if older:
        comparison["with"]["older"] = older
    return comparison


def _seen(report: Mapping[str, Any]) -> frozenset[str]:
    """The accounts of which a run has a result."""
    return frozenset(account_key(account) for account in report["accounts"] if account.get("looked_at"))
