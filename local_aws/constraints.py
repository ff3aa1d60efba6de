# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths, ranges, patterns and enumerations of parameters, as AWS's own service model states them (FACTS C1).

The SDK checks only minimums before it sends; For the rest, AWS returns `ValidationError` with the wording used here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from .answer import AwsError
from .request import Call

_NAMES = {"RoleName", "UserName", "GroupName", "PolicyName", "InstanceProfileName"}
_NAME_WORDING = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
_PATH_WORDING = "It must begin and end with / and contain only alphanumeric characters and/or / characters."


def check_constraints(call: Call) -> None:
    """Refuse a call whose parameters break AWS's service model."""
    shape = _input_shape(call.service, call.action)
    if shape is None:
        return
    for name, wording in (("Path", _PATH_WORDING), *((name, _NAME_WORDING) for name in sorted(_NAMES))):
        value = call.text(name)
        if value and name in shape.members and not _matches(shape.members[name], value):
            raise AwsError("ValidationError", f"The specified value for {_lower(name)} is invalid. {wording}")
    problems = list(_problems(shape, call.parameters, ""))
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise AwsError("ValidationError", f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")


@cache
def _input_shape(service: str, action: str) -> Any:
    model = get_service_model(service)
    return model.operation_model(action).input_shape if action in model.operation_names else None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    if r"\p{" in text:  # the only such classes are those of tags: letters, digits, spaces and _.:/=+-@
        return re.compile(r"[\w\s.:/=+\-@]*")
    return re.compile(text, re.ASCII)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _matches(shape: Shape, value: str) -> bool:
    pattern = shape.metadata.get("pattern")
    return pattern is None or _pattern(pattern).fullmatch(value) is not None


def _failed(value: Any, place: str, constraint: str) -> str:
    return f"Value '{value}' at '{place}' failed to satisfy constraint: Member must {constraint}"


def _problems(shape: Any, value: Any, place: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            inner = f"{place}.{_lower(name)}" if place else _lower(name)
            given = value.get(name) if isinstance(value, dict) else None
            if given is not None:
                yield from _problems(member, given, inner)
            elif name in shape.required_members:
                yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"
    elif shape.type_name == "list":
        items = value if isinstance(value, list) else []
        maximum = shape.metadata.get("max")
        if maximum is not None and len(items) > maximum:
            yield _failed(items, place, f"have length less than or equal to {maximum}")
        for number, item in enumerate(items, 1):
            yield from _problems(shape.member, item, f"{place}.{number}.member")
    elif shape.type_name in ("integer", "long"):
        yield from _number_problems(shape, value, place)
    elif shape.type_name == "string":
        yield from _text_problems(shape, str(value), place)


def _number_problems(shape: Any, value: str, place: str) -> Iterator[str]:
    try:
        number = int(value)
    except ValueError:
        yield _failed(value, place, "be an integer")
        return
    if number > shape.metadata.get("max", number):
        yield _failed(value, place, f"have value less than or equal to {shape.metadata['max']}")
    if number < shape.metadata.get("min", number):
        yield _failed(value, place, f"have value greater than or equal to {shape.metadata['min']}")


def _text_problems(shape: Any, value: str, place: str) -> Iterator[str]:
    if len(value) > shape.metadata.get("max", len(value)):
        yield _failed(value, place, f"have length less than or equal to {shape.metadata['max']}")
    if len(value) < shape.metadata.get("min", 0):
        yield _failed(value, place, f"have length greater than or equal to {shape.metadata['min']}")
    if shape.enum and value not in shape.enum:
        yield _failed(value, place, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    if value and not _matches(shape, value):
        yield _failed(value, place, f"satisfy regular expression pattern: {shape.metadata['pattern']}")
