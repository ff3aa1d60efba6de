# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two documents are equal exactly where IAM treats them as equal."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import (
    PolicyDocument,
    UnreadableDocument,
    dangling_principals,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from property_examples import examples

from .policy_models import generated, meaning, mutated, written

pytestmark = pytest.mark.both_generations

MANY = examples(10)
# A document is drawn as one number: ten times faster than drawing each of its parts.
sources = st.integers(min_value=0, max_value=2**64).map(random.Random)


@MANY
@given(sources)
def test_spellings_of_one_document_are_equal(style: random.Random) -> None:
    model = generated(style)
    one, other = PolicyDocument(written(model, style)), PolicyDocument.parse(json.dumps(written(model, style)))
    assert one == other
    assert hash(one) == hash(other)
    assert PolicyDocument(one.presented()) == one


@MANY
@given(sources)
def test_documents_that_mean_something_else_differ(style: random.Random) -> None:
    model = generated(style)
    other = mutated(model, style)
    assume(meaning(other) != meaning(model))
    assert PolicyDocument(written(model, style)) != PolicyDocument(written(other, style))


def document(**statement: Any) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


EQUAL = {
    "action case": ({"Action": "S3:getObject"}, {"Action": ["s3:GetObject"]}),
    "root ARN in GovCloud": (
        {"Principal": {"AWS": "arn:aws-us-gov:iam::123456789012:root"}},
        {"Principal": {"AWS": ["123456789012"]}},
    ),
    "account id as a number": ({"Principal": {"AWS": 123456789012}}, {"Principal": {"AWS": "123456789012"}}),
    "everyone": ({"Principal": "*"}, {"Principal": {"AWS": ["*", "*"]}}),
    "boolean": (
        {"Condition": {"Bool": {"aws:ViaAWSService": True}}},
        {"Condition": {"Bool": {"aws:viaawsservice": "true"}}},
    ),
    "empty Sid": ({"Sid": "", "Action": "*"}, {"Action": "*"}),
    "no condition": ({"Condition": {}}, {}),
    "no condition in an operator": ({"Condition": {"StringEquals": {}}}, {}),
}
DIFFERENT = {
    "resource case": ({"Resource": "arn:aws:s3:::a"}, {"Resource": "arn:aws:s3:::A"}),
    "condition value case": (
        {"Condition": {"StringEquals": {"a:b": "x"}}},
        {"Condition": {"StringEquals": {"a:b": "X"}}},
    ),
    "dangling": ({"Principal": {"AWS": "AROAEXAMPLEEXAMPLE12"}}, {"Principal": {"AWS": "arn:aws:iam::1:role/x"}}),
    "service, not account": ({"Principal": {"Service": "*"}}, {"Principal": {"AWS": "*"}}),
    "no values": ({"Condition": {"StringEquals": {"a:b": []}}}, {}),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name: str) -> None:
    one, other = EQUAL[name]
    assert document(**one) == document(**other)


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    one, other = DIFFERENT[name]
    assert document(**one) != document(**other)


def test_no_version_is_the_oldest() -> None:
    statement = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert PolicyDocument({"Statement": statement}) == PolicyDocument({"Version": "2008-10-17", "Statement": statement})
    assert PolicyDocument({"Statement": statement}) != PolicyDocument({"Version": "2012-10-17", "Statement": statement})


def test_size_leaves_out_white_space() -> None:
    assert PolicyDocument.parse('{ "Version": "2012-10-17",\n "Id": "a b" }').size == len(
        '{"Version":"2012-10-17","Id":"ab"}'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON: Expecting property name enclosed in double quotes at line 1 column 2"),
        ("[]", "a policy document must be a JSON object with Version and Statement"),
        ('{"Version": "a", "Version": "b"}', "the key Version is a duplicate in one object"),
    ],
)
def test_unreadable(text: str, message: str) -> None:
    with pytest.raises(UnreadableDocument, match=message.replace("[", r"\[")):
        PolicyDocument.parse(text)


def test_dangling_principals_are_found() -> None:
    ids = ["AROAEXAMPLEEXAMPLE12", "AIDAEXAMPLEEXAMPLE12"]
    trust = document(Principal={"AWS": [*ids, "arn:aws:iam::123456789012:role/x"], "Service": "AROA.amazonaws.com"})
    assert dangling_principals(trust) == sorted(ids)
