# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact AWS calls of a task, counted by local AWS and by the task itself."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws import LocalAws

from .conftest import Converge

LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READS = ("Get", "List", "AssumeRole")


def reading(bucket: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:<partition>:s3:::{bucket}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def worker(**more: Any) -> dict[str, Any]:
    return {"name": "worker", "assume_role_policy_document": LAMBDA, **more}


def writes(calls: dict[str, int]) -> dict[str, int]:
    return {action: count for action, count in calls.items() if not action.startswith(READS)}


BASELINE = {
    "managed_policies": [{"name": f"policy-{number}", "policy": reading(f"b{number}")} for number in range(4)],
    "roles": [
        {
            "name": f"role-{number}",
            "assume_role_policy_document": LAMBDA,
            "managed_policies": ["AmazonS3ReadOnlyAccess"],
        }
        for number in range(16)
    ],
}


@pytest.mark.parametrize(
    "reference", ["AmazonS3ReadOnlyAccess", "arn:<partition>:iam::aws:policy/AmazonS3ReadOnlyAccess"]
)
def test_nothing_to_do_for_16_roles_and_4_policies(aws: LocalAws, converge: Converge, reference: str) -> None:
    roles = [{**role, "managed_policies": [reference]} for role in BASELINE["roles"]]
    baseline = {**BASELINE, "roles": roles}
    assert len(converge(**baseline)["plan"]) == 16 * 2 + 4
    again = converge(**baseline)
    expected = {"AssumeRole": 1, "GetAccountAuthorizationDetails": 1, "ListPolicyTags": 4, "ListRoles": 1}
    assert again["changed"] is False
    assert again["api_calls"] == aws.call_counts() == expected


def test_nothing_to_do_without_assuming_a_role(aws: LocalAws, converge: Converge) -> None:
    converge(**BASELINE, assume_role=None)
    again = converge(**BASELINE, assume_role=None)
    expected = {"GetAccountAuthorizationDetails": 1, "ListPolicyTags": 4, "ListRoles": 1}
    assert again["api_calls"] == aws.call_counts() == expected


def test_a_role_with_one_policy_of_each_kind_takes_three_writes(aws: LocalAws, converge: Converge) -> None:
    role = worker(managed_policies=["AmazonS3ReadOnlyAccess"], inline_policies={"read": reading("b")})
    made = converge("roles", **role)
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "AttachRolePolicy", "PutRolePolicy"]
    assert writes(aws.call_counts()) == {"AttachRolePolicy": 1, "CreateRole": 1, "PutRolePolicy": 1}


@pytest.mark.parametrize("section", ["roles", None])
def test_a_drifted_inline_policy_takes_one_write(
    aws: LocalAws, iam: Any, converge: Converge, section: str | None
) -> None:
    role = worker(managed_policies=["AmazonS3ReadOnlyAccess"], inline_policies={"read": reading("b")})
    options = role if section else {"roles": [role]}
    converge(section, **options)
    iam.put_role_policy(
        RoleName="worker",
        PolicyName="read",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    )
    repaired = converge(section, **options)
    assert writes(repaired["api_calls"]) == writes(aws.call_counts()) == {"PutRolePolicy": 1}
    assert converge(section, **options)["plan"] == []


def test_single_objects_are_looked_up_and_read_the_same(aws: LocalAws, converge: Converge) -> None:
    role = worker(
        managed_policies=["AmazonS3ReadOnlyAccess"],
        inline_policies={"read": reading("b")},
        boundary="PowerUserAccess",
        description="Does the work.",
        max_session_duration=7200,
        tags={"owner": "vision"},
    )
    converge("roles", **role)
    looked_up, bulk_read = converge("roles", **role), converge(roles=[role])
    assert "GetAccountAuthorizationDetails" not in looked_up["api_calls"]
    assert looked_up["roles"] == bulk_read["roles"]
    assert looked_up["roles"][0]["status"] == "unchanged"


def test_check_mode_predicts_what_is_then_written(aws: LocalAws, converge: Converge, account: str) -> None:
    predicted = converge(**BASELINE, check_mode=True)
    assert writes(aws.call_counts()) == {}
    written = converge(**BASELINE)
    assert predicted["plan_id"] == written["plan_id"]
    for key in ("plan", "roles", "managed_policies", "diff", "findings"):
        assert predicted[key] == written[key]
    assert predicted["roles"][0]["arn"] == f"arn:aws:iam::{account}:role/role-0"


def test_every_page_is_read(aws: LocalAws, converge: Converge, account: str) -> None:
    aws.seed(account, many_roles={"count": 60, "prefix": "other-"})
    aws.set(page_limit=25)
    try:
        converge(**BASELINE)
        again = converge(**BASELINE)
    finally:
        aws.set(page_limit=None)
    assert again["plan"] == []
    assert again["api_calls"]["ListRoles"] > 1


def test_a_huge_account_is_not_bulk_read_for_one_role(aws: LocalAws, converge: Converge, account: str) -> None:
    aws.seed(account, many_roles={"count": 40, "prefix": "other-"})
    aws.set(page_limit=5)
    try:
        converge(roles=[worker()])
        again = converge(roles=[worker()])
    finally:
        aws.set(page_limit=None)
    assert again["plan"] == []
    assert again["api_calls"]["GetRole"] == 1


@pytest.mark.parametrize("section", ["attachments", None])
def test_what_is_not_attached_is_not_looked_up_to_be_detached(
    aws: LocalAws, converge: Converge, section: str | None
) -> None:
    converge("roles", **worker())
    gone = {"iam_type": "role", "iam_name": "worker", "managed_policies": ["AmazonS3ReadOnlyAccess"], "state": "absent"}
    result = converge(section, **(gone if section else {"attachments": [gone]}))
    assert result["plan"] == []
    assert {action for action in result["api_calls"] if "Policy" in action} == set()
