# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The texts of a definition for users: variables that they name and that do not exist. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .definition_problem import DefinitionProblem, near
from .parts import Path

Data = Mapping[str, Any]

_OPTION = re.compile(r"O\(([^()=]+)(?:=([^()]*))?\)")
"""A variable in the markup of Ansible's documentation: `O(name)`, `O(name=value)`, `O(name[].option)`."""

_RESULT = "result"
_PEOPLE: Data = {"users": {}, "groups": {}, "roles": {}}


def text_problems(name: str, files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    """The mistakes in the texts of the service called `name`."""
    prefix = f"{name}_iam_"
    for path, text in _texts(files):
        for found in _OPTION.finditer(text):
            yield from _of_option(path, found.group(1), found.group(2), prefix, files["variables"])
        for word in re.findall(rf"\b{re.escape(prefix)}([a-z0-9_]+)", _OPTION.sub("", text)):
            if word not in files["variables"] and word != _RESULT:
                hint = near(prefix + word, [prefix + variable for variable in files["variables"]])
                yield DefinitionProblem(path, f"`{prefix}{word}` is not a variable{hint}", text)


def _of_option(path: Path, given: str, value: str | None, prefix: str, variables: Data) -> Iterator[DefinitionProblem]:
    whole, *options = given.replace("[]", "").split(".")
    name = whole.removeprefix(prefix)
    if not whole.startswith(prefix) or name not in variables:
        hint = near(whole, [prefix + variable for variable in variables])
        yield DefinitionProblem(path, f"O({given}) is not a variable of this service{hint}")
        return
    content = variables[name]
    for option in options:
        known = _PEOPLE if content.get("type") == "people" else content.get("options") or {}
        if option not in known:
            yield DefinitionProblem(path, f"O({given}): `{option}` is not an option of {name}{near(option, known)}")
            return
        name, content = option, known[option]
    choices = content.get("choices") or ()
    if value is not None and choices and value not in choices:
        yield DefinitionProblem(path, f"O({given}={value}): `{value}` is not a choice of {name}{near(value, choices)}")


def _texts(files: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The texts for users, with their paths."""
    service = files["service"]
    yield from _paragraphs(("service", "description"), service.get("description"))
    for section in ("checks", "notices"):
        for index, rule in enumerate(service.get(section) or ()):
            yield ("service", section, str(index), "message"), rule["message"]
    for code, text in (files.get("remedies") or {}).items():
        yield ("remedies", code), text
    for name, content in files["variables"].items():
        yield from _of_variable(("variables", name), content)


def _of_variable(path: Path, content: Data) -> Iterator[tuple[Path, str]]:
    yield from _paragraphs((*path, "description"), content.get("description"))
    required = content.get("required")
    for index, one in enumerate(required if isinstance(required, list) else [required]):
        if isinstance(one, Mapping):
            where = ("required", str(index)) if isinstance(required, list) else ("required",)
            yield (*path, *where, "because"), one["because"]
    for option, of in (content.get("options") or {}).items():
        yield from _of_variable((*path, "options", option), of)


def _paragraphs(path: Path, content: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(content, str):
        yield path, content
    for index, text in enumerate(content if isinstance(content, list) else ()):
        yield (*path, str(index)), text
