# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Expressions of service definitions: JMESPath, compiled once. Pure.

JMESPath (https://jmespath.org) has a specification, has no loops, can access only the values that it is given, and
comes with boto3. Four functions are added: `lower(text)`, `unique(list)`, `without(list, list)` and
`duplicates(list)`. The steps of an evaluation are limited, so that no definition can hang or exhaust the memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

try:
    import jmespath
    from jmespath import functions, visitor
    from jmespath.exceptions import JMESPathError

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

Values = Mapping[str, Any]
"""The values that an expression can use, by name: variables of a service, its locals, and the entry of a repetition."""


class WrongExpression(ValueError):
    """An expression that cannot be read, or cannot be evaluated for the current values."""


class TooMuchWork(WrongExpression):
    """An evaluation that exceeds its limit of steps."""


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""An expression that is the name of one value, as most of them are."""

LONGEST_EXPRESSION = 2000
"""Characters."""

MOST_WORK = 1_000_000
"""The most steps of one evaluation of a service. One account needs some thousands."""

_UNREADABLE = (ValueError, RecursionError)
"""What JMESPath raises besides its own errors for an expression that it cannot read: huge numbers and deep nesting."""

_UNSUITABLE = (TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""The same for values: text compared with a number, a step of 0, infinite numbers."""

if HAS_JMESPATH:

    class _Functions(functions.Functions):  # type: ignore[misc]
        """JMESPath's functions and the four of this collection."""

        @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]
        def _func_lower(self, text: str) -> str:
            return text.lower()

        @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_unique(self, entries: list[Any]) -> list[Any]:
            found: dict[Any, Any] = {}
            for entry in entries:
                found.setdefault(_key(entry), entry)
            return list(found.values())

        @functions.signature({"types": ["array"]}, {"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_without(self, entries: list[Any], others: list[Any]) -> list[Any]:
            left_out = set(map(_key, others))
            return [entry for entry in entries if _key(entry) not in left_out]

        @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_duplicates(self, entries: list[Any]) -> list[Any]:
            seen: set[Any] = set()
            twice: dict[Any, Any] = {}
            for entry in entries:
                key = _key(entry)
                if key in seen:
                    twice.setdefault(key, entry)
                seen.add(key)
            return list(twice.values())

    _MAKING = frozenset(
        {
            "filter_projection",
            "flatten",
            "function_expression",
            "multi_select_dict",
            "multi_select_list",
            "projection",
            "value_projection",
        }
    )
    """The parts of an expression that create a value. The others return an existing one."""

    class Evaluator(visitor.TreeInterpreter):  # type: ignore[misc]
        """Evaluates expressions with all of the functions, up to MOST_WORK steps."""

        def __init__(self) -> None:
            super().__init__(jmespath.Options(custom_functions=_Functions()))
            self._left = MOST_WORK

        def visit(self, node: Any, *args: Any, **options: Any) -> Any:
            found = super().visit(node, *args, **options)
            self.charge(1)
            if node["type"] in _MAKING:
                self.charge_for(found)
            return found

        def charge(self, steps: int) -> None:
            """Count steps. Raises TooMuchWork if there are too many."""
            self._left -= steps
            if self._left < 0:
                raise TooMuchWork("it takes more steps than an evaluation may take; repeat over fewer entries")

        def charge_for(self, value: Any) -> None:
            """Count a step for each value within a value, and for every ten characters of a text."""
            pending = [value]
            while pending:
                one = pending.pop()
                if isinstance(one, str):
                    self.charge(1 + len(one) // 10)
                elif isinstance(one, Mapping):
                    self.charge(1 + len(one))
                    pending += one.values()
                elif isinstance(one, list):
                    self.charge(1 + len(one))
                    pending += one


class Scope(dict[str, Any]):
    """Values, with the remaining steps of their evaluation, which all nested scopes share."""

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        self.evaluator: Evaluator = values.evaluator if isinstance(values, Scope) else Evaluator()

    def within(self, name: str, entry: Any, index: int) -> Scope:
        """The values inside a repetition, for one of its entries."""
        self.evaluator.charge(10)
        inner = Scope(self)
        inner[name] = entry
        inner[f"{name}_index"] = index
        return inner


def scope_of(values: Values) -> Scope:
    return values if isinstance(values, Scope) else Scope(values)


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `names` are the variables and locals that it uses.

    `tree` is JMESPath's syntax tree: nodes with `type`, `children` and `value`.
    """

    text: str
    names: frozenset[str] = field(compare=False)
    tree: Mapping[str, Any] = field(compare=False, repr=False)

    @classmethod
    @cache
    def compiled(cls, text: str) -> Expression:
        """Compile an expression, each text once. Raises WrongExpression."""
        if _NAME.fullmatch(text):
            return cls(text, frozenset({text}), {"type": "field", "children": [], "value": text})
        if len(text) > LONGEST_EXPRESSION:
            raise WrongExpression(f"`{text[:40]}…` has more than {LONGEST_EXPRESSION} characters; use locals")
        try:
            tree = jmespath.compile(text).parsed
        except (JMESPathError, *_UNREADABLE) as error:
            raise WrongExpression(f"`{text}` is not a JMESPath expression: {_first_line(error)}") from None
        if any(_negates_a_part(node) for node in _nodes(tree)):
            raise WrongExpression(f"`{text}` reads `!a.b` as `(!a).b`; write `!(a.b)`")
        unknown = sorted(set(_functions(tree)) - set(_Functions.FUNCTION_TABLE))
        if unknown:
            raise WrongExpression(f"`{text}` calls {unknown[0]}(), which is not a function of JMESPath")
        return cls(text, frozenset(_root_names(tree)), tree)

    def value(self, values: Values) -> Any:
        """The value of the expression. Raises WrongExpression."""
        if len(self.names) == 1 and self.text in self.names:
            return values.get(self.text)
        try:
            return scope_of(values).evaluator.visit(self.tree, values)
        except WrongExpression as error:
            raise WrongExpression(f"`{self.text}`: {error}") from None
        except (JMESPathError, *_UNSUITABLE) as error:
            raise WrongExpression(f"`{self.text}` cannot be evaluated: {_first_line(error)}") from None

    def holds(self, values: Values) -> bool:
        """Whether the value is anything except false, null and empty."""
        found = self.value(values)
        return found is not None and found is not False and found not in ("", [], {})


def _key(entry: Any) -> Any:
    """The key of an entry: equal for entries that are equal in JMESPath. There, 1 and true are not equal."""
    return entry if isinstance(entry, str) else (json.dumps(entry, sort_keys=True, default=str),)


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].rstrip(": ")


WHOLE = "@"
"""The name of all values together in an expression."""

_RELATIVE = frozenset(
    {"subexpression", "filter_projection", "projection", "value_projection", "pipe", "index_expression"}
)
"""Only the first child of these is evaluated with the values of the whole; the others use the result of the first."""


def _root_names(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that an expression reads from the values."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        yield node["value"]
    elif kind == "current":
        yield WHOLE
    elif kind in _RELATIVE:
        yield from _root_names(children[0])
    elif kind != "expref":
        for child in children:
            if isinstance(child, Mapping):
                yield from _root_names(child)


def _functions(tree: Mapping[str, Any]) -> Iterator[str]:
    return (node["value"] for node in _nodes(tree) if node["type"] == "function_expression")


def _negates_a_part(node: Mapping[str, Any]) -> bool:
    return bool(node["type"] == "subexpression" and node["children"][0]["type"] == "not_expression")


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from _nodes(child)
