# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated account whose policies have the shape of real ones, and accounts as IAM's listing has them.

A third of the policies are AWS managed policies that a team has copied, so that they have their length and their
wildcards; the others belong to applications and pipelines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from moto.iam.aws_managed_policies import aws_managed_policies_data

ACCOUNT = Account("123456789012", "aws")
SERVICES = ("lambda", "ecs-tasks", "ec2", "glue", "states", "codebuild", "sagemaker", "events", "scheduler")
_LONGEST = 6_000

Document = dict[str, Any]


@lru_cache(maxsize=1)
def aws_policies() -> dict[str, Document]:
    """The documents of the AWS managed policies, by the part of their ARN after policy/."""
    found = json.loads(aws_managed_policies_data)
    return {f"{one['Path'][1:]}{name}": one["Document"] for name, one in sorted(found.items())}


def document(*statements: Document) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


def of_application(number: int) -> PolicyDocument:
    region = f"arn:aws:{{}}:eu-west-1:{ACCOUNT.id}:{{}}"
    return document(
        {
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::app-{number}-data/*",
        },
        {"Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": f"arn:aws:s3:::app-{number}-data"},
        {
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            "Resource": [
                region.format("dynamodb", f"table/app-{number}"),
                region.format("dynamodb", f"table/app-{number}/*"),
            ],
        },
        {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        },
        {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": region.format("logs", "log-group:*")},
        {
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": region.format("secretsmanager", f"secret:app-{number}-*"),
        },
    )


def of_pipeline(number: int) -> PolicyDocument:
    roles = ACCOUNT.arn("role", "/", f"app-{number}-*")
    return document(
        {
            "Action": "iam:PassRole",
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]}},
        },
        {"Action": ["iam:GetRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"], "Resource": roles},
        {
            "Action": ["lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:InvokeFunction", "lambda:Get*"],
            "Resource": f"arn:aws:lambda:*:{ACCOUNT.id}:function:app-{number}-*",
        },
        {"Action": ["ecs:RegisterTaskDefinition", "ecs:UpdateService", "ecs:Describe*"], "Resource": "*"},
        {"Action": ["cloudformation:*"], "Resource": f"arn:aws:cloudformation:*:{ACCOUNT.id}:stack/app-{number}-*/*"},
    )


def policies(number: int) -> list[ManagedPolicy]:
    copied = [PolicyDocument(one) for one in aws_policies().values() if len(json.dumps(one)) < _LONGEST]
    found = []
    for index in range(number):
        made = (copied[index // 3 % len(copied)], of_application(index), of_application(index), of_pipeline(index))
        name = f"policy-{index}"
        found.append(ManagedPolicy(name, "/", ACCOUNT.arn("policy", "/", name), made[index % 3 + (index % 15 == 2)]))
    return found


def trust(number: int) -> PolicyDocument:
    if number % 50 == 0:
        return document({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"})
    if number % 10 == 0:
        pipeline = ACCOUNT.arn("role", "/", f"app-{number // 10}-1")
        return document({"Principal": {"AWS": pipeline}, "Action": "sts:AssumeRole"})
    service = f"{SERVICES[number % len(SERVICES)]}.amazonaws.com"
    return document({"Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def account(roles: int, number_of_policies: int) -> CurrentState:
    """An account with a tenth as many users as roles, one role of a guide, and a user who writes into one role."""
    chance = random.Random(7)
    own = policies(number_of_policies)
    identities: list[Identity] = [
        role(number, trust(number), chance.sample(own, chance.randint(1, 3)), inline=number % 2 == 0)
        for number in range(roles)
    ]
    for number in range(roles // 10):
        name = f"user-{number}"
        held = frozenset(policy.arn for policy in chance.sample(own, 1))
        identities.append(Identity("user", name, "/", ACCOUNT.arn("user", "/", name), held))
    writes = {"Action": "iam:PutRolePolicy", "Resource": identities[1].arn}
    identities.append(
        Identity("user", "writer", "/", ACCOUNT.arn("user", "/", "writer"), inline={"w": document(writes)})
    )
    guided = document({"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"})
    administers = frozenset(["arn:aws:iam::aws:policy/IAMFullAccess"])
    identities.append(Role("role", "l4e-role", "/", ACCOUNT.arn("role", "/", "l4e-role"), administers, trust=guided))
    return CurrentState(ACCOUNT, {one.key: one for one in identities}, {one.name: one for one in own})


def role(number: int, trusting: PolicyDocument, attached: Sequence[ManagedPolicy], *, inline: bool) -> Role:
    name = f"app-{number // 10}-{number % 10}"
    reads = document({"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/t{number}"})
    held = frozenset(policy.arn for policy in attached)
    arn = ACCOUNT.arn("role", "/", name)
    return Role("role", name, "/", arn, held, {"own": reads} if inline else {}, trust=trusting)


def listing(state: CurrentState) -> dict[str, Any]:
    """The account as GetAccountAuthorizationDetails has it."""
    lists: dict[str, list[dict[str, Any]]] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": []}
    for index, one in enumerate(state.identities.values()):
        title = one.kind.capitalize()
        entry: dict[str, Any] = {
            "Path": one.path, f"{title}Name": one.name, f"{title}Id": f"A{index:016d}", "Arn": one.arn,
            "CreateDate": "2026-01-01T00:00:00+00:00", "Tags": [],
            "AttachedManagedPolicies": [
                {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in sorted(one.managed)
            ],
            f"{title}PolicyList": [
                {"PolicyName": name, "PolicyDocument": found.content} for name, found in one.inline.items()
            ],
        }  # fmt: skip
        if one.boundary:
            entry["PermissionsBoundary"] = {"PermissionsBoundaryArn": one.boundary}
        if isinstance(one, Role):
            profiles = [{"Arn": ACCOUNT.arn("instance-profile", "/", name)} for name in one.instance_profiles]
            entry |= {
                "AssumeRolePolicyDocument": one.trust.content,
                "InstanceProfileList": profiles,
                "RoleLastUsed": {},
            }
        elif one.kind == "user":
            entry["GroupList"] = list(one.groups)
        lists[f"{title}DetailList"].append(entry)
    return {**lists, "Policies": [*_policies(state)]}


def _policies(state: CurrentState) -> Iterator[dict[str, Any]]:
    documents = {policy.arn: policy.document.content for policy in state.policies.values()}
    attached = {
        arn for one in state.identities.values() for arn in (*one.managed, *([one.boundary] if one.boundary else []))
    }
    for arn in sorted(attached - documents.keys()):
        known = aws_policies().get(arn.partition(":policy/")[2])
        if known is not None:
            documents[arn] = known
    for index, (arn, content) in enumerate(documents.items()):
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": content, "CreateDate": "2026-01-01"}
        name = arn.rpartition("/")[2]
        yield {
            "PolicyName": name, "PolicyId": f"P{index:016d}", "Arn": arn, "Path": "/", "DefaultVersionId": "v1",
            "AttachmentCount": 1, "IsAttachable": True, "CreateDate": "2026-01-01", "UpdateDate": "2026-01-01",
            "PermissionsBoundaryUsageCount": 0, "PolicyVersionList": [version],
        }  # fmt: skip
