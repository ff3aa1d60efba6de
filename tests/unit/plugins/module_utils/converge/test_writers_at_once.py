# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several tasks in one account: each plans on what the one before it has left, or writes its share again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply import read_back
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.account_lock import AccountLock
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.converge import Converge
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step

from local_aws import LocalAws

Options = Mapping[str, Any]
Begin = Callable[..., Converge]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences are final after one second reading."""
    monkeypatch.setattr(read_back, "PATIENCE_SECONDS", 0.6)


def statement(sid: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*sids: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement(sid) for sid in sids]})


@pytest.fixture
def sids(aws: LocalAws, iam: Any) -> Callable[[], list[str]]:
    """The statements of the role `shared`, which begins with `First`."""
    iam.create_role(RoleName="shared", AssumeRolePolicyDocument=document("First"))
    aws.clear_calls()

    def read() -> list[str]:
        found = iam.get_role(RoleName="shared")["Role"]["AssumeRolePolicyDocument"]["Statement"]
        return [statement["Sid"] for statement in found]

    return read


@pytest.fixture
def begin(aws: LocalAws, tmp_path: Path) -> Begin:
    """`begin(sid)` is a task of the run that adds this statement."""
    folder = tmp_path / "ansible-local-1"
    folder.mkdir(mode=0o700)

    def make(
        sid: str = "Mine",
        *,
        run_folder: str = str(folder),
        check_mode: bool = False,
        on_step: Any = None,
        **options: Any,
    ) -> Task:
        given = {
            "assume_role": {"role_arn": aws.members[0]["role_arn"]},
            "name": "shared",
            "statements": [statement(sid)],
        }
        return converging(
            Task(
                {**given, **options},
                "trust_statements",
                check_mode,
                on_step=on_step,
                context=RunContext(run_folder=run_folder),
            )
        )

    return make


@pytest.fixture
def lock(aws: LocalAws, begin: Begin) -> AccountLock:
    return AccountLock(begin().task.context.run_folder, aws.endpoint, aws.members[0]["id"])


def calls(readings: int, *, looks: int) -> dict[str, int]:
    """The calls of a task that writes once, after so many readings of the role to plan, of `looks` at it in all."""
    looking = dict.fromkeys(("GetRole", "ListAttachedRolePolicies", "ListRolePolicies"), looks)
    return {"AssumeRole": 1, "GetAccountSummary": readings, **looking, "UpdateAssumeRolePolicy": 1}


def test_a_task_alone_makes_no_call_more(begin: Begin, sids: Any) -> None:
    for sid, options in (("Without", {"run_folder": ""}), ("Mine", {}), ("Other", {})):
        assert begin(sid, **options).result()["api_calls"] == calls(1, looks=2)
    assert begin("Other").result()["plan"] == []
    assert sids() == ["First", "Without", "Mine", "Other"]


def test_what_writes_nothing_does_not_wait(begin: Begin, lock: AccountLock, sids: Any) -> None:
    begin("Mine").result()
    with lock.turn(time.monotonic()):
        assert begin("Mine").result()["plan"] == []
        assert len(begin("Other", check_mode=True).result()["plan"]) == 1


def waited(begin: Begin, lock: AccountLock, meanwhile: Callable[[], None], **options: Any) -> dict[str, Any]:
    """The result of a task that read before another task of the run did that, and writes after it."""
    told: list[str] = []
    work = begin(**options)
    work.task.tell = told.append
    with ThreadPoolExecutor(1) as pool:
        with lock.turn(time.monotonic()):
            result = pool.submit(work.result)
            deadline = time.monotonic() + 20
            while not told:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            meanwhile()
        return result.result(60)


def test_a_task_that_waited_reads_and_plans_again(iam: Any, begin: Begin, lock: AccountLock, sids: Any) -> None:
    def add() -> None:
        iam.update_assume_role_policy(RoleName="shared", PolicyDocument=document("First", "Other"))

    result = waited(begin, lock, add)
    assert sids() == ["First", "Other", "Mine"]
    assert result["api_calls"] == calls(2, looks=3)
    assert len(result["plan"]) == 1


def test_what_another_task_has_done_is_not_done_again(iam: Any, begin: Begin, lock: AccountLock, sids: Any) -> None:
    def add() -> None:
        iam.update_assume_role_policy(RoleName="shared", PolicyDocument=document("First", "Mine"))

    result = waited(begin, lock, add)
    assert (result["changed"], result["plan"]) == (False, [])
    assert "UpdateAssumeRolePolicy" not in result["api_calls"]


def test_another_plan_was_not_approved(iam: Any, begin: Begin, lock: AccountLock, sids: Any) -> None:
    approval = begin(check_mode=True).result()["approval"]

    def add() -> None:
        iam.update_assume_role_policy(RoleName="shared", PolicyDocument=document("First", "Other"))

    with pytest.raises(EngineError, match="nothing was written"):
        waited(begin, lock, add, approved_plan=approval, approval_hours=24)
    assert sids() == ["First", "Other"]


@pytest.mark.usefixtures("impatient")
def test_an_overwritten_share_is_written_again(iam: Any, begin: Begin, sids: Any) -> None:
    """By a run that had read before this one wrote, on another machine."""
    others = iter([document("First", "Other")])

    def overwrite(dummy: Step) -> None:
        for other in others:
            iam.update_assume_role_policy(RoleName="shared", PolicyDocument=other)

    work = begin(on_step=overwrite)
    result = work.result()
    assert sids() == ["First", "Other", "Mine"]
    assert [step["action"] for step in result["plan"]] == ["UpdateAssumeRolePolicy"] * 2
    assert work.task.warnings == ["role/shared: another run or person overwrote the trust policy; written again"]


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.usefixtures("impatient")
def test_who_overwrites_again_and_again_is_reported(iam: Any, begin: Begin, sids: Any, approved: bool) -> None:
    written: list[Step] = []

    def overwrite(step: Step) -> None:
        written.append(step)
        iam.update_assume_role_policy(RoleName="shared", PolicyDocument=document("First", "Other"))

    options = {}
    if approved:
        options = {"approved_plan": begin(check_mode=True).result()["approval"], "approval_hours": 24}
    with pytest.raises(EngineError, match="does not match its declaration") as refused:
        begin(on_step=overwrite, **options).result()
    assert len(written) == (1 if approved else 4)
    assert len(refused.value.fields["plan"]["done"]) == len(written)
    assert sids() == ["First", "Other"]


@pytest.mark.usefixtures("impatient")
def test_a_role_that_is_declared_too_is_not_written_again(aws: LocalAws, iam: Any, sids: Any) -> None:
    """The statements are the baseline's, but the tags are wrong as well."""
    written: list[Step] = []

    def overwrite(step: Step) -> None:
        written.append(step)
        if len(written) == 2:
            iam.update_assume_role_policy(RoleName="shared", PolicyDocument=document("First"))
            iam.untag_role(RoleName="shared", TagKeys=["team"])

    role = {"name": "shared", "tags": {"team": "vision"}}
    share = {"name": "shared", "statements": [statement("Mine")]}
    options = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}, "roles": [role], "trust_statements": [share]}
    with pytest.raises(EngineError, match="does not match its declaration"):
        converging(Task(options, on_step=overwrite)).result()
    assert len(written) == 2
