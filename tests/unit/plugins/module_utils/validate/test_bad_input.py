# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of bad inputs: each fails with exactly its message, writes nothing and tells no secret."""

from __future__ import annotations

from typing import Any

import pytest
from bad_case import READS, SECRETS, BadCase, all_cases, attempt, foreseen, in_account, matches
from ground import Ground

TABLE = all_cases()


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_fails_as_reported_and_writes_nothing(case: BadCase, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.give(case.given)
    for name, value in case.environment.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    options = {**ground.entry, **in_account(case.options, ground.account)}
    msg, problems = case.expected(ground.account)
    for check_mode in (True, False):
        if check_mode and case.problems_in_check_mode == ():
            warnings = foreseen(case.module, options)
            assert any("is assumed to be created by an earlier task" in warning for warning in warnings)
            continue
        failure = attempt(case.module, options, check_mode=check_mode)
        if check_mode and case.problems_in_check_mode is not None:
            assert failure.problems == list(case.problems_in_check_mode)
        else:
            assert failure.problems == problems
            assert matches(msg, failure.msg), failure.msg
        assert [secret for secret in SECRETS if secret in failure.everything] == []
        assert "Traceback" not in failure.everything
    assert [call for call in ground.aws.call_counts() if not call.startswith(READS)] == []


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    assert len(TABLE) >= 60
    assert len({case.name for case in TABLE}) == len(TABLE)
    assert sum(case.in_playbook for case in TABLE) >= 12
    assert [case.name for case in TABLE if bool(case.problems) == bool(case.msg)] == []


def test_a_good_task_does_write(ground: Ground) -> None:
    """The log of calls, on which the table relies, does show writes."""
    ground.give({})
    with pytest.raises(AssertionError, match="succeeded"):
        attempt("iam_role", {**ground.entry, **role_trusting("lambda.amazonaws.com")}, check_mode=False)
    assert ground.aws.call_counts(ground.account)["CreateRole"] == 1


def test_a_service_that_only_iam_can_know_not_to_exist(ground: Ground) -> None:
    """Nothing but a write tells; it is made once, refused, and nothing has changed."""
    ground.give({})
    failure = attempt("iam_role", {**ground.entry, **role_trusting("nosuchservice.amazonaws.com")}, check_mode=False)
    assert failure.msg == (
        f"CreateRole for role/worker in account {ground.account} failed: MalformedPolicyDocument: "
        'Invalid principal in policy: "SERVICE":"nosuchservice.amazonaws.com"'
    )
    assert ground.aws.call_counts(ground.account)["CreateRole"] == 1
    names = [role["RoleName"] for role in ground.iam.list_roles()["Roles"]]
    assert "worker" not in names


def role_trusting(service: str) -> dict[str, Any]:
    """The options of a role that a service may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"name": "worker", "assume_role_policy_document": {"Version": "2012-10-17", "Statement": [statement]}}
