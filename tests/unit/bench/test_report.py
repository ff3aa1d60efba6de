# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report and the chart of a run, from figures as they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import chart
from bench.jobs import BY_CASE
from bench.record import Record
from bench.report import HEADINGS, report, table

MACHINE = {
    "date": "2026-11-22",
    "cores": 2,
    "processor": "A processor",
    "memory": 16e9,
    "system": "Linux 6",
    "python": "3.11.7",
    "amazon.aws": "10.1.2",
    "ansible-core": "2.19.14",
    "boto3": "1.44.5",
    "botocore": "1.44.5",
    "mitogen": "",
    "moto": "5.2.5",
    "earlier": "",
}


def one(case: str, alternative: str, accounts: int, wall: float, **other: Any) -> dict[str, Any]:
    return {
        "case": case,
        "alternative": alternative,
        "action": "no-op",
        "accounts": accounts,
        "latency": 0.0,
        "wall": wall,
        "cpu": wall,
        "memory": 120_000_000,
        "largest": 130_000_000,
        "busy": wall,
        "calls": 6 * accounts,
        "writes": 0,
        **other,
    }


def figures(**other: Any) -> dict[str, Any]:
    samples = [one("account", "ours", 1, 1.25), one("account", "floor", 1, 0.5), one("account", "amazon", 1, 20.0)]
    samples += [one("documented", "ours", size, 1 + size / 10) for size in (1, 10, 200)]
    samples += [one("documented", "amazon", size, 10.0 * size) for size in (1, 10)]
    document = {"machine": MACHINE, "repeats": 3, "minutes": 20.0, "samples": samples, "unavailable": {}, **other}
    loaded: dict[str, Any] = json.loads(json.dumps(document))
    return loaded


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {start}"))


def test_a_report_reports_promises_figures_and_what_is_extrapolated() -> None:
    text = report(Record.of(figures()))
    promised = line_of(text, "iam_baseline, one account, no-op, 0 ms latency: faster than amazon.aws")
    assert promised.endswith("| at least 20 times | 16 times | **no** |")
    assert line_of(text, "iam_baseline, one account, no-op, 0 ms latency: time").endswith("| 2.5 times | yes |")
    assert line_of(text, "iam_baseline, one account, no-op, 50 ms latency: time").endswith("|  | not measured |")
    assert "~2,000 (2,000)" in text
    grown = "| site.yml | 1.10 (1.10) | 2.00 (2.00) | 21.0 (21.0) | 0.100 | 0.100 | 0.000 | 6 |"
    assert line_of(text, "site.yml | 1.10") == grown
    assert "mitogen not installed" in text
    assert "not quiet" not in text and "earlier commit is" not in text


def test_a_report_names_the_earlier_commit() -> None:
    assert "The earlier commit is c0ffee." in report(Record.of(figures(machine={**MACHINE, "earlier": "c0ffee"})))


def test_a_report_warns_of_a_machine_that_did_other_work() -> None:
    busy = [one("account", "ours", 1, 1.0, busy=1.8)]
    assert "took 40% of the machine" in report(Record.of(figures(samples=busy)))
    assert "not quiet" in report(Record.of(figures(samples=busy)))


def test_a_report_says_what_was_not_measured_and_why() -> None:
    assert "- mitogen: it broke" in report(Record.of(figures(unavailable={"mitogen": "it broke"})))


def test_a_report_of_one_case_says_nothing_of_the_others() -> None:
    text = report(Record.of(figures(samples=[one("account", "floor", 1, 0.5)])))
    assert "## iam_baseline in one account" in text
    assert not any(f"## {heading}" in text for heading in HEADINGS.values())


def test_every_case_of_many_accounts_has_a_heading() -> None:
    assert set(HEADINGS) == set(BY_CASE)


def audits() -> list[dict[str, Any]]:
    samples = [one("audit", "ours", size, 1 + size / 5, action="audit", calls=4 * size) for size in (1, 10, 1000)]
    return samples + [one("audit", "floor", size, size / 20, action="audit", calls=4 * size) for size in (1, 10)]


def test_a_report_reports_what_audits_cost_apart_from_site() -> None:
    text = report(Record.of(figures(samples=figures()["samples"] + audits())))
    before, section = text.split("## audit.yml")
    assert "~ is extrapolated" in before
    audit = section.split("\n## ")[0]
    assert "extrapolated" not in audit
    growing, closely = [line for line in audit.splitlines() if line.startswith("| audit.yml")]
    assert growing.endswith("| 1.20 (1.20) | 3.00 (3.00) | 201 (201) | 0.200 | 0.200 | 0.000 | 4 |")
    assert closely.endswith("| 3.00 | 1 | 3.00 | 1 | 120 | 40 | 1 |")
    assert "10 accounts closely" in audit


def test_the_record_comes_back_from_what_it_writes_and_holds_medians_and_ratios() -> None:
    record = Record.of(figures())
    document = json.loads(json.dumps(record.document()))
    assert Record.of(document) == record
    amazon = [entry for entry in document["medians"] if entry["alternative"] == "amazon"]
    assert [(entry["accounts"], entry["extrapolated"]) for entry in amazon] == [
        (1, False),
        (1, False),
        (10, False),
        (200, True),
    ]
    assert amazon[0]["wall_to_ours"] == 16
    assert amazon[-1]["wall_to_ours"] == pytest.approx(2000 / 21)
    assert {promise["kept"] for promise in document["promises"]} == {True, False, None}


def test_a_table_aligns_numbers_to_the_right() -> None:
    assert table(("tool", "s"), [("one", "1")]) == "| tool | s |\n| --- | ---: |\n| one | 1 |"


def test_the_chart_names_every_alternative_beside_its_line(tmp_path: Path) -> None:
    chart.draw(Record.of(figures()), tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "site.yml" in drawn
    assert "amazon.aws (extrapolated)" in drawn
    assert "accounts</text>" in drawn
