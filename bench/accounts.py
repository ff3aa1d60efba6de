# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of local AWS: its content, manual creation, manual changes, and the comparison with the workload."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .measure import RunFailed
from .workload import account_of, path_of

LEFT_OUT = ("OrganizationAccountAccessRole", "AWSServiceRoleForOrganizations")
"""Roles that exist before any tool runs."""

Workload = Mapping[str, Any]
Held = dict[str, dict[str, Any]]


def held(iam: Any) -> Held:
    """Roles, customer managed policies and groups, without ids and dates.

    As in GetAccountAuthorizationDetails; only the default version of a policy. Descriptions come from ListRoles, tags
    of policies from ListPolicyTags.
    """
    kinds = ["Role", "LocalManagedPolicy", "Group"]
    details = iam.get_paginator("get_account_authorization_details").paginate(Filter=kinds).build_full_result()
    listed = iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]
    about = {role["RoleName"]: role.get("Description", "") for role in listed}
    return {
        "managed_policies": {
            policy["Arn"].rpartition("/")[2]: {
                "path": policy["Path"],
                "policy": next(one["Document"] for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]),
                "tags": _tags(iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"]),
            }
            for policy in details["Policies"]
        },
        "roles": {
            role["RoleName"]: {
                "path": role["Path"],
                "description": about[role["RoleName"]],
                "assume_role_policy_document": role["AssumeRolePolicyDocument"],
                **_policies(role["AttachedManagedPolicies"], role["RolePolicyList"]),
                "tags": _tags(role["Tags"]),
            }
            for role in details["RoleDetailList"]
            if role["RoleName"] not in LEFT_OUT
        },
        "groups": {
            group["GroupName"]: _policies(group["AttachedManagedPolicies"], group["GroupPolicyList"])
            for group in details["GroupDetailList"]
        },
    }


def require(iam: Any, wanted: Workload | None, after: str) -> None:
    """Raise RunFailed if the account does not contain the workload, or is not empty if the workload is None."""
    there = held(iam)
    expected: Held = account_of(wanted) if wanted else {"managed_policies": {}, "roles": {}, "groups": {}}
    for kind, entries in expected.items():
        for name in sorted({*entries, *there[kind]}):
            asked, found = entries.get(name, {}), there[kind].get(name, {})
            for part in {**asked, **found}:
                if _ordered(asked.get(part)) != _ordered(found.get(part)):
                    told = f"should be {json.dumps(asked.get(part))}, is {json.dumps(found.get(part))}"
                    raise RunFailed(f"after {after}, {part} of {kind} {name} {told}")


def create(iam: Any, wanted: Workload) -> None:
    """Create the workload with the plain SDK; its groups exist already."""
    for policy in wanted["managed_policies"]:
        document, tags = json.dumps(policy["policy"]), _tag_list(policy["tags"])
        iam.create_policy(PolicyName=policy["name"], Path=path_of(policy), PolicyDocument=document, Tags=tags)
    for role in wanted["roles"]:
        name, trust = role["name"], json.dumps(role["assume_role_policy_document"])
        iam.create_role(
            RoleName=name,
            Path=path_of(role),
            AssumeRolePolicyDocument=trust,
            Description=role["description"],
            Tags=_tag_list(role["tags"]),
        )
    for kind, entries in (("role", wanted["roles"]), ("group", wanted.get("groups", ()))):
        for entry in entries:
            whose = {f"{kind.title()}Name": entry["name"]}
            for arn in entry["managed_policies"]:
                getattr(iam, f"attach_{kind}_policy")(**whose, PolicyArn=arn)
            for name, inline in entry["inline_policies"].items():
                getattr(iam, f"put_{kind}_policy")(**whose, PolicyName=name, PolicyDocument=json.dumps(inline))


def create_groups(iam: Any, names: Iterable[str]) -> None:
    """Create groups without policies."""
    for name in names:
        iam.create_group(GroupName=name)


def drift(iam: Any, wanted: Workload) -> dict[str, Any]:
    """Change one inline policy of a role by hand; returns the workload with this change."""
    drifted: dict[str, Any] = json.loads(json.dumps(wanted))
    with_inline = [role for role in drifted["roles"] if role["inline_policies"]]
    role = with_inline[len(with_inline) // 2]
    name, document = next(iter(role["inline_policies"].items()))
    document["Statement"][0]["Action"] = ["logs:*"]
    iam.put_role_policy(RoleName=role["name"], PolicyName=name, PolicyDocument=json.dumps(document))
    return drifted


def _policies(attached: list[dict[str, str]], inline: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "managed_policies": sorted(policy["PolicyArn"] for policy in attached),
        "inline_policies": {policy["PolicyName"]: policy["PolicyDocument"] for policy in inline},
    }


def _tags(listed: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _ordered(value: Any) -> Any:
    """A document in one order, a list of one element as that element: for IAM these are equal."""
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        ordered = sorted((_ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return ordered[0] if len(ordered) == 1 else ordered
    return value
