# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What is done with the objects of one account: their steps, and the retirement as a declaration. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..errors import printable, shown
from ..model import Declarations, ManagedPolicy, PolicyDeclaration, Quarantine, Role, RoleDeclaration
from ..resolve.quarantine import moment

QUARANTINED = "quarantined"
REMOVED = "removed"
WAITING = "waiting"
KEPT = "kept"


@dataclass(frozen=True)
class Retired:
    """One object and what is done with it. `until` is when it is deleted, if that is known.

    `services` are all services that it belongs to, requested or not. `depended_on_by` is as in the audit. `since` is
    the recorded start of its quarantine; for a policy, of the last role that had it. `began` is the time of a
    quarantine that this run begins. `unrecorded` is the start of a
    quarantine that only its tags report, empty if there is none. `kept_for` says why an object is kept that would be
    retired otherwise: first_wave or released. `days` is the length of a quarantine.
    """

    subject: Role | ManagedPolicy
    services: tuple[str, ...]
    step: str
    until: datetime | None = None
    reason: str = ""
    depended_on_by: tuple[Mapping[str, Any], ...] = ()
    since: datetime | None = None
    began: datetime | None = None
    unrecorded: str = ""
    kept_for: str = ""
    days: timedelta = timedelta()

    @property
    def quarantined(self) -> dict[str, str] | None:
        """The quarantine of a role: its start, when it is deleted, and why. None if it is in none."""
        began = self.began if self.step == QUARANTINED else self.since
        if not isinstance(self.subject, Role) or began is None:
            return None
        return {"since": moment(began), "until": moment(began + self.days), "reason": printable(self.reason)}

    @property
    def kind(self) -> str:
        return "role" if isinstance(self.subject, Role) else "policy"

    @property
    def resource(self) -> str:
        return self.subject.resource

    @property
    def note(self) -> str:
        """Further information for users, empty if there is none."""
        if not self.unrecorded:
            return ""
        return f"quarantine since {shown(self.unrecorded)} is reported by its tags but not recorded here; it starts now"

    def shown(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "services": list(self.services),
            "step": self.step,
            "until": moment(self.until) if self.until else None,
            "reason": printable(self.reason),
            "note": printable(self.note),
            "quarantined": self.quarantined,
        }


@dataclass(frozen=True)
class Retirement:
    """Everything that is retired in one account, roles first, by name."""

    items: tuple[Retired, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.min)

    def of(self, *steps: str) -> list[Retired]:
        return [item for item in self.items if item.step in steps]

    def declarations(self) -> Declarations:
        """The retirement as a declaration."""
        return Declarations(
            policies=tuple(
                PolicyDeclaration(item.resource, item.subject.name, present=False)
                for item in self.of(REMOVED)
                if isinstance(item.subject, ManagedPolicy)
            ),
            roles=tuple(
                RoleDeclaration(
                    item.resource,
                    item.subject.name,
                    present=item.step == QUARANTINED,
                    quarantine=Quarantine(moment(self.now), item.reason, anew=True)
                    if item.step == QUARANTINED
                    else None,
                )
                for item in self.of(REMOVED, QUARANTINED)
                if isinstance(item.subject, Role)
            ),
        )
