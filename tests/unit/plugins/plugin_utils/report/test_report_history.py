# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Earlier reports in a folder, the damaged ones and the files of others among them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report import history
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.history import (
    ReportError,
    read_report,
    runs_in,
)
from unit.plugins.plugin_utils.report.compared_reports import ACCOUNTS, audited, failed, finding, report_of

pytestmark = pytest.mark.both_generations

REPORT = report_of(audited(ACCOUNTS[0], finding()), failed(ACCOUNTS[1]))


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"format": "aws_ml', "it is not valid JSON in line 1, column 12."),
        ("", "it is not valid JSON"),
        (b"\xff\xfe{}", "it is not text in UTF-8"),
        ("[" * 200_000, "nested too deeply"),
        ({"version": "2.1.0", "runs": []}, '"format" is not "aws_ml.permissions report"'),
        ([], '"format" is not "aws_ml.permissions report"'),
        ({**REPORT, "format_version": 2}, "format_version 2, but this release reads 1. To fix: update the collection"),
        ({**REPORT, "format_version": "1"}, 'format_version "1", but this release reads 1. To fix: give a report'),
        ({**REPORT, "accounts": {}}, "damaged report: accounts is not a list"),
        ({**REPORT, "run": None}, "damaged report: run is not an object"),
        ({**REPORT, "accounts": [{"host": 1}]}, "accounts[0] is not an account with host and outcome"),
        (
            {**REPORT, "accounts": [{"host": "a", "outcome": "failed", "objects": [{"kind": "role"}]}]},
            "accounts[0].objects[0] is not an object with kind and name",
        ),
        (
            {**REPORT, "accounts": [{**REPORT["accounts"][0], "findings": [{"severity": "dire"}]}]},
            "accounts[0].findings[0] is not a finding with code, resource and severity",
        ),
    ],
)
def test_file_that_is_not_a_report_has_one_clear_error(tmp_path: Path, content: Any, message: str) -> None:
    path = written(tmp_path, "given.json", content)
    with pytest.raises(ReportError) as raised:
        read_report(path)
    assert message in raised.value.message
    assert str(path) in raised.value.message
    assert "\n" not in raised.value.message


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"nowhere.json cannot be read: No such file"):
        read_report(tmp_path / "nowhere.json")
    with pytest.raises(ReportError, match="Is a directory"):
        read_report(tmp_path)


def test_runs_of_a_folder_oldest_first_without_what_is_not_a_report(tmp_path: Path) -> None:
    for day in (29, 27, 28):
        began = f"2026-11-{day}T04:00:00Z"
        written(tmp_path, f"of-{day}.json", report_of(audited(ACCOUNTS[0], finding()), began=began))
    written(tmp_path, "site.json", report_of(began="2026-11-30T04:00:00Z", playbook="site.yml"))
    written(
        tmp_path, "pretty.json", json.dumps({**REPORT, "run": {**REPORT["run"], "started": "2026-11-01"}}, indent=4)
    )
    for name, content in {
        "broken.json": '{"format": "aws_ml',
        "sarif.json": {"version": "2.1.0", "runs": []},
        "newer.json": {**REPORT, "format_version": 2},
        "list.json": [],
        "empty.json": "",
        "report.csv": "a,b",
    }.items():
        written(tmp_path, name, content)
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    runs = runs_in(tmp_path, "audit.yml")
    assert [run.path.name for run in runs] == ["pretty.json", "of-27.json", "of-28.json", "of-29.json"]
    assert runs_in(tmp_path)[-1].path == tmp_path / "site.json"
    assert runs[-1].shown() == {
        "began": "2026-11-29T04:00:00Z",
        "accounts": 1,
        "findings": {"high": 1},
        "accepted": 0,
        "outcomes": {"in_sync": 1},
    }
    assert runs_in(tmp_path / "nowhere") == []
    assert runs_in(tmp_path, "retire.yml") == []


def test_of_a_large_report_only_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = {**REPORT, "totals": {**REPORT["totals"], "note": "ä" * 300}}
    path = written(tmp_path, "large.json", json.dumps(long, ensure_ascii=False)[:-2] + " " * 3_000_000)
    monkeypatch.setattr(history, "FIRST_BYTES", 101)
    [run] = runs_in(tmp_path)
    assert run.totals == long["totals"]
    with pytest.raises(ReportError):
        read_report(path)
