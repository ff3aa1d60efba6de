# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms a document takes: the one shown to people, the one that is compared, the one that is sent."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import (
    PolicyDocument,
    UnreadableDocument,
    is_principal_id,
    principals,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import canonical_statement

pytestmark = pytest.mark.both_generations

DAY = datetime.date(2012, 10, 17)


def test_what_people_see_is_in_order_and_keeps_its_case() -> None:
    written = {
        "Statement": [
            {
                "Condition": {"StringLike": {"s3:Prefix": "a*"}, "Bool": {"aws:SecureTransport": True}},
                "NotResource": ["arn:b", "arn:a"],
                "NotAction": ["s3:PutObject", "s3:GetObject", "s3:GetObject"],
                "Effect": "Deny",
                "Sid": "Two",
            },
            {
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::123456789012:root"},
                "Effect": "Allow",
                "Other": 2,
                "Else": 1,
            },
        ],
        "Id": "Mine",
        "Zone": "this",
    }
    shown = PolicyDocument(written).presented()
    assert json.dumps(shown) == json.dumps(
        {
            "Version": "2008-10-17",
            "Id": "Mine",
            "Zone": "this",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "123456789012", "Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Else": 1,
                    "Other": 2,
                },
                {
                    "Sid": "Two",
                    "Effect": "Deny",
                    "NotAction": ["s3:GetObject", "s3:PutObject"],
                    "NotResource": ["arn:a", "arn:b"],
                    "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"s3:Prefix": "a*"}},
                },
            ],
        }
    )


def test_a_document_without_statements_shows_none() -> None:
    assert PolicyDocument({}).presented() == {"Version": "2008-10-17", "Statement": []}
    assert PolicyDocument({}).statements == ()
    assert PolicyDocument({}) == PolicyDocument({"Statement": []})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Id": "a"}, {"Id": "b"}),
        ({"Id": "a"}, {}),
        ({"Statement": [{"Condition": "a"}]}, {"Statement": [{"Condition": "b"}]}),
        ({"Statement": [{"Condition": {"Bool": "a"}}]}, {"Statement": [{"Condition": {"Bool": "b"}}]}),
        ({"Statement": [{"Condition": {"A": "x"}}]}, {"Statement": [{"Condition": {"A": "x", "B": {"c": "d"}}}]}),
        ({"Statement": [{"Principal": "a"}]}, {"Statement": [{"Principal": "b"}]}),
        ({"Statement": ["a"]}, {"Statement": ["b"]}),
        # Two spellings of one key in one block have no meaning that is documented.
        (
            {"Statement": [{"Condition": {"Bool": {"a:b": "true", "A:B": "false"}}}]},
            {"Statement": [{"Condition": {"Bool": {"a:b": "false", "A:B": "true"}}}]},
        ),
    ],
)
def test_what_differs(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert PolicyDocument(one) != PolicyDocument(other)
    assert hash(PolicyDocument(one)) != hash(PolicyDocument(other))


def test_a_document_is_no_text() -> None:
    assert PolicyDocument({}) != "{}"
    assert repr(PolicyDocument({"Id": "é"})) == 'PolicyDocument({"Id":"é"})'


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (
            {"Statement": {"Effect": "Allow"}, "Version": "2012-10-17"},
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}',
        ),
        ({"Statement": [], "Id": "x", "Version": "2012-10-17"}, '{"Version":"2012-10-17","Id":"x","Statement":[]}'),
        ({"Id": "x"}, '{"Id":"x"}'),
    ],
)
def test_what_is_sent_begins_with_the_version_and_ends_with_a_list_of_statements(
    given: dict[str, Any], sent: str
) -> None:
    assert PolicyDocument(given).text == sent


def test_dates_and_other_values_that_json_does_not_have_are_taken_as_text() -> None:
    dated = PolicyDocument({"Version": DAY, "Id": DAY, "Statement": [{"Sid": DAY}, DAY]})
    assert dated.text == '{"Version":"2012-10-17","Id":"2012-10-17","Statement":[{"Sid":"2012-10-17"},"2012-10-17"]}'
    assert dated == PolicyDocument.parse(dated.text)
    assert canonical_statement({"Sid": DAY}) == canonical_statement({"Sid": "2012-10-17"})


def test_condition_keys_count_once_whatever_their_case() -> None:
    one = {"Condition": {"Bool": {"B:key": "true", "a:key": "true"}}}
    other = {"Condition": {"Bool": {"b:key": True, "A:key": True}}}
    assert canonical_statement(one) == canonical_statement(other)
    assert PolicyDocument({"Statement": [one, other]}) == PolicyDocument({"Statement": one})


def test_who_is_left_out_counts_as_who_is_let_in() -> None:
    one, other = ({"NotPrincipal": {"AWS": who}} for who in (["arn:aws:iam::123456789012:root"], "123456789012"))
    assert canonical_statement(one) == canonical_statement(other)


def test_a_sid_counts_unless_it_is_left_out() -> None:
    one, other = {"Sid": "One", "Effect": "Allow"}, {"Sid": "Two", "Effect": "Allow"}
    assert canonical_statement(one) != canonical_statement(other)
    assert canonical_statement(one, with_sid=False) == canonical_statement(other, with_sid=False)
    assert canonical_statement(one, with_sid=False) == canonical_statement({"Effect": "Allow"}, with_sid=False)
    assert canonical_statement("Allow", with_sid=False) == '"Allow"'


@pytest.mark.parametrize(
    ("statement", "element", "expected"),
    [
        ({"Principal": "*"}, "Principal", [("AWS", "*")]),
        ({"NotPrincipal": "*"}, "NotPrincipal", [("AWS", "*")]),
        ({"Principal": {"AWS": ["a", 1], "Service": "b"}}, "Principal", [("AWS", "a"), ("AWS", "1"), ("Service", "b")]),
        ({"Principal": {"AWS": [True, False]}}, "Principal", [("AWS", "true"), ("AWS", "false")]),
        ({"Principal": ["*"]}, "Principal", []),
        ({}, "Principal", []),
    ],
)
def test_principals(statement: dict[str, Any], element: str, expected: list[tuple[str, str]]) -> None:
    assert principals(statement, element) == expected


def test_the_principals_are_meant_where_no_element_is_named() -> None:
    assert principals({"Principal": "*", "NotPrincipal": {"Service": "a"}}) == [("AWS", "*")]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [("AROAEXAMPLE1", True), ("AIDAEXAMPLE1", True), ("AROAEXAMPL1", False), ("AROAexample1", False), ("", False)],
)
def test_ids_of_roles_and_users(principal: str, expected: bool) -> None:
    assert is_principal_id(principal) is expected


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert PolicyDocument.parse('\ufeff{"Statement": []}').content == {"Statement": []}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"b": 1, "b": 2, "a": 1, "c": 0, "a": 2}', "the key a, b is a duplicate in one object"),
        ("NaN", "not valid JSON: NaN is not a number"),
        ('{"a": -Infinity}', "not valid JSON: -Infinity is not a number"),
        ("1" * 5000, "not valid JSON: a number has too many digits"),
        ("[" * 100_000, "nested too deep to be a policy document"),
    ],
    ids=["twice", "no number", "no finite number", "digits", "depth"],
)
def test_unreadable(text: str, message: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        PolicyDocument.parse(text)
    assert str(refused.value) == message
