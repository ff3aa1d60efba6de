# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule for account ids in all places. The tables `account_ids.yml` have the places and the messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import Variable
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.account_ids import (
    account_id_refusal,
    arn_account_refusal,
    as_account_id,
)
from hypothesis import given
from hypothesis import strategies as st


def problems_of(kind: str, values: list[Any]) -> list[str]:
    """What is wrong with the values of a service's variable, a list of that kind."""
    found: list[Problem] = []
    Variable("accounts", "list", kind=kind).value(values, "accounts", found)
    return list(map(str, found))


NONE = [None, True, False, 0, 1402433619, 99999999999, 10**12, 123456789012.0, "", "12345678901", "1234567890123"]
NONE += ["123456789012\n", " 123456789012", "vision", "١٢٣٤٥٦٧٨٩٠١٢", ["123456789012"], b"123456789012"]


@given(st.integers(min_value=10**11, max_value=10**12 - 1))
def test_a_number_of_twelve_digits_is_the_id_that_its_text_is(number: int) -> None:
    assert as_account_id(number) == as_account_id(str(number)) == str(number)
    assert account_id_refusal(number) is None
    assert problems_of("account", [number]) == []


@pytest.mark.parametrize("value", NONE, ids=repr)
def test_everything_else_is_none(value: Any) -> None:
    assert as_account_id(value) is None
    assert account_id_refusal(value)


@given(st.integers(min_value=0, max_value=10**11 - 1))
def test_a_shorter_number_is_to_be_quoted(number: int) -> None:
    for value in (number, str(number)):
        assert "quote it" in (account_id_refusal(value) or "")
        assert "quote it" in (arn_account_refusal(f"arn:aws:iam::{value}:role/x") or "")
    assert "quotes" in problems_of("account", [str(number), number])[1]


def test_the_arns_of_a_variable_are_reported_their_account() -> None:
    arns = {"key": "arn:aws:kms:us-east-1:1402433619:key/a", "policy": "arn:aws:iam::1402433619:policy/a"}
    for kind, arn in arns.items():
        (problem,) = problems_of(kind, [arn])
        assert "names account 1402433619, which is not an account id" in problem
        assert problems_of(kind, [arn.replace("1402433619", "<account_id>")]) == []
    assert problems_of("account", ["<account_id>"]) == []


@pytest.mark.parametrize("as_json", [False, True])
def test_iam_gets_text_for_the_ids_that_are_numbers(as_json: bool) -> None:
    number, text = 123456789012, "123456789012"
    others: dict[str, Any] = {"Bool": {"a:b": True}, "NumericEquals": {"a:b": 7}}
    condition = {"StringEquals": {"aws:SourceAccount": [number]}, **others}
    statement: dict[str, Any] = {"Principal": {"AWS": number}, "Condition": condition}
    document: Any = {"Version": "2012-10-17", "Statement": statement}
    options = {
        "roles": [{"name": "x", "assume_role_policy_document": json.dumps(document) if as_json else document}],
        "trust_statements": [{"name": "x", "statements": [statement]}],
    }
    parser = DeclarationParser(Placeholders())
    declarations = parser.baseline(options)
    wanted = {
        "Principal": {"AWS": text},
        "Condition": {"StringEquals": {"aws:SourceAccount": [text]}, **others},
    }
    trust = declarations.roles[0].trust
    assert trust is not None and trust.content["Statement"] == wanted
    assert declarations.trust_statements[0].statements == (wanted,)
