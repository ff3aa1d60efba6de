# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup as text, and back. Pure.

JSON with a format and its version, and a checksum over all the rest: SHA-256 of the members but `checksum`, as JSON
with sorted keys and without white space. Objects are in the names of the module options; `left` holds an object as the
run was to leave it, null where it was deleted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import EngineError
from ..model import Account, IdentityKind
from .entries import (
    AWS_POLICY,
    IDENTITY,
    POLICY,
    ROLE,
    Entry,
    aws_policy_entry,
    aws_policy_of,
    entry_problems,
    identity_entry,
    identity_of,
    policy_entry,
    policy_of,
)
from .events import event_entry, event_of, event_problems
from .keeping import Backup

FORMAT = "aws_ml.permissions backup"
FORMAT_VERSION = 1

EVENTS_SECTION = "quarantine_events"
"""What the run did about quarantines; only where it did anything."""

_SECTIONS = {"roles": ROLE, "users": IDENTITY, "groups": IDENTITY, "managed_policies": POLICY}
_IDENTITIES: tuple[tuple[IdentityKind, str], ...] = (("role", "roles"), ("user", "users"), ("group", "groups"))
_LISTS = (*_SECTIONS, "aws_managed_policies")


class BadBackup(EngineError):
    """A file that is no backup, or none that can be trusted. Raised before AWS is asked for anything."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message, problems=[*problems] or [message])


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
            **({EVENTS_SECTION: [event_entry(event) for event in backup.events]} if backup.events else {}),
        },
    }
    return json.dumps({**document, "checksum": checksum(document)}, indent=1) + "\n"


def parse(data: bytes, path: str) -> Backup:
    """Read a backup. Raises BadBackup, whose message names the file and says what is wrong with it."""
    document = _trusted(data, path)
    found = [*_frame_problems(document), *_content_problems(document)]
    if found:
        lines = "".join(f"\n- {problem}" for problem in found)
        raise BadBackup(
            f"{path} does not hold what a backup holds, nothing was read from AWS or written:{lines}",
            problems=found,
        )
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
        tuple(event_of(entry) for entry in content.get(EVENTS_SECTION, ())),
    )


def checksum(document: Mapping[str, Any]) -> str:
    """SHA-256 over every member but the checksum itself, in hexadecimal digits."""
    content = {key: value for key, value in document.items() if key != "checksum"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _trusted(data: bytes, path: str) -> dict[str, Any]:
    """The document in a file that is whole, of a format that is known here, and unchanged since it was written."""
    if not data.strip():
        raise BadBackup(f"{path} is empty: take another copy of it. Nothing was read from AWS or written.")
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadBackup(
            f"{path} is cut off or damaged: it is not whole JSON ({error}). Take another copy of it; nothing was read"
            " from AWS or written."
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
    told, found = document.get("checksum"), checksum(document)
    if told != found:
        raise BadBackup(
            f"{path} was changed or damaged after it was written: its content has the checksum {found}, but it says"
            f" {json.dumps(told)}. Take another copy of it; nothing was read from AWS or written."
        )
    return document


def _frame_problems(document: Mapping[str, Any]) -> list[str]:
    found = [
        f"{name}: {'missing' if name not in document else 'not a text'}"
        for name in ("created", "made_by", "account_id", "partition")
        if not isinstance(document.get(name), str)
    ]
    account_id = document.get("account_id")
    if isinstance(account_id, str) and not (len(account_id) == 12 and account_id.isascii() and account_id.isdigit()):
        found.append("account_id: not an account id of 12 digits")
    return found


def _content_problems(document: Mapping[str, Any]) -> list[str]:
    content = document.get("content")
    if not isinstance(content, dict):
        return ["content: missing" if content is None else "content: not an object"]
    owner = f"arn:{document.get('partition')}:iam::{document.get('account_id')}:"
    found = []
    for section in _LISTS:
        entries = content.get(section)
        if not isinstance(entries, list):
            found.append(f"content.{section}: {'missing' if section not in content else 'not a list'}")
            continue
        for index, entry in enumerate(entries):
            shape = _SECTIONS.get(section, AWS_POLICY)
            place = f"content.{section}[{index}]"
            problems = entry_problems(entry, shape, place)
            if not problems and section in _SECTIONS and not entry["arn"].startswith(owner):
                problems = [f"{place}.arn: {entry['arn']} is not of account {document.get('account_id')}"]
            found += problems
    return [*found, *event_problems(content.get(EVENTS_SECTION, []), f"content.{EVENTS_SECTION}")]
