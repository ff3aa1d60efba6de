# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which roles of an account a task releases from quarantine, how they are afterwards, and what it refuses. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..backup.quarantine_records import Records, Release, release_tag
from ..backup.snapshot import Backup, Kept, quarantine_of_run
from ..errors import printable
from ..model import CurrentState, Identity, Role
from ..resolve.quarantine import is_denial, is_denied, marked_released, moment, released, tagged
from ..restore.quarantines import added_in_quarantine
from .blocking_checks import Refusal
from .retirement import matches

PROTECTED = ("/aws-service-role/", "/aws-reserved/")
RELEASED, UNCHANGED = "released", "unchanged"


@dataclass(frozen=True)
class ReleaseWish:
    """What a task requests. `roles` and `excluded` are glob patterns of names, `valid` is the length of a release."""

    roles: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    reason: str = ""
    valid: timedelta = timedelta(days=90)

    def names(self, role: Role) -> bool:
        """Whether a role is requested by its exact name."""
        return any(pattern.lower() == role.name.lower() for pattern in self.roles)


@dataclass(frozen=True)
class ReleasedRole:
    """A role that is released now (`step` is released), or was before (unchanged). `after` is the role afterwards."""

    role: Role
    step: str
    release: Release
    after: Role
    since: datetime | None = None
    note: str = ""

    def shown(self, reason: str) -> dict[str, Any]:
        told = tagged(self.role)
        return {
            "resource": self.role.resource,
            "step": self.step,
            "since": moment(self.since) if self.since else None,
            "quarantine_reason": printable(told.reason) if told else "",
            "at": moment(self.release.at),
            "until": moment(self.release.until),
            "reason": printable(reason),
            "note": printable(self.note),
        }


@dataclass
class ReleaseChoice:
    """What a task releases, what it refuses, and the patterns that match no role."""

    roles: list[ReleasedRole] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)


def chosen(wish: ReleaseWish, state: CurrentState, records: Records, backup: Backup | None) -> ReleaseChoice:
    """The choice for one account; `backup` is that of its quarantines, None if it is not in the folder."""
    there = [one for one in state.identities.values() if isinstance(one, Role) and not one.path.startswith(PROTECTED)]
    choice = ReleaseChoice()
    for role in sorted(there, key=lambda one: one.name.lower()):
        if matches(role.name, wish.roles) and not matches(role.name, wish.excluded):
            kept = backup.identities.get(role.key) if backup else None
            for one in _judged(role, wish, records, kept):
                (choice.refusals if isinstance(one, Refusal) else choice.roles).append(one)  # type: ignore[arg-type]
    names = [role.name for role in there]
    choice.unmatched = [pattern for pattern in wish.roles if not any(matches(name, [pattern]) for name in names)]
    held = [role.name for role in there if is_denied(role)]
    choice.refusals += [one for pattern in choice.unmatched for one in _misspelled(pattern, held)]
    return choice


def _judged(
    role: Role, wish: ReleaseWish, records: Records, kept: Kept[Identity] | None
) -> Iterator[ReleasedRole | Refusal]:
    since, earlier = records.quarantine_of(role), records.release_of(role)
    if not is_denied(role):
        if earlier is not None:
            yield ReleasedRole(role, UNCHANGED, earlier, role)
        elif wish.names(role):
            override = "leave it out of roles (aws_ml_release_roles)"
            yield Refusal(role.resource, "not_in_quarantine", "is not in quarantine", override)
        return
    if since is None and earlier is None:
        override = (
            "give the backup_dir (aws_ml_backup_dir) or the record_key (aws_ml_retire_record_key) of the run that"
            " quarantined it; iam_policy_attachment with state: absent detaches AWSDenyAll of another owner"
        )
        why = "is denied everything, and no record shows that this collection quarantined it"
        yield Refusal(role.resource, "not_recorded", why, override)
        return
    compared = kept if kept is not None and quarantine_of_run(kept) is not None else None
    changes = _changes(role, compared) if compared else []
    if changes and not wish.names(role):
        override = f"check this, then release it by its exact name: roles: [{role.name}] (aws_ml_release_roles)"
        yield Refusal(role.resource, "changed", f"was changed during its quarantine: {', '.join(changes)}", override)
        return
    note = f"was changed during its quarantine: {', '.join(changes)}" if changes else ""
    if compared is None:
        note = "its policies are not compared with those before the quarantine, because its backup is not here"
    yield _released(role, wish, records, compared, since=since, note=note)


def _released(
    role: Role,
    wish: ReleaseWish,
    records: Records,
    kept: Kept[Identity] | None,
    *,
    since: datetime | None,
    note: str,
) -> ReleasedRole:
    release = Release(records.now, records.now + wish.valid)
    after = released(role, recorded=True)
    if kept is not None:  # AWSDenyAll that it had before was not attached by the quarantine
        after = replace(after, managed=after.managed | frozenset(filter(is_denial, kept.before.managed)))
    at, until = moment(release.at), moment(release.until)
    record = release_tag(role, records.account, at, until, records.key) if records.key else ""
    return ReleasedRole(role, RELEASED, release, marked_released(after, at, until, wish.reason, record), since, note)


def _changes(role: Role, kept: Kept[Identity]) -> list[str]:
    """What others changed of a role since its quarantine began."""
    changes = [f"it got {one}" for one in added_in_quarantine(kept, role)]
    before = kept.before
    if isinstance(before, Role) and before.trust != role.trust:
        changes.append("its trust policy is different")
    return changes


def _misspelled(pattern: str, held: Sequence[str]) -> Iterator[Refusal]:
    near = difflib.get_close_matches(pattern.lower(), [name.lower() for name in held], n=1, cutoff=0.85)
    if near and not set("*?[") & set(pattern):
        name = {name.lower(): name for name in held}[near[0]]
        why = f"is in quarantine, and roles contains {pattern}, which does not exist; did you mean {name}?"
        yield Refusal(
            f"role/{name}", "misspelled", why, f"correct it in roles (aws_ml_release_roles), or take {pattern} out"
        )
