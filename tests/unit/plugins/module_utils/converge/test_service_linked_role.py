# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service-linked roles go by IAM's deletion task: waited for, continued, and reported if it fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError
from ansible_collections.aws_ml.permissions.plugins.module_utils.service_linked_role.work import (
    ServiceLinkedRoleDeletion,
)

from local_aws import LocalAws

PANORAMA = "panorama.amazonaws.com"
ROLE = "AWSServiceRoleForAWSPanorama"
Delete = Callable[..., dict[str, Any]]


@pytest.fixture
def linked(iam: Any) -> str:
    iam.create_service_linked_role(AWSServiceName=PANORAMA)
    return ROLE


@pytest.fixture
def delete(aws: LocalAws) -> Delete:
    """Run one task in the first member account and return its result."""

    def run(*, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        aws.clear_calls()
        given = {"wait": True, "wait_timeout": 20, "wait_delay": 1, **options}
        given["assume_role"] = {"role_arn": aws.members[0]["role_arn"]}
        return ServiceLinkedRoleDeletion(Task(given, check_mode=check_mode, diff_mode=True)).result()

    return run


def is_there(iam: Any) -> bool:
    return ROLE in [role["RoleName"] for role in iam.list_roles()["Roles"]]


@pytest.mark.parametrize("option", [{"aws_service_name": PANORAMA}, {"name": ROLE}])
def test_goes_and_is_absent_then(aws: LocalAws, iam: Any, linked: str, delete: Delete, option: dict[str, str]) -> None:
    aws.seed(aws.members[0]["id"], service_linked_deletion={"role": linked, "seconds": 1.5})
    planned = delete(check_mode=True, **option)
    assert is_there(iam)
    assert "DeleteServiceLinkedRole" not in aws.call_counts()
    made = delete(approved_plan=planned["plan_id"], **option)
    assert not is_there(iam)
    assert (
        made["plan"]
        == planned["plan"]
        == [{"action": "DeleteServiceLinkedRole", "resource": f"role/{linked}", "reason": "declared absent"}]
    )
    (role,) = made["roles"]
    assert (made["changed"], role["name"], role["status"]) == (True, linked, "deleted")
    assert role["deletion"]["status"] == "SUCCEEDED"
    assert re.fullmatch(rf"task/aws-service-role/{PANORAMA}/{linked}/[0-9a-f-]{{36}}", role["deletion"]["task_id"])
    assert aws.call_counts()["GetServiceLinkedRoleDeletionStatus"] >= 2
    again = delete(**option)
    assert (again["changed"], again["plan"], again["roles"][0]["status"]) == (False, [], "absent")


def test_a_task_under_way_is_joined(aws: LocalAws, account: str, iam: Any, linked: str, delete: Delete) -> None:
    aws.seed(account, service_linked_deletion={"role": linked, "seconds": 2})
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    begun = delete(aws_service_name=PANORAMA, wait=False)["roles"][0]
    assert (begun["status"], begun["deletion"]["status"], begun["deletion"]["task_id"]) == (
        "deleting", "IN_PROGRESS", task,
    )  # fmt: skip
    ended = delete(aws_service_name=PANORAMA)["roles"][0]
    assert (ended["status"], ended["deletion"]["task_id"]) == ("deleted", task)


def test_a_role_in_use_stays_and_says_why(aws: LocalAws, account: str, iam: Any, linked: str, delete: Delete) -> None:
    device = f"arn:aws:panorama:us-east-1:{account}:device/one"
    usage = [{"Region": "us-east-1", "Resources": [device]}, {"Region": "eu-west-1", "Resources": []}]
    aws.seed(account, service_linked_deletion={"role": linked, "reason": "An appliance uses it.", "usage": usage})
    with pytest.raises(EngineError) as caught:
        delete(aws_service_name=PANORAMA)
    assert caught.value.message == (
        f"role/{linked} in account {account} was not deleted, its service still needs it: An appliance uses it."
        f" It is used in us-east-1: {device}; eu-west-1: resources. Delete these resources in the service first; if"
        " the service has ended, ask AWS Support."
    )
    (role,) = caught.value.fields["roles"]
    assert (caught.value.fields["changed"], role["status"], role["deletion"]["reason"]) == (
        False, "failed", "An appliance uses it.",
    )  # fmt: skip
    assert role["deletion"]["usage"] == [
        {"region": "us-east-1", "resources": [device]},
        {"region": "eu-west-1", "resources": []},
    ]
    assert is_there(iam)


def test_no_more_time(aws: LocalAws, account: str, linked: str, delete: Delete) -> None:
    aws.seed(account, service_linked_deletion={"role": linked, "seconds": 60})
    with pytest.raises(
        EngineError, match=r"is not deleted yet \(IN_PROGRESS\): run the task again to continue waiting"
    ):
        delete(aws_service_name=PANORAMA, wait_timeout=1)


def test_only_what_is_meant(iam: Any, linked: str, delete: Delete) -> None:
    iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
    delete(aws_service_name=PANORAMA)
    assert "AWSServiceRoleForBatch" in [role["RoleName"] for role in iam.list_roles()["Roles"]]
    assert delete(aws_service_name="batch.amazonaws.com", name="another")["roles"][0]["status"] == "absent"


def test_another_plan_than_the_approved_one(iam: Any, linked: str, delete: Delete) -> None:
    with pytest.raises(EngineError, match="nothing was written"):
        delete(aws_service_name=PANORAMA, approved_plan="0" * 64)
    assert is_there(iam)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "aws_service_name: missing; give the service, such as panorama.amazonaws.com, or name"),
        ({"aws_service_name": "a b"}, 'aws_service_name: "a b" is not a valid service, such as panorama.amazonaws.com'),
        ({"name": "a/b"}, 'name: "a/b" is not a valid role name; use 1 to 64 letters, digits and _+=,.@-'),
        ({"name": ROLE, "wait_delay": 0}, "wait_delay: 0 is less than 1 second"),
        ({"name": ROLE, "wait_timeout": -1}, "wait_timeout: -1 is less than 0 seconds"),
        ({"name": "worker"}, "name: worker is not service-linked (path /); iam_role deletes it"),
    ],
)
def test_options_that_make_no_sense(
    aws: LocalAws, account: str, delete: Delete, options: dict[str, Any], problem: str
) -> None:
    aws.seed(account, role={"name": "worker"})
    with pytest.raises(InputError) as caught:
        delete(**options)
    assert caught.value.fields["problems"] == [problem]
    assert "DeleteServiceLinkedRole" not in aws.call_counts()


def test_another_account_than_was_meant(iam: Any, linked: str, delete: Delete) -> None:
    with pytest.raises(EngineError, match="not to 123456789012: nothing was written"):
        delete(aws_service_name=PANORAMA, account_id="123456789012")
    assert is_there(iam)


@pytest.mark.usefixtures("linked")
def test_a_role_made_anew_is_another_plan(aws: LocalAws, iam: Any, delete: Delete) -> None:
    approved = delete(name=ROLE, check_mode=True)["approval"]
    iam.delete_service_linked_role(RoleName=ROLE)
    assert not is_there(iam)
    iam.create_service_linked_role(AWSServiceName=PANORAMA)
    with pytest.raises(EngineError, match="run in check mode again"):
        delete(name=ROLE, approved_plan=approved)
    assert is_there(iam)
    assert delete(name=ROLE, approved_plan=delete(name=ROLE, check_mode=True)["approval"])["changed"]
