# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads values of any shape for the report. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_MESSAGE = 4000
"""Characters of a message that a report keeps."""

_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_SECRET = re.compile(
    r"(?i)((?:secret_?access_?key|secret_?key|session_?token|security_?token|external_?id|password|passwd)"
    r"[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|\S+)"
)


def picked(value: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The entries under these keys, without those that are empty."""
    return {key: value[key] for key in keys if value.get(key) not in (None, "", [], {})}


def dicts(value: object) -> list[Mapping[str, Any]]:
    """The dictionaries in a list; none if it is not a list."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [entry for entry in value if isinstance(entry, Mapping)]


def diffs_of(diff: object) -> dict[str, dict[str, str]]:
    """A difference, `before` and `after` in YAML with a key for each object, by object and without that key."""
    if not isinstance(diff, Mapping):
        return {}
    found: dict[str, dict[str, str]] = {}
    for side in ("before", "after"):
        name = ""
        for line in str(diff.get(side) or "").splitlines():
            if line[:1].strip():
                name = line.rstrip().rstrip(":").strip("'\"")
                found.setdefault(name, {"before": "", "after": ""})
            elif name:
                found[name][side] += f"{line[2:]}\n"
    return found


def readable(message: object) -> str:
    """A message without anything that looks like a credential, shortened if it is long."""
    text = _SECRET.sub(r"\1(hidden)", _KEY_ID.sub("(access key)", str(message)))
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


def count(number: int, thing: str) -> str:
    """A number and what is counted, such as `1 account`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
