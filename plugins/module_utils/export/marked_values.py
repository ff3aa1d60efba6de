# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Marks in place of the values of variables, and what stands in their places in an account. Pure.

A service that is evaluated with marks gives documents in which each mark shows where the value of its variable belongs.
Compared with the documents of an account, the text in that place is a guess of the value. A guess proves nothing:
`recovered_variables` evaluates the service with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..catalogue.value_kinds import KINDS
from ..catalogue.variables import Variable
from ..policy.statement import listed

_MARK = re.compile(r"\u27e6([a-z0-9_.\[\]]*)\u27e7")
DURATION = -1
"""The mark of a maximum session duration, which is a number."""

ANY_PATH = "\u27e6\u27e7"
"""In place of the path of a role in its ARN. It is not the value of a variable."""

_LONGEST = 2048
"""The longest text in which a value is looked for, more than an ARN has."""

Guess = tuple[str, Any]
"""The place of a mark, such as `bucket`, `developers.users` or `group_roles[].name`, and what the account has there."""


def mark(place: str) -> str:
    return f"\u27e6{place}\u27e7"


def marked(variable: Variable, place: str) -> Any:
    """The value with marks for a variable, its own default if it takes no free value."""
    if variable.type == "str" and (not variable.choices or variable.default is None):
        return mark(place)
    if variable.type == "people":
        return {option: [mark(f"{place}.{option}")] for option in variable.options}
    if variable.type == "dict":
        return {mark(place): mark(place)}
    if variable.type == "list" and not variable.choices:
        if variable.elements == "str":
            return [mark(place)]
        if not variable.options:
            return [{"Sid": mark(place)}]
        return [{name: marked(option, f"{place}[].{name}") for name, option in variable.options.items()}]
    if variable.type == "int":
        return DURATION
    return variable.value(None, place, [])


def guesses(expected: Any, actual: Any, kinds: Mapping[str, str]) -> Iterator[Guess]:
    """What an account has in the places of marks. `kinds` are the kinds of values by the places of their marks."""
    if isinstance(expected, str):
        yield from _in_text(expected, actual, kinds)
    elif isinstance(expected, Mapping):
        yield from _in_mapping(expected, actual, kinds)
    elif isinstance(expected, list):
        yield from _in_list(expected, list(listed(actual)), kinds)
    elif expected == DURATION and isinstance(actual, int):
        yield "max_session_duration", actual


def texts_with_marks(value: Any) -> bool:
    return isinstance(value, str) and _MARK.search(value) is not None


def fits(expected: str, actual: str, kinds: Mapping[str, str]) -> bool:
    """Whether a text can come from a text with marks."""
    return expected == actual or _pattern(expected, tuple(sorted(kinds.items()))).fullmatch(actual) is not None


def _in_text(expected: str, actual: Any, kinds: Mapping[str, str]) -> Iterator[Guess]:
    if not texts_with_marks(expected):
        return
    for value in listed(actual):
        is_short = isinstance(value, str) and len(value) <= _LONGEST
        found = _pattern(expected, tuple(sorted(kinds.items()))).fullmatch(value) if is_short else None
        if found:
            places = [place for place in _MARK.findall(expected) if place]
            yield from ((place, found.group(f"m{index}")) for index, place in enumerate(places))


def _in_mapping(expected: Mapping[str, Any], actual: Any, kinds: Mapping[str, str]) -> Iterator[Guess]:
    if not isinstance(actual, Mapping):
        return
    for key, value in expected.items():
        if not texts_with_marks(key):
            yield from guesses(value, actual[key], kinds) if key in actual else ()
        elif key == value:
            yield key[1:-1], dict(actual)
        else:
            for other in actual:
                if fits(key, str(other), kinds):
                    yield from guesses(key, other, kinds)
                    yield from guesses(value, actual[other], kinds)


def _in_list(expected: list[Any], actual: list[Any], kinds: Mapping[str, str]) -> Iterator[Guess]:
    """Statements are matched by their Sids, or else by their places; what is left is the value of a mark for all."""
    rest = [one for one in actual if not (isinstance(one, str) and one in expected)]
    free = [
        one for one in expected if isinstance(one, Mapping) and set(one) == {"Sid"} and texts_with_marks(one["Sid"])
    ]
    for index, one in enumerate(expected):
        if one in free:
            continue
        if isinstance(one, Mapping):
            match = _same_statement(one, rest, index, alone=len(expected) == 1)
            if match is not None:
                rest = [other for other in rest if other is not match]
                yield from guesses(one, match, kinds)
        else:
            for other in rest:
                yield from guesses(one, other, kinds)
    if free and rest:
        yield free[0]["Sid"][1:-1], rest


def _same_statement(expected: Mapping[str, Any], actual: list[Any], index: int, *, alone: bool) -> Any:
    sid = expected.get("Sid")
    for one in actual:
        if isinstance(one, Mapping) and sid and one.get("Sid") == sid:
            return one
    if sid:
        return None
    return actual[index] if not alone and index < len(actual) else (actual[0] if actual else None)


@cache
def _pattern(expected: str, kinds: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """The regular expression of a text with marks. A value has the form of its kind."""
    known = dict(kinds)
    parts = []
    end = index = 0
    for found in _MARK.finditer(expected):
        parts.append(re.escape(expected[end : found.start()]))
        end = found.end()
        place = found.group(1)
        if not place:
            parts.append("/(?:[!-~]+/)?")
            continue
        form = KINDS[known[place]][0] if known.get(place) else ".+"
        parts.append(f"(?P<m{index}>{form or r'[0-9]{12}'})")
        index += 1
    return re.compile("".join([*parts, re.escape(expected[end:])]), re.ASCII | re.DOTALL)
