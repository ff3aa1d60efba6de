# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Every IAM write that this collection makes, in one table. Pure.

Code that depends on the action of a write uses this table. An action that is not in it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from ..model import CurrentState, Identity, ManagedPolicy, Role

Parameters = Mapping[str, Any]
"""The parameters of the call, by the names of the IAM API; documents as PolicyDocument."""

STALE_CODES = frozenset({"EntityAlreadyExists", "NoSuchEntity", "DeleteConflict"})
"""Error codes of any write that mean that the account is not as it was read."""


class Element(Enum):
    """The part of an account that a write adds or removes."""

    ROLE = auto()
    SERVICE_LINKED_ROLE = auto()
    ROLE_SETTINGS = auto()
    TRUST_POLICY = auto()
    BOUNDARY = auto()
    ATTACHMENT = auto()
    INLINE_POLICY = auto()
    INSTANCE_PROFILE_MEMBERSHIP = auto()
    TAGS = auto()
    POLICY = auto()
    POLICY_VERSION = auto()
    DOCUMENT_IN_FORCE = auto()


@dataclass(frozen=True)
class Write:
    """One write action of IAM.

    `adds` is what exists after it, `removes` what no longer exists after it in every case. If a write replaces
    something only where it existed, its step names that (`Step.removes`).

    `done_codes` are the error codes after which the account must be read: an earlier try, or another tool, may have
    done the work. With `repeats`, a second call does the work a second time, so the account is also read after a lost
    reply. `stale_codes` are the error codes that mean that the account is not as it was read.

    `shows(subject, parameters)` is the identity or policy after the write, for a run that plans again; None if planning
    again finds it out. `is_seen(state, parameters)` says whether the state shows the write; None if a plan from that
    state shows it. With `sends_empty`, an empty parameter clears a value.
    """

    action: str
    adds: Element | None = None
    removes: Element | None = None
    done_codes: frozenset[str] = frozenset()
    repeats: bool = False
    stale_codes: frozenset[str] = STALE_CODES
    shows: Callable[[Any, Parameters], Any] | None = None
    is_seen: Callable[[CurrentState, Parameters], bool] | None = None
    sends_empty: bool = False

    @property
    def creates(self) -> bool:
        """Whether it creates the object that it is about."""
        return self.adds in _OBJECTS

    @property
    def deletes(self) -> bool:
        """Whether it deletes the object that it is about."""
        return self.removes in _OBJECTS

    @property
    def only_removes(self) -> bool:
        return self.adds is None


_OBJECTS = (Element.ROLE, Element.SERVICE_LINKED_ROLE, Element.POLICY)


def write_of(action: str) -> Write:
    """The write with this action. Raises ValueError if the collection does not make it."""
    if action not in WRITES:
        raise ValueError(f"{action} is not among the IAM writes of this collection (see WRITES)")
    return WRITES[action]


def _attached(identity: Identity, given: Parameters) -> Identity:
    return replace(identity, managed=identity.managed | {given["PolicyArn"]})


def _detached(identity: Identity, given: Parameters) -> Identity:
    return replace(identity, managed=identity.managed - {given["PolicyArn"]})


def _inline_written(identity: Identity, given: Parameters) -> Identity:
    return replace(identity, inline={**identity.inline, given["PolicyName"]: given["PolicyDocument"]})


def _inline_deleted(identity: Identity, given: Parameters) -> Identity:
    kept = {name: document for name, document in identity.inline.items() if name != given["PolicyName"]}
    return replace(identity, inline=kept)


def _trust_written(role: Role, given: Parameters) -> Role:
    return replace(role, trust=given["PolicyDocument"])


def _boundary_written(role: Role, given: Parameters) -> Role:
    return replace(role, boundary=given["PermissionsBoundary"])


def _boundary_deleted(role: Role, _given: Parameters) -> Role:
    return replace(role, boundary=None)


def _in_instance_profile(role: Role, given: Parameters) -> Role:
    return replace(role, instance_profiles=tuple(sorted({*role.instance_profiles, given["InstanceProfileName"]})))


def _version_written(policy: ManagedPolicy, given: Parameters) -> ManagedPolicy:
    return replace(policy, document=given["PolicyDocument"]) if given["SetAsDefault"] else policy


def _version_deleted(state: CurrentState, given: Parameters) -> bool:
    policy = state.policy_at(given["PolicyArn"])
    return policy is None or given["VersionId"] not in {version.id for version in policy.versions}


_EXISTS = frozenset({"EntityAlreadyExists"})
_FULL = frozenset({"LimitExceeded"})
_GONE = frozenset({"NoSuchEntity"})

_OF_ROLES = (
    Write("CreateRole", adds=Element.ROLE, done_codes=_EXISTS),
    Write("UpdateRole", adds=Element.ROLE_SETTINGS, sends_empty=True),
    Write("UpdateAssumeRolePolicy", adds=Element.TRUST_POLICY, shows=_trust_written),
    Write("PutRolePermissionsBoundary", adds=Element.BOUNDARY, shows=_boundary_written),
    Write("DeleteRolePermissionsBoundary", removes=Element.BOUNDARY, done_codes=_GONE, shows=_boundary_deleted),
    Write("TagRole", adds=Element.TAGS),
    Write("UntagRole", removes=Element.TAGS, done_codes=_GONE),
    Write(
        "AddRoleToInstanceProfile",
        adds=Element.INSTANCE_PROFILE_MEMBERSHIP,
        done_codes=_FULL,
        shows=_in_instance_profile,
    ),
    Write("RemoveRoleFromInstanceProfile", removes=Element.INSTANCE_PROFILE_MEMBERSHIP, done_codes=_GONE),
    Write("DeleteRole", removes=Element.ROLE, done_codes=_GONE),
    Write("DeleteServiceLinkedRole", removes=Element.SERVICE_LINKED_ROLE, done_codes=_GONE),
)

_OF_IDENTITIES = tuple(
    write
    for kind in ("Role", "User", "Group")
    for write in (
        Write(f"Attach{kind}Policy", adds=Element.ATTACHMENT, shows=_attached),
        Write(f"Detach{kind}Policy", removes=Element.ATTACHMENT, done_codes=_GONE, shows=_detached),
        Write(f"Put{kind}Policy", adds=Element.INLINE_POLICY, shows=_inline_written),
        Write(f"Delete{kind}Policy", removes=Element.INLINE_POLICY, done_codes=_GONE, shows=_inline_deleted),
    )
)

_OF_POLICIES = (
    Write("CreatePolicy", adds=Element.POLICY, done_codes=_EXISTS),
    Write(
        "CreatePolicyVersion",
        adds=Element.POLICY_VERSION,
        removes=Element.DOCUMENT_IN_FORCE,
        done_codes=_FULL,
        repeats=True,
        stale_codes=STALE_CODES | _FULL,
        shows=_version_written,
    ),
    Write("DeletePolicyVersion", removes=Element.POLICY_VERSION, done_codes=_GONE, is_seen=_version_deleted),
    Write("TagPolicy", adds=Element.TAGS),
    Write("UntagPolicy", removes=Element.TAGS, done_codes=_GONE),
    Write("DeletePolicy", removes=Element.POLICY, done_codes=_GONE),
)

WRITES: Mapping[str, Write] = {write.action: write for write in (*_OF_ROLES, *_OF_IDENTITIES, *_OF_POLICIES)}
"""By their actions."""
