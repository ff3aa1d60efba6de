# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report makes of the objects in the results of tasks."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from unit.plugins.plugin_utils.report.task_results import (
    ACCOUNT,
    ROLE,
    STEP,
    account_of,
    audit,
    baseline,
    info,
    reported,
)

pytestmark = pytest.mark.both_generations


@pytest.mark.parametrize(
    ("result", "status", "outcome"),
    [
        (baseline("created", STEP), "created", "changed"),
        (baseline("updated", STEP), "updated", "changed"),
        (baseline("deleted", STEP), "deleted", "changed"),
        (baseline("unchanged"), "in_sync", "in_sync"),
        (baseline("absent"), "absent", "in_sync"),
        (baseline("quarantined", STEP), "quarantined", "changed"),
        (baseline("created", STEP, check=True), "would_create", "would_change"),
        (baseline("updated", STEP, check=True), "would_update", "would_change"),
        (baseline("deleted", STEP, check=True), "would_delete", "would_change"),
        (baseline("unchanged", check=True), "in_sync", "in_sync"),
        (baseline("quarantined", STEP, check=True), "would_quarantine", "would_change"),
        (baseline("quarantined", check=True), "quarantined", "in_sync"),
        (info("in_sync"), "in_sync", "in_sync"),
        (info("drifted"), "drifted", "attention"),
        (info("missing"), "missing", "attention"),
        (info("unwanted"), "unwanted", "attention"),
        (audit("in_sync"), "in_sync", "in_sync"),
        (audit("drifted"), "drifted", "attention"),
        (audit("unknown"), "unknown", "attention"),
        (audit("absent"), "absent", "in_sync"),
        (audit("drifted", quarantined={"since": "2026-11-22T10:00:00Z"}), "quarantined", "in_sync"),
    ],
)
def test_status_of_an_object_and_outcome_of_its_account(result: TaskResult, status: str, outcome: str) -> None:
    account = account_of(result)
    assert [item["status"] for item in account["objects"]] == [status]
    assert account["outcome"] == outcome
    assert status in Statuses.load().known


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([audit("drifted"), baseline("updated", STEP)], "updated"),
        ([baseline("updated", STEP), audit("in_sync")], "updated"),
        ([baseline("created", STEP), baseline("unchanged")], "created"),
        ([baseline("unchanged"), baseline("updated", STEP)], "updated"),
        ([info("missing"), audit("in_sync")], "in_sync"),
    ],
)
def test_what_was_written_outweighs_what_was_read(results: list[TaskResult], status: str) -> None:
    assert [item["status"] for item in account_of(*results)["objects"]] == [status]


def test_what_several_tasks_say_of_an_object_comes_together() -> None:
    found = audit("drifted", last_used={}, drift=[{"place": "tags", "expected": {}, "actual": {"a": "b"}}])
    [item] = account_of(found, baseline("updated", STEP))["objects"]
    assert item["last_used"] == {}
    assert item["drift"] == [{"place": "tags", "actual": {"a": "b"}}]
    assert item["plan"] == [{**STEP, "state": "done"}]
    assert item["arn"] == f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    assert item["audit_status"] == "drifted"


def test_plan_that_broke_off_reports_what_was_written_and_what_was_not() -> None:
    other = {"action": "CreateRole", "resource": "role/other", "reason": "absent", "service": "deeplens, panorama"}
    gone = {"action": "DeleteRole", "resource": "role/gone", "reason": "unwanted"}
    sent = {"action": "CreateRole", "resource": "role/sent", "reason": "absent"}
    plan = {"done": [other, gone], "not_done": [STEP], "unknown": [sent]}
    values = {"account_id": ACCOUNT, "msg": "AttachRolePolicy failed", "error_code": "AccessDenied", "plan": plan}
    account = account_of(TaskResult("prod", "Converge", "iam_services", failed=True, values=values), failed=("prod",))
    assert {item["name"]: item["status"] for item in account["objects"]} == {
        ROLE: "failed",
        "other": "created",
        "gone": "deleted",
        "sent": "failed",
    }
    assert {item["name"]: item["service"] for item in account["objects"]} == {
        ROLE: "deeplens",
        "other": "deeplens",
        "gone": "",
        "sent": "",
    }
    assert [step["state"] for step in account["plan"]] == ["done", "done", "unknown", "not_done"]
    assert account["outcome"] == "failed"
    assert account["failures"] == [
        {"task": "Converge", "message": "AttachRolePolicy failed", "error_code": "AccessDenied"}
    ]


