# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from the results of tasks, those with keys missing among them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import (
    REASON_LENGTH,
    RunAccount,
    RunFinding,
    read_result,
)
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.both_generations

CREATE = {"action": "CreateRole", "resource": "role/worker", "reason": "absent"}
ATTACH = {"action": "AttachRolePolicy", "resource": "role/worker", "reason": "AWSLambdaExecute not attached"}
CRITICAL = {"severity": "critical", "code": "passes_any_role", "resource": "role/worker", "message": "m", "remedy": "r"}
CHANGED = {
    "changed": True,
    "account_id": "123456789012",
    "plan": [CREATE, ATTACH],
    "findings": [CRITICAL],
    "api_calls": {"CreateRole": 2, "ListRoles": 1},
}
IN_SYNC = {**CHANGED, "changed": False, "plan": []}
FAILED = {
    "msg": "CreateRole failed",
    "error_code": "X",
    "plan": {"done": [CREATE], "not_done": [ATTACH], "unknown": []},
}


def told(result: dict[str, Any], **how: bool) -> RunAccount:
    account = read_result(result, **how)
    assert account is not None
    return account


def test_what_a_run_wrote() -> None:
    account = told(CHANGED)
    assert (account.status, account.calls) == ("changed", 3)
    assert account.writes == Counter(CreateRole=1, AttachRolePolicy=1)
    assert account.planned == Counter()
    assert account.findings == {RunFinding("critical", "passes_any_role", "role/worker")}


def test_what_access_changes() -> None:
    lines = ["role/worker gains s3:PutObject on labels-1/*"]
    planned = {**CHANGED, "access_diff": {"wider": True, "summary": lines, "principals": []}}
    assert told(planned, check_mode=True).access == tuple(lines)
    assert (told(planned, check_mode=True) + told(planned)).access == tuple(lines), "planned and then done"
    assert told({**FAILED, "access_diff": planned["access_diff"]}, failed=True).access == ()
    for wrong in (None, [], {"summary": None}, {"summary": "text"}):
        assert told({**CHANGED, "access_diff": wrong}).access == ()


def test_check_mode_writes_nothing() -> None:
    account = told(CHANGED, check_mode=True)
    assert (account.status, account.writes) == ("would change", Counter())
    assert account.planned == Counter(CreateRole=1, AttachRolePolicy=1)
    assert told(IN_SYNC, check_mode=True).status == "in sync"


def test_drift_that_only_was_looked_at() -> None:
    seen = {**CHANGED, "changed": False, "in_sync": False}
    account = told(seen, check_mode=False)
    assert (account.status, account.writes, account.planned.total()) == ("drifted", Counter(), 2)
    assert told({**IN_SYNC, "in_sync": True}).status == "in sync"


def test_an_account_that_only_was_looked_at_is_not_called_in_sync() -> None:
    audited = {"changed": False, "account_id": "123456789012", "findings": [CRITICAL], "api_calls": {"ListRoles": 1}}
    assert (told(audited).status, told(audited).calls, len(told(audited).findings)) == ("looked at", 1, 1)
    imported = {"changed": True, "account_id": "123456789012", "imported": [{}], "archived": [], "unchanged": 0}
    assert told(imported).status == "looked at"
    assert (told(audited) + told(IN_SYNC)).status == "in sync"


@pytest.mark.parametrize("changed", [True, False])
def test_changed_when_does_not_decide_what_was_written(changed: bool) -> None:
    assert told({**CHANGED, "changed": changed}).status == "changed"
    assert told({**IN_SYNC, "changed": changed}).status == "in sync"


def test_a_failure_counts_what_was_done() -> None:
    account = told(FAILED, failed=True)
    assert (account.status, account.writes, account.reasons) == (
        "failed",
        Counter(CreateRole=1),
        ("CreateRole failed",),
    )
    refused = told({"msg": "The plan is 1, but 2 was approved", "plan": [CREATE]}, failed=True)
    assert (refused.status, refused.writes) == ("failed", Counter())


def test_failures_that_ansible_does_not_count_are_reported() -> None:
    assert told(FAILED).status == "failed"  # failed_when: false
    assert told({"msg": "m"}, failed=True, ignored=True).reasons == ("m (ignored)",)
    assert told({"msg": "no route"}, unreachable=True).status == "unreachable"


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"msg": "2 problems found:\n- a: b", "problems": ["a: b", "c: d"]}, "a: b (and 1 more)"),
        ({"msg": "1 problem found:\n- a: b", "problems": ["a: b"]}, "a: b"),
        ({"msg": "\n first\tline \x1b[31m\nsecond"}, "first line \\x1b[31m"),
        ({"msg": "Validation failed:\nvalue of a\nmore"}, "Validation failed: value of a"),
        ({"msg": "x" * 999}, "x" * (REASON_LENGTH - 1) + "…"),
        ({"censored": "the output has been hidden", "changed": False}, "hidden by no_log"),
        ({}, "no reason given"),
    ],
)
def test_the_reason_is_one_line(result: dict[str, Any], reason: str) -> None:
    assert told(result, failed=True).reasons == (reason,)


def test_no_log_leaves_whether_it_changed() -> None:
    assert told({"censored": "hidden", "changed": True}).status == "changed"
    assert told({"censored": "hidden", "changed": False}).status == "in sync"


def test_all_items_of_a_loop_count() -> None:
    items = [CHANGED, IN_SYNC, {"skipped": True, "changed": False}, {**FAILED, "failed": True}]
    account = told({"results": items, "changed": True}, failed=True)
    assert (account.status, account.calls, account.writes.total()) == ("failed", 6, 3)
    assert read_result({"results": [{"skipped": True}]}) is None


def test_a_task_in_the_background_says_nothing_until_it_ends() -> None:
    begun = {"ansible_job_id": "j1.2", "started": 1, "changed": True}
    assert read_result(begun) is None
    assert told({**begun, **CHANGED}).status == "changed"
    assert told({**begun, "msg": "async task did not complete"}, failed=True).status == "failed"


def test_the_worst_of_several_results_counts() -> None:
    both = told(CHANGED) + told({"msg": "m"}, failed=True) + told(IN_SYNC)
    assert (both.status, both.calls, both.writes.total(), len(both.findings)) == ("failed", 6, 2, 1)


WORDS = st.sampled_from(["", "one\ntwo", "action", "done", "severity", "critical"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
KEYS = ["account_id", "ansible_job_id", "api_calls", "censored", "changed", "findings", "in_sync", "msg", "plan",
        "problems", "results", "skipped"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), VALUES), st.booleans(), st.booleans())
def test_no_result_is_too_odd_to_read(result: dict[str, Any], failed: bool, check_mode: bool) -> None:
    account = read_result(result, failed=failed, check_mode=check_mode)
    assert account is None or "\n" not in "".join(account.reasons)


def test_a_plan_that_a_later_task_has_made_is_not_to_be_made_any_more() -> None:
    looked = RunAccount("would change", planned=Counter(CreateRole=1, PutRolePolicy=2))
    whole = looked + RunAccount("changed", Counter(CreateRole=1, PutRolePolicy=2))
    assert (whole.status, whole.writes, whole.planned) == ("changed", Counter(CreateRole=1, PutRolePolicy=2), Counter())
    part = looked + RunAccount("changed", Counter(CreateRole=1))
    assert (part.status, part.planned) == ("would change", Counter(PutRolePolicy=2))
    nothing = looked + RunAccount("in sync")
    assert (nothing.status, nothing.planned.total()) == ("would change", 3)
