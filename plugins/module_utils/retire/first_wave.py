# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Waves: what the first accounts of a run show, and what that means for another account. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..backup.quarantine_records import Records
from ..errors import printable
from ..model import Role
from ..resolve.quarantine import is_denied, moment, tagged
from .retired import Retirement

QUIET, WAITING, DISTURBED, UNTRIED = "quiet", "waiting", "disturbed", "untried"
STATES = (QUIET, WAITING, DISTURBED, UNTRIED)


@dataclass(frozen=True)
class FirstWave:
    """What the first accounts showed; see the option `first_wave` of `iam_retire`."""

    state: str = QUIET
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> FirstWave:
        return cls() if given is None else cls(given["state"], tuple(given.get("reasons") or ()))

    @property
    def told(self) -> str:
        return "; ".join(self.reasons) or f"the first accounts are {self.state}"


@dataclass(frozen=True)
class Disturbance:
    """Something that happened to a role since its quarantine began, and that a careful operator looks at first.

    `code` is used, denial_removed, lifted, released or not_recorded.
    """

    resource: str
    code: str
    message: str
    remedy: str

    def shown(self) -> dict[str, str]:
        return {
            "resource": self.resource,
            "code": self.code,
            "message": printable(self.message),
            "remedy": printable(self.remedy),
        }

    def __str__(self) -> str:
        return f"{self.resource} {self.message}"


def disturbances(planned: Retirement, records: Records) -> list[Disturbance]:
    """Those of the roles that are retired in the account, in the order of the retirement.

    A role that was deleted by hand leaves no trace in IAM, and neither does a lifted quarantine without a record.
    """
    return [one for item in planned.items if isinstance(item.subject, Role) for one in _of_role(item.subject, records)]


def _of_role(role: Role, records: Records) -> Iterator[Disturbance]:
    recorded, told = records.of(role), tagged(role)
    keep = f"aws_ml_retire_exclude: [{role.name}] keeps the role"
    since = records.quarantine_of(role)
    if since is not None:
        used = _used(role)
        if used is not None and used > since:
            where = f" in {role.last_used['region']}" if role.last_used.get("region") else ""
            yield Disturbance(
                role.resource,
                "used",
                f"was used or tried on {used:%Y-%m-%d}{where}, after its quarantine began on {since:%Y-%m-%d}",
                f"find who needs it (CloudTrail); the playbook release ends its quarantine, and {keep}",
            )
    elif recorded.since is not None and not is_denied(role):
        yield Disturbance(
            role.resource,
            "denial_removed",
            f"is not denied everything any more, though its quarantine since {moment(recorded.since)} was not lifted"
            " by this collection",
            f"find who detached AWSDenyAll (CloudTrail); {keep}",
        )
    elif records.release_of(role) is not None:
        release = records.release_of(role)
        at, until = (moment(release.at), moment(release.until)) if release else ("", "")
        yield Disturbance(role.resource, "released", f"was released from quarantine on {at}, until {until}", keep)
    elif recorded.lifted is not None and not is_denied(role):
        why = f"left its quarantine on {moment(recorded.lifted)}, by a restore or because it is declared present"
        yield Disturbance(role.resource, "lifted", why, keep)
    elif told is not None:
        why = f"has tags of a quarantine since {told.since} that is not recorded here"
        how = "give the backup_dir or the record_key of the run that began it"
        yield Disturbance(role.resource, "not_recorded", why, how)


def _used(role: Role) -> datetime | None:
    return datetime.fromisoformat(role.last_used["date"]) if role.last_used else None
