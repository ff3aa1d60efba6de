# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that the modules needed in the tests, as recorded by local AWS (`local_aws.call_record`).

All accounts and partitions are treated as one, because a document is filled in the same way in each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local_aws.permissions_needed import Needed

from .documents import ACCOUNT

_MODES = {
    "aws_accounts": "inventory",
    "iam_access": "audit",
    "iam_audit": "audit",
    "iam_baseline": "converge",
    "iam_baseline_info": "audit",
    "iam_export": "audit",
    "iam_managed_policy": "converge",
    "iam_policy_attachment": "converge",
    "iam_restore": "restore",
    "iam_retire": "retire",
    "iam_role": "converge",
    "iam_service_linked_role": "retire",
    "iam_services": "converge",
    "iam_trust_statement": "converge",
    "security_hub_findings": "audit",
}
CALLERS = frozenset(_MODES)


@dataclass(frozen=True)
class Recorded:
    """A permission that a module needed while a part of the tests ran."""

    part: str
    caller: str
    needed: Needed

    @property
    def mode(self) -> str:
        """The document that has to allow it. Check mode only reads, whichever module it is."""
        module, _unused, in_check_mode = self.caller.partition(" ")
        if self.needed.action == "sts:AssumeRole":
            return "central"
        return "audit" if in_check_mode else _MODES[module]

    def __str__(self) -> str:
        return f"{self.part}: {self.caller} needed {self.needed.action} on {self.needed.resource} {self.needed.context}"


def read(folder: Path) -> list[Recorded]:
    """Everything in the folder, which has a folder for each part of the tests."""
    return list(dict.fromkeys(_entries(folder)))


def _entries(folder: Path) -> Iterator[Recorded]:
    for file in sorted(folder.glob("*/*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            where = json.loads(line)
            text = line.replace(where["account"], ACCOUNT).replace(f"arn:{where['partition']}:", "arn:aws:")
            entry = json.loads(text)
            values = {key: tuple(one) if isinstance(one, list) else one for key, one in entry["context"].items()}
            needed = Needed(entry["action"], entry["resource"], _Context(values))
            yield Recorded(file.parent.name, entry["caller"], needed)


class _Context(dict[str, str | tuple[str, ...]]):
    """A context that can be an element of a set; nothing changes it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def parts(recorded: Iterable[Recorded]) -> dict[str, set[str]]:
    """Which modules called in which part of the tests, without check mode."""
    found: dict[str, set[str]] = {}
    for one in recorded:
        found.setdefault(one.part, set()).add(one.caller.partition(" ")[0])
    return found
