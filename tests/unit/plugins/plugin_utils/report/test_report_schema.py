# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON Schema of the report: that it is strict, and that generated reports are as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.earlier_runs import add_earlier_runs
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.totals import OUTCOMES
from hypothesis import given, settings
from report_schema import SCHEMA, schema_problems
from unit.plugins.plugin_utils.report.compared_reports import ACCOUNTS, REPORTS, audited, failed, finding, report_of
from unit.plugins.plugin_utils.report.generated_fleet import report as fleet_report

PARTS = json.loads(SCHEMA.read_text(encoding="utf-8"))
WAIVER = {"reason": "reviewed", "owner": "ml-team", "until": "2027-01-31", "place": "waivers[0]"}
ONE, OTHER, THIRD = ACCOUNTS


def full_report(folder: Path) -> dict[str, Any]:
    """A report with every part that concerns earlier runs, waivers and quarantines."""
    was = [finding("better"), finding("worse", severity="low"), finding("gone")]
    earlier = report_of(audited(ONE, *was), failed(OTHER), began="2026-11-28T04:00:00Z")
    (folder / "earlier.json").write_text(json.dumps(earlier), encoding="utf-8")
    now = [finding("better", severity="low"), finding("worse"), finding("new", evidence=["account:1"])]
    now += [finding("a", waiver=WAIVER), finding("b", expired_waiver=WAIVER)]
    now += [finding("c", outgrown_waiver={**WAIVER, "why": "it is high, and low was accepted"})]
    seen = audited(ONE, *now)
    role, other = seen.values["objects"]
    told = {"code": "x", "accounts": [ONE], "resources": ["*"], "owner": "o", "until": "2027-01-31", "place": "p"}
    values = {**seen.values, "waivers": [{**told, "of_account": True, "matched": 0}]}
    values["objects"] = [{**role, "quarantined": {"since": "2026-11-01T00:00:00Z", "reason": "ended"}}, other]
    attributes = {"ou": "/ml", "owner": "us", "tags": {"a": "b"}}
    report = report_of(replace(seen, values=values, attributes=attributes), audited(OTHER, finding()))
    add_earlier_runs(report, folder)
    return report


def test_report_with_every_part_is_as_the_schema_says(tmp_path: Path) -> None:
    report = full_report(tmp_path)
    assert report.keys() == PARTS["properties"].keys(), "a part of the schema is not tested"
    assert schema_problems(report) == []
    assert schema_problems(fleet_report(60)) == []


@given(REPORTS)
@settings(max_examples=30)
def test_generated_reports_are_as_the_schema_says(report: dict[str, Any]) -> None:
    assert schema_problems(report) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda report: report.update(extra=1),
        lambda report: report.pop("totals"),
        lambda report: report.update(format_version=2),
        lambda report: report["accounts"][0].update(surprise=1),
        lambda report: report["accounts"][0].update(outcome="fine"),
        lambda report: report["accounts"][0]["objects"][0].update(surprise=1),
        lambda report: report["comparison"]["new"][0].pop("account_id"),
        lambda report: report["comparison"]["new"][0].update(severity="dire"),
        lambda report: report["history"][0].update(accounts="many"),
    ],
)
def test_what_is_not_a_report_is_refused(spoil: Any, tmp_path: Path) -> None:
    report = full_report(tmp_path)
    spoil(report)
    assert schema_problems(report)


def test_the_schema_is_strict_and_names_what_the_code_names() -> None:
    loose = [where for where, part in parts(PARTS, "$") if part.get("properties") and part.get("additionalProperties")]
    assert loose == []
    assert PARTS["$defs"]["severity"]["enum"] == list(SEVERITIES)
    assert PARTS["$defs"]["account"]["properties"]["outcome"]["enum"] == list(OUTCOMES)


def parts(value: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield where, value
        for key, inner in value.items():
            yield from parts(inner, f"{where}.{key}")
