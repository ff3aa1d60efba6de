# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads earlier reports: one completely, or of many only what stands before their accounts.

The report of a large run has tens of megabytes, but its run and totals are in the first kilobytes (decision 0044 of the
collection).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from .report_form import FORMAT, FORMAT_VERSION, form_problem

MOST_RUNS = 30
"""Earlier runs that a history shows."""

FIRST_BYTES = 64 * 1024
"""How much of a file is read at a time to find its totals."""

_PARTS = ("run", "totals", "searched_accounts")

_MOST_BYTES = 16 * FIRST_BYTES


class ReportError(EngineError):
    """A file is not a report that this release can read. The message names the file and says why."""


@dataclass(frozen=True)
class EarlierRun:
    """The beginning of a report: what ran, and the counts."""

    path: Path
    run: Mapping[str, Any]
    totals: Mapping[str, Any]
    searched: frozenset[str] = frozenset()
    """The accounts of which it has a result, see `account_key`."""

    @property
    def began(self) -> str:
        return str(self.run.get("started", ""))

    def shown(self) -> dict[str, Any]:
        """One point of a trend, as a report has it under `history`."""
        return point(self.run, self.totals)


def point(run: Mapping[str, Any], totals: Mapping[str, Any]) -> dict[str, Any]:
    """A run as one point of a trend."""
    return {
        "began": run.get("started", ""),
        "accounts": totals.get("accounts", 0),
        "findings": dict(totals.get("findings") or {}),
        "accepted": totals.get("accepted", 0),
        "outcomes": dict(totals.get("outcomes") or {}),
    }


def read_report(path: Path | str) -> dict[str, Any]:
    """A whole report. Raises ReportError if the file cannot be read, or is not a report of this format."""
    try:
        text = Path(path).read_bytes().decode()
    except OSError as error:
        raise ReportError(f"The report {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ReportError(f"{path} is not a report: it is not text in UTF-8.") from None
    try:
        report = json.loads(text)
    except RecursionError:
        raise ReportError(f"{path} is not a report: its values are nested too deeply.") from None
    except ValueError as error:
        where = f" in line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        advice = "To fix: give another report, or write this one again."
        raise ReportError(f"{path} is damaged or is not a report: it is not valid JSON{where}. {advice}") from None
    problem = form_problem(report)
    if problem:
        raise ReportError(f"{path} {problem}")
    found: dict[str, Any] = report
    return found


def runs_in(folder: Path | str, playbook: str = "") -> list[EarlierRun]:
    """The runs whose reports are in a folder, oldest first; only those of a playbook if one is given.

    A file that is not a report of this format is passed over.
    """
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.suffix == ".json")
    except OSError:
        return []
    found = (_beginning(path) for path in paths)
    runs = [run for run in found if run is not None and playbook in ("", run.run.get("playbook"))]
    return sorted(runs, key=lambda run: (run.began, run.path.name))


def _beginning(path: Path) -> EarlierRun | None:
    """What stands before the accounts of a report; None if the file is not one."""
    members: dict[str, Any] = {}
    data = b""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            while len(data) < _MOST_BYTES and (more := file.read(FIRST_BYTES)):
                data += more
                members = dict(_members(data.decode(errors="ignore")))
                if "format" not in members or {*_PARTS} <= members.keys():
                    break
    except OSError:
        return None
    of_this_form = members.get("format") == FORMAT and members.get("format_version") == FORMAT_VERSION
    run, totals, searched = (members.get(name) for name in _PARTS)
    if not of_this_form or not isinstance(run, Mapping) or not isinstance(totals, Mapping):
        return None
    return EarlierRun(path, run, totals, frozenset(map(str, searched if isinstance(searched, list) else ())))


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members at the beginning of a JSON object, up to the accounts or the first that is not complete."""
    decoder = json.JSONDecoder()
    place = _after_space(text, 0)
    try:
        while text[place] in "{,":
            name, place = decoder.raw_decode(text, _after_space(text, place + 1))
            place = _after_space(text, place)
            if text[place] != ":":
                return
            if name == "accounts":
                return
            value, place = decoder.raw_decode(text, _after_space(text, place + 1))
            yield str(name), value
            place = _after_space(text, place)
    except (ValueError, IndexError, RecursionError):
        return


def _after_space(text: str, place: int) -> int:
    while text[place : place + 1] in (" ", "\t", "\n", "\r"):
        place += 1
    return place
