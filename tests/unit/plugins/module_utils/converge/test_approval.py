# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approval holds for what was shown: not for another account state, and not for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError

from local_aws import LocalAws

from .calls_of_others import made
from .conftest import CONTEXT, Converge
from .test_calls import reading, worker, writes

CASES = yaml.safe_load(Path(__file__).with_name("attacks.yml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 29, 23, tzinfo=UTC)
ROLE = worker(inline_policies={"read": reading("b")})
READING_POLICIES = ("GetPolicy", "GetPolicyVersion", "ListPolicies")


def cases(outcome: str) -> list[Any]:
    return [
        pytest.param(case, whole, id=f"{case['case']}, {'baseline' if whole else 'module'}")
        for case in CASES[outcome]
        for whole in (False, True)
    ]


def arguments(task: Mapping[str, Any], whole: bool) -> tuple[str | None, dict[str, Any]]:
    """The section and the options of a task, for the module of one object or for iam_baseline."""
    [(section, item)] = task.items()
    return (None, {section: [item]}) if whole else (section, dict(item))


@pytest.mark.parametrize(("case", "whole"), cases("refused"))
def test_what_changed_since_the_check_is_not_approved(
    aws: LocalAws, iam: Any, converge: Converge, case: Mapping[str, Any], whole: bool
) -> None:
    account = aws.members[0]["id"]
    made(iam, CASES["start"], account)
    section, options = arguments(case["task"], whole)
    approved = converge(section, **options, check_mode=True)
    assert approved["plan"]
    made(iam, case["meanwhile"], account)
    with pytest.raises(EngineError, match="run in check mode again") as refused:
        converge(section, **options, approved_plan=approved["approval"])
    assert writes(aws.call_counts()) == {}
    assert refused.value.fields.keys() == {"plan", "plan_id", "findings", "access_diff"}
    assert refused.value.fields["plan_id"] != approved["plan_id"]
    now = converge(section, **options, check_mode=True)
    assert converge(section, **options, approved_plan=now["approval"])["changed"]


@pytest.mark.parametrize(("case", "whole"), cases("accepted"))
def test_what_does_not_matter_leaves_the_plan_approved(
    account: str, iam: Any, converge: Converge, case: Mapping[str, Any], whole: bool
) -> None:
    made(iam, CASES["start"], account)
    section, options = arguments(case["task"], whole)
    approved = converge(section, **options, check_mode=True)
    made(iam, case["meanwhile"], account)
    applied = converge(section, **options, approved_plan=approved["approval"])
    if applied["plan"]:
        assert applied["plan_id"] == approved["plan_id"]


def test_the_refusal_names_the_critical_and_high_findings(account: str, iam: Any, converge: Converge) -> None:
    made(iam, CASES["start"], account)
    section, options = arguments(CASES["tasks"]["described"], whole=True)
    approved = converge(section, **options, check_mode=True)
    calm = "The plan has no critical or high findings. The plan grants no new access."
    with pytest.raises(EngineError, match=f"have the new plan approved. {calm}"):
        converge(section, roles=[{**options["roles"][0], "description": "Other"}], approved_plan=approved["approval"])
    iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.delete_role_permissions_boundary(RoleName="worker")
    with pytest.raises(EngineError) as refused:
        converge(section, **options, approved_plan=approved["approval"])
    assert "The critical and high findings of the plan: role/worker " in refused.value.message
    assert {item["severity"] for item in refused.value.fields["findings"]} & {"critical", "high"}


def test_the_refusal_names_the_new_access(account: str, iam: Any, converge: Converge) -> None:
    made(iam, CASES["start"], account)
    section, options = arguments(CASES["tasks"]["attach"], whole=True)
    approved = converge(section, **options, check_mode=True)
    assert approved["access_diff"] == {"wider": False, "summary": [], "principals": []}
    made(iam, CASES["widened"], account)
    with pytest.raises(EngineError) as refused:
        converge(section, **options, approved_plan=approved["approval"])
    [line] = refused.value.fields["access_diff"]["summary"]
    assert line == "role/worker gains s3:PutObject on labels-1/*"
    assert refused.value.message.endswith(f" The new access of the plan: {line}.")


def test_documents_of_policies_that_are_attached_are_read_once_in_each_run(
    account: str, iam: Any, converge: Converge
) -> None:
    made(iam, CASES["start"], account)
    section, options = arguments(CASES["tasks"]["inline"], whole=False)
    planned = converge(section, **options, check_mode=True)["api_calls"]
    assert [planned.get(action, 0) for action in READING_POLICIES] == [2, 2, 0], "those of Frames and of Fence"
    converge(section, **options)
    again = converge(section, **options)["api_calls"]
    assert [again.get(action, 0) for action in READING_POLICIES] == [2, 2, 0], "the findings are about them too"


@pytest.mark.parametrize("whole", [False, True])
def test_a_quarantine_is_the_same_plan_an_hour_later(
    aws: LocalAws, converge: Converge, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    converge("roles", **ROLE)
    away = {"name": "worker", "state": "quarantined", "quarantine_reason": "unused"}
    section, options = (None, {"roles": [away]}) if whole else ("roles", away)
    approved = task(aws, section, options, NOW, check_mode=True)
    applied = task(aws, section, {**options, "approved_plan": approved["approval"]}, NOW + timedelta(hours=1))
    assert applied["plan_id"] == approved["plan_id"]


def task(aws: LocalAws, section: str | None, options: Mapping[str, Any], now: datetime, **more: Any) -> dict[str, Any]:
    access = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    return converging(Task({**access, **options}, section, clock=lambda: now, context=CONTEXT, **more)).result()


@pytest.mark.parametrize(
    ("hours", "later", "why_not"),
    [
        (None, timedelta(hours=24), ""),
        (None, timedelta(hours=24, seconds=1), r"was approved on 2026-11-29T23:00:00Z, more than 24 hours ago"),
        (0.5, timedelta(minutes=30), ""),
        (0.5, timedelta(minutes=31), r"was approved on 2026-11-29T23:00:00Z, more than 0.5 hours ago"),
        (72, timedelta(hours=71), ""),
        (None, -timedelta(minutes=5), ""),
        (None, -timedelta(minutes=5, seconds=1), r"was approved on 2026-11-29T23:00:00Z, which is in the future"),
    ],
)
def test_an_approval_expires(aws: LocalAws, hours: float | None, later: timedelta, why_not: str) -> None:
    approved = task(aws, "roles", ROLE, NOW, check_mode=True)
    assert approved["approval"] == f"{approved['plan_id']}@2026-11-29T23:00:00Z"
    options = {**ROLE, "approved_plan": approved["approval"], **({"approval_hours": hours} if hours else {})}
    if not why_not:
        assert "approval" not in task(aws, "roles", options, NOW + later)
        return
    aws.clear_calls()
    with pytest.raises(EngineError, match=f"{approved['plan_id']} {why_not}.*approve the new plan. Nothing was") as no:
        task(aws, "roles", options, NOW + later)
    assert writes(aws.call_counts()) == {}
    assert no.value.fields.keys() == {"plan", "plan_id", "findings", "access_diff"}
    bare = {**options, "approved_plan": approved["plan_id"]}
    assert task(aws, "roles", bare, NOW + later)["changed"], "a bare plan id does not expire"
    assert not task(aws, "roles", options, NOW + later)["changed"], "where nothing is to be written, nothing is refused"


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        *(
            ("approved_plan", text, "is not an approval; give the approval or the plan_id of a run in check mode")
            for text in (
                "", "yesterday", "0" * 63, "0" * 64 + "@", "0" * 64 + "@2026-11-29", "0" * 64 + "@2026-13-29T23:00:00Z",
                "0" * 64 + "@2026-11-29T23:00:00", "A" * 64, "0" * 64 + "\n",
            )
        ),
        *(
            ("approval_hours", hours, "must be a number of hours greater than 0")
            for hours in (0, -1, float("nan"), float("inf"))
        ),
    ],
)  # fmt: skip
def test_what_is_no_approval_is_reported_before_the_first_call(
    aws: LocalAws, converge: Converge, option: str, value: Any, problem: str
) -> None:
    with pytest.raises(InputError) as refused:
        converge("roles", **ROLE, **{option: value})
    assert [str(told).startswith(f"{option}: ") and str(told).endswith(problem) for told in refused.value.problems] == [
        True
    ]
    assert aws.call_counts() == {}
