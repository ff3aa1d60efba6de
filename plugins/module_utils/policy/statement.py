# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One statement of a policy document, read once into typed fields. Pure.

All code that needs the meaning of a statement uses this. Only code that validates its form (`validate`) or writes it to
IAM reads its raw content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_ROOT_ARN = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):root")

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

    @property
    def is_fully_read(self) -> bool:
        """Whether the fields say all that is written: there is no unknown element, and the Condition is readable."""
        condition = self.content.get("Condition") or {}
        is_readable = isinstance(condition, Mapping) and all(isinstance(keys, Mapping) for keys in condition.values())
        return is_readable and self.content.keys() <= set(_ELEMENTS)

    @cached_property
    def canonical(self) -> str:
        """A text that is the same for two statements if and only if IAM treats them as equal."""
        return canonical_statement(self.content)

    @cached_property
    def canonical_without_sid(self) -> str:
        """The same, whatever the Sids are."""
        return canonical_statement(self.content, with_sid=False)

    @cached_property
    def canonical_condition(self) -> str:
        """A text that is the same for two statements if and only if they have the same Condition, or both none."""
        return canonical_statement({"Condition": self.content.get("Condition")})

    @cached_property
    def text(self) -> str:
        """The statement as compact JSON, as it is written."""
        return json.dumps(self.content, separators=(",", ":"), ensure_ascii=False, default=str)

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


def canonical_statement(statement: Any, *, with_sid: bool = True) -> str:
    """A text that is the same for two statements if and only if IAM treats them as equal."""
    ordered = ordered_statement(statement, fold_case=True)
    if not with_sid and isinstance(ordered, dict):
        ordered.pop("Sid", None)
    return json.dumps(ordered, sort_keys=True, ensure_ascii=False, default=str)


def _ordered_values(values: Any) -> str | list[str]:
    distinct = sorted({scalar(value) for value in listed(values)})
    return distinct[0] if len(distinct) == 1 else distinct


def ordered_statement(statement: Any, *, fold_case: bool) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    ordered: dict[str, Any] = {}
    for element in sorted(statement, key=_place_of_element):
        value = statement[element]
        if element in ("Action", "NotAction"):
            names = {scalar(name) for name in listed(value)}
            ordered[element] = _ordered_values([name.lower() for name in names] if fold_case else list(names))
        elif element in ("Resource", "NotResource"):
            ordered[element] = _ordered_values(value)
        elif element in ("Principal", "NotPrincipal"):
            ordered[element] = _ordered_principals(value)
        elif element == "Condition":
            condition = _ordered_condition(value, fold_case=fold_case)
            if condition:
                ordered[element] = condition
        elif element != "Sid" or value != "":
            ordered[element] = value
    return ordered


def _place_of_element(element: Any) -> tuple[int, str]:
    return (_ELEMENTS.index(element) if element in _ELEMENTS else len(_ELEMENTS), str(element))


def _ordered_principals(value: Any) -> Any:
    if value == "*":
        return {"AWS": "*"}
    if not isinstance(value, Mapping):
        return value
    return {str(kind): _ordered_values([_account(entry) for entry in listed(value[kind])]) for kind in sorted(value)}


def _account(principal: Any) -> str:
    text = scalar(principal)
    root = _ROOT_ARN.fullmatch(text)
    return root.group(1) if root else text


def _ordered_condition(value: Any, *, fold_case: bool) -> Any:
    if not isinstance(value, Mapping):
        return value
    ordered: dict[str, Any] = {}
    for operator in sorted(value):
        keys = value[operator]
        if not isinstance(keys, Mapping):
            ordered[operator] = keys
            continue
        folded = {key.lower() for key in keys}
        # Two keys of one block that differ only by case stay separate: IAM does not document what they mean.
        fold = fold_case and len(folded) == len(keys)
        if keys:
            ordered[operator] = {(key.lower() if fold else key): _ordered_values(keys[key]) for key in sorted(keys)}
    return ordered
