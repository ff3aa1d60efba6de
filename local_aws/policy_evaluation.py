# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's decision from policies: an explicit deny wins, then an allow, else the request is denied.

It supports the conditions StringEquals, StringLike, ArnEquals and ArnLike, with IfExists, Not, ForAllValues and
ForAnyValue, and Null. Others are an error. Principals are ignored, because these are policies of identities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from .permissions_needed import Needed

Context = Mapping[str, str | tuple[str, ...]]
Document = Mapping[str, Any]
Statement = Mapping[str, Any]

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(String|Arn)(Not)?(Equals|Like)(IfExists)?")
_VARIABLE = re.compile(r"\$\{([\w:/-]+)\}")


class Unknown(Exception):
    """A policy contains something that is not supported here."""


def allows(documents: Iterable[Document], needed: Needed) -> bool:
    """Whether policies of one kind (all of an identity, or a boundary) allow the request and do not deny it."""
    effects = {statement["Effect"] for statement in matching(documents, needed)}
    return "Allow" in effects and "Deny" not in effects


def denies(documents: Iterable[Document], needed: Needed) -> bool:
    """Whether a policy denies the request, regardless of other policies."""
    return any(statement["Effect"] == "Deny" for statement in matching(documents, needed))


def matching(documents: Iterable[Document], needed: Needed) -> Iterator[Statement]:
    """The statements that apply to the request."""
    for document in documents:
        for statement in _listed(document["Statement"]):
            if (
                _is_about(statement, "Action", needed.action, ignore_case=True)
                and _is_about(statement, "Resource", needed.resource)
                and _is_met(statement.get("Condition", {}), needed.context)
            ):
                yield statement


def _is_about(statement: Statement, element: str, value: str, ignore_case: bool = False) -> bool:
    if f"Not{element}" in statement:
        return not any(is_like(pattern, value, ignore_case) for pattern in _listed(statement[f"Not{element}"]))
    return any(is_like(pattern, value, ignore_case) for pattern in _listed(statement[element]))


def is_like(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """Whether a pattern matches a value: `*` is any text, `?` any character."""
    return bool(_compiled(pattern, ignore_case).fullmatch(value))


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _is_met(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Every operator and every key must be met; one value of a key is enough, or with Not, none may match."""
    return all(
        _holds(operator, key.lower(), [_filled(str(value), context) for value in _listed(values)], context)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, values: list[str], context: Context) -> bool:
    """Whether one operator is met for one key. A missing key meets ForAllValues, and never ForAnyValue."""
    if operator == "Null":
        return (key not in context) == (values[0].lower() == "true")
    parsed = _OPERATOR.fullmatch(operator)
    if parsed is None:
        raise Unknown(f"the condition operator {operator}")
    quantifier, kind, negated, how, if_exists = parsed.groups()
    if key not in context:
        return quantifier == "ForAllValues" or bool(if_exists or (negated and quantifier is None))
    with_wildcards = how == "Like" or kind == "Arn"
    every = all if quantifier == "ForAllValues" else any
    return every(
        any(is_like(value, one) if with_wildcards else value == one for value in values) != bool(negated)
        for one in _compared(operator, quantifier, context[key])
    )


def _compared(operator: str, quantifier: str | None, found: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(found, str):
        return (found,)
    if quantifier is None:
        raise Unknown(f"{operator} of a multivalued key, without ForAllValues or ForAnyValue")
    return found


def _filled(value: str, context: Context) -> str:
    """A value with its policy variables; one that is missing in the request, or multivalued, never matches."""

    def text(variable: re.Match[str]) -> str:
        found = context.get(variable[1].lower())
        return found if isinstance(found, str) else "\0"

    return _VARIABLE.sub(text, value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
