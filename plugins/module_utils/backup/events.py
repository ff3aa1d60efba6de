# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Events of quarantines as plain data in a backup, checked, and as events again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .quarantine_records import EVENTS, Event, time_of

_UNIQUE_ID = "AROA"
"""How the unique ids of roles begin (FACTS C4)."""


def event_entry(event: Event) -> dict[str, Any]:
    """The start or the end of a quarantine, or the start of a removal."""
    entry = {"event": event.kind, "role": event.role, "unique_id": event.id, "at": event.at}
    return {**entry, "services": list(event.services)}


def event_of(entry: Mapping[str, Any]) -> Event:
    """The inverse of `event_entry`."""
    return Event(entry["event"], entry["role"], entry["unique_id"], entry["at"], tuple(entry["services"]))


def event_problems(entries: Any, place: str) -> Iterator[str]:
    """What is wrong with a list of such entries, each problem with its place."""
    if not isinstance(entries, list):
        yield f"{place}: not a list"
        return
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield f"{place}[{index}]: not an object"
            continue
        for member, (fits, wanted) in _SHAPE.items():
            if member not in entry:
                yield f"{place}[{index}].{member}: missing"
            elif not fits(entry[member]):
                yield f"{place}[{index}].{member}: not {wanted}"


def _is_time(value: Any) -> bool:
    try:
        time_of(value)
    except (TypeError, ValueError):
        return False
    return True


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_SHAPE: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "event": (lambda value: value in EVENTS, f"one of {', '.join(EVENTS)}"),
    "role": (lambda value: isinstance(value, str), "a string"),
    "unique_id": (
        lambda value: isinstance(value, str) and value.startswith(_UNIQUE_ID),
        f"the unique id of a role ({_UNIQUE_ID}…)",
    ),
    "at": (_is_time, "a time in UTC such as 2026-11-22T10:00:00Z"),
    "services": (_are_texts, "a list of strings"),
}
