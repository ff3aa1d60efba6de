# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report makes of the accounts of hosts: failures, totals, and what it leaves out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from unit.plugins.plugin_utils.report.task_results import (
    ACCOUNT,
    ROLE,
    STEP,
    account_of,
    baseline,
    reported,
)

pytestmark = pytest.mark.both_generations


def test_host_that_was_rescued_did_not_fail() -> None:
    failed = TaskResult("prod", "Converge", "iam_baseline", failed=True, values={"msg": "throttled"})
    assert account_of(failed, baseline("unchanged"))["outcome"] == "in_sync"
    assert account_of(failed, baseline("unchanged"), failed=("prod",))["outcome"] == "failed"


def test_host_is_one_account_whether_its_first_result_names_it_or_not() -> None:
    nameless = TaskResult("prod", "Check variables", failed=True, ignored=True, values={"msg": "no"})
    assert account_of(nameless, baseline("unchanged"))["account_id"] == ACCOUNT
    assert account_of(baseline("unchanged"), nameless)["account_id"] == ACCOUNT
    assert account_of(nameless)["account_id"] is None


def test_host_that_enters_several_accounts_has_a_line_for_each() -> None:
    other = TaskResult("prod", "Converge", "iam_role", values={"account_id": "210987654321", "roles": []})
    accounts = reported(baseline("unchanged"), other)["accounts"]
    assert [(account["host"], account["account_id"]) for account in accounts] == [
        ("prod", ACCOUNT),
        ("prod", "210987654321"),
    ]


def test_unreachable_host() -> None:
    values = {"msg": "Failed to connect", "unreachable": True}
    account = account_of(TaskResult("far", "Converge", failed=True, unreachable=True, values=values), failed=("far",))
    assert account["outcome"] == "unreachable"


def test_nothing_that_modules_do_not_document_is_taken() -> None:
    hush = "hush-2718281828"
    role = {"name": ROLE, "status": "created", "credentials": hush, "content": {"path": "/", "note": hush}}
    result = TaskResult(
        "prod",
        "Converge",
        "iam_baseline",
        values={
            "account_id": ACCOUNT,
            "invocation": {"module_args": {"secret_key": hush}},
            "environment": {"AWS_SECRET_ACCESS_KEY": hush},
            "roles": [role],
            "objects": [{**role, "found_by": [{"by": "name", "value": ROLE, "note": hush}]}],
            "plan": [{**STEP, "parameters": hush}],
            "findings": [{"severity": "low", "resource": "x", "note": hush}],
            "refusals": [{"resource": "x", "note": hush}],
            "deleted": [{"action": "DeleteRole", "resource": "role/x", "note": hush}],
            "escalation_paths": [{"from": "a", "to": "b", "steps": [], "note": hush}],
            "backup": {"path": "/b", "note": hush},
        },
    )
    assert hush not in json.dumps(reported(result))


@pytest.mark.parametrize(
    "message",
    [
        "using AKIAIOSFODNN7EXAMPLE to sign",
        "aws_secret_access_key=hush-2718281828 given",
        'env: {"AWS_SESSION_TOKEN": "hush-2718281828"}',
        "external_id: hush-2718281828",
        "secret_key = 'hush-2718281828 with spaces'",
    ],
)
def test_message_of_a_foreign_task_loses_what_looks_like_a_credential(message: str) -> None:
    shown = account_of(TaskResult("prod", "Shell", failed=True, values={"msg": message}))["failures"][0]["message"]
    assert "hush" not in shown
    assert "AKIA" not in shown
    assert "(hidden)" in shown or "(access key)" in shown


def test_result_that_no_log_hides_says_so() -> None:
    values = {"censored": "the output has been hidden", "changed": True}
    account = account_of(TaskResult("prod", "Converge", "iam_role", account_id=ACCOUNT, failed=True, values=values))
    assert account["failures"][0]["message"] == "the output has been hidden"


def test_totals_count_the_fleet() -> None:
    here = baseline("created", STEP, api_calls={"CreateRole": 1, "ListRoles": 2})
    there = TaskResult("dev", here.task, here.module, values={**here.values, "account_id": "210987654321"})
    totals = reported(here, there, TaskResult("x", "t", failed=True, values={"msg": "m"}), failed=("x",))["totals"]
    assert totals["accounts"] == 3
    assert totals["outcomes"] == {"failed": 1, "changed": 2}
    assert totals["statuses"] == {"created": 2}
    assert totals["writes"] == {"AttachRolePolicy": 2}
    assert totals["api_calls"] == 6


@pytest.mark.parametrize("values", [{}, {"roles": None}, {"roles": "x", "plan": 3}, {"objects": [1]}, {"diff": "x"}])
def test_results_of_no_known_shape_do_no_harm(values: dict[str, Any]) -> None:
    assert account_of(TaskResult("prod", "t", "iam_baseline", values=values))["objects"] == []


def test_a_plan_to_approve_is_reported_with_its_task() -> None:
    account = account_of(
        baseline("updated", STEP, check=True, plan_id="0a", approval="0a@2026-11-29T23:00:00Z"),
        baseline("unchanged", plan_id="0b"),
        baseline("updated", STEP, plan_id="0c"),
    )
    assert account["plan_ids"] == [
        {"task": "Converge", "service": "deeplens", "plan_id": "0a", "approval": "0a@2026-11-29T23:00:00Z"},
        {"task": "Converge", "service": "deeplens", "plan_id": "0c", "approval": ""},
    ]


def test_every_problem_of_a_failure_is_reported_without_credentials() -> None:
    problems = ["name: bad", "external_id: hush-2718281828"]
    values = {"msg": "2 problems found", "problems": problems, "error_code": "AccessDenied", "account_id": ACCOUNT}
    (failure,) = account_of(TaskResult("prod", "Converge", "iam_role", failed=True, values=values))["failures"]
    assert failure["problems"] == ["name: bad", "external_id: (hidden)"]
    assert failure["error_code"] == "AccessDenied"