def test_one_task_for_several_services_has_one_plan_id_and_the_service_of_each_object() -> None:
    other = {"action": "CreateRole", "resource": "role/l4e-role", "reason": "absent", "service": "lookout_equipment"}
    told = [
        {"service": name, "profile": "documented", "state": "present"} for name in ("deeplens", "lookout_equipment")
    ]
    roles = [
        {"name": ROLE, "status": "updated", "service": "deeplens"},
        {"name": "l4e-role", "status": "created", "service": "lookout_equipment"},
    ]
    result = baseline("updated", STEP, other, check=True, plan_id="0a", roles=roles, services=told)
    shown = reported(result)
    [account] = shown["accounts"]
    assert [(item["name"], item["service"]) for item in account["objects"]] == [
        (ROLE, "deeplens"),
        ("l4e-role", "lookout_equipment"),
    ]
    assert [(one["service"], one["plan_id"]) for one in account["plan_ids"]] == [("deeplens, lookout_equipment", "0a")]
    assert set(shown["services"]) == {"deeplens", "lookout_equipment"}


def test_refused_retirement_is_shown_at_the_role() -> None:
    refusal = {"resource": f"role/{ROLE}", "code": "used", "reason": "was used 3 days ago", "override": "allow: [used]"}
    result = TaskResult(
        "prod",
        "Retire",
        "iam_retire",
        failed=True,
        values={"account_id": ACCOUNT, "msg": "Refused", "refusals": [refusal], "plan": [STEP]},
    )
    account = account_of(audit("in_sync"), result, failed=("prod",))
    assert (account["outcome"], account["refusals"]) == ("refused", [refusal])
    [item] = account["objects"]
    assert (item["status"], item["refusals"]) == ("refused", [refusal])
    assert account["plan"] == [{**STEP, "state": "planned"}], "a refused plan was not carried out"


@pytest.mark.parametrize(
    ("step", "check", "status"),
    [
        ("quarantined", False, "quarantined"),
        ("quarantined", True, "would_quarantine"),
        ("removed", False, "deleted"),
        ("removed", True, "would_delete"),
        ("waiting", False, "quarantined"),
        ("waiting", True, "quarantined"),
        ("kept", False, "kept"),
    ],
)
def test_steps_of_retirement(step: str, check: bool, status: str) -> None:
    retired = {"resource": f"role/{ROLE}", "services": ["panorama"], "step": step, "until": "2026-12-22T10:00:00Z"}
    values = {"account_id": ACCOUNT, "retired": [{**retired, "reason": "ended"}]}
    [item] = account_of(TaskResult("prod", "Retire", "iam_retire", check_mode=check, values=values))["objects"]
    assert (item["status"], item["service"]) == (status, "panorama")
    assert item["retirement"] == {"step": step, "until": "2026-12-22T10:00:00Z", "reason": "ended"}


def test_plan_that_was_shown_first_and_then_carried_out_is_reported_once() -> None:
    account = account_of(baseline("updated", STEP, check=True), baseline("updated", STEP))
    assert account["plan"] == [{**STEP, "state": "done"}]
    assert (account["objects"][0]["status"], account["outcome"]) == ("updated", "changed")
    again = account_of(baseline("quarantined", STEP, check=True), baseline("quarantined", STEP))
    assert again["objects"][0]["status"] == "quarantined"


def test_service_linked_role_that_stays_says_what_uses_it() -> None:
    usage = [{"region": "us-east-1", "resources": ["arn:aws:panorama:us-east-1:123456789012:device/d"]}]
    deletion = {"task_id": "task/1", "status": "FAILED", "reason": "in use", "usage": usage}
    role = {"name": "AWSServiceRoleForAWSPanorama", "arn": None, "status": "failed", "deletion": deletion}
    nameless = {"name": None, "arn": None, "status": "absent", "deletion": None}
    values = {"account_id": ACCOUNT, "msg": "It stays.", "roles": [role, nameless]}
    result = TaskResult("prod", "Remove", "iam_service_linked_role", failed=True, values=values)
    [item] = account_of(result, failed=("prod",))["objects"]
    assert (item["status"], item["deletion"]) == ("failed", {"status": "FAILED", "reason": "in use", "usage": usage})


