# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new, gone, worse and better between two reports, and what is not compared."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.comparison import (
    compare,
    is_empty,
    mark_changes,
    new_criticals,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.finding_list import finding_key, findings_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from hypothesis import given, settings
from unit.plugins.plugin_utils.report.compared_reports import ACCOUNTS, REPORTS, audited, failed, finding, report_of

pytestmark = pytest.mark.both_generations

ONE, OTHER, THIRD = ACCOUNTS
WAIVER = {"reason": "reviewed", "owner": "ml-team", "until": "2027-01-31", "place": "waivers[0]"}
CHANGES = ("new", "gone", "worse", "better")


def changes(earlier: dict[str, Any], report: dict[str, Any]) -> dict[str, list[str]]:
    """The codes of the changed findings by how they changed."""
    comparison = compare(earlier, report)
    return {name: [one["code"] for one in comparison[name]] for name in CHANGES if comparison[name]}


def of(*findings: dict[str, Any]) -> dict[str, Any]:
    return report_of(audited(ONE, *findings))


@pytest.mark.parametrize(
    ("was", "found", "expected"),
    [
        pytest.param([], [finding()], {"new": ["trusts_anyone"]}, id="new"),
        pytest.param([finding()], [], {"gone": ["trusts_anyone"]}, id="gone"),
        pytest.param([finding()], [finding()], {}, id="known"),
        pytest.param([finding(role="CameraRole")], [finding(role="camerarole")], {}, id="the case of a name"),
        pytest.param(
            [finding()],
            [finding(role="ApplianceRole")],
            {"new": ["trusts_anyone"], "gone": ["trusts_anyone"]},
            id="another role",
        ),
        pytest.param([finding()], [finding(severity="critical")], {"worse": ["trusts_anyone"]}, id="more severe"),
        pytest.param([finding()], [finding(severity="low")], {"better": ["trusts_anyone"]}, id="less severe"),
        pytest.param(
            [finding(evidence=["account:1"])],
            [finding(evidence=["account:1", "account:2"])],
            {"worse": ["trusts_anyone"]},
            id="another account",
        ),
        pytest.param(
            [finding(evidence=["account:1", "account:2"])],
            [finding(evidence=["account:1"])],
            {"better": ["trusts_anyone"]},
            id="an account less",
        ),
        pytest.param(
            [finding(evidence=["account:1"])],
            [finding(evidence=["account:2"])],
            {"worse": ["trusts_anyone"]},
            id="an account for another one",
        ),
        pytest.param(
            [finding(evidence=["account:1"])],
            [finding(severity="low", evidence=["account:1", "account:2"])],
            {"better": ["trusts_anyone"]},
            id="less severe, with another account",
        ),
        pytest.param(
            [finding(message="worded by the last release")], [finding(message="worded anew")], {}, id="only the wording"
        ),
        pytest.param([finding(waiver=WAIVER)], [finding(waiver=WAIVER)], {}, id="accepted then and now"),
        pytest.param([finding()], [finding(waiver=WAIVER)], {}, id="accepted since"),
        pytest.param([], [finding(waiver=WAIVER)], {}, id="accepted before it came"),
        pytest.param([finding(waiver=WAIVER)], [], {}, id="was accepted and is gone"),
        pytest.param(
            [finding(waiver=WAIVER)],
            [finding(expired_waiver=WAIVER)],
            {"new": ["trusts_anyone"]},
            id="the waiver expired",
        ),
    ],
)
def test_a_finding_in_two_runs(
    was: list[dict[str, Any]], found: list[dict[str, Any]], expected: dict[str, list[str]]
) -> None:
    assert changes(of(*was), of(*found)) == expected


def test_what_a_change_says() -> None:
    earlier = report_of(audited(ONE, finding(evidence=["account:1"])), began="2026-11-28T04:00:00Z")
    report = of(finding(severity="critical", evidence=["account:1", "account:2"]))
    comparison = compare(earlier, report, "yesterday.json")
    assert comparison["with"] == {"began": "2026-11-28T04:00:00Z", "file": "yesterday.json"}
    [worse] = comparison["worse"]
    told = {"account_id": ONE, "host": f"host-{ONE}", "service": "deeplens", "resource": "role/CameraRole"}
    assert told.items() <= worse.items()
    assert (worse["severity"], worse["was"], worse["added"]) == ("critical", "high", ["account:2"])
    assert new_criticals(comparison) == [worse]


