# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The finding for a service that has ended, and all findings of a task. Pure: the end is data, without a clock."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import CurrentState, Declarations, resource_name
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import standing
from .aws_facts import AwsFacts
from .finding import Finding, Severity
from .findings import Remedy, findings

OUTLIVED = "grants_ended_service"
"""The code of the finding that the account has objects for a service that has ended."""


def all_findings(
    knowledge: AwsFacts,
    declarations: Declarations,
    state: CurrentState,
    desired: DesiredState,
    remedy: Remedy | None = None,
) -> list[Finding]:
    """The findings, without those of roles in quarantine, which have no permissions."""
    found = findings(knowledge, declarations, state, desired, remedy)
    powerless = {
        one.resource for key, one in desired.identities.items() if one and (standing(one) or key in desired.quarantined)
    }
    return [item for item in found if item.resource not in powerless]


def outlived(knowledge: AwsFacts, service: str, desired: DesiredState, remedies: Mapping[str, str]) -> Finding | None:
    """The finding that the account has objects for a service that has ended, or None."""
    life = knowledge.services.get(service)
    there = [*desired.identities.values(), *desired.policies.values()]
    if life is None or life.state != "ended" or not any(there):
        return None
    message = f"{life.name} ended on {life.since}: the permissions granted for it are no longer needed."
    remedy = remedies.get(OUTLIVED, "state: absent")
    return Finding(Severity.LOW, OUTLIVED, resource_name("service", service), message, remedy)
