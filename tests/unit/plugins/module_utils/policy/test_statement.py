# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A statement that has been read means what was written."""

from __future__ import annotations

import random
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import (
    Condition,
    Statement,
    canonical_statement,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.trust_policy import as_principal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .policy_models import generated, written

MANY = settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
sources = st.integers(min_value=0, max_value=2**64).map(random.Random)


def rewritten(statement: Statement) -> dict[str, Any]:
    """The statement as its fields say it, without a look at its raw content."""
    condition: dict[str, dict[str, list[str]]] = {}
    for one in statement.conditions:
        condition.setdefault(one.operator, {})[one.key] = list(one.values)
    elements = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
        "Principal": None if statement.principals is None else as_principal(statement.principals),
        "NotPrincipal": None if statement.not_principals is None else as_principal(statement.not_principals),
        "Condition": condition,
    }
    return {element: value for element, value in elements.items() if value is not None}


@MANY
@given(sources)
def test_the_fields_mean_what_was_written(style: random.Random) -> None:
    document = PolicyDocument(written(generated(style), style))
    assert [canonical_statement(rewritten(statement)) for statement in document.parsed] == [
        canonical_statement(statement) for statement in document.statements
    ]


@MANY
@given(sources)
def test_every_statement_allows_or_denies(style: random.Random) -> None:
    document = PolicyDocument(written(generated(style), style))
    assert sorted((*document.allowing, *document.denying), key=repr) == sorted(document.parsed, key=repr)
    assert all(statement.effect == "Allow" for statement in document.allowing)
    assert all(statement.effect == "Deny" for statement in document.denying)


def test_a_document_reads_its_statements_once() -> None:
    document = PolicyDocument({"Statement": {"Effect": "Allow", "Action": "s3:GetObject"}})
    assert document.allowing[0] is document.parsed[0] is document.allowing[0]
    assert document.parsed[0].content is document.statements[0]


@pytest.mark.parametrize(
    ("content", "field", "expected"),
    [
        ({"Action": "s3:Get*"}, "actions", ("s3:Get*",)),
        ({"Action": ["s3:Get*", "s3:Put*"]}, "actions", ("s3:Get*", "s3:Put*")),
        ({"Action": []}, "actions", ()),
        ({"Action": None}, "actions", ()),
        ({}, "actions", None),
        ({"NotAction": "iam:*"}, "not_actions", ("iam:*",)),
        ({"Resource": "*"}, "resources", ("*",)),
        ({"NotResource": ["a", "b"]}, "not_resources", ("a", "b")),
        ({"Principal": "*"}, "principals", (("AWS", "*"),)),
        ({"Principal": {"AWS": 123456789012}}, "principals", (("AWS", "123456789012"),)),
        ({"Principal": []}, "principals", ()),
        ({"NotPrincipal": {"Service": ["a", "b"]}}, "not_principals", (("Service", "a"), ("Service", "b"))),
        ({"Condition": {"Bool": {"aws:X": True}}}, "conditions", (Condition("Bool", "aws:X", ("true",)),)),
        ({"Condition": "nonsense"}, "conditions", ()),
        ({"Condition": {"Bool": "nonsense"}}, "conditions", ()),
        ({"Condition": {"Bool": {}}}, "is_conditional", True),
        ({"Condition": {}}, "is_conditional", False),
        ({"Condition": {"StringLike": {"S3:ExistingObjectTag/a": "b"}}}, "condition_keys", {"s3:existingobjecttag"}),
        ({"Sid": ""}, "sid", ""),
        ({"Sid": None}, "sid", ""),
        ({}, "effect", ""),
    ],
)
def test_elements_become_fields(content: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(Statement.of(content), field) == expected


def test_what_is_no_object_is_no_statement() -> None:
    assert PolicyDocument({"Statement": ["nonsense", None]}).parsed == ()
