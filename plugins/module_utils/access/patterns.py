# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Patterns of policies, compared with concrete values. Pure.

Sources: IAM user guide, "IAM JSON policy elements: Resource" and "IAM policy elements: variables and tags". In a
document of version 2008-10-17 a policy variable is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..policy.wildcards import ANY, ONE
from .context import Context
from .truth import Truth

_TOKEN = re.compile(r"\$\{[^}]*\}|.", re.DOTALL)
_PLAIN = {"*": ANY, "?": ONE}
_ESCAPED = {"${*}": "*", "${?}": "?", "${$}": "$"}
_DEFAULT = re.compile(r"\$\{\s*([^,]*?)\s*,\s*'(.*)'\s*\}", re.DOTALL)
_ANY_IN_FIELD, _ONE_IN_FIELD = "any text in a field", "one character in a field"
_ARN_FIELDS = 6

Matcher = Callable[[str, Context], Truth]
"""Says whether a value matches in a context. With a policy variable that has no value, or several, none does."""


@lru_cache(maxsize=65536)
def text_pattern(pattern: str, *, variables: bool, wildcards: bool = True, fold_case: bool = False) -> Matcher:
    """Compares texts with a pattern. Without `wildcards`, `*` and `?` are characters like any other."""
    return _matcher(_tokens(pattern, variables, wildcards), fold_case)


@lru_cache(maxsize=65536)
def resource_pattern(pattern: str, *, variables: bool) -> Matcher:
    """Compares ARNs with an entry of Resource or NotResource.

    In the first five fields of an ARN, a wildcard stays within its field, except for a `*` that ends it. An ARN with
    fewer than six fields stands for all that begin with these fields.
    """
    if not pattern.startswith("arn:"):
        return text_pattern(pattern, variables=variables)
    row = list(_tokens(pattern, variables, wildcards=True))
    field = 1
    for index, token in enumerate(row):
        if token == ":":
            field += 1
        elif field < _ARN_FIELDS and token == ONE:
            row[index] = _ONE_IN_FIELD
        elif field < _ARN_FIELDS and token == ANY and row[index + 1 : index + 2] not in ([], [":"]):
            row[index] = _ANY_IN_FIELD
    if field < _ARN_FIELDS and row[-1] != ANY:
        row += [":", ANY]
    return _matcher(tuple(row), fold_case=False)


@lru_cache(maxsize=65536)
def arn_pattern(pattern: str, *, variables: bool) -> Matcher:
    """Compares ARNs with a value of an ARN operator: each of the six fields by itself. `*` alone matches every ARN."""
    if pattern == "*":
        return lambda value, context: True
    rows: list[list[str]] = [[]]
    for token in _tokens(pattern, variables, wildcards=True):
        if token == ":" and len(rows) < _ARN_FIELDS:
            rows.append([])
        else:
            rows[-1].append(token)
    fields = [_matcher(tuple(row), fold_case=False) for row in rows]

    def matches(value: str, context: Context) -> Truth:
        parts = value.split(":", _ARN_FIELDS - 1)
        keys: frozenset[str] = frozenset()
        for field, part in zip(fields, parts, strict=True) if len(parts) == len(fields) else [(_never, "")]:
            truth = field(part, context)
            if truth is False:
                return False
            if truth is not True:
                keys |= truth
        return keys or True

    return matches


def variable_keys(pattern: str) -> frozenset[str]:
    """The condition keys of the policy variables in a pattern, in lower case."""
    return frozenset(_variable(token)[0] for token in _TOKEN.findall(pattern) if _is_variable(token))


def resolves(patterns: Iterable[str]) -> Callable[[Context], Truth]:
    """Says whether every policy variable of some patterns has one value in a context.

    What is negated needs to know it: that nothing matches says nothing if there is nothing to compare with.
    """
    used = [_variable(token) for pattern in patterns for token in _TOKEN.findall(pattern) if _is_variable(token)]

    def resolved(context: Context) -> Truth:
        keys = {key for key, _default in used if context.is_unknown(key)}
        if any(key not in keys and _one_value(context, key, default) is None for key, default in used):
            return False
        return frozenset(keys) or True

    return resolved


def _is_variable(token: str) -> bool:
    return token.startswith("${") and token not in _ESCAPED


def _never(value: str, context: Context) -> Truth:
    return False


def _matcher(row: tuple[str, ...], fold_case: bool) -> Matcher:
    if any(token.startswith("${") for token in row):
        return _VariablePattern(row, fold_case)
    if all(len(token) == 1 for token in row):
        text = "".join(row)
        return _equal_any_case(text.lower()) if fold_case else lambda value, context: value == text
    found = _expression(row, fold_case).fullmatch
    return lambda value, context: found(value) is not None


def _equal_any_case(text: str) -> Matcher:
    return lambda value, context: value.lower() == text


class _VariablePattern:
    """A pattern with policy variables, which get their values from the context."""

    def __init__(self, row: tuple[str, ...], fold_case: bool) -> None:
        self._row = row
        self._fold_case = fold_case
        self._widest = _expression(tuple(ANY if token.startswith("${") else token for token in row), fold_case)

    def __call__(self, value: str, context: Context) -> Truth:
        unknown: set[str] = set()
        resolved: list[str] = []
        for token in self._row:
            if not token.startswith("${"):
                resolved.append(token)
                continue
            key, default = _variable(token)
            if context.is_unknown(key):
                unknown.add(key)
                continue
            found = _one_value(context, key, default)
            if found is None:
                return False
            resolved.extend(found)
        if unknown:
            return frozenset(unknown) if self._widest.fullmatch(value) else False
        return _expression(tuple(resolved), self._fold_case).fullmatch(value) is not None


def _one_value(context: Context, key: str, default: str | None) -> str | None:
    found = context.values(key)
    if not found:
        return default
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _variable(token: str) -> tuple[str, str | None]:
    """The key of a policy variable in lower case, and its default."""
    with_default = _DEFAULT.fullmatch(token)
    if with_default:
        return with_default.group(1).lower(), with_default.group(2)
    return token[2:-1].strip().lower(), None


def _tokens(pattern: str, variables: bool, wildcards: bool) -> tuple[str, ...]:
    tokens: Iterable[str] = _TOKEN.findall(pattern) if variables else pattern
    plain = _PLAIN if wildcards else {}
    return tuple(_ESCAPED.get(token) or plain.get(token, token) for token in tokens)


_ONE_EXPRESSION = {ONE: ".", _ONE_IN_FIELD: "[^:]"}


@lru_cache(maxsize=65536)
def _expression(row: tuple[str, ...], fold_case: bool) -> re.Pattern[str]:
    """A regular expression that takes what lies between two `*` where it first occurs, and does not try again."""
    sections: list[list[str]] = [[""]]
    for token in row:
        if token == ANY:
            sections.append([""])
        elif token == _ANY_IN_FIELD:
            sections[-1].append("")
        else:
            sections[-1][-1] += _ONE_EXPRESSION.get(token) or re.escape(token)
    first, *others = map(_section, sections)
    middle = "".join(f"(?>.*?{section})" for section in others[:-1] if section)
    end = f".*{others[-1]}" if others else ""
    return re.compile(f"{first}{middle}{end}", re.DOTALL | (re.IGNORECASE if fold_case else 0))


def _section(parts: list[str]) -> str:
    """A section of a pattern, whose own wildcards stay within a field of an ARN."""
    first, *others = parts
    return first + "".join(f"(?>[^:]*?{part})" for part in others)
