# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identities of the automation that the guide about permissions makes, and the same with less permission."""

from __future__ import annotations

import json
import re
from typing import Any

from permissions.documents import document, listed

from local_aws import LocalAws

CENTRAL = "ml-permissions/ml-permissions-central"
EXTERNAL_ID = "only-the-automation-knows"


def session(aws: LocalAws, role: str) -> dict[str, str]:
    arn = f"arn:aws:iam::{aws.management}:role/{role}"
    answer = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="pipeline")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


def host(member: dict[str, str], role: str, **variables: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{member['id']}:role/ml-permissions/ml-permissions-{role}"
    return {
        "aws_account_id": member["id"],
        "aws_assume_role_arn": arn,
        "aws_external_id": EXTERNAL_ID,
        **variables,
    }


def without(mode: str, action: str) -> str:
    """The document of a mode that lacks one action."""
    whole = document(mode, "<account_id>")
    for statement in whole["Statement"]:
        if "Action" in statement:
            statement["Action"] = [one for one in listed(statement["Action"]) if one != action]
    whole["Statement"] = [one for one in whole["Statement"] if one.get("Action") != []]
    return json.dumps(whole)


def reduced(aws: LocalAws, mode: str, action: str, number: int) -> dict[str, Any]:
    """A host whose role may do all of a mode but one action."""
    member = aws.members[number]
    iam = aws.client("iam", account=member["id"])
    name = f"less-{mode}-{re.sub('[^A-Za-z]', '', action)}"
    trust = iam.get_role(RoleName=f"ml-permissions-{mode}")["Role"]["AssumeRolePolicyDocument"]
    iam.create_role(RoleName=name, Path="/ml-permissions/", AssumeRolePolicyDocument=json.dumps(trust))
    text = without(mode, action).replace("<account_id>", member["id"])
    iam.put_role_policy(RoleName=name, PolicyName="less", PolicyDocument=text)
    given = host(member, mode)
    return {**given, "aws_assume_role_arn": re.sub("[^/]+$", name, given["aws_assume_role_arn"])}
