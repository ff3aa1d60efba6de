# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging of IAM's lists: `MaxItems`, `Marker`, `IsTruncated` (FACTS C6: pages may be short)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .answer import AwsError
from .iam import Iam
from .request import Call

Item = TypeVar("Item")


def page(iam: Iam, call: Call, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, Any]]:
    """The items of the requested page, and the members that say whether there are more."""
    marker = call.text("Marker")
    try:
        start = int(marker, 16) if marker else 0
    except ValueError:
        raise AwsError("ValidationError", "Invalid Marker.") from None
    size = min(int(call.text("MaxItems") or 100), iam.page_limit or len(items) or 1)
    end = start + size
    more = end < len(items)
    return items[start:end], {"IsTruncated": more, "Marker": f"{end:08x}" if more else None}


def listed(iam: Iam, call: Call, name: str, items: Sequence[Item], shape: Callable[[Item], Any]) -> dict[str, Any]:
    """The whole result of a List action with one list in it."""
    chosen, more = page(iam, call, items)
    return {name: [shape(item) for item in chosen], **more}


def by_path(items: Sequence[Any], prefix: str | None) -> list[Any]:
    """The items below a path prefix in IAM's order."""
    below = [item for item in items if item.path.startswith(prefix)] if prefix else list(items)
    return sorted(below, key=lambda item: (item.path, item.name.lower()))
