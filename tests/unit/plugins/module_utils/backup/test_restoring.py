# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restore restores, and the choice of objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Converge, Restored
from .small_account import (
    ADMIN,
    LAMBDA,
    READER,
    SAGEMAKER,
    attached,
    make_policy,
    make_role,
    principals,
    reasons,
    trust,
)
from .whole_accounts import document


def test_what_a_run_replaced_is_restored_and_what_came_later_stays(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker", Tags=[{"Key": "stage", "Value": "test"}], MaxSessionDuration=7200)
    iam.attach_role_policy(RoleName="worker", PolicyArn=ADMIN)
    iam.put_role_policy(RoleName="worker", PolicyName="S3", PolicyDocument=json.dumps(document(["s3:*"])))
    converge(
        "roles",
        name="worker",
        managed_policies=[READER],
        inline_policies={"S3": document(["s3:GetObject"])},
        assume_role_policy_document=trust(SAGEMAKER),
        max_session_duration=3600,
        tags={"stage": "prod"},
    )
    iam.put_role_policy(RoleName="worker", PolicyName="Later", PolicyDocument=json.dumps(document(["sqs:*"])))
    iam.tag_role(RoleName="worker", Tags=[{"Key": "later", "Value": "yes"}])

    result = restore()
    assert result["not_restored"] == []
    role = iam.get_role(RoleName="worker")["Role"]
    assert principals(iam, "worker") == [LAMBDA]
    assert role["MaxSessionDuration"] == 7200
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]} == {"stage": "test", "later": "yes"}
    assert attached(iam, "worker") == {"IAMFullAccess", "ReadOnlyAccess"}
    assert iam.get_role_policy(RoleName="worker", PolicyName="S3")["PolicyDocument"] == document(["s3:*"])
    assert set(iam.list_role_policies(RoleName="worker")["PolicyNames"]) == {"S3", "Later"}
    assert not any(step["action"].startswith(("Delete", "Detach", "Untag")) for step in result["plan"])
    assert restore()["plan"] == []


@pytest.mark.parametrize("how", [{"overwrite": True}, {"roles": ["WORKER"], "policies": ["inventory"]}])
def test_what_others_changed_since_is_reported_and_restored_only_where_it_is_chosen(
    how: dict[str, Any], iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    arn = make_policy(iam, "Inventory", "dynamodb:*", Tags=[{"Key": "team", "Value": "a"}])
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=READER)
    iam.put_user_policy(UserName="alice", PolicyName="Own", PolicyDocument=json.dumps(document(["s3:*"])))
    converge(
        roles=[{"name": "worker", "assume_role_policy_document": trust(SAGEMAKER)}],
        managed_policies=[{"name": "Inventory", "policy": document(["dynamodb:GetItem"])}],
        attachments=[
            {
                "iam_type": "user",
                "iam_name": "alice",
                "managed_policies": [READER],
                "inline_policies": {"Own": {}},
                "state": "absent",
            }
        ],
    )
    by_hand = {"AWS": account}
    iam.update_assume_role_policy(RoleName="worker", PolicyDocument=json.dumps(trust(by_hand)))
    changed = json.dumps(document(["dynamodb:Query"]))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=changed, SetAsDefault=True)
    iam.put_user_policy(UserName="alice", PolicyName="Own", PolicyDocument=json.dumps(document(["sqs:*"])))

    result = restore()
    assert reasons(result) == {
        "role/worker": "changed since the backup: trust policy",
        "policy/Inventory": "changed since the backup: document",
        "user/alice": "changed since the backup: inline policy Own",
    }
    assert [(step["action"], step["resource"]) for step in result["plan"]] == [("AttachUserPolicy", "user/alice")]

    attachments = [{"iam_type": "user", "iam_name": "alice", "inline_policies": ["Own"]}]
    result = restore(**how, **({} if "overwrite" in how else {"attachments": attachments}))
    assert result["not_restored"] == []
    assert principals(iam, "worker") == [LAMBDA]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    shown = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert shown == document(["dynamodb:*"])
    assert iam.get_user_policy(UserName="alice", PolicyName="Own")["PolicyDocument"] == document(["s3:*"])
    assert restore(**how)["plan"] == []


