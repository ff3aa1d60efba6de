# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries of a backup: each object that was kept as plain data, checked, and as the model again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..documents import PolicyDocument
from ..model import AwsManagedPolicy, Identity, IdentityKind, ManagedPolicy, PolicyVersion, Role
from .keeping import Kept

Entry = dict[str, Any]
Check = Callable[[Any, str], list[str]]
"""Gives what is wrong with a value, each problem with its place."""


def identity_entry(kept: Kept[Identity]) -> Entry:
    """A user, group or role that was kept."""
    left = None if kept.left is None else _identity(kept.left)
    return {**_identity(kept.before), "unique_ids": list(kept.ids), "left": left}


def policy_entry(kept: Kept[ManagedPolicy]) -> Entry:
    """A customer managed policy that was kept."""
    left = None if kept.left is None else _policy(kept.left)
    return {**_policy(kept.before), "unique_ids": list(kept.ids), "attached_to": list(kept.users), "left": left}


def aws_policy_entry(policy: AwsManagedPolicy) -> Entry:
    document = policy.document.content if policy.document else None
    return {"name": policy.name, "arn": policy.arn, "attachable": policy.attachable, "policy": document}


def identity_of(kind: IdentityKind, entry: Entry) -> Kept[Identity]:
    """What `identity_entry` gave."""
    left = entry["left"]
    return Kept(
        _as_identity(kind, entry), None if left is None else _as_identity(kind, left), tuple(entry["unique_ids"])
    )


def policy_of(entry: Entry) -> Kept[ManagedPolicy]:
    """What `policy_entry` gave."""
    left = None if entry["left"] is None else _as_policy(entry["left"])
    return Kept(_as_policy(entry), left, tuple(entry["unique_ids"]), tuple(entry["attached_to"]))


def aws_policy_of(entry: Entry) -> AwsManagedPolicy:
    return AwsManagedPolicy(entry["name"], entry["arn"], PolicyDocument(entry["policy"]), entry["attachable"])


def entry_problems(value: Any, shape: Mapping[str, Check], place: str) -> list[str]:
    """What is wrong with an entry of the given shape. Members that the shape does not have are not looked at."""
    if not isinstance(value, dict):
        return [f"{place}: not an object"]
    found = []
    for name, check in shape.items():
        found += check(value[name], f"{place}.{name}") if name in value else [f"{place}.{name}: missing"]
    return found


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


def _text(value: Any, place: str) -> list[str]:
    return [] if isinstance(value, str) else [f"{place}: not a text"]


def _boolean(value: Any, place: str) -> list[str]:
    return [] if isinstance(value, bool) else [f"{place}: not true or false"]


def _seconds(value: Any, place: str) -> list[str]:
    return [] if isinstance(value, int) and not isinstance(value, bool) else [f"{place}: not a whole number"]


def _document(value: Any, place: str) -> list[str]:
    statements = value.get("Statement") if isinstance(value, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    return [] if all(isinstance(one, dict) for one in listed) else [f"{place}: not a policy document"]


def _or_null(check: Check) -> Check:
    return lambda value, place: [] if value is None else check(value, place)


def _list_of(check: Check) -> Check:
    def checked(value: Any, place: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{place}: not a list"]
        return [problem for index, one in enumerate(value) for problem in check(one, f"{place}[{index}]")]

    return checked


def _map_of(check: Check) -> Check:
    def checked(value: Any, place: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{place}: not an object"]
        return [problem for name, one in value.items() for problem in check(one, f"{place}.{name}")]

    return checked


def _entry(shape: Mapping[str, Check]) -> Check:
    return lambda value, place: entry_problems(value, shape, place)


_IDENTITY: Mapping[str, Check] = {
    "name": _text,
    "arn": _text,
    "path": _text,
    "managed_policies": _list_of(_text),
    "inline_policies": _map_of(_document),
    "boundary": _or_null(_text),
}
_ROLE: Mapping[str, Check] = {
    **_IDENTITY,
    "assume_role_policy_document": _document,
    "description": _text,
    "max_session_duration": _seconds,
    "tags": _map_of(_text),
    "instance_profiles": _list_of(_text),
}
_POLICY: Mapping[str, Check] = {
    "name": _text,
    "arn": _text,
    "path": _text,
    "description": _text,
    "tags": _map_of(_text),
    "policy": _document,
    "default_version": _text,
    "versions": _list_of(_entry({"id": _text, "policy": _or_null(_document)})),
}

IDENTITY: Mapping[str, Check] = {**_IDENTITY, "unique_ids": _list_of(_text), "left": _or_null(_entry(_IDENTITY))}
ROLE: Mapping[str, Check] = {**_ROLE, "unique_ids": _list_of(_text), "left": _or_null(_entry(_ROLE))}
POLICY: Mapping[str, Check] = {
    **_POLICY,
    "unique_ids": _list_of(_text),
    "attached_to": _list_of(_text),
    "left": _or_null(_entry(_POLICY)),
}
AWS_POLICY: Mapping[str, Check] = {"name": _text, "arn": _text, "attachable": _boolean, "policy": _document}
