# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What this collection itself has recorded of quarantines: events in its backups, and tags that it has signed. Pure.

Anyone who may tag a role can write when its quarantine began, so unsigned tags decide nothing (docs/decisions/0014).
Records are about a role's unique id: a role that was created again under the same name has no records.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import Problem
from ..model import Account, Role
from ..resolve.quarantine import RECORD_TAG, RELEASE_RECORD_TAG, RETIRED_TAG, is_denied, moment, tagged

QUARANTINED, LIFTED, REMOVAL, RELEASED = "quarantined", "lifted", "removal", "released"
EVENTS = (QUARANTINED, LIFTED, REMOVAL, RELEASED)

SHORTEST_KEY = 32
"""Characters of a key, so that it cannot be guessed. `openssl rand -hex 32` generates 64."""

CLOCK_TOLERANCE = timedelta(days=1)
"""Allowed difference between the clocks of two controllers. A record with a later time is from a wrong clock."""

_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Event:
    """The start or the end of a quarantine, a release, or the start of a removal, `at` a time (UTC, ISO 8601, seconds).

    `role` is for display, `id` is the unique id of the role. `services` are those that a removal was begun for. `until`
    is when a release ends.
    """

    kind: str
    role: str
    id: str
    at: str
    services: tuple[str, ...] = ()
    until: str = ""


@dataclass(frozen=True)
class Release:
    """A role was released from quarantine `at` a time, and a retirement leaves it alone `until` another one."""

    at: datetime
    until: datetime


@dataclass(frozen=True)
class Recorded:
    """What is recorded of one role: since when it is in quarantine, and for which services its removal was begun.

    `lifted` is when its last quarantine ended, `release` the release that ended it. Both are None during a quarantine.
    """

    since: datetime | None = None
    services: tuple[str, ...] = ()
    lifted: datetime | None = None
    release: Release | None = None


@dataclass(frozen=True)
class Records:
    """The records of one account: the events of its backups, and the key that tags are signed with, empty for none."""

    account: Account
    now: datetime
    events: tuple[Event, ...] = ()
    key: str = ""

    def of(self, role: Role) -> Recorded:
        """What is recorded of a role, whether or not it is denied anything now."""
        found = [event for event in self.events if role.id and event.id == role.id]
        found += _signed_events(role, self.account, self.key)
        recorded = Recorded()
        for event in sorted(found, key=lambda event: event.at):
            at = time_of(event.at)
            if at > self.now + CLOCK_TOLERANCE:
                continue
            if event.kind == REMOVAL:
                recorded = replace(recorded, services=event.services)
            elif event.kind == QUARANTINED:
                recorded = Recorded(at, recorded.services)
            elif event.kind == RELEASED:
                recorded = Recorded(lifted=at, release=Release(at, time_of(event.until)))
            else:
                recorded = Recorded(lifted=at, release=recorded.release)
        return recorded

    def release_of(self, role: Role) -> Release | None:
        """The release of a role that is still valid, None if there is none."""
        found = self.of(role).release
        return found if found is not None and found.until > self.now else None

    def quarantine_of(self, role: Role) -> datetime | None:
        """Since when the role has been in a recorded quarantine without a break, None if it is in none.

        A role that lost all its policies to an interrupted removal is still in quarantine.
        """
        recorded = self.of(role)
        if recorded.since is None or is_denied(role):
            return recorded.since
        told = tagged(role)
        empty = not role.managed and not role.inline
        if recorded.services and empty and told is not None and told.since == moment(recorded.since):
            return recorded.since
        return None


def key_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the key of a task; no message may show the key."""
    key = options.get("record_key")
    if key is not None and len(key) < SHORTEST_KEY:
        yield Problem(
            "record_key",
            f"is {len(key)} characters long; it must be at least {SHORTEST_KEY} characters long, so that it"
            " cannot be guessed. To create one: openssl rand -hex 32",
        )


def time_of(text: str) -> datetime:
    """A time as `moment` writes it. Raises ValueError for any other text."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def quarantine_tag(role: Role, account: Account, since: str, key: str) -> str:
    """The value of the tag that proves when a quarantine of this role was begun."""
    return f"v1 {since} {_signature(key, QUARANTINED, account, role, since)}"


def removal_tag(role: Role, account: Account, begun: str, services: Iterable[str], key: str) -> str:
    """The value of the tag that proves that the removal of this role was begun, and for which services."""
    names = " ".join(services)
    return f"v1 {begun} {_signature(key, REMOVAL, account, role, begun, names)} {names}"


def release_tag(role: Role, account: Account, at: str, until: str, key: str) -> str:
    """The value of the tag that proves that this role was released from quarantine, and until when."""
    return f"v1 {at} {_signature(key, RELEASED, account, role, at, until)} {until}"


def _signed_events(role: Role, account: Account, key: str) -> Iterator[Event]:
    """The events that the tags of a role prove."""
    if not key or not role.id:
        return
    tags = {name.lower(): value for name, value in role.tags.items()}
    for tag, kind in ((RECORD_TAG, QUARANTINED), (RETIRED_TAG, REMOVAL), (RELEASE_RECORD_TAG, RELEASED)):
        fields = tags.get(tag, "").split(" ", 3)
        if len(fields) < 3 or fields[0] != "v1":
            continue
        at, signature, about = fields[1], fields[2], fields[3:]
        if hmac.compare_digest(_signature(key, kind, account, role, at, *about).encode(), signature.encode()):
            told = " ".join(about)
            is_release = kind == RELEASED
            yield Event(kind, role.name, role.id, at, () if is_release else tuple(told.split()), told * is_release)


def _signature(key: str, kind: str, account: Account, role: Role, *about: str) -> str:
    """HMAC-SHA256 over what is recorded, in hexadecimal digits. The first line separates it from other uses."""
    lines = ("aws_ml.permissions/quarantine_records/v1", kind, account.partition, account.id, role.id, *about)
    return hmac.new(key.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
