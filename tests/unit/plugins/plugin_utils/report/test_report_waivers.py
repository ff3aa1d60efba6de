# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report makes of waivers, quarantines, and what the inventory says of accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.account_attributes import account_attributes
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.waiver_list import unmatched
from unit.plugins.plugin_utils.report.compared_reports import ACCOUNTS, audited, failed, finding, report_of
from unit.plugins.plugin_utils.report.task_results import ROLE, account_of, audit

pytestmark = pytest.mark.both_generations

ONE, OTHER, THIRD = ACCOUNTS
WAIVER = {"reason": "reviewed", "owner": "ml-team", "until": "2027-01-31", "place": "waivers[0]"}


def told(matched: int, of_account: bool = True, **more: Any) -> dict[str, Any]:
    own = {"code": "trusts_anyone", "accounts": ["*"], "resources": ["role/x"], "owner": "ml-team"}
    return {**own, "until": "2027-01-31", "place": "waivers[0]", "of_account": of_account, "matched": matched, **more}


def test_accepted_findings_do_not_count_and_are_counted() -> None:
    findings = [
        finding("a", severity="critical", waiver=WAIVER),
        finding("b", severity="low", expired_waiver=WAIVER),
        finding("c", severity="high", outgrown_waiver={**WAIVER, "why": "it is high, and low was accepted"}),
    ]
    report = report_of(audited(ONE, *findings), audited(OTHER, findings[0]))
    assert report["totals"]["findings"] == {"high": 1, "low": 1}
    assert report["totals"]["finding_codes"] == {"b": 1, "c": 1}
    assert report["totals"]["accepted"] == 2
    accounts = {account["account_id"]: account for account in report["accounts"]}
    severities = {number: [item["severity"] for item in account["objects"]] for number, account in accounts.items()}
    assert severities == {ONE: ["high", None], OTHER: [None, None]}
    shown = report["waivers"]
    assert (shown["accepted"], shown["unmatched"]) == (2, [])
    [expired], [outgrown] = shown["expired"], shown["outgrown"]
    assert expired.items() >= {"account_id": ONE, "resource": "role/CameraRole", "code": "b", **WAIVER}.items()
    assert outgrown["why"] == "it is high, and low was accepted"
    assert "waivers" not in report_of(audited(ONE, finding()))


def test_accepted_escalation_path_leaves_an_account_in_sync() -> None:
    path = {"from": f"role/{ROLE}", "to": "role/x", "severity": "critical", "steps": ["s"], "evidence": ["step:a"]}
    seen = audit("in_sync")
    opened = replace(seen, values={**seen.values, "escalation_paths": [path]})
    accepted = replace(seen, values={**seen.values, "escalation_paths": [{**path, "waiver": WAIVER}]})
    assert [account_of(one)["outcome"] for one in (opened, accepted)] == ["attention", "in_sync"]
    assert [account_of(one)["objects"][0]["severity"] for one in (opened, accepted)] == ["critical", None]


@pytest.mark.parametrize(
    ("results", "not_seen", "why"),
    [
        ([[told(0)], [told(1)]], [], []),
        ([[told(0)], [told(0)]], [], ["no finding"]),
        ([[told(0)], [told(0, of_account=False)]], [], ["no finding"]),
        ([[told(0, of_account=False)]], [], ["no account of this run"]),
        ([[told(0)], [told(0)]], [THIRD], []),
        ([[told(0, accounts=[ONE])]], [THIRD], ["no finding"]),
        ([[told(0)], [told(1, resources=["role/y"])]], [], ["no finding"]),
        ([[]], [], []),
        ([], [], []),
    ],
)
def test_waivers_about_nothing_in_any_account(
    results: list[list[dict[str, Any]]], not_seen: list[str], why: list[str]
) -> None:
    assert [one["why"] for one in unmatched([{"waivers": one} for one in results], not_seen)] == why


def test_waiver_that_may_be_about_an_account_without_a_result_is_not_called_unused() -> None:
    seen = audited(ONE)
    seen = replace(seen, values={**seen.values, "waivers": [told(0)]})
    assert [one["place"] for one in report_of(seen)["waivers"]["unmatched"]] == ["waivers[0]"]
    assert "waivers" not in report_of(seen, failed(OTHER))


def test_calendar_of_quarantines_begins_with_what_is_deleted_first() -> None:
    def quarantined(account: str, since: str, **more: str) -> Any:
        seen = audited(account, services=["deeplens"])
        [role] = seen.values["objects"]
        told_of = {"since": since, "reason": "ended", **more}
        return replace(seen, values={**seen.values, "objects": [{**role, "quarantined": told_of}]})

    report = report_of(
        quarantined(ONE, "2026-11-20T04:00:00Z", until="2026-12-20T04:00:00Z"),
        quarantined(OTHER, "2026-11-10T04:00:00Z", until="2026-12-10T04:00:00Z"),
        quarantined(THIRD, "2026-11-01T04:00:00Z"),
    )
    assert [(one["account_id"], one["until"]) for one in report["quarantine"]] == [
        (OTHER, "2026-12-10T04:00:00Z"),
        (ONE, "2026-12-20T04:00:00Z"),
        (THIRD, ""),
    ]
    assert report["quarantine"][0]["resource"] == "role/CameraRole"
    assert "quarantine" not in report_of(audited(ONE))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"aws_ou_path": "/ml/prod", "aws_ou_id": "ou-1"}, {"ou": "/ml/prod"}),
        ({"aws_ou_path": "", "aws_ou_id": "ou-1"}, {"ou": "ou-1"}),
        (
            {"aws_account_tags": {"Owner": "team", "stage": 1}},
            {"owner": "team", "tags": {"Owner": "team", "stage": "1"}},
        ),
        (
            {"aws_ml_owner": "us", "aws_account_tags": {"owner": "team"}},
            {"owner": "us", "tags": {"owner": "team"}},
        ),
        ({"aws_ml_owner": ["us"], "aws_account_tags": ["owner"], "aws_ou_path": None}, {}),
        ({"aws_ml_owner": "\u202e{{ 7 * 7 }}<b>"}, {"owner": "\u202e{{ 7 * 7 }}<b>"}),
        ({"aws_ml_owner": "x" * 5000}, {"owner": "x" * 1024}),
        ({}, {}),
    ],
)
def test_what_the_inventory_says_of_an_account(variables: dict[str, Any], expected: dict[str, Any]) -> None:
    assert account_attributes(variables) == expected


def test_a_report_has_what_the_inventory_says_and_so_have_its_findings() -> None:
    seen = replace(audited(ONE, finding(waiver=WAIVER)), attributes={"ou": "/ml", "owner": "us", "tags": {"a": "b"}})
    report = report_of(seen, audited(OTHER))
    assert report["accounts"][0].items() >= {"ou": "/ml", "owner": "us", "tags": {"a": "b"}}.items()
    assert not {"ou", "owner", "tags"} & report["accounts"][1].keys()
