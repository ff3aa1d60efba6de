# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Templates of service definitions: plain data in which texts, entries and keys depend on an account's values. Pure.

- `${expression}` in a text is replaced by the value of the expression. A text that is only an expression keeps the type
  of the value. If the value is null, its key or entry is left out. A list in a list is replaced by its entries.
- `when: expression` next to other keys keeps a mapping only if the expression is true.
- `for_each: {name: expression}` next to other keys of an entry repeats it for each entry of a list. `name` is the
  entry and `name_index` its index, from 0. Several names are nested.
- An entry with `value` next to `when` or `for_each` is replaced by that value.

`${aws:PrincipalTag/team}` and other policy variables of IAM, which have a colon in their name, stay as they are, and so
do `${*}`, `${?}` and `${$}`. A value from a user is inserted as it is and not evaluated again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .expressions import Expression, Values, WrongExpression, scope_of

_SUBSTITUTION = re.compile(r"\$\{([^{}]*)\}")
_POLICY_VARIABLE = re.compile(r"[A-Za-z0-9-]+:[^:]|[*?$]$")
_UNREAD = re.compile(r"\$\{(?![^{}]*\})")
"""The beginning of a substitution that has no end, or that contains braces."""


class _Nothing:
    """The value of a template that is left out."""


NOTHING = _Nothing()


class Template(Protocol):
    """A compiled template."""

    def value(self, values: Values) -> Any:
        """The value, or NOTHING. Raises WrongExpression."""

    def every_value(self, values: Values) -> Iterator[Any]:
        """The possible values for all results of its conditions. Repetitions and texts have their current values."""

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        """Each expression with the names that repetitions around it define."""


@dataclass(frozen=True)
class _Constant:
    content: Any

    def value(self, dummy: Values) -> Any:
        return self.content

    def every_value(self, values: Values) -> Iterator[Any]:
        yield self.content

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        yield from ()


@dataclass(frozen=True)
class Whole:
    """A text that is one substitution."""

    expression: Expression

    def value(self, values: Values) -> Any:
        found = self.expression.value(values)
        return NOTHING if found is None else found

    def every_value(self, values: Values) -> Iterator[Any]:
        yield self.value(values)

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        yield self.expression, frozenset()


