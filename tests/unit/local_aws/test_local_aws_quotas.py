# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas and sizes (FACTS C1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

CONFLICT = ("LimitExceeded", 409)


def managed(iam: Any, name: str, permissions: Any, **more: Any) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=permissions(), **more)["Policy"]["Arn"])


def test_managed_policies_per_role(iam: Any, role: str, permissions: Any, refused: Any) -> None:
    arns = [managed(iam, f"p{number}", permissions) for number in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    iam.attach_role_policy(RoleName=role, PolicyArn=arns[0])  # attached already: no further one
    assert refused(iam.attach_role_policy, RoleName=role, PolicyArn=arns[10]) == (
        *CONFLICT,
        "Cannot exceed quota for PoliciesPerRole: 10",
    )


def test_quota_is_changed_and_reported(aws: Any, iam: Any, role: str, permissions: Any, refused: Any) -> None:
    aws.set(quotas={"AttachedPoliciesPerRoleQuota": 1})
    assert iam.get_account_summary()["SummaryMap"]["AttachedPoliciesPerRoleQuota"] == 1
    iam.attach_role_policy(RoleName=role, PolicyArn=managed(iam, "a", permissions))
    second = managed(iam, "b", permissions)
    assert refused(iam.attach_role_policy, RoleName=role, PolicyArn=second) == (
        *CONFLICT,
        "Cannot exceed quota for PoliciesPerRole: 1",
    )
    aws.reset()
    assert iam.get_account_summary()["SummaryMap"]["AttachedPoliciesPerRoleQuota"] == 10


def test_summary_counts_what_is_there(iam: Any, role: str, permissions: Any) -> None:
    arn = managed(iam, "p", permissions)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())
    found = iam.get_account_summary()["SummaryMap"]
    assert (found["Roles"], found["Policies"], found["PolicyVersionsInUse"]) == (2, 1, 2)
    expected = {"AssumeRolePolicySizeQuota": 2048, "RolePolicySizeQuota": 10240, "PolicySizeQuota": 6144}
    assert expected.items() <= found.items()


def test_trust_length_counts_no_whitespace(iam: Any, trust: Any, refused: Any) -> None:
    document = trust(Condition={"StringEquals": {"aws:SourceAccount": ["x" * 1800]}})
    spaced = json.dumps(json.loads(document), indent=100)
    assert len(spaced) > 2048
    iam.create_role(RoleName="spaced", AssumeRolePolicyDocument=spaced)
    long = trust(Condition={"StringEquals": {"aws:SourceAccount": ["x" * 2000]}})
    wanted = (*CONFLICT, "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refused(iam.create_role, RoleName="long", AssumeRolePolicyDocument=long) == wanted
    assert refused(iam.update_assume_role_policy, RoleName="spaced", PolicyDocument=long) == wanted


@pytest.mark.parametrize(("kind", "quota"), [("role", 10240), ("user", 2048), ("group", 5120)])
def test_inline_policies_count_together(
    *, iam: Any, role: str, permissions: Any, refused: Any, kind: str, quota: int
) -> None:
    iam.create_user(UserName=role)
    iam.create_group(GroupName=role)
    put = getattr(iam, f"put_{kind}_policy")
    holder = {f"{kind.capitalize()}Name": role}
    half = permissions(Resource="arn:aws:s3:::" + "x" * (quota // 2))
    put(**holder, PolicyName="first", PolicyDocument=half)
    put(**holder, PolicyName="first", PolicyDocument=half)
    assert refused(put, **holder, PolicyName="second", PolicyDocument=half) == (
        *CONFLICT,
        f"Maximum policy size of {quota} bytes exceeded for {kind} {role}",
    )


def test_managed_policy_size(iam: Any, permissions: Any, refused: Any) -> None:
    document = permissions(Resource="arn:aws:s3:::" + "x" * 6144)
    wanted = (*CONFLICT, "Cannot exceed quota for PolicySize: 6144")
    assert refused(iam.create_policy, PolicyName="p", PolicyDocument=document) == wanted
    arn = managed(iam, "q", permissions)
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=document) == wanted


def test_versions_per_policy(iam: Any, permissions: Any, refused: Any) -> None:
    arn = managed(iam, "p", permissions)
    for _time in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions(), SetAsDefault=True)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v5"
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=permissions()) == (
        *CONFLICT,
        "A managed policy can have up to 5 versions. "
        "Before you create a new version, you must delete an existing version.",
    )


@pytest.mark.parametrize(
    ("quota", "create", "label"),
    [("RolesQuota", "create_role", "Roles"), ("PoliciesQuota", "create_policy", "Policies")],
)
def test_roles_and_policies_per_account(
    *, aws: Any, iam: Any, trust: Any, permissions: Any, refused: Any, quota: str, create: str, label: str
) -> None:
    aws.set(quotas={quota: 2})
    kind = create.removeprefix("create_").capitalize()
    document = {"AssumeRolePolicyDocument": trust()} if kind == "Role" else {"PolicyDocument": permissions()}
    for number in range(1 if kind == "Role" else 2):  # the account's access role counts
        getattr(iam, create)(**{f"{kind}Name": f"n{number}"}, **document)
    assert refused(getattr(iam, create), **{f"{kind}Name": "more"}, **document) == (
        *CONFLICT,
        f"Cannot exceed quota for {label}PerAccount: 2",
    )


def test_tags(iam: Any, role: str, refused: Any) -> None:
    def tags(first: int, count: int) -> list[dict[str, str]]:
        return [{"Key": f"k{number}", "Value": "v"} for number in range(first, first + count)]

    iam.tag_role(RoleName=role, Tags=tags(0, 50))
    iam.tag_role(RoleName=role, Tags=[{"Key": "K0", "Value": "other case"}])
    assert refused(iam.tag_role, RoleName=role, Tags=tags(50, 1)) == (
        *CONFLICT,
        "The number of tags has reached the maximum limit.",
    )
    code, status, message = refused(iam.tag_role, RoleName=role, Tags=tags(0, 51))
    assert (code, status) == ("ValidationError", 400)
    assert message.endswith("at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")


def test_unknown_quota_is_named(aws: Any) -> None:
    with pytest.raises(ValueError, match="unknown quota RolesQuotum"):
        aws.set(quotas={"RolesQuotum": 1})
