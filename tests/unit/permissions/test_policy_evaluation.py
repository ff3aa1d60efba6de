# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How policies are judged by the local AWS: denials, wildcards, and the conditions that the documents use."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.permissions_needed import Needed
from local_aws.policy_evaluation import Unknown, allows, denies

ROLE = "arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole"
WANTED = Needed("iam:AttachRolePolicy", ROLE, {"iam:policyarn": "arn:aws:iam::aws:policy/AWSDenyAll"})


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    filled = [{"Effect": "Allow", "Action": "iam:*", "Resource": "*", **statement} for statement in statements]
    for statement in filled:
        for element in ("Action", "Resource"):
            if f"Not{element}" in statement:
                del statement[element]
    return {"Version": "2012-10-17", "Statement": filled}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({}, True),
        ({"Action": ["s3:*", "IAM:attachrolepolicy"]}, True),
        ({"Action": "iam:Attach????Policy"}, True),
        ({"Action": "iam:AttachUserPolicy"}, False),
        ({"NotAction": ["iam:Get*", "iam:List*"]}, True),
        ({"NotAction": "iam:Attach*"}, False),
        ({"Resource": "arn:aws:iam::123456789012:role/*"}, True),
        ({"Resource": "arn:aws:iam::123456789012:role/aws*"}, False),
        ({"Resource": ["arn:aws:iam::*:user/*", ROLE]}, True),
        ({"Resource": ROLE.lower()}, False),
        ({"NotResource": "arn:aws:iam::*:role/service-role/*"}, False),
        ({"Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDenyAll"}}}, True),
        ({"Condition": {"ArnLike": {"iam:PolicyARN": ["arn:aws:iam::aws:policy/X", "arn:*:policy/AWSDeny*"]}}}, True),
        ({"Condition": {"StringEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDeny*"}}}, False),
        ({"Condition": {"StringLike": {"iam:policyarn": "arn:aws:iam::aws:policy/AWSDeny*"}}}, True),
        ({"Condition": {"ArnNotEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDenyAll"}}}, False),
        ({"Condition": {"StringEquals": {"iam:PermissionsBoundary": "x"}}}, False),
        ({"Condition": {"StringEqualsIfExists": {"iam:PermissionsBoundary": "x"}}}, True),
        ({"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "x"}}}, True),
        ({"Condition": {"Null": {"iam:PermissionsBoundary": "true"}}}, True),
        ({"Condition": {"Null": {"iam:PermissionsBoundary": "false"}}}, False),
        ({"Condition": {"ArnLike": {"iam:PolicyARN": "*"}, "StringLike": {"iam:PermissionsBoundary": "*"}}}, False),
        ({"Condition": {"StringEquals": {"iam:PolicyARN": "${iam:PolicyARN}"}}}, True),
        ({"Condition": {"StringEquals": {"iam:PolicyARN": "${aws:PrincipalOrgID}"}}}, False),
    ],
)
def test_a_statement(statement: dict[str, Any], expected: bool) -> None:
    assert allows([document(statement)], WANTED) is expected


@pytest.mark.parametrize(
    ("condition", "keys", "expected"),
    [
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "owner"]}}, ("team",), True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "owner"]}}, ("owner", "team"), True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "owner"]}}, ("owner", "cost"), False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}, ("Team",), False),
        ({"ForAllValues:StringLike": {"aws:TagKeys": "aws_ml_permissions:*"}}, ("aws_ml_permissions:x",), True),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}, ("owner", "cost"), True),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}, ("owner", "team"), False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}, None, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}}, None, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, ("owner", "team"), True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, ("owner",), False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, None, False),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}}, None, False),
        ({"StringEquals": {"aws:RequestTag/Team": "vision"}}, ("team",), True),
        ({"StringEquals": {"aws:RequestTag/team": "labeling"}}, ("team",), False),
    ],
)
def test_the_tags_of_a_request(condition: dict[str, Any], keys: tuple[str, ...] | None, expected: bool) -> None:
    context = {} if keys is None else {"aws:tagkeys": keys, "aws:requesttag/team": "vision"}
    assert allows([document({"Condition": condition})], Needed("iam:TagRole", ROLE, context)) is expected


def test_a_multivalued_key_is_not_compared_without_a_set_operator() -> None:
    statement = document({"Condition": {"StringEquals": {"aws:TagKeys": "team"}}})
    with pytest.raises(Unknown, match="multivalued"):
        allows([statement], Needed("iam:TagRole", ROLE, {"aws:tagkeys": ("team",)}))


def test_a_denial_wins_over_every_other_document() -> None:
    denial = document({"Effect": "Deny", "Resource": "arn:aws:iam::*:role/service-role/*"})
    assert not allows([document({}), denial], WANTED)
    assert denies([document({}), denial], WANTED)
    assert allows([document({}), denial], Needed("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/x"))


def test_nothing_is_allowed_without_a_statement() -> None:
    assert not allows([], WANTED)
    assert not allows([document()], WANTED)
    assert not denies([document({})], WANTED)


def test_an_operator_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(Unknown, match="IpAddress"):
        allows([document({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})], WANTED)
