# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads return and leave out, and paging (FACTS C4, C6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

S3 = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def furnished(iam: Any, trust: Any, permissions: Any) -> str:
    """A role with one of everything; gives the ARN of its customer managed policy."""
    arn = str(
        iam.create_policy(
            PolicyName="Own", PolicyDocument=permissions(), Description="d", Tags=[{"Key": "k", "Value": "v"}]
        )["Policy"]["Arn"]
    )
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions(Action="s3:*"), SetAsDefault=True)
    iam.create_role(
        RoleName="full",
        Path="/team/",
        Description="described",
        MaxSessionDuration=7200,
        PermissionsBoundary=READ_ONLY,
        AssumeRolePolicyDocument=trust(),
        Tags=[{"Key": "team", "Value": "vision"}],
    )
    iam.attach_role_policy(RoleName="full", PolicyArn=arn)
    iam.attach_role_policy(RoleName="full", PolicyArn=S3)
    iam.put_role_policy(RoleName="full", PolicyName="In", PolicyDocument=permissions(Resource="arn:aws:s3:::a b/*"))
    iam.create_instance_profile(InstanceProfileName="box")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="full")
    return arn


def test_get_role_has_everything(iam: Any, furnished: str) -> None:
    found = iam.get_role(RoleName="full")["Role"]
    assert (found["Path"], found["Description"], found["MaxSessionDuration"]) == ("/team/", "described", 7200)
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert found["Tags"] == [{"Key": "team", "Value": "vision"}]
    assert found["RoleLastUsed"] == {}


def test_list_roles_leaves_out(iam: Any, furnished: str) -> None:
    (found,) = iam.list_roles(PathPrefix="/team/")["Roles"]
    assert found["Description"] == "described"
    assert found["MaxSessionDuration"] == 7200
    assert not {"PermissionsBoundary", "Tags", "RoleLastUsed"} & set(found)


def test_authorization_details_of_a_role(iam: Any, furnished: str) -> None:
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    found = next(detail for detail in details if detail["RoleName"] == "full")
    assert found["RoleId"].startswith("AROA")
    assert found["AttachedManagedPolicies"] == [
        {"PolicyName": "Own", "PolicyArn": furnished},
        {"PolicyName": "AmazonS3FullAccess", "PolicyArn": S3},
    ]
    (inline,) = found["RolePolicyList"]
    assert inline["PolicyDocument"]["Statement"][0]["Resource"] == "arn:aws:s3:::a b/*"
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert found["Tags"] == [{"Key": "team", "Value": "vision"}]
    (profile,) = found["InstanceProfileList"]
    assert (profile["InstanceProfileName"], profile["Roles"][0]["RoleName"]) == ("box", "full")
    assert found["RoleLastUsed"] == {}
    assert not {"Description", "MaxSessionDuration"} & set(found)


def test_authorization_details_of_policies(iam: Any, furnished: str) -> None:
    own, aws_managed = (
        iam.get_account_authorization_details(Filter=[kind])["Policies"]
        for kind in ("LocalManagedPolicy", "AWSManagedPolicy")
    )
    (found,) = own
    assert (found["PolicyName"], found["Arn"], found["DefaultVersionId"]) == ("Own", furnished, "v2")
    assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == (1, 0)
    assert found["PolicyId"].startswith("ANPA")
    assert "Tags" not in found
    versions = {version["VersionId"]: version for version in found["PolicyVersionList"]}
    assert versions["v2"]["Document"]["Statement"][0]["Action"] == "s3:*"
    assert [versions[name]["IsDefaultVersion"] for name in ("v1", "v2")] == [False, True]
    counts = {p["PolicyName"]: (p["AttachmentCount"], p["PermissionsBoundaryUsageCount"]) for p in aws_managed}
    assert counts == {"AmazonS3FullAccess": (1, 0), "ReadOnlyAccess": (0, 1)}


def test_authorization_details_of_users_and_groups(iam: Any, permissions: Any) -> None:
    iam.create_user(UserName="ann", Path="/p/", Tags=[{"Key": "k", "Value": "v"}], PermissionsBoundary=READ_ONLY)
    iam.create_group(GroupName="team")
    iam.add_user_to_group(UserName="ann", GroupName="team")
    iam.attach_user_policy(UserName="ann", PolicyArn=S3)
    iam.put_group_policy(GroupName="team", PolicyName="In", PolicyDocument=permissions())
    found = iam.get_account_authorization_details(Filter=["User", "Group"])
    (user,), (group,) = found["UserDetailList"], found["GroupDetailList"]
    assert (user["GroupList"], user["Tags"]) == (["team"], [{"Key": "k", "Value": "v"}])
    assert user["AttachedManagedPolicies"][0]["PolicyArn"] == S3
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert group["GroupPolicyList"][0]["PolicyName"] == "In"
    assert (found["RoleDetailList"], found["Policies"]) == ([], [])


