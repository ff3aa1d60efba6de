# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual changes and reads in an account of the local AWS with the plain SDK, as an action for scenarios.

It makes the calls of IAM in `calls`, one after the other, and returns the `roles`, `users`, `groups` and customer
managed `policies` that IAM then holds. Each call is a dictionary of one element, the action and its parameters, in
which documents may be dictionaries. It shares no code with the collection, so that a scenario can believe it.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from botocore import xform_name
from botocore.exceptions import ClientError


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _unused, given = self.validate_argument_spec(
            {
                "endpoint_url": {"type": "str", "required": True},
                "role_arn": {"type": "str", "required": True},
                "calls": {"type": "list", "elements": "dict", "default": []},
            }
        )
        iam = client(given["endpoint_url"], given["role_arn"])
        try:
            for call in given["calls"]:
                for action, parameters in call.items():
                    getattr(iam, xform_name(action))(**{key: text(key, value) for key, value in parameters.items()})
        except ClientError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "changed": bool(given["calls"]), **held(iam)}


def client(endpoint_url: str, role_arn: str) -> Any:
    keys = boto3.client("sts", endpoint_url=endpoint_url).assume_role(RoleArn=role_arn, RoleSessionName="by-hand")
    return boto3.client(
        "iam",
        endpoint_url=endpoint_url,
        aws_access_key_id=keys["Credentials"]["AccessKeyId"],
        aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
        aws_session_token=keys["Credentials"]["SessionToken"],
    )


def text(name: str, value: Any) -> Any:
    return json.dumps(value) if name.endswith("Document") and not isinstance(value, str) else value


def held(iam: Any) -> dict[str, dict[str, Any]]:
    listed = {role["RoleName"]: role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]}
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["Role", "User", "Group", "LocalManagedPolicy"]
    )
    details = pages.build_full_result()
    return {
        "roles": {
            role["RoleName"]: {
                **granted(role, "RolePolicyList"),
                "arn": role["Arn"],
                "id": role["RoleId"],
                "trust": role["AssumeRolePolicyDocument"],
                "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
                "tags": {tag["Key"]: tag["Value"] for tag in role["Tags"]},
                "description": listed[role["RoleName"]].get("Description", ""),
                "max_session_duration": listed[role["RoleName"]]["MaxSessionDuration"],
            }
            for role in details["RoleDetailList"]
        },
        "users": {user["UserName"]: granted(user, "UserPolicyList") for user in details["UserDetailList"]},
        "groups": {group["GroupName"]: granted(group, "GroupPolicyList") for group in details["GroupDetailList"]},
        "policies": {
            arn.rpartition("/")[2]: {
                "arn": arn,
                "document": version["Document"],
                "versions": len(policy["PolicyVersionList"]),
            }
            for policy in details["Policies"]
            for arn in [policy["Arn"]]
            for version in policy["PolicyVersionList"]
            if version["IsDefaultVersion"]
        },
    }


def granted(identity: dict[str, Any], inline: str) -> dict[str, Any]:
    return {
        "managed": sorted(policy["PolicyName"] for policy in identity["AttachedManagedPolicies"]),
        "inline": {policy["PolicyName"]: policy["PolicyDocument"] for policy in identity.get(inline, [])},
    }
