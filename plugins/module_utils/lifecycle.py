# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a service that has ended, and all findings of a task. Pure: the end is data, no look at the clock."""

from __future__ import annotations

from collections.abc import Mapping

from .findings import Remedy, finding, findings
from .knowledge import Knowledge
from .model import AccountState, Desired
from .quarantine import standing
from .target import Target

OUTLIVED = "grants_ended_service"
"""The code of the finding that something is there for a service that has ended."""


def all_findings(
    knowledge: Knowledge, desired: Desired, state: AccountState, target: Target, remedy: Remedy | None = None
) -> list[dict[str, str]]:
    """The findings but those of roles in quarantine, which can do nothing."""
    found = findings(knowledge, desired, state, target, remedy)
    powerless = {
        f"{one.kind}/{one.name}"
        for key, one in target.identities.items()
        if one and (standing(one) or key in target.quarantined)
    }
    return [item for item in found if item["resource"] not in powerless]


def outlived(knowledge: Knowledge, service: str, target: Target, remedies: Mapping[str, str]) -> dict[str, str] | None:
    """The finding that something is there for a service that has ended, or None."""
    life = knowledge.services.get(service)
    there = [*target.identities.values(), *target.policies.values()]
    if life is None or life.state != "ended" or not any(there):
        return None
    message = f"{life.name} ended on {life.since}: what is granted for it has no use any more."
    return finding("low", OUTLIVED, f"service/{service}", message, remedies.get(OUTLIVED, "state: absent"))
