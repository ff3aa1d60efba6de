# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The entries of a backup: each saved object or event as plain data, checked, and as the model again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..limits import MAXIMUM_MANAGED_POLICIES, MAXIMUM_TRUST_SIZE, POLICY_VERSION_LIMIT, Quotas
from ..model import AwsManagedPolicy, Identity, IdentityKind, ManagedPolicy, PolicyVersion, Role
from ..policy.document import PolicyDocument
from . import schema as checks
from .quarantine_records import EVENTS, RELEASED, Event, time_of
from .schema import Check
from .snapshot import Kept

Entry = dict[str, Any]


def identity_entry(kept: Kept[Identity]) -> Entry:
    """A user, group or role that was saved."""
    left = None if kept.left is None else _identity(kept.left)
    return {**_identity(kept.before), "unique_ids": list(kept.ids), "left": left}


def policy_entry(kept: Kept[ManagedPolicy]) -> Entry:
    """A customer managed policy that was saved."""
    left = None if kept.left is None else _policy(kept.left)
    return {**_policy(kept.before), "unique_ids": list(kept.ids), "attached_to": list(kept.users), "left": left}


def aws_policy_entry(policy: AwsManagedPolicy) -> Entry:
    document = policy.document.content if policy.document else None
    return {"name": policy.name, "arn": policy.arn, "attachable": policy.attachable, "policy": document}


def attached_policy_entry(arn: str, document: PolicyDocument) -> Entry:
    """The document of a customer managed policy that the run did not write, and that an object of the backup had."""
    return {"arn": arn, "policy": document.content}


def identity_of(kind: IdentityKind, entry: Entry) -> Kept[Identity]:
    """The inverse of `identity_entry`."""
    left = entry["left"]
    return Kept(
        _as_identity(kind, entry), None if left is None else _as_identity(kind, left), tuple(entry["unique_ids"])
    )


def policy_of(entry: Entry) -> Kept[ManagedPolicy]:
    """The inverse of `policy_entry`."""
    left = None if entry["left"] is None else _as_policy(entry["left"])
    return Kept(_as_policy(entry), left, tuple(entry["unique_ids"]), tuple(entry["attached_to"]))


def aws_policy_of(entry: Entry) -> AwsManagedPolicy:
    return AwsManagedPolicy(entry["name"], entry["arn"], PolicyDocument(entry["policy"]), entry["attachable"])


def _identity(identity: Identity) -> Entry:
    entry: Entry = {
        "name": identity.name,
        "arn": identity.arn,
        "path": identity.path,
        "managed_policies": sorted(identity.managed),
        "inline_policies": {name: identity.inline[name].content for name in sorted(identity.inline)},
        "boundary": identity.boundary,
    }
    if isinstance(identity, Role):
        entry["assume_role_policy_document"] = identity.trust.content
        entry["description"] = identity.description
        entry["max_session_duration"] = identity.max_session_duration
        entry["tags"] = dict(sorted(identity.tags.items()))
        entry["instance_profiles"] = list(identity.instance_profiles)
    return entry


def _policy(policy: ManagedPolicy) -> Entry:
    return {
        "name": policy.name,
        "arn": policy.arn,
        "path": policy.path,
        "description": policy.description,
        "tags": dict(sorted(policy.tags.items())),
        "policy": policy.document.content,
        "default_version": policy.default_version,
        "versions": [
            {"id": version.id, "policy": version.document.content if version.document else None}
            for version in policy.versions
        ],
    }


def _as_identity(kind: IdentityKind, entry: Entry) -> Identity:
    ids = entry.get("unique_ids") or [""]
    identity = Identity(
        kind=kind,
        name=entry["name"],
        path=entry["path"],
        arn=entry["arn"],
        managed=frozenset(entry["managed_policies"]),
        inline={name: PolicyDocument(content) for name, content in entry["inline_policies"].items()},
        boundary=entry["boundary"],
        id=ids[-1],
    )
    if kind != "role":
        return identity
    return Role(
        **vars(identity),
        trust=PolicyDocument(entry["assume_role_policy_document"]),
        description=entry["description"],
        max_session_duration=entry["max_session_duration"],
        tags=entry["tags"],
        instance_profiles=tuple(entry["instance_profiles"]),
    )


def _as_policy(entry: Entry) -> ManagedPolicy:
    policy = ManagedPolicy(entry["name"], entry["path"], entry["arn"], PolicyDocument(entry["policy"]))
    return replace(
        policy,
        description=entry["description"],
        tags=entry["tags"],
        default_version=entry["default_version"],
        versions=tuple(
            PolicyVersion(version["id"], None if version["policy"] is None else PolicyDocument(version["policy"]))
            for version in entry["versions"]
        ),
    )


