# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles, managed policies and who may change them (FACTS C3, C5)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local_aws import LocalAws

S3 = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
PANORAMA_LINKED = "arn:aws:iam::aws:policy/aws-service-role/AWSPanoramaServiceLinkedRolePolicy"
LINKED = "AWSServiceRoleForAWSPanorama"
RESERVED = "AWSReservedSSO_Admins_0123456789abcdef"


@pytest.fixture
def policy(iam: Any, permissions: Any) -> str:
    return str(iam.create_policy(PolicyName="Reader", PolicyDocument=permissions())["Policy"]["Arn"])


@pytest.fixture
def linked(iam: Any) -> str:
    return str(iam.create_service_linked_role(AWSServiceName="panorama.amazonaws.com")["Role"]["RoleName"])


def test_names_are_unique_in_any_case_and_path(
    *, iam: Any, role: str, policy: str, trust: Any, permissions: Any, refused: Any
) -> None:
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="team")
    iam.create_instance_profile(InstanceProfileName="box")
    exists = ("EntityAlreadyExists", 409)
    for call, arguments, message in (
        (
            iam.create_role,
            {"RoleName": "Worker", "AssumeRolePolicyDocument": trust()},
            "Role with name Worker already exists.",
        ),
        (
            iam.create_role,
            {"RoleName": role, "Path": "/p/", "AssumeRolePolicyDocument": trust()},
            "Role with name worker already exists.",
        ),
        (
            iam.create_policy,
            {"PolicyName": "reader", "Path": "/p/", "PolicyDocument": permissions()},
            "A policy called reader already exists. Duplicate names are not allowed.",
        ),
        (iam.create_user, {"UserName": "Ann"}, "User with name Ann already exists."),
        (iam.create_group, {"GroupName": "TEAM"}, "Group with name TEAM already exists."),
        (iam.create_instance_profile, {"InstanceProfileName": "Box"}, "Instance Profile Box already exists."),
    ):
        assert refused(call, **arguments) == (*exists, message)


@pytest.mark.parametrize(
    ("action", "arguments", "message"),
    [
        ("get_role", {"RoleName": "none"}, "The role with name none cannot be found."),
        ("delete_role", {"RoleName": "none"}, "The role with name none cannot be found."),
        ("get_user", {"UserName": "none"}, "The user with name none cannot be found."),
        ("get_group", {"GroupName": "none"}, "The group with name none cannot be found."),
        ("get_role_policy", {"RoleName": "worker", "PolicyName": "p"}, "The role policy with name p cannot be found."),
        (
            "delete_role_policy",
            {"RoleName": "worker", "PolicyName": "p"},
            "The role policy with name p cannot be found.",
        ),
        ("detach_role_policy", {"RoleName": "worker", "PolicyArn": S3}, f"Policy {S3} was not found."),
        (
            "attach_role_policy",
            {"RoleName": "worker", "PolicyArn": "arn:aws:iam::aws:policy/AWSLambdaFullAccess"},
            "Policy arn:aws:iam::aws:policy/AWSLambdaFullAccess does not exist or is not attachable.",
        ),
        (
            "get_policy",
            {"PolicyArn": "arn:aws:iam::aws:policy/none"},
            "Policy arn:aws:iam::aws:policy/none was not found.",
        ),
        (
            "get_policy_version",
            {"PolicyArn": S3, "VersionId": "v99"},
            f"Policy {S3} version v99 does not exist or is not attachable.",
        ),
        (
            "put_role_permissions_boundary",
            {"RoleName": "worker", "PermissionsBoundary": "arn:aws:iam::aws:policy/none"},
            "Scope ARN: arn:aws:iam::aws:policy/none does not exist or is not attachable.",
        ),
    ],
)
def test_what_does_not_exist(*, iam: Any, role: str, refused: Any, action: str, arguments: Any, message: str) -> None:
    assert refused(getattr(iam, action), **arguments) == ("NoSuchEntity", 404, message)


def test_service_role_policies_are_not_for_customers(iam: Any, role: str, refused: Any) -> None:
    assert refused(iam.attach_role_policy, RoleName=role, PolicyArn=PANORAMA_LINKED) == (
        "PolicyNotAttachable",
        400,
        "Cannot attach a Service Role Policy to a Customer Role.",
    )


