# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Assertions of access as a task declares them: who may, or may not, do what on which resource. Pure.

An entry has `principal`, `action`, `resource`, `result` (`allowed` or `denied`), and optionally `context` and `reason`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeAlias

from ..access.principals import Principal
from ..errors import Problem, shown
from .placeholders import Placeholders, unfilled_role

RESULTS = ("allowed", "denied")
_KEYS = ("principal", "action", "resource", "context", "result", "reason")
_NEEDED = ("principal", "action", "resource", "result")
_ACTION_PATTERN = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*?]+|\*", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9-]+:\S.*", re.ASCII)
_OF_ACCOUNT = re.compile(r"(role|user)/[\w+=,.@-]{1,64}", re.ASCII)

ANYTHING = "*"
"""The resource of an action that has none. What is denied on it is denied on every resource."""

Context: TypeAlias = "Mapping[str, tuple[str, ...] | None]"
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Expectation:
    """One entry. `place` names it in messages.

    `principal` is as written: `role/NAME`, `user/NAME`, an ARN of IAM or STS, a service, or an account id. `context`
    has None for a condition key that is not in the request. `service` is the service of the catalogue whose definition
    has the entry, empty for one of the user.
    """

    place: str
    principal: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    is_allowed: bool
    context: Context = field(default_factory=dict)
    reason: str = ""
    service: str = ""

    @property
    def result(self) -> str:
        return "allowed" if self.is_allowed else "denied"


class ExpectationParser:
    """Reads entries, and collects in `problems` what is wrong with them."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self.problems: list[Problem] = []

    def parsed(self, entry: Data, place: str, service: str = "") -> Expectation | None:
        """An entry with its placeholders filled; None if it has a problem."""
        filled = {key: self._filled(value) for key, value in entry.items()}
        found = [*_problems(filled, place)]
        self.problems += found
        if found:
            return None
        return Expectation(
            place=place,
            principal=filled["principal"],
            actions=tuple(_listed(filled["action"])),
            resources=tuple(_listed(filled["resource"])),
            is_allowed=filled["result"] == "allowed",
            context={key: _values(value) for key, value in (filled.get("context") or {}).items()},
            reason=filled.get("reason") or "",
            service=service,
        )

    def _filled(self, value: Any, levels: int = 2) -> Any:
        """A value with its placeholders filled. What is nested deeper is a problem anyway."""
        if isinstance(value, Mapping) and levels:
            return {key: self._filled(of, levels - 1) for key, of in value.items()}
        if isinstance(value, (list, tuple)) and levels:
            return [self._filled(of, levels - 1) for of in value]
        return value if isinstance(value, (Mapping, list, tuple)) else self._placeholders.fill(value)


def _problems(entry: Data, place: str) -> Iterator[Problem]:
    for key in entry:
        if key not in _KEYS:
            yield Problem(f"{place}.{key}", f"is not known{_near(str(key), _KEYS) or f'; it is one of {_all(_KEYS)}'}")
    for key in _NEEDED:
        if entry.get(key) in (None, "", []):
            yield Problem(f"{place}.{key}", "missing; an entry has principal, action, resource and result")
    for key, value in entry.items():
        if key in _CHECKS and value not in (None, "", []):
            yield from _CHECKS[key](value, f"{place}.{key}")
    for key, right in _PATTERN_FREE.items():
        for where, one in _texts(entry.get(key), f"{place}.{key}") if entry.get("result") == "allowed" else ():
            if isinstance(one, str) and is_pattern(one) and (key, one) != ("resource", ANYTHING):
                yield Problem(where, f"{shown(one)} is a pattern, and only what is denied can have one; {right}")


def _principal_problems(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(place, f"{_shown(value)} is not text; put it in quotes")
        return
    if unfilled_role(value):
        yield from _open_role_problems(value, place)
        return
    if _OF_ACCOUNT.fullmatch(value):
        return
    try:
        Principal.parse(value)
    except ValueError:
        right = "role/NAME, user/NAME, an ARN of IAM or STS, a service such as lambda.amazonaws.com, or an account id"
        yield Problem(place, f"{_shown(value)} is not a principal; give {right}")


def _action_problems(value: Any, place: str) -> Iterator[Problem]:
    for where, action in _texts(value, place):
        if not isinstance(action, str) or not _ACTION_PATTERN.fullmatch(action):
            yield Problem(where, f"{_shown(action)} is not an action; give its whole name, such as s3:GetObject")


def _resource_problems(value: Any, place: str) -> Iterator[Problem]:
    for where, resource in _texts(value, place):
        if isinstance(resource, str) and unfilled_role(resource):
            yield from _open_role_problems(resource, where)
        elif not isinstance(resource, str) or (resource != ANYTHING and not resource.startswith("arn:")):
            yield Problem(where, f"{_shown(resource)} is not an ARN; give one, or * for an action that has no resource")


def _context_problems(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(place, f"{_shown(value)} is not a dictionary of condition keys and their values")
        return
    for key, of in value.items():
        where = f"{place}.{key}"
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            yield Problem(where, "is not a condition key; give its whole name, such as aws:SourceAccount")
        for one in of if isinstance(of, list) else [of]:
            if isinstance(one, (Mapping, list)):
                yield Problem(where, f"{_shown(one)} is not a value; give text, or a list of texts")
            elif isinstance(one, str):
                yield from _open_role_problems(one, where)


def _result_problems(value: Any, place: str) -> Iterator[Problem]:
    if value not in RESULTS:
        hint = _near(value, RESULTS) if isinstance(value, str) else ""
        yield Problem(place, f"{_shown(value)} is not a result; give allowed or denied{hint}")


def _reason_problems(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(place, f"{_shown(value)} is not text")


_CHECKS = {
    "principal": _principal_problems,
    "action": _action_problems,
    "resource": _resource_problems,
    "context": _context_problems,
    "result": _result_problems,
    "reason": _reason_problems,
}


_PATTERN_FREE = {
    "action": "give the whole name of one action, such as s3:GetObject",
    "resource": "give the ARN of one resource as an example",
}
"""What is right, by key, where an entry asserts that something is allowed."""


def is_pattern(text: str) -> bool:
    """Whether an action or a resource stands for many."""
    return "*" in text or "?" in text


def is_assuming(action: str) -> bool:
    """Whether the trust policy of a role alone decides about an action."""
    return action.lower().startswith("sts:assumerole")


def _texts(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Each value of a scalar or a list, with its place."""
    if isinstance(value, list):
        yield from ((f"{place}[{index}]", one) for index, one in enumerate(value))
    else:
        yield place, value


def _open_role_problems(value: str, place: str) -> Iterator[Problem]:
    name = unfilled_role(value)
    if name is not None:
        yield Problem(place, f"<role_arn:{name}> names a role that this task does not declare")


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _values(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(map(_text, _listed(value)))


def _text(value: Any) -> str:
    """A value as IAM compares it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    """A value in a message. One of any depth is called what it is."""
    if isinstance(value, Mapping):
        return "a dictionary"
    return "a list" if isinstance(value, list) else shown(value)


def _near(name: str, known: Sequence[str]) -> str:
    found = get_close_matches(name, known, 1)
    return f"; did you mean {found[0]}?" if found else ""


def _all(names: Sequence[str]) -> str:
    return ", ".join(names)
