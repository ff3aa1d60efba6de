# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The variables of a service: their types, and their values for an account. Pure.

Ansible, surveys and `-e name=value` pass text where a list, a dictionary, a boolean or a number is meant. Each value is
converted once, here, for every command that runs a service: text with commas and JSON text become lists, JSON text
becomes a dictionary. A value that cannot be converted without a guess is a problem.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ..errors import Problem, shown
from ..policy.account_ids import as_account_id
from .value_kinds import kind_refusal, normalized

TYPES = ("str", "bool", "int", "list", "dict", "people")

EMPTY: tuple[Any, ...] = (None, "", [])
"""The values that count as missing for a required variable."""

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "true", "1", "y", "t"), True),
    **dict.fromkeys(("no", "off", "false", "0", "n", "f"), False),
}
"""The texts that Ansible accepts as booleans."""

_LISTS = {
    "str": "is not a list of texts",
    "dict": "is not a list of dictionaries; give YAML or JSON data, in an inventory or with -e @FILE, not text",
}
"""Ansible's own check of a role's variables does not read text as a list of dictionaries either."""

_PEOPLE = {"users": "user_name", "groups": "group_name", "roles": "role_name"}


@dataclass(frozen=True)
class Variable:
    """One variable, or one option of a variable that is a dictionary or a list of dictionaries.

    `type` is one of TYPES, `elements` that of the entries of a list (`str` or `dict`), `kind` the kind of value of a
    text or of each text of a list (see `value_kinds`). A variable of type `people` has the options `users`, `groups`
    and `roles`. `default` is None if there is none. A list that is not given is empty, or None with `may_be_null`: the
    definition says `default: null`, because not given and empty mean different things.
    """

    name: str
    type: str = "str"
    elements: str = "str"
    kind: str = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    may_be_null: bool = False
    options: Mapping[str, Variable] = field(default_factory=dict)

    @classmethod
    def parse(cls, name: str, content: Mapping[str, Any]) -> Variable:
        """A variable as a definition describes it."""
        kind = content.get("type", "str")
        options = {key: cls.parse(key, value) for key, value in (content.get("options") or {}).items()}
        if kind == "people":
            options = {key: cls(key, "list", kind=of) for key, of in _PEOPLE.items()}
        return cls(
            name=name,
            type=kind,
            elements=content.get("elements", "str"),
            kind=content.get("kind", ""),
            choices=tuple(content.get("choices", ())),
            default=content.get("default"),
            required=content.get("required") is True,
            may_be_null=content.get("default", "") is None,
            options=options,
        )

    def value(self, given: Any, place: str, problems: list[Problem]) -> Any:
        """The value of the variable. Its problems are added to `problems`.

        None means that the variable is not given.
        """
        if given is None:
            given = self.default
        if given is None:
            return self._without_value(place, problems)
        converted = _CONVERTERS[self.type](self, given, place, problems)
        if self.type != "list":
            problems += self._refusals(converted, place)
        return normalized(self.kind, converted) if isinstance(converted, str) else converted

    def _without_value(self, place: str, problems: list[Problem]) -> Any:
        if self.type == "list" and not self.may_be_null:
            return []
        return self._options({}, place, problems) if self.type == "people" else None

    def _refusals(self, value: Any, place: str) -> Iterator[Problem]:
        if self.choices and value not in self.choices and value is not None:
            choices = ", ".join(self.choices)
            yield Problem(place, f"{shown(value)} is not a valid value; give one of {choices}")
        elif self.kind and isinstance(value, str) and value:
            refusal = kind_refusal(self.kind, value)
            if refusal:
                yield Problem(place, refusal)

    def _text(self, given: Any, place: str, problems: list[Problem]) -> Any:
        if self.kind == "account":
            given = as_account_id(given) or given
        if isinstance(given, bool) or not isinstance(given, (str, int, float)):
            problems.append(Problem(place, f"{shown(given)} is not text"))
            return None
        return str(given)

    def _boolean(self, given: Any, place: str, problems: list[Problem]) -> Any:
        found = given if isinstance(given, bool) else _BOOLEANS.get(str(given).strip().lower())
        if found is None or not isinstance(given, (bool, str, int)):
            problems.append(Problem(place, f"{shown(given)} is not a boolean; give true or false"))
            return None
        return found

    def _integer(self, given: Any, place: str, problems: list[Problem]) -> Any:
        if isinstance(given, bool) or not isinstance(given, (str, int)) or not _INTEGER.fullmatch(str(given).strip()):
            problems.append(Problem(place, f"{shown(given)} is not a whole number"))
            return None
        return int(given)

    def _list(self, given: Any, place: str, problems: list[Problem]) -> list[Any]:
        entries = _texts(given) if self.elements == "str" else given
        if not isinstance(entries, Sequence) or isinstance(entries, (str, bytes)):
            problems.append(Problem(place, f"{shown(given)} {_LISTS[self.elements]}"))
            return []
        return [
            found
            for index, entry in enumerate(entries)
            if (found := self._entry(entry, f"{place}[{index}]", problems)) is not None
        ]

    def _entry(self, entry: Any, place: str, problems: list[Problem]) -> Any:
        if self.elements == "dict":
            return self._dictionary(entry, place, problems)
        if entry is None or entry == "":
            problems.append(Problem(place, "empty; leave the entry out"))
            return None
        found = self._text(entry, place, problems)
        problems += self._refusals(found, place)
        return normalized(self.kind, found) if found is not None else None

    def _dictionary(self, given: Any, place: str, problems: list[Problem]) -> Any:
        content = _from_json(given) if isinstance(given, str) else given
        if given == "":
            content = {}
        if not isinstance(content, Mapping):
            problems.append(Problem(place, f"{shown(given)} is not a dictionary"))
            return None
        return self._options(content, place, problems) if self.options else dict(content)

    def _options(self, content: Mapping[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
        for key in content:
            if key not in self.options:
                near = get_close_matches(str(key), self.options, 1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(self.options)}"
                problems.append(Problem(f"{place}.{key}", f"is not an option of {self.name}; {hint}"))
        found = {}
        for key, option in self.options.items():
            before = len(problems)
            found[key] = option.value(content.get(key), f"{place}.{key}", problems)
            if option.required and found[key] in EMPTY and len(problems) == before:
                problems.append(Problem(f"{place}.{key}", f"missing; every entry of {self.name} needs it"))
        return found


def _texts(given: Any) -> Any:
    """The entries of a value that represents a list of texts."""
    if isinstance(given, str):
        text = given.strip()
        if text.startswith("["):
            return _from_json(text)
        return [entry.strip() for entry in text.split(",")] if text else []
    return [given] if isinstance(given, (int, float)) and not isinstance(given, bool) else given


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_CONVERTERS = {
    "str": Variable._text,
    "bool": Variable._boolean,
    "int": Variable._integer,
    "list": Variable._list,
    "dict": Variable._dictionary,
    "people": Variable._dictionary,
}
