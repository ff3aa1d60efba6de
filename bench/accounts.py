# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of local AWS: what it holds, made by hand, broken by hand, and compared with the workload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .measure import RunFailed
from .workload import account_of

LEFT_OUT = ("OrganizationAccountAccessRole", "AWSServiceRoleForOrganizations")
"""Roles that are there before anybody keeps anything."""

Workload = Mapping[str, Any]
Held = dict[str, dict[str, Any]]


def held(iam: Any) -> Held:
    """Roles and customer managed policies as GetAccountAuthorizationDetails tells them, without ids and dates.

    Of a policy the default version only; descriptions come from ListRoles, tags of policies from ListPolicyTags.
    """
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role", "LocalManagedPolicy"])
    details = pages.build_full_result()
    listed = iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]
    about = {role["RoleName"]: role.get("Description", "") for role in listed}
    return {
        "managed_policies": {
            policy["Arn"].rpartition("/")[2]: {
                "policy": next(one["Document"] for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]),
                "tags": _tags(iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"]),
            }
            for policy in details["Policies"]
        },
        "roles": {
            role["RoleName"]: {
                "description": about[role["RoleName"]],
                "trust": role["AssumeRolePolicyDocument"],
                "managed": sorted(policy["PolicyArn"] for policy in role["AttachedManagedPolicies"]),
                "inline": {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["RolePolicyList"]},
                "tags": _tags(role["Tags"]),
            }
            for role in details["RoleDetailList"]
            if role["RoleName"] not in LEFT_OUT
        },
    }


def require(iam: Any, wanted: Workload | None, after: str) -> None:
    """Raise RunFailed where the account does not hold the workload, or anything at all where that is None."""
    there = held(iam)
    expected: Held = account_of(wanted) if wanted else {"managed_policies": {}, "roles": {}}
    for kind, entries in expected.items():
        for name in sorted({*entries, *there[kind]}):
            asked, found = entries.get(name, {}), there[kind].get(name, {})
            for part in {**asked, **found}:
                if _ordered(asked.get(part)) != _ordered(found.get(part)):
                    told = f"should be {json.dumps(asked.get(part))}, is {json.dumps(found.get(part))}"
                    raise RunFailed(f"after {after}, {part} of {kind} {name} {told}")


def create(iam: Any, wanted: Workload) -> None:
    """Make what the workload says, with the plain SDK."""
    for policy in wanted["managed_policies"]:
        document = json.dumps(policy["policy"])
        iam.create_policy(PolicyName=policy["name"], PolicyDocument=document, Tags=_tag_list(policy["tags"]))
    for role in wanted["roles"]:
        name, trust = role["name"], json.dumps(role["assume_role_policy_document"])
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=trust,
            Description=role["description"],
            Tags=_tag_list(role["tags"]),
        )
        for arn in role["managed_policies"]:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        for policy_name, inline in role["inline_policies"].items():
            iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=json.dumps(inline))


def drift(iam: Any, wanted: Workload) -> dict[str, Any]:
    """Change one inline policy by hand; returns the workload as the account then is."""
    drifted: dict[str, Any] = json.loads(json.dumps(wanted))
    role = drifted["roles"][len(drifted["roles"]) // 2]
    name, document = next(iter(role["inline_policies"].items()))
    document["Statement"][0]["Action"] = ["logs:*"]
    iam.put_role_policy(RoleName=role["name"], PolicyName=name, PolicyDocument=json.dumps(document))
    return drifted


def _tags(listed: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _ordered(value: Any) -> Any:
    """A document in one order, a list of one element as that element: IAM takes these for the same."""
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        ordered = sorted((_ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return ordered[0] if len(ordered) == 1 else ordered
    return value
