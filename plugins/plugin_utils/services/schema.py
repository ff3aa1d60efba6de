# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The form of service definitions, by the JSON Schema of services, with every mistake in plain words.

This needs the package jsonschema. It is not a requirement of the collection: its own services are checked before they
are shipped, so only services of a user need it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.definition_problem import (
    DefinitionProblem,
    near,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

SCHEMA = Path(__file__).parents[3] / "services" / "service.schema.json"

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "a dictionary",
    "string": "text",
}


def form_problems(files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    """The problems with the form of the files of one service. Raises AnsibleError without jsonschema."""
    for error in _validator().iter_errors(files):
        yield from _problems_of(error)


@cache
def _validator() -> Any:
    try:
        from jsonschema import Draft202012Validator  # noqa: PLC0415 -- slow to import, and most runs do without
    except ImportError:
        raise AnsibleError(
            "jsonschema is missing, which checks service definitions. To fix: pip install jsonschema, for"
            " ansible-playbook"
        ) from None
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _problems_of(error: Any) -> Iterator[DefinitionProblem]:
    path = tuple(str(step) for step in error.absolute_path)
    wanted = error.validator_value
    if error.validator == "oneOf":
        yield from _of_alternatives(error, path)
    elif error.validator == "required":
        for key in wanted:
            if key not in error.instance:
                yield DefinitionProblem(path, f"`{key}` is missing" if path else f"{key}.yml is missing")
    elif error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                hint = near(key, known) or f"; it has {', '.join(known)}"
                yield DefinitionProblem((*path, key), f"`{key}` is not known here{hint}")
    elif "propertyNames" in error.absolute_schema_path:
        yield DefinitionProblem((*path, error.instance), _of_name(error.instance))
    else:
        yield DefinitionProblem(path, _message(error.validator, wanted, error.instance))


def _message(validator: str, wanted: Any, value: Any) -> str:
    if validator == "type":
        kinds = [_TYPES[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted)]
        return f"{shown(value)} is not {' or '.join(kinds)}"
    if validator in ("enum", "const"):
        choices = ", ".join(map(shown, wanted if validator == "enum" else [wanted]))
        return f"{shown(value)} is not valid; give {'one of ' if validator == 'enum' else ''}{choices}"
    if validator == "minProperties":
        return "empty; give at least one entry"
    if validator == "pattern":
        what = "a day; write it as YYYY-MM-DD" if "{4}" in wanted else "a substitution; write it as ${expression}"
        return f"{shown(value)} is not {what}"
    return f"{shown(value)} is not valid"


def _of_name(name: str) -> str:
    return f"{shown(name)} is not a name; use lowercase letters, digits and underscores, and begin with a letter"


def _of_alternatives(error: Any, path: tuple[str, ...]) -> Iterator[DefinitionProblem]:
    """The problems of the alternative that a value resembles; if it resembles none, of all alternatives."""
    branches: dict[int, list[Any]] = {}
    for one in error.context:
        branches.setdefault(one.schema_path[0], []).append(one)
    alike = [found for found in branches.values() if not any(_is_other_kind(one, error) for one in found)]
    if alike:
        for one in min(alike, key=len):
            yield from _problems_of(one)
        return
    what = error.schema.get("description", "").split(".")[0]
    yield DefinitionProblem(path, f"{shown(error.instance)} is not valid{f'; it is {_lowered(what)}' if what else ''}")


def _is_other_kind(one: Any, error: Any) -> bool:
    """Whether an alternative does not apply at all: another type, or a text that is no substitution."""
    return one.absolute_path == error.absolute_path and one.validator in ("type", "pattern", "const")


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]