def test_assertions_of_access_are_told_once_as_they_were_found_last() -> None:
    asked = {
        "place": "expect[0]",
        "principal": "role/x",
        "action": "s3:GetObject",
        "resource": "*",
        "expected": "denied",
    }
    planned = {**asked, "result": "denied", "proved": "planned", "secret": "x"}
    account = account_of(
        baseline("updated", STEP, check=True, assertions=[planned]),
        baseline("updated", STEP, assertions=[{**planned, "proved": "read_back"}, {**planned, "place": "expect[1]"}]),
    )
    assert account["assertions"] == [
        {**asked, "result": "denied", "proved": "read_back"},
        {**asked, "result": "denied", "proved": "planned", "place": "expect[1]"},
    ]
    assert "assertions" not in account_of(baseline("updated", STEP))


def test_what_a_restore_leaves_out_or_cannot_restore() -> None:
    values = {
        "account_id": ACCOUNT,
        "not_restored": [{"resource": "role/l4e-role", "reason": "changed since", "remedy": "overwrite: true"}],
        "cannot_come_back": [{"resource": f"role/{ROLE}", "what": "its unique ID"}],
    }
    account = account_of(TaskResult("prod", "Restore", "iam_restore", values=values))
    assert account["outcome"] == "attention"
    assert account["not_restored"] == [
        {"resource": "role/l4e-role", "reason": "changed since", "remedy": "overwrite: true"},
        {"resource": f"role/{ROLE}", "reason": "its unique ID"},
    ]


def test_what_access_changes_is_told_once() -> None:
    lines = ["role/worker gains s3:PutObject on labels-1/*", "role/worker loses AKIAIOSFODNN7EXAMPLE"]
    values = {"account_id": ACCOUNT, "access_diff": {"wider": True, "summary": lines, "principals": []}}
    result = TaskResult("prod", "Converge", "iam_services", values=values)
    again = TaskResult("prod", "Converge again", "iam_services", values=values)
    assert account_of(result, again)["access"] == [lines[0], "role/worker loses (access key)"]
    assert "access" not in account_of(TaskResult("prod", "Look", "iam_services", values={"account_id": ACCOUNT}))


def test_findings_go_to_their_object_whatever_the_case_and_else_to_the_account() -> None:
    def finding(severity: str, resource: str) -> dict[str, str]:
        return {"severity": severity, "code": "c", "resource": resource, "message": "m", "remedy": "r"}

    both = [finding("high", f"role/{ROLE.upper()}"), finding("low", "service/deeplens")]
    account = account_of(baseline("unchanged", findings=both), baseline("unchanged", findings=both))
    assert [found["severity"] for found in account["objects"][0]["findings"]] == ["high"]
    assert [found["severity"] for found in account["findings"]] == ["low"], "what two tasks find counts once"
    assert (account["severity"], account["objects"][0]["severity"]) == ("high", "high")


def test_escalation_path_counts_for_the_role_that_it_leads_to() -> None:
    path = {"from": "user/carlos", "to": f"role/{ROLE}", "steps": ["carlos may assume it"], "severity": "critical"}
    result = audit("in_sync")
    account = account_of(TaskResult("prod", "Audit", "iam_audit", values={**result.values, "escalation_paths": [path]}))
    assert account["objects"][0]["escalation_paths"] == [path]
    assert (account["objects"][0]["severity"], account["outcome"]) == ("critical", "attention")


def test_difference_of_a_task_is_reported_object_by_object() -> None:
    diff = {
        "before": f"role/{ROLE}:\n  path: /\n  tags: {{}}\n",
        "after": f"role/{ROLE}:\n  path: /\n  tags:\n    a: b\nrole/other:\n  path: /x/\n",
    }
    account = account_of(baseline("updated", STEP, diff=diff))
    assert account["objects"][0]["diff"] == {"before": "path: /\ntags: {}\n", "after": "path: /\ntags:\n  a: b\n"}


def test_the_drift_that_an_audit_shows_stands_at_its_object() -> None:
    diff = {"before": f"role/{ROLE}:\n  path: /\n", "after": f"  lost: line\nrole/{ROLE}:\n  path: /x/\n"}
    (one,) = account_of(audit("drifted", diff=diff))["objects"]
    assert one["diff"] == {"before": "path: /\n", "after": "path: /x/\n"}