def test_authorization_details_in_pages(aws: Any, iam: Any, account: str) -> None:
    aws.seed(account, many_roles={"count": 120, "prefix": "many-"})
    first = iam.get_account_authorization_details(Filter=["Role"])
    assert (len(first["RoleDetailList"]), first["IsTruncated"]) == (100, True)
    second = iam.get_account_authorization_details(Filter=["Role"], Marker=first["Marker"])
    assert (len(second["RoleDetailList"]), second["IsTruncated"], "Marker" in second) == (21, False, False)
    whole = iam.get_account_authorization_details(MaxItems=1000)
    assert (len(whole["RoleDetailList"]), whole["IsTruncated"]) == (121, False)


def test_pages_may_be_short(aws: Any, iam: Any, account: str) -> None:
    aws.seed(account, many_roles={"count": 9})
    aws.set(page_limit=4)
    pages = list(iam.get_paginator("list_roles").paginate())
    assert [len(page["Roles"]) for page in pages] == [4, 4, 2]


@pytest.mark.parametrize("size", [1, 7, 10, 1000])
def test_list_roles_in_pages(aws: Any, iam: Any, account: str, size: int) -> None:
    aws.seed(account, many_roles={"count": 9})
    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": size}))
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    assert names == ["OrganizationAccountAccessRole", *(f"role-{number:05d}" for number in range(9))]
    assert len(pages) == -(-10 // size)
    assert [page["IsTruncated"] for page in pages] == [True] * (len(pages) - 1) + [False]


def test_wrong_marker(iam: Any, refused: Any) -> None:
    assert refused(iam.list_roles, Marker="zzz") == ("ValidationError", 400, "Invalid Marker.")


def test_lists_of_one_role_are_paged(aws: Any, iam: Any, furnished: str) -> None:
    aws.set(page_limit=1)
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName="full")
    assert [each["PolicyName"] for page in pages for each in page["AttachedPolicies"]] == ["Own", "AmazonS3FullAccess"]


def test_managed_policies_by_scope_and_use(iam: Any, furnished: str) -> None:
    def names(**wanted: Any) -> list[str]:
        pages = iam.get_paginator("list_policies").paginate(**wanted)
        return [policy["PolicyName"] for page in pages for policy in page["Policies"]]

    assert names(Scope="Local") == ["Own"]
    assert len(names(Scope="AWS")) > 1500
    assert names(OnlyAttached=True) == ["AmazonS3FullAccess", "Own"]
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["ReadOnlyAccess"]


def test_entities_for_a_policy(iam: Any, furnished: str) -> None:
    def roles(arn: str, **wanted: Any) -> list[str]:
        return [role["RoleName"] for role in iam.list_entities_for_policy(PolicyArn=arn, **wanted)["PolicyRoles"]]

    assert roles(furnished) == roles(READ_ONLY) == ["full"]
    assert roles(READ_ONLY, PolicyUsageFilter="PermissionsPolicy") == []
    assert roles(furnished, PolicyUsageFilter="PermissionsBoundary") == []


def test_use_of_aws_policies_is_counted_for_each_account(aws: Any, iam: Any, furnished: str) -> None:
    other = aws.client("iam", account=aws.members[1]["id"])
    assert iam.get_policy(PolicyArn=S3)["Policy"]["AttachmentCount"] == 1
    assert other.get_policy(PolicyArn=S3)["Policy"]["AttachmentCount"] == 0


def test_policy_tags_are_in_get_policy_only(iam: Any, furnished: str) -> None:
    assert iam.get_policy(PolicyArn=furnished)["Policy"]["Tags"] == [{"Key": "k", "Value": "v"}]
    assert iam.list_policy_tags(PolicyArn=furnished)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert "Tags" not in iam.list_policies(Scope="Local")["Policies"][0]


def test_version_lists_have_no_documents(iam: Any, furnished: str) -> None:
    versions = iam.list_policy_versions(PolicyArn=furnished)["Versions"]
    assert [version["VersionId"] for version in versions] == ["v2", "v1"]
    assert not any("Document" in version for version in versions)
    document = iam.get_policy_version(PolicyArn=furnished, VersionId="v1")["PolicyVersion"]["Document"]
    assert json.loads(json.dumps(document))["Statement"][0]["Action"] == "s3:GetObject"
