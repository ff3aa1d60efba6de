# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM decides by policies: an explicit deny wins, then an allow, then the denial that everything begins with.

Of conditions it knows StringEquals, StringLike, ArnEquals and ArnLike, with IfExists and Not, and Null; what it does
not know it refuses to judge. Principals are not looked at: these are policies of identities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from .permissions_needed import Needed

Document = Mapping[str, Any]
Statement = Mapping[str, Any]

_OPERATOR = re.compile(r"(String|Arn)(Not)?(Equals|Like)(IfExists)?")
_VARIABLE = re.compile(r"\$\{([\w:/-]+)\}")


class Unknown(Exception):
    """A policy says something that is not understood here."""


def allows(documents: Iterable[Document], needed: Needed) -> bool:
    """Whether policies of one kind, all of an identity's or a boundary, allow it and do not deny it."""
    effects = {statement["Effect"] for statement in matching(documents, needed)}
    return "Allow" in effects and "Deny" not in effects


def denies(documents: Iterable[Document], needed: Needed) -> bool:
    """Whether a policy denies it, whatever others say."""
    return any(statement["Effect"] == "Deny" for statement in matching(documents, needed))


def matching(documents: Iterable[Document], needed: Needed) -> Iterator[Statement]:
    """The statements that are about it."""
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
    """Whether a pattern stands for a value: `*` is any text, `?` any character."""
    return bool(_compiled(pattern, ignore_case).fullmatch(value))


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _is_met(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Every operator and every key has to hold; of the values of a key one is enough, or with Not, none."""
    return all(
        _holds(operator, key.lower(), [_filled(str(value), context) for value in _listed(values)], context)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    if operator == "Null":
        return (key not in context) == (values[0].lower() == "true")
    parsed = _OPERATOR.fullmatch(operator)
    if parsed is None:
        raise Unknown(f"the condition operator {operator}")
    kind, negated, how, if_exists = parsed.groups()
    if key not in context:
        return bool(negated or if_exists)
    with_wildcards = how == "Like" or kind == "Arn"
    found = any(is_like(value, context[key]) if with_wildcards else value == context[key] for value in values)
    return found != bool(negated)


def _filled(value: str, context: Mapping[str, str]) -> str:
    """A value with its policy variables; one that the request does not carry never matches."""
    return _VARIABLE.sub(lambda found: context.get(found[1].lower(), "\0"), value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