def _identity_shape(kind: IdentityKind, id_prefix: str, more: Mapping[str, Check]) -> Mapping[str, Check]:
    """The shape of an identity of one kind, `left` included."""
    shape = {
        "name": checks.name_of(f"a {kind}", 128 if kind == "group" else 64),
        "arn": checks.text,
        "path": checks.path,
        "managed_policies": checks.list_of(checks.policy_arn, MAXIMUM_MANAGED_POLICIES),
        "inline_policies": checks.map_of(
            checks.document(Quotas().inline_size[kind]), checks.name_of("an inline policy", 128)
        ),
        "boundary": checks.or_null(checks.policy_arn),
        **more,
    }
    return {**shape, "unique_ids": _unique_ids(kind, id_prefix), "left": checks.or_null(checks.entry_of(shape))}


def _unique_ids(kind: str, prefix: str) -> Check:
    return checks.list_of(checks.matching(rf"{prefix}[A-Z0-9]{{12,124}}", f"the unique id of a {kind} ({prefix}…)"))


def _policy_shape(versions: str) -> Mapping[str, Check]:
    version = {
        "id": checks.matching(versions, "a version such as v1"),
        "policy": checks.or_null(checks.document(Quotas().managed_policy_size)),
    }
    return {
        "name": checks.name_of("a policy", 128),
        "arn": checks.text,
        "path": checks.path,
        "description": checks.description,
        "tags": checks.tags,
        "policy": checks.document(Quotas().managed_policy_size),
        "default_version": checks.matching(versions, "a version such as v1"),
        "versions": checks.list_of(checks.entry_of(version), POLICY_VERSION_LIMIT - 1),
    }


_OF_ROLES: Mapping[str, Check] = {
    "assume_role_policy_document": checks.document(MAXIMUM_TRUST_SIZE),
    "description": checks.description,
    "max_session_duration": checks.session_duration,
    "tags": checks.tags,
    "instance_profiles": checks.list_of(checks.name_of("an instance profile", 128)),
}
ROLE = _identity_shape("role", "AROA", _OF_ROLES)
USER = _identity_shape("user", "AIDA", {})
GROUP = _identity_shape("group", "AGPA", {})
POLICY: Mapping[str, Check] = {
    **_policy_shape(r"v[1-9]\d*"),
    "unique_ids": _unique_ids("policy", "ANPA"),
    "attached_to": checks.list_of(checks.matching(r"(role|user|group)/[\w+=,.@-]+", "a role, user or group")),
    # The number of a version that a restore creates is not known beforehand.
    "left": checks.or_null(checks.entry_of(_policy_shape(r"v[1-9]\d*( of the backup)?"))),
}
AWS_POLICY: Mapping[str, Check] = {
    "name": checks.name_of("a policy", 128),
    "arn": checks.policy_arn,
    "attachable": checks.boolean,
    "policy": checks.document(None),
}
HELD_POLICY: Mapping[str, Check] = {
    "arn": checks.policy_arn,
    "policy": checks.document(Quotas().managed_policy_size),
}


_UNIQUE_ID = "AROA"
"""How the unique ids of roles begin (FACTS C4)."""


def event_entry(event: Event) -> dict[str, Any]:
    """The start or the end of a quarantine, its release, or the start of a removal."""
    entry = {"event": event.kind, "role": event.role, "unique_id": event.id, "at": event.at}
    return {**entry, "services": list(event.services), **({"until": event.until} if event.until else {})}


def event_of(entry: Mapping[str, Any]) -> Event:
    """The inverse of `event_entry`."""
    services = tuple(entry["services"])
    return Event(entry["event"], entry["role"], entry["unique_id"], entry["at"], services, entry.get("until", ""))


def event_problems(entries: Any, place: str) -> Iterator[str]:
    """What is wrong with a list of such entries, each problem with its place."""
    if not isinstance(entries, list):
        yield f"{place}: not a list"
        return
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield f"{place}[{index}]: not an object"
            continue
        for member, (fits, wanted) in _SHAPE.items():
            if member not in entry:
                yield f"{place}[{index}].{member}: missing"
            elif not fits(entry[member]):
                yield f"{place}[{index}].{member}: not {wanted}"
        if ("until" in entry or entry.get("event") == RELEASED) and not _is_time(entry.get("until")):
            yield f"{place}[{index}].until: not a time in UTC such as 2026-11-22T10:00:00Z"


def _is_time(value: Any) -> bool:
    try:
        time_of(value)
    except (TypeError, ValueError):
        return False
    return True


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_SHAPE: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "event": (lambda value: value in EVENTS, f"one of {', '.join(EVENTS)}"),
    "role": (lambda value: isinstance(value, str), "a string"),
    "unique_id": (
        lambda value: isinstance(value, str) and value.startswith(_UNIQUE_ID),
        f"the unique id of a role ({_UNIQUE_ID}…)",
    ),
    "at": (_is_time, "a time in UTC such as 2026-11-22T10:00:00Z"),
    "services": (_are_texts, "a list of strings"),
}
