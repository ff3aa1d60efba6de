# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A backup as text, and back. Pure.

JSON with a format and its version, and a checksum over all the rest: SHA-256 of the members except `checksum`, as JSON
with sorted keys and without white space. Objects have the names of the module options; `left` contains an object as the
run was to leave it, null if it was deleted.

Its parts must agree: names, paths and ARNs, the account, and no duplicates. A restore creates an object by its name and
path and finds it by its ARN. If they disagree, it would write to another object than the backup shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..declare.policy_references import is_aws_managed
from ..errors import EngineError, printable, shown
from ..model import Account, IdentityKind
from ..policy.document import PolicyDocument, not_a_number, without_duplicate_keys
from .entries import (
    AWS_POLICY,
    GROUP,
    HELD_POLICY,
    POLICY,
    ROLE,
    USER,
    Entry,
    attached_policy_entry,
    aws_policy_entry,
    aws_policy_of,
    event_entry,
    event_of,
    event_problems,
    identity_entry,
    identity_of,
    policy_entry,
    policy_of,
)
from .schema import Check, entry_of, matching
from .snapshot import Backup

_KINDS = {"roles": "role", "users": "user", "groups": "group", "managed_policies": "policy"}


def inconsistencies(document: Mapping[str, Any]) -> Iterator[str]:
    """Every disagreement in a document whose values have the right shape, with its place."""
    account = Account(document["account_id"], document["partition"])
    content = document["content"]
    for section, kind in _KINDS.items():
        for index, entry in enumerate(content[section]):
            yield from _object_problems(entry, account, kind, f"content.{section}[{index}]")
        yield from _twice([entry["name"].lower() for entry in content[section]], f"content.{section}", "name")
    for section in ("aws_managed_policies", "held_policies"):
        for index, entry in enumerate(content[section]):
            yield from _arn_problems(entry["arn"], account, f"content.{section}[{index}].arn")
            if is_aws_managed(entry["arn"]) != (section == "aws_managed_policies"):
                yield f"content.{section}[{index}].arn: {entry['arn']} does not belong in this section"
        yield from _twice([entry["arn"] for entry in content[section]], f"content.{section}", "arn")
    for index, entry in enumerate(content["aws_managed_policies"]):
        if entry["arn"].rpartition("/")[2] != entry["name"]:
            yield f"content.aws_managed_policies[{index}].name: {entry['name']} is not the name in {entry['arn']}"


def _object_problems(entry: Mapping[str, Any], account: Account, kind: str, place: str) -> Iterator[str]:
    wanted = account.arn(kind, entry["path"], entry["name"])
    if entry["arn"] != wanted:
        yield f"{place}.arn: {entry['arn']} is not {wanted}, which account, partition, path and name require"
    left = entry["left"]
    if left is not None:
        for name in ("name", "path", "arn"):
            if left[name] != entry[name]:
                yield f"{place}.left.{name}: {left[name]} is not {entry[name]}, which the object has"
    if kind != "policy":
        for part, where in ((entry, place), (left or {}, f"{place}.left")):
            for index, arn in enumerate(part.get("managed_policies", ())):
                yield from _arn_problems(arn, account, f"{where}.managed_policies[{index}]")
            if part.get("boundary"):
                yield from _arn_problems(part["boundary"], account, f"{where}.boundary")


def _arn_problems(arn: str, account: Account, place: str) -> Iterator[str]:
    """A policy belongs to AWS or to the account, in the account's partition."""
    if not arn.startswith(tuple(f"arn:{account.partition}:iam::{owner}:" for owner in ("aws", account.id))):
        yield f"{place}: {arn} belongs neither to AWS nor to account {account.id}"


def _twice(keys: list[str], section: str, member: str) -> Iterator[str]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield f"{section}[{index}].{member}: the same as in {section}[{keys.index(key)}]"


FORMAT = "aws_ml.permissions backup"
FORMAT_VERSION = 1

AHEAD = timedelta(days=1)
"""How far the clock of the machine that wrote a backup may be ahead of this one's."""

_FRAME: Mapping[str, Check] = {
    "created": matching(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(\+00:00|Z)", "a time in UTC such as 2026-11-22T10:00:00+00:00"
    ),
    "made_by": matching("|iam_restore", 'empty or "iam_restore"'),
    "account_id": matching(r"\d{12}", "an account id of 12 digits"),
    "partition": matching("aws(-[a-z]+)*", "a partition of AWS"),
}
_SECTIONS: Mapping[str, Mapping[str, Check]] = {
    "roles": ROLE,
    "users": USER,
    "groups": GROUP,
    "managed_policies": POLICY,
    "aws_managed_policies": AWS_POLICY,
    "held_policies": HELD_POLICY,
}

EVENTS_SECTION = "quarantine_events"
"""What the run did about quarantines; only if it did anything."""

_IDENTITIES: tuple[tuple[IdentityKind, str], ...] = (("role", "roles"), ("user", "users"), ("group", "groups"))


