# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The types of the parts of an expression, and comparisons that can never be true. Pure.

Only certain mistakes are reported: a type is known if it comes from a variable of the service, through repetitions,
filters and locals that are one substitution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .definition_problem import near
from .expressions import Expression
from .templates import Whole
from .variables import Variable

Node = Mapping[str, Any]


@dataclass(frozen=True)
class ValueType:
    """A type: with `entries` a list, with `options` a dictionary, with `choices` a text that is one of them."""

    name: str
    choices: tuple[str, ...] = ()
    options: Mapping[str, ValueType] | None = None
    entries: ValueType | None = None


def type_of(variable: Variable) -> ValueType:
    """The type of a variable or of one of its options."""
    options = {name: type_of(one) for name, one in variable.options.items()} or None
    if variable.type == "list":
        return ValueType(variable.name, entries=ValueType(f"an entry of {variable.name}", variable.choices, options))
    return ValueType(variable.name, variable.choices, options)


@dataclass
class ExpressionTypes:
    """Finds the mistakes of one expression; `known` has the sources of its names (see `parser.Known`)."""

    known: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def of(self, node: Node, current: ValueType | None = None, is_root: bool = True) -> ValueType | None:
        """The type of a part of an expression, None if it is not known."""
        find = getattr(self, f"_{node['type']}", None)
        if find is not None:
            found: ValueType | None = find(node, current, is_root)
            return found
        for child in node["children"]:
            if isinstance(child, Mapping):
                self.of(child, current, is_root)
        return None

    def _field(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        name = node["value"]
        if is_root:
            return self._of_name(name)
        if current is None:
            return None
        if current.entries is not None:
            self.problems.append(f"`{name}` of {current.name}, which is a list, is always null; write [].{name}")
        elif current.options is not None and name not in current.options:
            hint = near(name, current.options) or f"; it has {', '.join(current.options)}"
            self.problems.append(f"`{name}` is not an option of {current.name.removeprefix('an entry of ')}{hint}")
        return (current.options or {}).get(name)

    def _of_name(self, name: str) -> ValueType | None:
        origin = self.known.get(name)
        if isinstance(origin, Variable):
            return type_of(origin)
        of_others = ExpressionTypes({key: value for key, value in self.known.items() if value is not origin})
        if isinstance(origin, Expression):
            found = of_others.of(origin.tree)
            return found.entries if found else None
        return of_others.of(origin.expression.tree) if isinstance(origin, Whole) else None

    def _current(self, dummy: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        return None if is_root else current

    _identity = _current

    def _subexpression(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        for child in node["children"]:
            current, is_root = self.of(child, current, is_root), False
        return current

    _pipe = _index_expression = _subexpression

    def _index(self, dummy: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        return current.entries if current else None

    def _slice(self, dummy: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        return current

    def _projection(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        base, *parts = node["children"]
        of_base = self.of(base, current, is_root)
        entry = of_base.entries if of_base else None
        # Of a filter, the condition comes last and changes nothing.
        of_parts = [self.of(part, entry, False) for part in parts]
        return ValueType(of_base.name, entries=of_parts[0]) if of_base and of_parts[0] else None

    _filter_projection = _projection

    def _flatten(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        found = self.of(node["children"][0], current, is_root)
        return found.entries if found and found.entries and found.entries.entries else found

    def _or_expression(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        one, other = [self.of(child, current, is_root) for child in node["children"]]
        return one if one == other else None

    def _and_expression(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        return [self.of(child, current, is_root) for child in node["children"]][-1]

    def _comparator(self, node: Node, current: ValueType | None, is_root: bool) -> None:
        one, other = node["children"]
        for part, literal in ((one, other), (other, one)):
            found = self.of(part, current, is_root)
            if literal["type"] == "literal":
                self.problems += _never(found, [literal["value"]])

    def _function_expression(self, node: Node, current: ValueType | None, is_root: bool) -> ValueType | None:
        children = node["children"]
        if node["value"] == "map" and len(children) == 2 and children[0]["type"] == "expref":
            of_list = self.of(children[1], current, is_root)
            self.of(children[0]["children"][0], of_list.entries if of_list else None, False)
            return None
        found = [self.of(child, current, is_root) for child in children if child["type"] != "expref"]
        if node["value"] == "contains" and len(found) == 2:
            self.problems += _never(found[0].entries if found[0] else None, _literals(children[1]))
            self.problems += _never(found[1], _literals(children[0]))
        return found[0] if found and node["value"] in ("unique", "without", "sort", "reverse", "duplicates") else None


def _literals(node: Node) -> list[Any]:
    if node["type"] == "literal":
        return node["value"] if isinstance(node["value"], list) else [node["value"]]
    if node["type"] == "multi_select_list":
        return [child["value"] for child in node["children"] if child["type"] == "literal"]
    return []


def _never(found: ValueType | None, literals: list[Any]) -> Iterator[str]:
    """Literals that a value with choices can never equal. A value that is not given is null."""
    for literal in literals:
        if found and found.choices and literal is not None and literal not in found.choices:
            hint = near(str(literal), found.choices)
            choices = hint or f"; it is one of {', '.join(found.choices)}"
            yield f"`{literal}` is not a choice of {found.name.removeprefix('an entry of ')}{choices}"