def test_one_role_comes_back_with_the_policies_it_needs_and_nothing_else(
    iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "one", PermissionsBoundary=make_policy(iam, "Boundary", "s3:*"))
    make_role(iam, "two")
    for name, role in (("Needed", "one"), ("Other", "two")):
        iam.attach_role_policy(RoleName=role, PolicyArn=make_policy(iam, name))
    converge(
        state="absent",
        roles=[{"name": "one"}, {"name": "two"}],
        managed_policies=[{"name": name} for name in ("Needed", "Other", "Boundary")],
    )
    result = restore(roles=["one"])
    assert {step["resource"] for step in result["plan"]} == {"policy/Needed", "policy/Boundary", "role/one"}
    assert iam.get_role(RoleName="one")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("/Boundary")
    assert attached(iam, "one") == {"Needed"}
    assert [item["name"] for item in result["roles"]] == ["one"]
    assert "AROA" in result["cannot_come_back"][0]["what"]


def test_a_policy_comes_back_with_its_versions_and_to_all_who_held_it(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "keeper")
    make_role(iam, "goner")
    arn = make_policy(iam, "Shared", Path="/team/", Description="For all", Tags=[{"Key": "a", "Value": "b"}])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document(["s3:PutObject"])), SetAsDefault=True)
    iam.create_user(UserName="alice")
    iam.create_group(GroupName="team")
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    for role in ("keeper", "goner"):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    iam.attach_role_policy(RoleName="keeper", PolicyArn=READER)
    held = [("user", "alice"), ("group", "team")]
    converge(
        state="absent",
        roles=[{"name": "goner"}],
        managed_policies=[{"name": "Shared"}],
        attachments=[
            {"iam_type": kind, "iam_name": name, "managed_policies": [arn]}
            for kind, name in [*held, ("role", "keeper")]
        ],
    )
    iam.detach_role_policy(RoleName="keeper", PolicyArn=READER)
    result = restore(policies=["shared"])
    assert reasons(result) == {"role/goner": "the role no longer exists"}
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 3
    assert attached(iam, "keeper") == {"Shared"}
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["Description"], policy["Tags"]) == ("For all", [{"Key": "a", "Value": "b"}])
    versions = {
        version["IsDefaultVersion"]: iam.get_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]
    }
    documents = {default: answer["PolicyVersion"]["Document"] for default, answer in versions.items()}
    assert documents == {True: document(["s3:PutObject"]), False: document(["s3:GetObject"])}


def test_single_attachments_come_back_and_nothing_else_of_the_identity(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker", Description="before")
    for arn in (READER, ADMIN):
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
    iam.put_role_policy(RoleName="worker", PolicyName="S3", PolicyDocument=json.dumps(document(["s3:*"])))
    converge("roles", name="worker", managed_policies=[], inline_policies={}, description="after")
    one = {"iam_type": "role", "iam_name": "worker"}
    restore(attachments=[{**one, "managed_policies": ["readonlyaccess"]}])
    assert attached(iam, "worker") == {"ReadOnlyAccess"}
    restore(attachments=[one])
    assert attached(iam, "worker") == {"ReadOnlyAccess", "IAMFullAccess"}
    assert iam.list_role_policies(RoleName="worker")["PolicyNames"] == ["S3"]
    assert iam.get_role(RoleName="worker")["Role"]["Description"] == "after"


def test_trust_policies_that_decayed_are_healed_and_nothing_else_in_them_changes(
    iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    gone, other = make_role(iam, "gone"), make_role(iam, "other")
    statement = {
        "Sid": "Both",
        "Effect": "Allow",
        "Principal": {"AWS": [gone, account]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
    }
    document_of = {"Version": "2012-10-17", "Id": "mine", "Statement": [statement]}
    iam.create_role(RoleName="foreign", AssumeRolePolicyDocument=json.dumps(document_of))
    make_role(iam, "hopeless", {"AWS": gone}, {"AWS": other})
    iam.delete_role(RoleName="other")
    converge("roles", name="gone", state="absent")
    assert "AROA" in str(principals(iam, "foreign"))

    result = restore()
    (both,) = principals(iam, "foreign")
    assert sorted(both["AWS"]) == sorted([f"arn:aws:iam::{account}:root", gone])
    shown = iam.get_role(RoleName="foreign")["Role"]["AssumeRolePolicyDocument"]
    assert shown["Id"] == "mine"
    mended = shown["Statement"][0] if isinstance(shown["Statement"], list) else shown["Statement"]
    assert (mended["Sid"], mended["Condition"]) == ("Both", statement["Condition"])
    writes = [step for step in result["plan"] if step["resource"] == "role/foreign"]
    assert [step["action"] for step in writes] == ["UpdateAssumeRolePolicy"]
    assert [item["name"] for item in result["trust_statements"]] == ["foreign"]
    assert "is not restored; IAM refuses a trust policy that contains it" in reasons(result)["role/hopeless"]
    assert restore()["plan"] == []