@dataclass(frozen=True)
class _Text:
    parts: tuple[str | Expression, ...]

    def value(self, values: Values) -> Any:
        found = "".join(part if isinstance(part, str) else _as_text(part, part.value(values)) for part in self.parts)
        scope_of(values).evaluator.charge(len(found) // 10)
        return found

    def every_value(self, values: Values) -> Iterator[Any]:
        yield self.value(values)

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        yield from ((part, frozenset()) for part in self.parts if isinstance(part, Expression))


@dataclass(frozen=True)
class _List:
    entries: tuple[Template, ...]

    def value(self, values: Values) -> Any:
        found = [one for entry in self.entries for one in _entries(entry, values)]
        scope_of(values).evaluator.charge(len(found))
        return found

    def every_value(self, values: Values) -> Iterator[Any]:
        yield [found for entry in self.entries for one in entry.every_value(values) for found in _spread(entry, one)]

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        for entry in self.entries:
            yield from entry.expressions()


@dataclass(frozen=True)
class _Mapping:
    items: tuple[tuple[str, Template], ...]

    def value(self, values: Values) -> Any:
        found = ((key, item.value(values)) for key, item in self.items)
        return {key: value for key, value in found if value is not NOTHING}

    def every_value(self, values: Values) -> Iterator[Any]:
        yield {key: one for key, item in self.items for one in item.every_value(values) if one is not NOTHING}

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        for _key, item in self.items:
            yield from item.expressions()


@dataclass(frozen=True)
class _Conditional:
    condition: Expression
    content: Template

    def value(self, values: Values) -> Any:
        return self.content.value(values) if self.condition.holds(values) else NOTHING

    def every_value(self, values: Values) -> Iterator[Any]:
        yield from self.content.every_value(values)

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        yield self.condition, frozenset()
        yield from self.content.expressions()


@dataclass(frozen=True)
class Repetition:
    """`for_each` of one entry, and what is repeated."""

    loops: tuple[tuple[str, Expression], ...]
    content: Template

    def value(self, values: Values) -> list[Any]:
        """The entries, without those that are left out."""
        return [found for inner in self.scopes(values) for found in _entries(self.content, inner)]

    def every_value(self, values: Values) -> Iterator[Any]:
        yield [found for inner in self.scopes(values) for found in self.content.every_value(inner)]

    def scopes(self, values: Values) -> Iterator[Values]:
        """The values with those of each repetition."""
        return scopes(self.loops, values)

    def expressions(self) -> Iterator[tuple[Expression, frozenset[str]]]:
        names: set[str] = set()
        for name, expression in self.loops:
            yield expression, frozenset(names)
            names |= {name, f"{name}_index"}
        for expression, inner in self.content.expressions():
            yield expression, inner | names


def scopes(loops: Sequence[tuple[str, Expression]], values: Values) -> Iterator[Values]:
    if not loops:
        yield values
        return
    (name, expression), *others = loops
    entries = expression.value(values)
    if entries is not None and not isinstance(entries, list):
        raise WrongExpression(f"`{expression.text}` of for_each is not a list")
    outer = scope_of(values)
    for index, entry in enumerate(entries or ()):
        yield from scopes(others, outer.within(name, entry, index))


def compiled(content: Any) -> Template:
    """Compile data of a definition to a template. Raises WrongExpression."""
    if isinstance(content, str):
        return _text(content)
    if isinstance(content, Mapping):
        return _mapping(content)
    if isinstance(content, (list, tuple)):
        entries = tuple(map(compiled, content))
        return _Constant(list(content)) if all(isinstance(one, _Constant) for one in entries) else _List(entries)
    return _Constant(content)


def repetition(content: Any) -> tuple[tuple[str, Expression], ...]:
    """The loops of `for_each`. Raises WrongExpression."""
    if not isinstance(content, Mapping) or not content:
        raise WrongExpression("for_each must be a mapping of a name to the expression of a list")
    return tuple((str(name), Expression.compiled(str(text))) for name, text in content.items())


def _mapping(content: Mapping[Any, Any]) -> Template:
    rest = {key: value for key, value in content.items() if key not in ("when", "for_each")}
    is_guarded = len(rest) < len(content)
    inner: Template
    if is_guarded and set(rest) == {"value"}:
        inner = compiled(rest["value"])
    else:
        items = tuple((str(key), compiled(value)) for key, value in rest.items())
        is_constant = all(isinstance(item, _Constant) for _key, item in items)
        inner = _Constant({key: item.content for key, item in items}) if is_constant else _Mapping(items)  # type: ignore[attr-defined]
    if "when" in content:
        inner = _Conditional(Expression.compiled(str(content["when"])), inner)
    if "for_each" in content:
        inner = Repetition(repetition(content["for_each"]), inner)
    return inner


def _text(content: str) -> Template:
    if _UNREAD.search(content):
        raise WrongExpression("${ without its }, or with braces inside; an expression cannot contain braces")
    parts: list[str | Expression] = []
    end = 0
    for found in _SUBSTITUTION.finditer(content):
        if _POLICY_VARIABLE.match(found.group(1)):
            continue
        parts += [content[end : found.start()], Expression.compiled(found.group(1))]
        end = found.end()
    parts = [part for part in [*parts, content[end:]] if part != ""]
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return Whole(parts[0])
    if any(isinstance(part, Expression) for part in parts):
        return _Text(tuple(parts))
    return _Constant(content)


def _entries(entry: Template, values: Values) -> list[Any]:
    """The values that an entry of a list adds to it."""
    found = entry.value(values)
    return [] if found is NOTHING else list(_spread(entry, found))


def _spread(entry: Template, found: Any) -> Iterator[Any]:
    while isinstance(entry, _Conditional):
        entry = entry.content
    if isinstance(found, list) and isinstance(entry, (Whole, Repetition)):
        yield from found
    elif found is not NOTHING:
        yield found


def _as_text(expression: Expression, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, Mapping)):
        what = "list" if isinstance(value, list) else "dictionary"
        raise WrongExpression(
            f"`{expression.text}` is a {what} within a text; join its entries, or use it without other text"
        )
    return str(value)
