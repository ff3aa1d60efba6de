# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of documents finds what is planted and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

from .arn_formats import can_match
from .authorization_reference import actions, permission_findings, trust_findings

REVIEWED = sorted((Path(__file__).parent / "reviewed").glob("*.json"))
PROJECT = "arn:aws:lookoutvision:us-east-1:123456789012:project/conveyor"
BUCKET = "arn:aws:s3:::frames"
MODELS = "arn:aws:lookoutequipment:us-east-1:123456789012:model/*"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/frames"

PLANTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "misspelled action": ({"Action": "s3:GetObjekt", "Resource": f"{BUCKET}/*"}, ["s3:GetObjekt is no action"]),
    "misspelled service": (
        {"Action": "lookoutforvision:ListModels", "Resource": "*"},
        ["lookoutforvision:ListModels is no action"],
    ),
    "operation that is no action": (
        {"Action": "sqs:SendMessageBatch", "Resource": "*"},
        ["sqs:SendMessageBatch is no action"],
    ),
    "wildcard that matches nothing": ({"Action": "s3:Fetch*", "Resource": "*"}, ["s3:Fetch* is no action"]),
    "whole service": ({"Action": "s3:*", "Resource": f"{BUCKET}/*"}, ["s3:* is a whole service"]),
    "everything": ({"Action": "*", "Resource": "*"}, ["* is no action"]),
    "list-only action scoped to an ARN": (
        {"Action": "lookoutvision:CreateDataset", "Resource": PROJECT},
        [
            f'lookoutvision:CreateDataset cannot be scoped to {PROJECT}: it takes "*" only',
        ],
    ),
    "list-only action among others": (
        {"Action": ["lookoutvision:DescribeProject", "lookoutvision:ListProjects"], "Resource": PROJECT},
        [f'lookoutvision:ListProjects cannot be scoped to {PROJECT}: it takes "*" only'],
    ),
    "wrong resource type": (
        {"Action": "s3:ListBucket", "Resource": f"{BUCKET}/*"},
        [f"s3:ListBucket cannot be scoped to {BUCKET}/*: it takes accesspoint, bucket"],
    ),
    "resource of another service": (
        {"Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:us-east-1:123456789012:tasks", f"{BUCKET}/*"]},
        [f"no action of the statement can be scoped to {BUCKET}/*"],
    ),
    "group where a stream is meant": (
        {"Action": "logs:PutLogEvents", "Resource": GROUP},
        [
            f"logs:PutLogEvents cannot be scoped to {GROUP}: it takes log-stream",
        ],
    ),
    "log group without what stands behind its name": (
        {"Action": "logs:CreateLogGroup", "Resource": GROUP},
        [f"logs:CreateLogGroup cannot be scoped to {GROUP}: it takes log-group"],
    ),
    "wrong kind of object in NotResource": (
        {"Effect": "Deny", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::123456789012:policy/Frames"},
        [
            "iam:PassRole cannot be scoped to arn:aws:iam::123456789012:policy/Frames: it takes role",
        ],
    ),
    "one of two types that are needed": (
        {"Action": "lookoutequipment:CreateModel", "Resource": MODELS},
        ["lookoutequipment:CreateModel needs a resource of type dataset too"],
    ),
    "unknown condition key": (
        {"Action": "s3:GetObject", "Resource": f"{BUCKET}/*", "Condition": {"StringEquals": {"s3:bucketowner": "1"}}},
        ["s3:GetObject carries no condition key s3:bucketowner"],
    ),
    "condition key of another action": (
        {
            "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
            "Resource": BUCKET,
            "Condition": {"StringLike": {"s3:prefix": "training/*"}},
        },
        ["s3:GetBucketLocation carries no condition key s3:prefix"],
    ),
    "condition key of a trust policy": (
        {
            "Action": "s3:GetObject",
            "Resource": f"{BUCKET}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
        },
        ["s3:GetObject carries no condition key aws:SourceAccount"],
    ),
    "role passed to a misspelled service": (
        {
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::123456789012:role/frames",
            "Condition": {"StringEquals": {"iam:PassedToService": "lamda.amazonaws.com"}},
        },
        ["lamda.amazonaws.com is no known service principal"],
    ),
}
PLANTED_TRUST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "misspelled principal": (
        {"Principal": {"Service": "lamda.amazonaws.com"}},
        ["lamda.amazonaws.com is no known service principal"],
    ),
    "empty principal": ({"Principal": {"Service": ""}}, [" is no known service principal"]),
    "anyone": ({"Principal": "*"}, ["* is no role, user or account"]),
    "an action of another service": (
        {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "iam:PassRole"},
        ["iam:PassRole is no action that a trust policy speaks of"],
    ),
    "a key that no such request carries": (
        {"Principal": {"Service": "lambda.amazonaws.com"}, "Condition": {"StringEquals": {"aws:ResourceAccount": "1"}}},
        ["aws:ResourceAccount is no condition key of a trust policy"],
    ),
    "a resource": (
        {"Principal": {"Service": "lambda.amazonaws.com"}, "Resource": "*"},
        ["a trust policy has no Resource"],
    ),
}


def document(statement: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{"Sid": "Planted", "Effect": "Allow", **statement}]})


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found(name: str) -> None:
    statement, findings = PLANTED[name]
    assert permission_findings(document(statement)) == [f"Planted: {finding}" for finding in findings]


@pytest.mark.parametrize("name", PLANTED_TRUST)
def test_a_planted_error_in_a_trust_policy_is_found(name: str) -> None:
    statement, findings = PLANTED_TRUST[name]
    found = trust_findings(document({"Action": "sts:AssumeRole", **statement}))
    assert found == [f"Planted: {finding}" for finding in findings]


@pytest.mark.parametrize("path", REVIEWED, ids=lambda path: path.stem)
def test_nothing_is_found_in_what_was_reviewed(path: Path) -> None:
    reviewed = PolicyDocument(json.loads(path.read_text(encoding="utf-8")))
    findings = trust_findings if path.name.startswith("trust.") else permission_findings
    assert findings(reviewed) == []


def test_action_patterns() -> None:
    assert actions("lookoutvision:detectanomalies") == ["lookoutvision:DetectAnomalies"]
    assert set(actions("lambda:List*Mappings")) == {"lambda:ListEventSourceMappings"}
    assert actions("deeplens:*") == []


@pytest.mark.parametrize(
    ("resource", "format_", "expected"),
    [
        ("arn:aws:s3:::frames", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:aws:s3:::frames*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::frames/in/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::frames/*", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:s3:::frames", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", False),
        ("arn:aws:s3:us-east-1::frames", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:*", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:x:*:1:thing/GG_*", "arn:${Partition}:x:${Region}:${Account}:thing/${ThingName}", True),
        ("arn:aws:x:*:1:cert/GG_*", "arn:${Partition}:x:${Region}:${Account}:thing/${ThingName}", False),
        ("arn:aws:x:*:1:??ing/a", "arn:${Partition}:x:${Region}:${Account}:thing/${ThingName}", True),
        ("arn:aws:x:*::thing/a", "arn:${Partition}:x:${Region}:${Account}:thing/${ThingName}", False),
        ("arn:aws:x:::user/${aws:username}", "arn:${Partition}:x:::user/${UserName}", True),
    ],
)
def test_arn_formats(resource: str, format_: str, expected: bool) -> None:
    assert can_match(resource, format_) is expected