@pytest.mark.parametrize(
    ("path", "owner"), [("/aws-service-role/", "AWS Service linked Roles"), ("/aws-reserved/", "AWS reserved Roles")]
)
def test_reserved_paths(iam: Any, trust: Any, refused: Any, path: str, owner: str) -> None:
    assert refused(iam.create_role, RoleName="r", Path=f"{path}x/", AssumeRolePolicyDocument=trust()) == (
        "InvalidInput",
        400,
        f"Path prefix '{path}' can only be used for {owner}",
    )


@pytest.mark.parametrize("name", [LINKED, RESERVED])
def test_roles_of_aws_are_unmodifiable(
    *, aws: Any, iam: Any, account: str, trust: Any, permissions: Any, refused: Any, name: str
) -> None:
    iam.create_service_linked_role(AWSServiceName="panorama.amazonaws.com")
    aws.seed(account, role={"name": RESERVED, "path": "/aws-reserved/sso.amazonaws.com/", "managed_policies": [S3]})
    message = f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    for call, arguments in (
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": permissions()}),
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.attach_role_policy, {"PolicyArn": S3}),
        (iam.detach_role_policy, {"PolicyArn": S3}),
        (iam.update_assume_role_policy, {"PolicyDocument": trust()}),
        (iam.update_role, {"Description": "d"}),
        (iam.update_role_description, {"Description": "d"}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": S3}),
        (iam.delete_role_permissions_boundary, {}),
        (iam.delete_role, {}),
    ):
        assert refused(call, RoleName=name, **arguments) == ("UnmodifiableEntity", 400, message)


def test_service_linked_role(iam: Any, linked: str, refused: Any) -> None:
    found = iam.get_role(RoleName=linked)["Role"]
    assert linked == LINKED
    assert found["Arn"].endswith(f":role/aws-service-role/panorama.amazonaws.com/{LINKED}")
    attached = iam.list_attached_role_policies(RoleName=linked)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [PANORAMA_LINKED]
    iam.tag_role(RoleName=linked, Tags=[{"Key": "a", "Value": "b"}])
    assert refused(iam.create_service_linked_role, AWSServiceName="panorama.amazonaws.com") == (
        "InvalidInput",
        400,
        f"Service role name {LINKED} has been taken in this account, please try a different suffix.",
    )
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert refused(iam.get_role, RoleName=linked)[0] == "NoSuchEntity"


def test_delete_role_conflicts(iam: Any, role: str, permissions: Any, refused: Any) -> None:
    conflict = ("DeleteConflict", 409)
    iam.attach_role_policy(RoleName=role, PolicyArn=S3)
    assert refused(iam.delete_role, RoleName=role) == (
        *conflict,
        "Cannot delete entity, must detach all policies first.",
    )
    iam.detach_role_policy(RoleName=role, PolicyArn=S3)
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=permissions())
    assert refused(iam.delete_role, RoleName=role) == (*conflict, "Cannot delete entity, must delete policies first.")
    iam.delete_role_policy(RoleName=role, PolicyName="p")
    iam.create_instance_profile(InstanceProfileName="box")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName=role)
    assert refused(iam.delete_role, RoleName=role) == (
        *conflict,
        "Cannot delete entity, must remove roles from instance profile first.",
    )
    iam.remove_role_from_instance_profile(InstanceProfileName="box", RoleName=role)
    iam.delete_role(RoleName=role)


def test_delete_policy_conflicts(iam: Any, role: str, policy: str, permissions: Any, refused: Any) -> None:
    conflict = ("DeleteConflict", 409)
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    assert refused(iam.delete_policy, PolicyArn=policy) == (*conflict, "Cannot delete a policy attached to entities.")
    iam.detach_role_policy(RoleName=role, PolicyArn=policy)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=policy)
    assert refused(iam.delete_policy, PolicyArn=policy)[:2] == conflict
    iam.delete_role_permissions_boundary(RoleName=role)
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=permissions())
    assert refused(iam.delete_policy, PolicyArn=policy) == (
        *conflict,
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy.",
    )
    assert refused(iam.delete_policy_version, PolicyArn=policy, VersionId="v1") == (
        *conflict,
        "Cannot delete the default version of a policy.",
    )
    iam.delete_policy_version(PolicyArn=policy, VersionId="v2")
    iam.delete_policy(PolicyArn=policy)


