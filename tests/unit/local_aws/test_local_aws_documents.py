# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity policies and the constraints of IAM's service model (FACTS C1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

MALFORMED = ("MalformedPolicyDocument", 400)
INVALID = ("ValidationError", 400)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Principal": "*"}, "Policy document should not specify a principal."),
        ({"Resource": "bucket"}, 'Resource bucket must be in ARN format or "*".'),
        ({"Resource": None}, "Policy statement must contain resources."),
        ({"Action": None}, "Policy statement must contain actions."),
        ({"Effect": "Permit"}, "Syntax errors in policy."),
        ({"Efect": "Allow"}, "Syntax errors in policy."),
        ({"Action": "GetObject"}, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        ({"Condition": {"StringEqual": {"a": "b"}}}, "Syntax errors in policy."),
        ({"Condition": {"StringEquals": {"aws:a": "b", "AWS:A": "b"}}}, "Syntax errors in policy."),
        ({"Condition": {"ForAllValues:ForAnyValue:StringEquals": {"aws:a": "b"}}}, "Syntax errors in policy."),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}, "The policy failed legacy parsing"),
        ({"Resource": "arn:aws:s3::bucket"}, "The policy failed legacy parsing"),
        (
            {"Sid": "em-dash"},
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ),
    ],
)
def test_malformed_statements(
    *, iam: Any, role: str, permissions: Any, refused: Any, change: Any, message: str
) -> None:
    document = json.loads(permissions())
    document["Statement"][0].update(change)
    document["Statement"][0] = {key: value for key, value in document["Statement"][0].items() if value is not None}
    text = json.dumps(document)
    arn = iam.create_policy(PolicyName="good", PolicyDocument=permissions())["Policy"]["Arn"]
    for call, arguments in (
        (iam.put_role_policy, {"RoleName": role, "PolicyName": "p"}),
        (iam.create_policy, {"PolicyName": "p"}),
        (iam.create_policy_version, {"PolicyArn": arn}),
    ):
        assert refused(call, PolicyDocument=text, **arguments) == (*MALFORMED, message)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax errors in policy."),
        ('{"Version": "2012-10-17", "Statement": []}', "Syntax errors in policy."),
        (
            '{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (
            '{"Version": "2012-10-17", "Statement": ['
            '{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"},'
            '{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}]}',
            "Statement IDs (SID) in a single policy must be unique.",
        ),
    ],
)
def test_malformed_documents(iam: Any, refused: Any, document: str, message: str) -> None:
    assert refused(iam.create_policy, PolicyName="p", PolicyDocument=document) == (*MALFORMED, message)


def test_documents_are_kept_as_they_are(iam: Any, role: str) -> None:
    text = '{"Version": "2012-10-17",\n  "Statement": {"Resource": "*", "Effect": "Allow", "Action": ["s3:*"]}}'
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=text)
    found = iam.get_role_policy(RoleName=role, PolicyName="p")["PolicyDocument"]
    assert json.dumps(found) == json.dumps(json.loads(text))


def test_numbers_in_conditions_are_accepted(iam: Any, permissions: Any) -> None:
    document = permissions(Condition={"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": True}})
    iam.create_policy(PolicyName="p", PolicyDocument=document)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"MaxSessionDuration": 43201},
            "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: "
            "Member must have value less than or equal to 43200",
        ),
        (
            {"MaxSessionDuration": 1800},
            "1 validation error detected: Value '1800' at 'maxSessionDuration' failed to satisfy constraint: "
            "Member must have value greater than or equal to 3600",
        ),
        (
            {"Description": "d" * 1001},
            f"1 validation error detected: Value '{'d' * 1001}' at 'description' failed to satisfy constraint: "
            "Member must have length less than or equal to 1000",
        ),
        (
            {"RoleName": "n" * 65},
            f"1 validation error detected: Value '{'n' * 65}' at 'roleName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
        ),
        (
            {"RoleName": "a b"},
            "The specified value for roleName is invalid. "
            "It must contain only alphanumeric characters and/or the following: +=,.@_-",
        ),
        (
            {"Path": "service"},
            "The specified value for path is invalid. "
            "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ),
        (
            {"Tags": [{"Key": "k" * 129, "Value": ""}]},
            f"1 validation error detected: Value '{'k' * 129}' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
        ),
    ],
)
def test_constraints(iam: Any, trust: Any, refused: Any, arguments: Any, message: str) -> None:
    call = {"RoleName": "r", "AssumeRolePolicyDocument": trust(), **arguments}
    assert refused(iam.create_role, **call) == (*INVALID, message)


def test_characters_outside_latin_1_are_refused(iam: Any, role: str, permissions: Any, refused: Any) -> None:
    document = permissions(Resource="arn:aws:s3:::caf\u00e9").encode().decode("unicode_escape")
    iam.put_role_policy(RoleName=role, PolicyName="latin", PolicyDocument=document)
    dash = document.replace("caf\u00e9", "a\u2014b")
    code, status, message = refused(iam.put_role_policy, RoleName=role, PolicyName="dash", PolicyDocument=dash)
    assert (code, status) == INVALID
    assert "at 'policyDocument' failed to satisfy constraint: Member must satisfy regular expression" in message


def test_policy_names(iam: Any, permissions: Any, refused: Any) -> None:
    code, status, message = refused(iam.create_policy, PolicyName="p" * 129, PolicyDocument=permissions())
    assert (code, status) == INVALID
    assert message.endswith(
        "at 'policyName' failed to satisfy constraint: Member must have length less than or equal to 128"
    )
