# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any value in place of a document, a statement, tags or inline policies: no exception except InputError.

Only the pure part runs here: declaring, and the rules that hold in any account.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import InputError
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Declarations
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.declaration import problems
from hypothesis import given
from hypothesis import strategies as st

WORDS = (
    *("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource"),
    *("NotResource", "Condition", "AWS", "Service", "Federated", "Allow", "Deny", "*", "2012-10-17", "2008-10-17"),
    *("StringEquals", "ForAnyValue:StringLike", "aws:SourceAccount", "sts:AssumeRole", "s3:GetObject", "arn:", ":"),
    *("arn:aws:s3:::frames/*", "arn:aws:iam::123456789012:root", "<role_arn:x>", "<account_id>", "123456789012"),
    *("lambda.amazonaws.com", "arn:aws:iam::123456789012:role/worker", "arn:aws:iam::123456789012:worker"),
)

texts = st.sampled_from(WORDS) | st.text(st.characters(), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.just(datetime.datetime(2012, 10, 17))
    | st.just(b"bytes")
    | texts
)
keys = texts | st.integers() | st.none() | st.booleans()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
statements = st.fixed_dictionaries(
    {},
    optional={
        "Sid": values,
        "Effect": st.sampled_from(["Allow", "Deny"]) | values,
        "Principal": st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), values, max_size=2) | values,
        "NotPrincipal": values,
        "Action": values,
        "NotAction": values,
        "Resource": values,
        "NotResource": values,
        "Condition": st.dictionaries(texts, st.dictionaries(keys, values, max_size=2), max_size=2) | values,
        "Else": values,
    },
)
documents = values | st.fixed_dictionaries(
    {}, optional={"Version": values, "Id": values, "Statement": values | statements | st.lists(statements, max_size=3)}
)
mappings = st.none() | st.dictionaries(keys, values | documents, max_size=3)


def looked_at(options: dict[str, Any]) -> Declarations | None:
    """What a task with these options declares, None where it is refused."""
    parser = DeclarationParser(Placeholders())
    try:
        declarations = parser.baseline(options)
        found = parser.problems + problems(declarations)
        if found:
            raise InputError(found)
    except InputError as refused:
        assert refused.problems
        assert refused.message
        return None
    return declarations


def used(document: PolicyDocument | None) -> None:
    """What the engine does with a document that it has found to be good."""
    if document is not None:
        assert document == PolicyDocument.parse(document.text)
        assert document.size <= len(document.text)
        document.presented()
        document.text.encode("latin-1")


@given(documents)
def test_any_document(document: Any) -> None:
    declarations = looked_at(
        {
            "managed_policies": [{"name": "Frames", "policy": document}],
            "roles": [{"name": "worker", "assume_role_policy_document": document}],
        }
    )
    if declarations is not None:
        used(declarations.policies[0].document)
        used(declarations.roles[0].trust)


@given(documents)
def test_any_permissions_document(document: Any) -> None:
    declarations = looked_at({"managed_policies": [{"name": "Frames", "policy": document}]})
    if declarations is not None:
        used(declarations.policies[0].document)


@given(documents)
def test_any_trust_policy(document: Any) -> None:
    declarations = looked_at({"roles": [{"name": "worker", "assume_role_policy_document": document}]})
    if declarations is not None:
        used(declarations.roles[0].trust)


@given(
    st.lists(statements | st.dictionaries(keys, values, max_size=4), max_size=3), st.sampled_from(["present", "absent"])
)
def test_any_trust_statements(listed: list[Any], state: str) -> None:
    declarations = looked_at({"trust_statements": [{"name": "worker", "statements": listed, "state": state}]})
    if declarations is not None and state == "present":
        used(PolicyDocument({"Version": "2012-10-17", "Statement": list(declarations.trust_statements[0].statements)}))


@given(mappings, mappings, st.sampled_from(["present", "absent"]))
def test_any_tags_and_inline_policies(tags: Any, inline: Any, state: str) -> None:
    declarations = looked_at(
        {
            "roles": [{"name": "worker", "tags": tags, "inline_policies": inline, "state": state}],
            "attachments": [{"iam_type": "user", "iam_name": "ada", "inline_policies": inline, "state": state}],
            "managed_policies": [{"name": "Frames", "tags": tags, "state": state}],
        }
    )
    if declarations is not None and state == "present":
        for document in (declarations.roles[0].inline or {}).values():
            used(document)


@given(st.text(st.characters(), max_size=70), st.text(st.characters(), max_size=70))
def test_any_name_path_description_and_reference(one: str, other: str) -> None:
    looked_at(
        {
            "roles": [{"name": one, "path": other, "description": one, "boundary": other, "managed_policies": [one]}],
            "managed_policies": [{"name": other, "path": one, "description": other}],
            "attachments": [{"iam_type": "group", "iam_name": one, "managed_policies": [other]}],
        }
    )


@pytest.mark.parametrize("depth", [100, 900])
def test_a_value_nested_deeper_than_python_goes(depth: int) -> None:
    nested: Any = "deep"
    for _time in range(depth):
        nested = [nested]
    assert looked_at({"managed_policies": [{"name": "Frames", "policy": {"Statement": nested}}]}) is None
