# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report gets from those of earlier runs, and the line about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.earlier_runs import MOST_READ, add_earlier_runs
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.history import MOST_RUNS, ReportError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.told_changes import told_changes
from unit.plugins.plugin_utils.report.compared_reports import ACCOUNTS, audited, failed, finding, report_of

pytestmark = pytest.mark.both_generations

ONE, OTHER, THIRD = ACCOUNTS


def keep(folder: Path, day: int, *results: TaskResult, playbook: str = "audit.yml") -> None:
    report = report_of(*results, began=f"2026-11-{day:02}T04:00:00Z", playbook=playbook)
    (folder / f"day-{day:02}.json").write_text(json.dumps(report), encoding="utf-8")


def added(folder: Path, *results: TaskResult, compare_with: Path | None = None) -> dict[str, Any]:
    report = report_of(*results, began="2026-11-30T04:00:00Z")
    add_earlier_runs(report, folder, compare_with)
    return report


def test_compared_with_the_newest_report_of_the_playbook(tmp_path: Path) -> None:
    keep(tmp_path, 27, audited(ONE))
    keep(tmp_path, 28, audited(ONE, finding("known")))
    keep(tmp_path, 29, audited(ONE, finding("new")), playbook="site.yml")
    report = added(tmp_path, audited(ONE, finding("known"), finding("new", severity="critical")))
    assert report["comparison"]["with"] == {"began": "2026-11-28T04:00:00Z", "file": "day-28.json"}
    assert [one["code"] for one in report["comparison"]["new"]] == ["new"]
    assert [point["began"][:10] for point in report["history"]] == ["2026-11-27", "2026-11-28"]
    changes = {one["code"]: one["change"] for one in report["accounts"][0]["objects"][0]["findings"]}
    assert changes == {"known": "known", "new": "new"}
    assert told_changes(report) == "since 2026-11-28T04:00:00Z: 1 new finding (1 critical)"


def test_for_an_account_that_failed_last_time_the_run_before_counts(tmp_path: Path) -> None:
    keep(tmp_path, 26, audited(OTHER, finding("older")), audited(ONE))
    keep(tmp_path, 27, audited(OTHER, finding("known")), audited(ONE))
    keep(tmp_path, 28, failed(OTHER), audited(ONE))
    report = added(tmp_path, audited(OTHER, finding("known"), finding("new")), audited(ONE), audited(THIRD, finding()))
    comparison = report["comparison"]
    assert comparison["with"]["older"] == [{"began": "2026-11-27T04:00:00Z", "file": "day-27.json", "accounts": 1}]
    assert [one["code"] for one in comparison["new"]] == ["new"]
    assert comparison["gone"] == []
    assert [(one["account_id"], one["reason"]) for one in comparison["not_compared"]] == [(THIRD, "was not in the run")]
    assert told_changes(report) == (
        "since 2026-11-28T04:00:00Z: 1 new finding (1 high), 1 account not or not completely compared"
    )


def test_only_a_few_reports_are_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [f"{number:012}" for number in range(1, 29)]
    for day, number in enumerate(numbers, 1):
        keep(tmp_path, day, audited(number))
    read: list[Path] = []
    opened = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.append(path), opened(path))[1])
    report = added(tmp_path, *(audited(number, finding()) for number in numbers))
    assert len(read) == MOST_READ
    assert len(report["comparison"]["new"]) == MOST_READ
    read.clear()
    assert len(added(tmp_path, audited(ONE), audited(numbers[0]))["comparison"]["with"]["older"]) == 1
    assert [path.name for path in read] == ["day-28.json", "day-01.json"]
    assert len(report["history"]) == min(28, MOST_RUNS)


def test_given_report_counts_whatever_the_folder_has(tmp_path: Path) -> None:
    keep(tmp_path, 28, audited(ONE, finding()))
    (tmp_path / "kept").mkdir()
    keep(tmp_path / "kept", 1, audited(ONE), playbook="site.yml")
    report = added(tmp_path, audited(ONE, finding()), compare_with=tmp_path / "kept" / "day-01.json")
    assert report["comparison"]["with"]["file"] == "day-01.json"
    assert [one["code"] for one in report["comparison"]["new"]] == ["trusts_anyone"]
    with pytest.raises(ReportError):
        added(tmp_path, audited(ONE), compare_with=tmp_path / "nothing.json")


def test_the_first_run_has_nothing_to_compare_with(tmp_path: Path) -> None:
    report = added(tmp_path / "nowhere", audited(ONE, finding()))
    assert not {"comparison", "history"} & report.keys()
    assert told_changes(report) == ""


def test_the_line_names_every_kind_of_change(tmp_path: Path) -> None:
    waiver = {"reason": "r", "owner": "o", "until": "2026-11-01", "place": "waivers[0]"}
    keep(tmp_path, 28, audited(ONE, finding("gone"), finding("worse", severity="low"), finding("better")))
    found = [finding("better", severity="low"), finding("worse"), finding("a", waiver=waiver)]
    report = added(tmp_path, audited(ONE, *found, finding("worse", role="ApplianceRole", expired_waiver=waiver)))
    assert told_changes(report) == (
        "since 2026-11-28T04:00:00Z: 1 new finding (1 high), 1 worse (1 high), 1 better (1 low), 1 gone (1 high);"
        " 1 finding accepted; the waivers of 1 finding have expired"
    )
