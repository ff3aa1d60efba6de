# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Converts variables of the playbooks to their types: text is converted to a list, a boolean or a number.

`-e name=value`, surveys and environment variables contain only text. A value that cannot be converted unambiguously is
refused. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import yaml
from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


class WrongValue(ValueError):
    """A value with the wrong type. Its text says what is wrong and what is right."""


def converted(spec: Mapping[str, Any], value: Any, services: Sequence[str] | None) -> Any:
    """A value with the type that variables.yml says. Raises WrongValue.

    `services` are the existing ones, None if they are not known yet. Returns None for empty text if that counts as not
    set.
    """
    if spec.get("blank") and value in ("", None):
        return None
    if value is None:
        raise WrongValue(f"has no value; {_form(spec)}, or leave it out")
    if isinstance(value, str) and not value.strip():
        raise WrongValue(f"is empty; {_form(spec)}, or leave it out")
    found = _CONVERTERS[spec["type"]](spec, value, services)
    if "minimum" in spec and found < spec["minimum"]:
        raise _wrong(spec, value)
    if "choices" in spec and spec["type"] == "str" and found not in spec["choices"]:
        near = get_close_matches(found, spec["choices"], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise WrongValue(f"is {shown(value)}; it must be one of {', '.join(spec['choices'])}{hint}")
    return found


def _text(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _wrong(spec, value)
    return str(value)


def _boolean(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> bool:
    try:
        return bool(boolean(value, strict=True))
    except TypeError:
        raise _wrong(spec, value) from None


def _integer(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not _INTEGER.fullmatch(str(value).strip()):
        raise _wrong(spec, value)
    return int(value)


def _number(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not _NUMBER.fullmatch(str(value).strip()):
        raise _wrong(spec, value)
    return float(value)


def _pattern(spec: Mapping[str, Any], value: Any, services: Sequence[str] | None) -> list[str]:
    """Patterns of hosts. Text is not split, because patterns have their own separators."""
    if isinstance(value, str) and not _is_flow_list(value):
        return [value]
    return _list({**spec, "elements": "str"}, value, services)


def _list(spec: Mapping[str, Any], value: Any, services: Sequence[str] | None) -> list[Any]:
    if isinstance(value, str):
        value = _listed(spec, value)
    if isinstance(value, (Mapping, bytes)) or not isinstance(value, Sequence):
        raise _wrong(spec, value)
    entries = [_entry(spec, entry) for entry in value]
    if "choices" in spec:
        return _chosen(spec["choices"], entries)
    if "of" not in spec or services is None:
        return entries
    unknown = [entry for entry in entries if entry not in services]
    if unknown:
        which = ", ".join(map(shown, unknown))
        known = ", ".join(services)
        if spec["of"] != "services":
            raise WrongValue(f"names {which}, which audits do not know; it is a list of {known}")
        raise WrongValue(f"names {which}, which this collection has no role for; it is a list of {known}")
    return list(dict.fromkeys(entries))


def _chosen(choices: Sequence[str], entries: Sequence[str]) -> list[str]:
    """The entries, each once. Raises WrongValue for those that are not among the choices."""
    unknown = [entry for entry in entries if entry not in choices]
    if unknown:
        near = [name for entry in unknown for name in get_close_matches(entry, choices, 1)]
        hint = f"; did you mean {near[0]}?" if near else ""
        raise WrongValue(f"has the entry {', '.join(map(shown, unknown))}; it is a list of {', '.join(choices)}{hint}")
    return list(dict.fromkeys(entries))


def _waivers(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> list[Any]:
    """Waivers and paths of files with waivers. Text is a path, unless it contains a list."""
    if isinstance(value, str):
        value = _listed({**spec, "elements": "dict"}, value) if _is_flow_list(value) else [value]
    if isinstance(value, (Mapping, bytes)) or not isinstance(value, Sequence):
        raise _wrong(spec, value)
    for entry in value:
        if not isinstance(entry, Mapping) and not (isinstance(entry, str) and entry.strip()):
            raise _wrong(spec, entry, "has the entry ")
    return list(value)


def _dictionary(spec: Mapping[str, Any], value: Any, dummy: Sequence[str] | None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(spec, value)
    return value


def _listed(spec: Mapping[str, Any], text: str) -> Any:
    """The entries of a text that contains a list: JSON or YAML in brackets, or entries with commas between them."""
    if not _is_flow_list(text) and spec["elements"] == "str":
        return [entry.strip() for entry in text.split(",")]
    try:
        return yaml_load(str(text))  # the parser does not accept Ansible's subclass of str
    except yaml.YAMLError:
        raise _wrong(spec, text) from None


def _entry(spec: Mapping[str, Any], entry: Any) -> Any:
    if spec["elements"] == "dict":
        if not isinstance(entry, Mapping):
            raise _wrong(spec, entry, "has the entry ")
        return entry
    if isinstance(entry, bool) or not isinstance(entry, (str, int)):
        raise _wrong(spec, entry, "has the entry ")
    text = str(entry)
    spaces = "" if spec.get("spaces") else text
    if not text.strip() or any(character.isspace() for character in spaces):
        raise _wrong(spec, entry, "has the entry ")
    return text


def _is_flow_list(text: str) -> bool:
    return text.lstrip().startswith("[") and text.rstrip().endswith("]")


def _wrong(spec: Mapping[str, Any], value: Any, verb: str = "is ") -> WrongValue:
    return WrongValue(f"{verb}{shown(value)}; {_form(spec)}")


def _form(spec: Mapping[str, Any]) -> str:
    """What is right, as a sentence."""
    kind = {"str": "text", "bool": "true or false", "int": "a whole number", "float": "a number"}
    kind |= {
        "dict": "a dictionary",
        "pattern": "a pattern of hosts",
        "waivers": "a list of waivers and paths of files with waivers",
        "list": "a list without empty entries and spaces",
    }
    if spec.get("spaces"):
        kind["list"] = "a list without empty entries"
    if "minimum" in spec:
        kind["int"] += f", {spec['minimum']} or more"
    what = kind[spec["type"]] if spec.get("elements") != "dict" else "a list of dictionaries"
    example = "" if spec["type"] == "bool" or spec.get("late") else f", such as {shown(spec['example'])}"
    return f"it must be {what}{example}"


_CONVERTERS: Mapping[str, Callable[[Mapping[str, Any], Any, Sequence[str] | None], Any]] = {
    "str": _text,
    "bool": _boolean,
    "int": _integer,
    "float": _number,
    "dict": _dictionary,
    "pattern": _pattern,
    "list": _list,
    "waivers": _waivers,
}
