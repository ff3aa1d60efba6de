# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents as sets, the ways to write each down, and the ways to change one for real.

Independent of the engine: a model says what a document means, `written` picks one of the many spellings that IAM
takes for the same, and `mutated` changes the meaning.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "eusc-de-east-1")
ACTIONS = ("s3:getobject", "s3:putobject", "s3:*", "iam:passrole", "sts:assumerole", "logs:create*", "*")
RESOURCES = ("*", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*", "arn:aws:s3:::Bucket/*", "arn:aws:iam::*:role/x")
ACCOUNTS = ("123456789012", "000000000001", "999999999999")
PRINCIPALS = (
    *(("AWS", account) for account in ACCOUNTS),
    ("AWS", "*"),
    ("AWS", "arn:aws:iam::123456789012:role/deploy"),
    ("AWS", "AROAEXAMPLEEXAMPLE12"),
    ("Service", "sagemaker.amazonaws.com"),
    ("Service", "lambda.amazonaws.com"),
    ("Federated", "arn:aws:iam::123456789012:saml-provider/idp"),
)
CONDITIONS = (
    ("StringEquals", "aws:sourceaccount", "123456789012"),
    ("StringEquals", "aws:sourceaccount", "000000000001"),
    ("StringLike", "s3:prefix", "home/*"),
    ("StringEquals", "s3:prefix", "home/*"),
    ("Bool", "aws:viaawsservice", "true"),
    ("Bool", "aws:viaawsservice", "false"),
    ("NumericLessThan", "s3:max-keys", "10"),
    ("NumericLessThan", "s3:max-keys", "11"),
)
Pairs = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class StatementModel:
    effect: str
    sid: str | None
    action_element: str
    actions: frozenset[str]
    resource_element: str | None
    resources: frozenset[str]
    principals: Pairs
    conditions: Pairs


@dataclass(frozen=True)
class DocumentModel:
    version: str | None
    statements: frozenset[StatementModel]


def generated(source: random.Random) -> DocumentModel:
    """A document of one to three statements."""
    statements = frozenset(_generated_statement(source) for _time in range(source.randint(1, 3)))
    return DocumentModel(source.choice((None, "2012-10-17", "2008-10-17")), statements)


def written(model: DocumentModel, style: random.Random) -> dict[str, Any]:
    """One of the spellings of a document, chosen by the style."""
    rows = [_written_statement(statement, style) for statement in model.statements]
    if style.random() < 0.2:
        rows.append(_written_statement(style.choice(sorted(model.statements, key=repr)), style))
    style.shuffle(rows)
    content: list[tuple[str, Any]] = [("Statement", rows[0] if len(rows) == 1 and style.random() < 0.5 else rows)]
    if model.version == "2012-10-17" or (model.version == "2008-10-17" and style.random() < 0.5):
        content.append(("Version", model.version))
    style.shuffle(content)
    return dict(content)


def mutated(model: DocumentModel, change: random.Random) -> DocumentModel:
    """A document that means something else."""
    kinds = [_without_or_with_statement, _other_version, *[_other_statement] * 6]
    return change.choice(kinds)(model, change)


def meaning(model: DocumentModel) -> tuple[Any, ...]:
    """What makes two models mean the same: no Version is the oldest one."""
    return (model.version or "2008-10-17", model.statements)


def _generated_statement(source: random.Random) -> StatementModel:
    trust = source.random() < 0.5
    return StatementModel(
        effect=source.choice(("Allow", "Deny")),
        sid=source.choice((None, "One", "Two")),
        action_element=source.choice(("Action", "NotAction")),
        actions=_some(ACTIONS, 1, source),
        resource_element=None if trust else source.choice(("Resource", "NotResource")),
        resources=frozenset() if trust else _some(RESOURCES, 1, source),
        principals=_some(PRINCIPALS, 1, source) if trust else frozenset(),
        conditions=_some(CONDITIONS, 0, source),
    )


def _some(values: Sequence[T], least: int, source: random.Random) -> frozenset[T]:
    return frozenset(source.sample(values, source.randint(least, 3)))


def _written_statement(statement: StatementModel, style: random.Random) -> dict[str, Any]:
    rows: list[tuple[str, Any]] = [
        ("Effect", statement.effect),
        (statement.action_element, _values([_cased(action, style) for action in statement.actions], style)),
    ]
    if statement.sid is not None:
        rows.append(("Sid", statement.sid))
    elif style.random() < 0.1:
        rows.append(("Sid", ""))
    if statement.resource_element is not None:
        rows.append((statement.resource_element, _values(list(statement.resources), style)))
    if statement.principals:
        rows.append(("Principal", _written_principals(statement, style)))
    if statement.conditions:
        rows.append(("Condition", _written_conditions(statement, style)))
    elif style.random() < 0.1:
        rows.append(("Condition", {}))
    style.shuffle(rows)
    return dict(rows)


def _written_principals(statement: StatementModel, style: random.Random) -> Any:
    if statement.principals == {("AWS", "*")} and style.random() < 0.5:
        return "*"
    kinds = sorted({kind for kind, _value in statement.principals})
    style.shuffle(kinds)
    return {
        kind: _values([_account(value, style) for other, value in statement.principals if other == kind], style)
        for kind in kinds
    }


def _written_conditions(statement: StatementModel, style: random.Random) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    rows = sorted(statement.conditions)
    style.shuffle(rows)
    for operator, key, _value in rows:
        spelled = condition.setdefault(operator, {})
        if key not in {name.lower() for name in spelled}:
            values = [value for other, name, value in rows if (other, name) == (operator, key)]
            spelled[_cased(key, style)] = _values([_typed(value, style) for value in values], style)
    return condition


def _values(values: list[Any], style: random.Random) -> Any:
    values = [*values, *([style.choice(values)] if style.random() < 0.2 else [])]
    style.shuffle(values)
    return values[0] if len(values) == 1 and style.random() < 0.5 else values


def _cased(text: str, style: random.Random) -> str:
    return "".join(style.choice((letter.lower(), letter.upper())) for letter in text)


def _account(value: str, style: random.Random) -> str:
    if value in ACCOUNTS and style.random() < 0.5:
        return f"arn:{style.choice(PARTITIONS)}:iam::{value}:root"
    return value


def _typed(value: str, style: random.Random) -> Any:
    if style.random() < 0.5:
        return {"true": True, "false": False, "10": 10, "11": 11}.get(value, value)
    return value


def _without_or_with_statement(model: DocumentModel, change: random.Random) -> DocumentModel:
    if len(model.statements) > 1:
        gone = change.choice(sorted(model.statements, key=repr))
        return replace(model, statements=model.statements - {gone})
    extra = replace(next(iter(model.statements)), sid="Extra")
    return replace(model, statements=model.statements | {extra})


def _other_version(model: DocumentModel, change: random.Random) -> DocumentModel:
    return replace(model, version=None if model.version == "2012-10-17" else "2012-10-17")


def _other_statement(model: DocumentModel, change: random.Random) -> DocumentModel:
    statement = change.choice(sorted(model.statements, key=repr))
    fields: list[dict[str, Any]] = [
        {"effect": "Deny" if statement.effect == "Allow" else "Allow"},
        {"sid": {None: "Three", "One": "one"}.get(statement.sid)},
        {"action_element": "NotAction" if statement.action_element == "Action" else "Action"},
        {"actions": statement.actions ^ {change.choice(ACTIONS)}},
        {"conditions": statement.conditions ^ {change.choice(CONDITIONS)}},
    ]
    if statement.resource_element is not None:
        fields.append({"resources": statement.resources ^ {change.choice(RESOURCES)}})
        fields.append({"resource_element": {"Resource": "NotResource"}.get(statement.resource_element, "Resource")})
    else:
        fields.append({"principals": statement.principals ^ {change.choice(PRINCIPALS)}})
    other = replace(statement, **change.choice(fields))
    if not other.actions or (other.resource_element and not other.resources):
        other = replace(statement, sid="Extra")
    if other.resource_element is None and not other.principals:
        other = replace(statement, sid="Extra")
    return replace(model, statements=(model.statements - {statement}) | {other})
