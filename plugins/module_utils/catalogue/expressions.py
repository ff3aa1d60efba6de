# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of service definitions: JMESPath, compiled once. Pure.

JMESPath (https://jmespath.org) is specified, has no loops and no access to anything but the values it is given, and
comes with boto3. Four functions are added: `lower(text)`, `unique(list)`, `without(list, list)` and
`duplicates(list)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

try:
    import jmespath
    from jmespath import functions
    from jmespath.exceptions import JMESPathError

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

Values = Mapping[str, Any]
"""What an expression may use, by name: the variables of a service, its locals, and what a repetition stands at."""


class WrongExpression(ValueError):
    """An expression that cannot be read, or cannot be evaluated for the values at hand."""


if HAS_JMESPATH:

    class _Functions(functions.Functions):  # type: ignore[misc]
        """JMESPath's functions and the four of this collection."""

        @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]
        def _func_lower(self, text: str) -> str:
            return text.lower()

        @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_unique(self, entries: list[Any]) -> list[Any]:
            return [entry for index, entry in enumerate(entries) if entry not in entries[:index]]

        @functions.signature({"types": ["array"]}, {"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_without(self, entries: list[Any], others: list[Any]) -> list[Any]:
            return [entry for entry in entries if entry not in others]

        @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
        def _func_duplicates(self, entries: list[Any]) -> list[Any]:
            twice = [entry for index, entry in enumerate(entries) if entry in entries[:index]]
            return [entry for index, entry in enumerate(twice) if entry not in twice[:index]]

    _OPTIONS = jmespath.Options(custom_functions=_Functions())


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `names` are the variables and locals that it uses."""

    text: str
    names: frozenset[str] = field(compare=False)
    _compiled: Any = field(compare=False, repr=False)

    @classmethod
    def compiled(cls, text: str) -> Expression:
        """Compile an expression. Raises WrongExpression."""
        try:
            compiled = jmespath.compile(text)
        except JMESPathError as error:
            raise WrongExpression(f"`{text}` is not a JMESPath expression: {_first_line(error)}") from None
        if any(_negates_a_part(node) for node in _nodes(compiled.parsed)):
            raise WrongExpression(f"`{text}` reads `!a.b` as `(!a).b`; write `!(a.b)`")
        unknown = sorted(set(_functions(compiled.parsed)) - set(_Functions.FUNCTION_TABLE))
        if unknown:
            raise WrongExpression(f"`{text}` calls {unknown[0]}(), which is not a function of JMESPath")
        return cls(text, frozenset(_root_names(compiled.parsed)), compiled)

    def value(self, values: Values) -> Any:
        """What the expression comes to. Raises WrongExpression."""
        if len(self.names) == 1 and self.text in self.names:
            return values.get(self.text)
        try:
            return self._compiled.search(values, options=_OPTIONS)
        except JMESPathError as error:
            raise WrongExpression(f"`{self.text}` cannot be evaluated: {_first_line(error)}") from None

    def holds(self, values: Values) -> bool:
        """Whether it comes to anything but false, null and what is empty."""
        found = self.value(values)
        return found is not None and found is not False and found not in ("", [], {})


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].rstrip(": ")


_RELATIVE = frozenset(
    {"subexpression", "filter_projection", "projection", "value_projection", "pipe", "index_expression"}
)
"""Of these only the first child is evaluated where the whole is; the others stand on what the first one came to."""


def _root_names(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that an expression takes from the values themselves."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        yield node["value"]
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
