# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a module's RETURN, and those of its results."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

OF_ANSIBLE = {
    "action", "changed", "deprecations", "exception", "failed", "failed_when_result", "invocation", "msg", "warnings",
}  # fmt: skip

Result = dict[str, Any]


def documented(returns: dict[str, Any], place: str = "") -> Iterator[str]:
    """The place of every documented key."""
    for key, entry in returns.items():
        yield f"{place}{key}"
        yield from documented(entry.get("contains", {}), f"{place}{key}.")


def returned(result: Result, returns: dict[str, Any]) -> Iterator[str]:
    """The place of every key that a task returned, the content of documents and the like left out."""
    yield from returned_within(
        {key: value for key, value in result.items() if key not in OF_ANSIBLE and not key.startswith("_ansible")},
        returns,
        "",
    )


def returned_within(value: dict[str, Any], returns: dict[str, Any], place: str) -> Iterator[str]:
    for key, found in value.items():
        inner = list(chain.from_iterable(found.values())) if key == "plan" and isinstance(found, dict) else found
        entry = returns.get(key, {})
        here = f"{place}{key}"
        yield here
        right = {"str": str, "bool": bool, "int": int, "list": list, "dict": dict}.get(entry.get("type", ""), object)
        if not isinstance(inner, right) and inner is not None:
            yield f"{here} is a {type(inner).__name__}"
        nested = entry.get("contains")
        for item in inner if isinstance(inner, list) else [inner]:
            if isinstance(item, dict) and nested:
                yield from returned_within(item, nested, f"{here}.")
            elif isinstance(item, dict) and entry.get("elements") == "dict":
                yield f"{here} holds {sorted(item)}"
