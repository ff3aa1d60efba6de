# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a quarantined role is: unchanged, denied everything, and tagged with the start and the reason. Pure.

A denial overrides whatever the role is granted, by its own policies or by resource policies within the account (IAM's
policy evaluation logic). So nothing else has to be changed, and removing the denial restores the earlier permissions.

The tags are information for users. Anyone who may tag a role can write them, so they decide nothing: decisions need a
record of this collection, see `quarantine_records`.
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
"""Both contain signed records; see `quarantine_records`."""

RELEASED_TAG = "aws_ml_permissions:released"
RELEASE_REASON_TAG = "aws_ml_permissions:release_reason"
RELEASE_RECORD_TAG = "aws_ml_permissions:release_record"
"""When a quarantine was ended with a release and until when it is valid, why, and the signed record of both."""

INLINE_DENIAL = "AWSMLPermissionsDenyAll"
"""The inline policy that replaces AWSDenyAll if the quota of a role allows no further managed policy."""

DENIAL = "AWSDenyAll"
_DENIAL_ARN = re.compile(rf"arn:[a-z0-9-]+:iam::aws:policy/{DENIAL}")
DENY_ALL = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "DenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
"""The document of AWSDenyAll, and of the inline policy that replaces it."""


def moment(time: datetime) -> str:
    """A time as it is written in the tag: UTC, ISO 8601, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def deny_all_arn(account: Account) -> str:
    return f"arn:{account.partition}:iam::aws:policy/{DENIAL}"


def is_denial(arn: str) -> bool:
    """Whether an ARN is that of the AWS managed policy AWSDenyAll, in any partition; a customer managed one is not."""
    return _DENIAL_ARN.fullmatch(arn) is not None


def is_denied(identity: Identity) -> bool:
    """Whether the identity is denied everything by a policy that a quarantine attaches."""
    return any(map(is_denial, identity.managed)) or identity.inline.get(INLINE_DENIAL) == DENY_ALL


def current_quarantine(identity: Identity | None) -> Quarantine | None:
    """The quarantine that a role is in: it is denied everything and tagged. None if one of the two is missing."""
    return tagged(identity) if identity is not None and is_denied(identity) else None


def tagged(identity: Identity | None) -> Quarantine | None:
    """What the tags of a quarantine say, whether or not the role is denied everything."""
    if not isinstance(identity, Role):
        return None
    since = _tag(identity, QUARANTINED_TAG)
    return None if since is None else Quarantine(since, _tag(identity, REASON_TAG) or "")


def quarantined(role: Role, wanted: Quarantine, account: Account) -> Role:
    """The role in a quarantine that begins with `wanted`, with as many of the quarantine's tags as fit."""
    managed = role.managed if is_denied(role) else role.managed | {deny_all_arn(account)}
    told = {QUARANTINED_TAG: wanted.since, **({REASON_TAG: wanted.reason} if wanted.reason else {})}
    return replace(role, managed=managed, tags=_with_own_tags(role, told))


def signed(role: Role, record: str) -> Role:
    """The role in quarantine with a signed record of it, which replaces another tag of the quarantine if necessary."""
    told = {key: role.tags[key] for key in (QUARANTINED_TAG, REASON_TAG) if key in role.tags}
    return replace(role, tags=_with_own_tags(role, {RECORD_TAG: record, **told}))


def released(role: Role, *, recorded: bool) -> Role:
    """The role without its quarantine, and without the remains of one.

    AWSDenyAll is detached only if it is `recorded` that a quarantine attached it: else it may not belong to one.
    """
    inline = {name: document for name, document in role.inline.items() if name != INLINE_DENIAL}
    managed = frozenset(arn for arn in role.managed if not is_denial(arn)) if recorded else role.managed
    return replace(role, managed=managed, inline=inline, tags=_other_tags(role.tags))


def marked_released(role: Role, at: str, until: str, reason: str, record: str) -> Role:
    """The role with as many of the tags of a release as fit, the signed record first; `record` is empty without one."""
    told = {RELEASE_RECORD_TAG: record, RELEASED_TAG: f"{at} until {until}", RELEASE_REASON_TAG: reason}
    others = {key: value for key, value in role.tags.items() if key.lower() not in _RELEASE_TAGS}
    room = max(MAXIMUM_TAGS - len(others), 0)
    fitting = [(key, value) for key, value in told.items() if value][:room]
    return replace(role, tags={**others, **dict(fitting)})


def with_room(before: Identity | None, after: Identity, quotas: Quotas) -> Identity:
    """A role that goes into quarantine. Its new denial is inline if a managed policy would exceed the quota."""
    new = {arn for arn in after.managed - (before.managed if before else frozenset()) if is_denial(arn)}
    if not new or len(after.managed) <= quotas.attached_policies[after.kind]:
        return after
    return replace(after, managed=after.managed - new, inline={**after.inline, INLINE_DENIAL: DENY_ALL})


def denials_that_change(before: Identity, after: Identity) -> tuple[frozenset[str], bool]:
    """ARNs of AWSDenyAll that are added or removed, and whether the inline denial is, if quarantine tags change."""
    if _own_tags(before) == _own_tags(after):
        return frozenset(), False
    arns = frozenset(arn for arn in before.managed ^ after.managed if is_denial(arn))
    return arns, before.inline.get(INLINE_DENIAL) != after.inline.get(INLINE_DENIAL)


def without_moment(tags: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Tags of a write without times, so that a plan has the same id when it is computed again a minute later."""
    timed = (QUARANTINED_TAG, RECORD_TAG, RETIRED_TAG, RELEASED_TAG, RELEASE_RECORD_TAG)
    return [{**tag, "Value": ""} if tag.get("Key") in timed else tag for tag in tags]


def _with_own_tags(role: Role, told: Mapping[str, str]) -> dict[str, str]:
    """The tags of the role with those of its quarantine, only the first ones if not all of them fit."""
    others = {key: value for key, value in _other_tags(role.tags).items() if key.lower() not in _RELEASE_TAGS}
    room = max(MAXIMUM_TAGS - len(others), 0)
    return {**others, **dict(list(told.items())[:room])}


_OWN_TAGS = (QUARANTINED_TAG, REASON_TAG, RECORD_TAG, RETIRED_TAG)
_RELEASE_TAGS = (RELEASED_TAG, RELEASE_REASON_TAG, RELEASE_RECORD_TAG)


def _other_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key.lower() not in _OWN_TAGS}


def _own_tags(identity: Identity) -> dict[str, str]:
    tags = identity.tags if isinstance(identity, Role) else {}
    return {key.lower(): value for key, value in tags.items() if key.lower() in _OWN_TAGS}


def _tag(role: Role, key: str) -> str | None:
    return next((value for name, value in role.tags.items() if name.lower() == key), None)
