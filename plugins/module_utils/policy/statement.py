# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One statement of a policy document, read once into typed fields. Pure.

All code that needs the meaning of a statement uses this. Only code that validates its form (`validate`) or writes it to
IAM reads its raw content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Principal = tuple[str, str]
"""The type of a principal and its value, such as `("Service", "bedrock.amazonaws.com")`."""


@dataclass(frozen=True)
class Condition:
    """One key under one operator, both as they are written, with the values it is compared with."""

    operator: str
    key: str
    values: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """The key in lower case, as IAM compares keys."""
        return self.key.lower()


@dataclass(frozen=True)
class Statement:
    """The elements of a statement; a scalar is a list of one. Texts keep their case.

    A missing element is None, a missing `sid` is "". `content` is the statement as it is written.
    """

    effect: str
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: tuple[Principal, ...] | None
    not_principals: tuple[Principal, ...] | None
    conditions: tuple[Condition, ...]
    sid: str
    content: Mapping[str, Any] = field(compare=False, repr=False)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Statement:
        """Read a statement. Parts in a form that IAM does not accept are left out; `validate` refuses them."""
        return cls(
            effect=str(content.get("Effect", "")),
            actions=_texts(content, "Action"),
            not_actions=_texts(content, "NotAction"),
            resources=_texts(content, "Resource"),
            not_resources=_texts(content, "NotResource"),
            principals=_principals(content, "Principal"),
            not_principals=_principals(content, "NotPrincipal"),
            conditions=tuple(_conditions(content.get("Condition"))),
            sid=str(content.get("Sid") or ""),
            content=content,
        )

    @property
    def is_conditional(self) -> bool:
        """Whether the statement has a Condition, even one without keys."""
        return bool(self.content.get("Condition"))

    @cached_property
    def condition_keys(self) -> frozenset[str]:
        """The condition keys in lower case, without what follows a slash (`s3:existingobjecttag`)."""
        return frozenset(condition.name.partition("/")[0] for condition in self.conditions)


def listed(value: Any) -> Iterable[Any]:
    """The entries of a list, or a scalar alone."""
    return value if isinstance(value, (list, tuple)) else (value,)


def scalar(value: Any) -> str:
    """A value as IAM stores it: booleans and numbers become text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def principal_pairs(value: Any) -> list[Principal]:
    """A Principal or NotPrincipal as (type, value) pairs; `"*"` counts as `("AWS", "*")`."""
    if isinstance(value, str):
        return [("AWS", value)]
    if not isinstance(value, Mapping):
        return []
    return [(str(kind), scalar(entry)) for kind, entries in value.items() for entry in listed(entries)]


def _texts(content: Mapping[str, Any], element: str) -> tuple[str, ...] | None:
    if element not in content:
        return None
    value = content[element]
    return () if value is None else tuple(map(scalar, listed(value)))


def _principals(content: Mapping[str, Any], element: str) -> tuple[Principal, ...] | None:
    return tuple(principal_pairs(content[element])) if element in content else None


def _conditions(value: Any) -> Iterable[Condition]:
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield Condition(str(operator), str(key), tuple(map(scalar, listed(values))))