class BadBackup(EngineError):
    """A file that is not a backup, or not a trustworthy one. Raised before AWS is called."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message, problems, problems=[printable(problem) for problem in problems or [message]])


def as_text(backup: Backup) -> str:
    """The backup as it is written to a file."""
    identities: dict[str, list[Entry]] = {"role": [], "user": [], "group": []}
    for key in sorted(backup.identities):
        kept = backup.identities[key]
        identities[kept.before.kind].append(identity_entry(kept))
    document: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "created": backup.created,
        "made_by": backup.made_by,
        "account_id": backup.account.id,
        "partition": backup.account.partition,
        "content": {
            "roles": identities["role"],
            "users": identities["user"],
            "groups": identities["group"],
            "managed_policies": [policy_entry(backup.policies[name]) for name in sorted(backup.policies)],
            "aws_managed_policies": [aws_policy_entry(backup.aws_policies[arn]) for arn in sorted(backup.aws_policies)],
            "held_policies": [attached_policy_entry(arn, backup.held[arn]) for arn in sorted(backup.held)],
            **({EVENTS_SECTION: [event_entry(event) for event in backup.events]} if backup.events else {}),
        },
    }
    return json.dumps({**document, "checksum": checksum(document)}, indent=1) + "\n"


def parse(data: bytes, path: str, now: datetime) -> Backup:
    """Read a backup. Raises BadBackup, whose message names the file and says what is wrong with it."""
    document = _trusted(data, path)
    found = _shape_problems(document) or [*_time_problems(document, now), *inconsistencies(document)]
    if found:
        raise BadBackup(f"{path} does not have the content of a backup, nothing was read from AWS or written:", found)
    account = Account(document["account_id"], document["partition"])
    content = document["content"]
    identities = [identity_of(kind, entry) for kind, section in _IDENTITIES for entry in content[section]]
    policies = [policy_of(entry) for entry in content["managed_policies"]]
    aws_policies = [aws_policy_of(entry) for entry in content["aws_managed_policies"]]
    return Backup(
        account,
        document["created"],
        document["made_by"],
        {kept.before.key: kept for kept in identities},
        {kept.before.name.lower(): kept for kept in policies},
        {policy.arn: policy for policy in aws_policies},
        {entry["arn"]: PolicyDocument(entry["policy"]) for entry in content["held_policies"]},
        tuple(event_of(entry) for entry in content.get(EVENTS_SECTION, ())),
    )


def checksum(document: Mapping[str, Any]) -> str:
    """SHA-256 over every member but the checksum itself, in hexadecimal digits."""
    content = {key: value for key, value in document.items() if key != "checksum"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _trusted(data: bytes, path: str) -> dict[str, Any]:
    """The document in a file that is complete, of a known format, and unchanged since it was written."""
    if not data.strip():
        raise BadBackup(f"{path} is empty: use another copy of it. Nothing was read from AWS or written.")
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=without_duplicate_keys, parse_constant=not_a_number
        )
        found = checksum(document) if isinstance(document, dict) else ""
    except (ValueError, RecursionError) as error:
        raise BadBackup(
            f"{path} is truncated or damaged: it is not complete JSON ({error}). Use another copy of it; nothing was"
            " read from AWS or written."
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadBackup(
            f"{path} is not a backup that this collection wrote: its format is not {json.dumps(FORMAT)}. Nothing was"
            " read from AWS or written."
        )
    version = document.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadBackup(f"{path}: format_version is {json.dumps(version)}, not a number from 1. Nothing was written.")
    if version > FORMAT_VERSION:
        raise BadBackup(
            f"{path} was written by a newer version of this collection (format_version {version}; this one reads up to"
            f" {FORMAT_VERSION}): update the collection aws_ml.permissions. Nothing was read from AWS or written."
        )
    told = document.get("checksum")
    if told != found:
        raise BadBackup(
            f"{path} was changed or damaged after it was written: its content has the checksum {found}, but the file"
            f" says {json.dumps(told)}. Use another copy of it; nothing was read from AWS or written."
        )
    return document


def _shape_problems(document: Mapping[str, Any]) -> list[str]:
    """What is missing, of the wrong type, or beyond IAM's limits."""
    found = []
    for name, check in _FRAME.items():
        found += check(document[name], name) if name in document else [f"{name}: missing"]
    content = document.get("content")
    if not isinstance(content, dict):
        return [*found, "content: missing" if content is None else "content: not an object"]
    for section, shape in _SECTIONS.items():
        entries = content.get(section)
        if not isinstance(entries, list):
            found.append(f"content.{section}: {'missing' if section not in content else 'not a list'}")
            continue
        for index, entry in enumerate(entries):
            found += entry_of(shape)(entry, f"content.{section}[{index}]")
    return [*found, *event_problems(content.get(EVENTS_SECTION, []), f"content.{EVENTS_SECTION}")]


def _time_problems(document: Mapping[str, Any], now: datetime) -> list[str]:
    created = document["created"]
    try:
        ahead = datetime.fromisoformat(created) - now
    except ValueError:
        return [f"created: {shown(created)} is not a valid date"]
    return [f"created: {created} is in the future; check the clock of this machine"] if ahead > AHEAD else []