@pytest.mark.parametrize(
    ("earlier", "report", "expected"),
    [
        pytest.param(
            [audited(ONE), audited(OTHER, finding())],
            [audited(ONE), failed(OTHER)],
            [("this", "failed", 1)],
            id="failed now",
        ),
        pytest.param(
            [audited(ONE), failed(OTHER)],
            [audited(ONE), audited(OTHER, finding())],
            [("earlier", "failed", 1)],
            id="failed then",
        ),
        pytest.param([audited(OTHER, finding())], [], [("this", "was not in the run", 1)], id="not in this run"),
        pytest.param([], [audited(OTHER, finding())], [("earlier", "was not in the run", 1)], id="a new account"),
        pytest.param([failed(OTHER)], [failed(OTHER)], [("this", "failed", 0)], id="failed twice"),
        pytest.param(
            [audited(OTHER, finding(), finding(role="ApplianceRole"))],
            [audited(OTHER, finding(), services=["deeplens"])],
            [("this", "was not searched for panorama", 1)],
            id="another service",
        ),
        pytest.param(
            [audited(OTHER, finding(), services=["deeplens"])],
            [audited(OTHER, finding(), finding(role="ApplianceRole"))],
            [("earlier", "was not searched for panorama", 1)],
            id="another service then",
        ),
        pytest.param(
            [audited(OTHER, finding(role="pipeline"), whole_account=True)],
            [audited(OTHER)],
            [("this", "was not searched as a whole", 1)],
            id="the whole account",
        ),
        pytest.param(
            [audited(OTHER, finding())],
            [TaskResult(f"host-{OTHER}", "Remove", "iam_service_linked_role", values={"account_id": OTHER})],
            [("this", "was not searched for findings", 1)],
            id="another task",
        ),
    ],
)
def test_what_a_run_did_not_look_at_is_neither_new_nor_gone(
    earlier: list[TaskResult], report: list[TaskResult], expected: list[tuple[str, str, int]]
) -> None:
    comparison = compare(report_of(*earlier), report_of(*report))
    assert is_empty(comparison)
    assert [(one["run"], one["reason"], one["findings"]) for one in comparison["not_compared"]] == expected
    assert {one["account_id"] for one in comparison["not_compared"]} == {OTHER}


def test_whole_account_then_and_one_service_more_now() -> None:
    assert changes(
        report_of(audited(ONE, services=["deeplens"], whole_account=True)),
        report_of(audited(ONE, finding(role="ApplianceRole"))),
    ) == {"new": ["trusts_anyone"]}


def test_objects_that_a_task_declares_are_compared_where_both_runs_declare_them() -> None:
    def declared(*names: str, **values: Any) -> dict[str, Any]:
        roles = [{"name": name, "status": "unchanged", "service": "deeplens"} for name in names]
        told = {"account_id": ONE, "plan": [], "roles": roles, "findings": [], **values}
        return report_of(TaskResult("prod", "Converge", "iam_services", values=told))

    both, one = declared("CameraRole", "Other", findings=[finding(), finding(role="Other")]), declared("CameraRole")
    comparison = compare(both, one)
    assert [record["resource"] for record in comparison["gone"]] == ["role/CameraRole"]
    assert [entry["findings"] for entry in comparison["not_compared"]] == [1]
    assert changes(both, report_of(audited(ONE))) == {}, "an audit judges a role by other rules"


def test_every_open_finding_is_marked_with_how_it_changed() -> None:
    known, worse = finding("known"), finding("worse", severity="low")
    earlier = report_of(audited(ONE, known, worse), failed(OTHER))
    now = (known, finding("worse"), finding("new"), finding("accepted", waiver=WAIVER))
    report = report_of(audited(ONE, *now), audited(OTHER, finding("unknown")))
    mark_changes(report, compare(earlier, report))
    marked = {
        one["code"]: one.get("change")
        for account in report["accounts"]
        for item in account["objects"]
        for one in item.get("findings", ())
    }
    assert marked == {"known": "known", "worse": "worse", "new": "new", "accepted": None, "unknown": None}


def test_new_criticals_are_new_or_worse_and_severe_enough() -> None:
    report = of(
        finding("a", severity="critical"),
        finding("b", severity="high"),
        finding("c", severity="medium"),
        finding("d", severity="critical", evidence=["account:1"]),
    )
    comparison = compare(of(finding("d", severity="critical")), report)
    assert [one["code"] for one in new_criticals(comparison)] == ["a", "d"]
    assert [one["code"] for one in new_criticals(comparison, "high")] == ["a", "d", "b"]


@given(REPORTS)
def test_nothing_changed_between_a_report_and_itself(report: dict[str, Any]) -> None:
    comparison = compare(report, report)
    assert is_empty(comparison)
    assert {one["run"] for one in comparison["not_compared"]} <= {"this"}
    assert all(one["findings"] == 0 for one in comparison["not_compared"])


@given(REPORTS, REPORTS)
@settings(max_examples=200)
def test_the_other_way_round_new_is_gone_and_worse_is_better(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = compare(one, other), compare(other, one)

    def keys(comparison: dict[str, Any], name: str) -> set[tuple[str, ...]]:
        return {finding_key(record) for record in comparison[name]}

    assert keys(there, "new") == keys(back, "gone")
    assert keys(there, "gone") == keys(back, "new")
    assert keys(there, "better") <= keys(back, "worse")
    # What lost some evidence and gained other is worse both ways.
    assert keys(there, "worse") <= keys(back, "better") | keys(back, "worse")
    assert keys(there, "new") | keys(there, "worse") <= {finding_key(record) for record in findings_of(other)}
    assert all(len(keys(there, name)) == len(there[name]) for name in CHANGES)