def test_group_and_user_conflicts(iam: Any, refused: Any) -> None:
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(UserName="ann", GroupName="team")
    message = "Cannot delete entity, must remove users from group first."
    assert refused(iam.delete_group, GroupName="team") == ("DeleteConflict", 409, message)
    assert refused(iam.delete_user, UserName="ann") == ("DeleteConflict", 409, message)


def test_policies_of_aws_cannot_be_written(iam: Any, account: str, permissions: Any, refused: Any) -> None:
    assert refused(iam.create_policy_version, PolicyArn=S3, PolicyDocument=permissions()) == (
        "AccessDenied",
        403,
        f"User: arn:aws:iam::{account}:root is not authorized to perform: iam:CreatePolicyVersion "
        f"on resource: policy {S3}",
    )


def test_malformed_arns(iam: Any, role: str, refused: Any) -> None:
    arn = "arn:aws:iam::policy/missing-account"
    assert refused(iam.attach_role_policy, RoleName=role, PolicyArn=arn) == (
        "InvalidInput",
        400,
        f"ARN {arn} is not valid.",
    )


def test_update_role_changes_only_what_is_given(iam: Any, role: str) -> None:
    iam.update_role(RoleName=role, Description="d", MaxSessionDuration=7200)
    iam.update_role(RoleName=role, MaxSessionDuration=3600)
    assert iam.get_role(RoleName=role)["Role"]["Description"] == "d"
    iam.update_role(RoleName=role, Description="")
    assert "Description" not in iam.get_role(RoleName=role)["Role"]


def test_tag_keys_are_the_same_in_any_case(iam: Any, role: str) -> None:
    iam.tag_role(RoleName=role, Tags=[{"Key": "Team", "Value": "a"}])
    iam.tag_role(RoleName=role, Tags=[{"Key": "team", "Value": "b"}])
    assert iam.list_role_tags(RoleName=role)["Tags"] == [{"Key": "team", "Value": "b"}]


def test_unique_ids_have_the_prefixes_of_aws(iam: Any, role: str, policy: str) -> None:
    found = {
        "AIDA": iam.create_user(UserName="ann")["User"]["UserId"],
        "AGPA": iam.create_group(GroupName="team")["Group"]["GroupId"],
        "AIPA": iam.create_instance_profile(InstanceProfileName="box")["InstanceProfile"]["InstanceProfileId"],
        "ANPA": iam.get_policy(PolicyArn=policy)["Policy"]["PolicyId"],
        "AROA": iam.get_role(RoleName=role)["Role"]["RoleId"],
    }
    assert all(identifier.startswith(prefix) for prefix, identifier in found.items())


def test_what_is_missing_says_so(iam: Any, refused: Any) -> None:
    code, status, message = refused(iam.generate_service_last_accessed_details, Arn=S3)
    assert (code, status) == ("NotImplemented", 501)
    assert message.startswith("The local AWS does not implement iam:")


def test_deletion_of_a_service_linked_role_takes_its_time(aws: LocalAws, account: str, iam: Any, linked: str) -> None:
    aws.seed(account, service_linked_deletion={"role": linked, "seconds": 0.5})
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/panorama.amazonaws.com/{linked}/")
    assert iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"] == task
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "IN_PROGRESS"
    assert iam.get_role(RoleName=linked)["Role"]["RoleName"] == linked
    time.sleep(0.6)
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert linked not in [role["RoleName"] for role in iam.list_roles()["Roles"]]
    iam.create_service_linked_role(AWSServiceName="panorama.amazonaws.com")
    assert iam.get_role(RoleName=linked)["Role"]["RoleName"] == linked


def test_deletion_of_a_service_linked_role_in_use_fails(
    aws: LocalAws, account: str, iam: Any, linked: str, refused: Any
) -> None:
    usage = [{"Region": "us-east-1", "Resources": [f"arn:aws:panorama:us-east-1:{account}:device/one"]}]
    aws.seed(account, service_linked_deletion={"role": linked, "reason": "The role is in use.", "usage": usage})
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert (status["Status"], status["Reason"]) == ("FAILED", {"Reason": "The role is in use.", "RoleUsageList": usage})
    assert iam.get_role(RoleName=linked)["Role"]["RoleName"] == linked
    unknown = task[:-4] + "0000"
    assert refused(iam.get_service_linked_role_deletion_status, DeletionTaskId=unknown)[:2] == ("NoSuchEntity", 404)
