# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions of statements: whether one holds for the context of a request, and a context for which it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

Context = Mapping[str, tuple[str, ...]]
"""The values of a request's condition keys, by lower-case key; what is not there is not in the request."""

_VARIABLE = re.compile(r"\$\{[^}]+\}")


def holds(condition: Mapping[str, Any], context: Context) -> bool:
    return all(_holds(operator, values, context.get(key)) for operator, key, values in _tests(condition))


def satisfying(condition: Mapping[str, Any]) -> Context:
    """A context for which the condition holds."""
    context: dict[str, tuple[str, ...]] = {}
    for operator, key, values in _tests(condition):
        base = _base(operator)
        if base == "Null":
            if values[0] == "false":
                context.setdefault(key, ("x",))
        elif base.startswith("Numeric"):
            shift = -1 if "LessThan" in base else 1 if "GreaterThan" in base else 0
            context[key] = (str(float(values[0]) + shift),)
        elif "Not" in base:
            context.setdefault(key, ("none of these",))
        else:
            context[key] = (example(values[0]),)
    return context


def example(pattern: str) -> str:
    """A text that matches a pattern with * and ? and policy variables."""
    return re.sub(r"[*?]", "x", _VARIABLE.sub("x", pattern))


@cache
def glob(pattern: str, *, fold_case: bool = False) -> re.Pattern[str]:
    """What a pattern of IAM matches: * is any text, ? any character, a policy variable any text too."""
    parts = [{"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in _VARIABLE.sub("*", pattern)]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold_case else 0))


def _tests(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, keys in condition.items():
        for key, value in keys.items():
            values = value if isinstance(value, (list, tuple)) else (value,)
            texts = (str(entry).lower() if isinstance(entry, bool) else str(entry) for entry in values)
            yield operator, key.lower(), tuple(texts)


def _base(operator: str) -> str:
    return operator.rpartition(":")[2].removesuffix("IfExists")


def _holds(operator: str, values: tuple[str, ...], actual: tuple[str, ...] | None) -> bool:
    base = _base(operator)
    if base == "Null":
        return (actual is None) == (values[0] == "true")
    negated = "Not" in base
    if actual is None:
        return negated or operator.endswith("IfExists") or operator.startswith("ForAllValues:")
    agrees = _COMPARISONS[base.replace("Not", "")]
    every = all if operator.startswith("ForAllValues:") else any
    if negated:
        return all(not agrees(value, entry) for entry in actual for value in values)
    return every(any(agrees(value, entry) for value in values) for entry in actual)


def _like(pattern: str, actual: str) -> bool:
    return glob(pattern).fullmatch(actual) is not None


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, actual: value == actual or ("${" in value and _like(value, actual)),
    "StringEqualsIgnoreCase": lambda value, actual: value.lower() == actual.lower(),
    "StringLike": _like,
    "ArnLike": _like,
    "ArnEquals": _like,
    "Bool": lambda value, actual: value.lower() == actual.lower(),
    "NumericEquals": lambda value, actual: float(actual) == float(value),
    "NumericLessThan": lambda value, actual: float(actual) < float(value),
    "NumericLessThanEquals": lambda value, actual: float(actual) <= float(value),
    "NumericGreaterThan": lambda value, actual: float(actual) > float(value),
    "NumericGreaterThanEquals": lambda value, actual: float(actual) >= float(value),
}
