# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a report is truthful: each reported step happened, and each write that succeeded is reported.

A write whose reply was lost may have been sent, and have succeeded, once more, and so may one that is told as unknown;
nothing else may exceed the report. Versions that a run has made itself are deleted without a copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_TAKES_AWAY = {f"Delete{what}Policy" for what in ("", "Role", "User", "Group")} | {"DeleteRole", "DeletePolicyVersion"}

Steps = Sequence[Mapping[str, str]]
Writes = Counter[tuple[str, str]]


def counted(steps: Steps) -> Writes:
    """The steps of a plan by action and object."""
    return Counter((step["action"], step["resource"]) for step in steps)


def untruths(result: Mapping[str, Any], done: Writes, lost: Mapping[str, int] | None = None) -> list[str]:
    """What is wrong in a result, given the writes that succeeded and how many replies were lost, by action."""
    plan = result["plan"]
    steps: Steps = plan["done"] if isinstance(plan, Mapping) else plan
    reported = counted(steps)
    found = [f"reported {count} time(s) more than it happened: {write}" for write, count in (reported - done).items()]
    spare = Counter(lost or {})
    if isinstance(plan, Mapping):
        spare.update(step["action"] for step in plan["unknown"])
    for write, count in (done - reported).items():
        spare[write[0]] -= count
        if spare[write[0]] < 0:
            found.append(f"happened {count} time(s) more than it is reported: {write}")
    unknown = plan["unknown"] if isinstance(plan, Mapping) else []
    if result["changed"] != bool(steps or unknown):
        found.append(f"changed is {result['changed']} with {len(steps)} steps done and {len(unknown)} unknown")
    if isinstance(plan, Mapping):
        told = result.get("msg", "")
        found += [f"not named: {step}" for step in unknown if f"{step['action']} {step['resource']}" not in told]
    copied = Counter((copy["action"], copy["resource"]) for copy in result["deleted"])
    deletions = counted([step for step in steps if step["action"] in _TAKES_AWAY and not _is_own_version(step)])
    found += [f"no copy of what was deleted: {write}" for write in deletions - copied]
    found += [f"a copy of what no step took away: {write}" for write in copied - reported]
    return found


def _is_own_version(step: Mapping[str, str]) -> bool:
    """Whether a step deletes a version that the same run has made."""
    return step["reason"].endswith("is not the default version") or "intermediate" in step["reason"]
