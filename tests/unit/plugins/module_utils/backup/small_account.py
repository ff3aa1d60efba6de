# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single roles and policies, made by hand with the plain SDK and looked at."""

from __future__ import annotations

import json
from typing import Any

from .whole_accounts import document

READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/IAMFullAccess"
LAMBDA = {"Service": "lambda.amazonaws.com"}
SAGEMAKER = {"Service": "sagemaker.amazonaws.com"}


def trust(*principals: dict[str, Any]) -> dict[str, Any]:
    statements = [{"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole"} for one in principals]
    return {"Version": "2012-10-17", "Statement": statements}


def make_role(iam: Any, name: str, *principals: dict[str, Any], **more: Any) -> str:
    document_of = json.dumps(trust(*(principals or (LAMBDA,))))
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document_of, **more)["Role"]["Arn"])


def make_policy(iam: Any, name: str, action: str = "s3:GetObject", **more: Any) -> str:
    made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document([action])), **more)
    return str(made["Policy"]["Arn"])


def attached(iam: Any, role: str) -> set[str]:
    listed = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return {policy["PolicyName"] for policy in listed}


def principals(iam: Any, role: str) -> list[Any]:
    statements = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    found = [statement["Principal"] for statement in (statements if isinstance(statements, list) else [statements])]
    return sorted(found, key=str)


def reasons(result: dict[str, Any]) -> dict[str, str]:
    return {note["resource"]: note["reason"] for note in result["not_restored"]}
