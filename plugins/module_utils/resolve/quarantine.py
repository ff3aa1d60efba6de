# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a quarantined role is: kept whole, denied everything, and tagged with when and why. Pure.

A denial wins over whatever the role is granted, by itself or by the policies of what it is used on within the account
(IAM's evaluation logic), so nothing else has to be touched, and taking the denial off gives back what was there.

The tags are for people. Whoever may tag a role can write them, so nothing is decided by what they say: that takes a
record of ours, see the `quarantine_records` room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..limits import MAXIMUM_TAGS, Quotas
from ..model import Account, Identity, Quarantine, Role
from ..policy.document import PolicyDocument

QUARANTINED_TAG = "aws_ml_permissions:quarantined"
REASON_TAG = "aws_ml_permissions:quarantine_reason"
RECORD_TAG = "aws_ml_permissions:quarantine_record"
RETIRED_TAG = "aws_ml_permissions:retired"
"""Both hold signed records; see the `quarantine_records` room."""

INLINE_DENIAL = "AWSMLPermissionsDenyAll"
"""The inline policy that denies in the place of AWSDenyAll where a role has no room for one more managed policy."""

DENIAL = "AWSDenyAll"
_DENIAL_ARN = re.compile(rf"arn:[a-z0-9-]+:iam::aws:policy/{DENIAL}")
DENY_ALL = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "DenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
"""What AWSDenyAll says, and what the inline policy says in its place."""


def moment(time: datetime) -> str:
    """A time as it stands in the tag: UTC, ISO 8601, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def deny_all_arn(account: Account) -> str:
    return f"arn:{account.partition}:iam::aws:policy/{DENIAL}"


def is_denial(arn: str) -> bool:
    """Whether an ARN is that of AWS's policy AWSDenyAll, in any partition; the account's own of that name is none."""
    return _DENIAL_ARN.fullmatch(arn) is not None


def is_denied(identity: Identity) -> bool:
    """Whether the identity is denied everything by a policy that a quarantine puts on it."""
    return any(map(is_denial, identity.managed)) or identity.inline.get(INLINE_DENIAL) == DENY_ALL


def standing(identity: Identity | None) -> Quarantine | None:
    """The quarantine that a role is in: it is denied everything and tagged. None where one of them is missing."""
    return tagged(identity) if identity is not None and is_denied(identity) else None


def tagged(identity: Identity | None) -> Quarantine | None:
    """What the tags of a quarantine say, whether or not the role is denied everything."""
    if not isinstance(identity, Role):
        return None
    since = _tag(identity, QUARANTINED_TAG)
    return None if since is None else Quarantine(since, _tag(identity, REASON_TAG) or "")


def quarantined(role: Role, wanted: Quarantine, account: Account) -> Role:
    """The role in a quarantine that begins with `wanted`, with as many of its tags as the role has room for."""
    managed = role.managed if is_denied(role) else role.managed | {deny_all_arn(account)}
    told = {QUARANTINED_TAG: wanted.since, **({REASON_TAG: wanted.reason} if wanted.reason else {})}
    return replace(role, managed=managed, tags=_with_own_tags(role, told))


def signed(role: Role, record: str) -> Role:
    """The role in quarantine with a signed record of it, in the place of another tag of the quarantine if need be."""
    told = {key: role.tags[key] for key in (QUARANTINED_TAG, REASON_TAG) if key in role.tags}
    return replace(role, tags=_with_own_tags(role, {RECORD_TAG: record, **told}))


def released(role: Role, *, recorded: bool) -> Role:
    """The role without its quarantine, and without what is left of one.

    AWSDenyAll goes only where it is `recorded` that a quarantine put it there: else it may be somebody else's.
    """
    inline = {name: document for name, document in role.inline.items() if name != INLINE_DENIAL}
    managed = frozenset(arn for arn in role.managed if not is_denial(arn)) if recorded else role.managed
    return replace(role, managed=managed, inline=inline, tags=_other_tags(role.tags))


def with_room(before: Identity | None, after: Identity, quotas: Quotas) -> Identity:
    """A role that goes into quarantine, its new denial an inline policy where a managed one more would exceed the
    quota."""
    new = {arn for arn in after.managed - (before.managed if before else frozenset()) if is_denial(arn)}
    if not new or len(after.managed) <= quotas.attached_policies[after.kind]:
        return after
    return replace(after, managed=after.managed - new, inline={**after.inline, INLINE_DENIAL: DENY_ALL})


def denials_that_change(before: Identity, after: Identity) -> tuple[frozenset[str], bool]:
    """ARNs of AWSDenyAll that come or go, and whether the inline denial does, where tags of a quarantine change."""
    if _own_tags(before) == _own_tags(after):
        return frozenset(), False
    arns = frozenset(arn for arn in before.managed ^ after.managed if is_denial(arn))
    return arns, before.inline.get(INLINE_DENIAL) != after.inline.get(INLINE_DENIAL)


def without_moment(tags: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Tags of a write with no time in them: a plan is the same plan when it is made again a minute later."""
    timed = (QUARANTINED_TAG, RECORD_TAG, RETIRED_TAG)
    return [{**tag, "Value": ""} if tag.get("Key") in timed else tag for tag in tags]


def _with_own_tags(role: Role, told: Mapping[str, str]) -> dict[str, str]:
    """The tags of the role with those of its quarantine, the first ones where there is no room for all."""
    others = _other_tags(role.tags)
    room = max(MAXIMUM_TAGS - len(others), 0)
    return {**others, **dict(list(told.items())[:room])}


_OWN_TAGS = (QUARANTINED_TAG, REASON_TAG, RECORD_TAG, RETIRED_TAG)


def _other_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key.lower() not in _OWN_TAGS}


def _own_tags(identity: Identity) -> dict[str, str]:
    tags = identity.tags if isinstance(identity, Role) else {}
    return {key.lower(): value for key, value in tags.items() if key.lower() in _OWN_TAGS}


def _tag(role: Role, key: str) -> str | None:
    return next((value for name, value in role.tags.items() if name.lower() == key), None)
