# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The record of a retirement as Markdown, to read and to print. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def as_markdown(record: Mapping[str, Any]) -> str:
    """A heading and a table for the run, and a section for each object."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    approval, backup = record["approval"], record["backup"]
    yield f"# Retirement in account {record['account_id']}"
    yield ""
    yield from _table(
        {
            "Time": f"{record['began']} to {record['finished']}",
            "Outcome": record["outcome"] + (f": {record['failure']}" if record["failure"] else ""),
            "Plan": record["plan_id"],
            "Approval": f"plan {approval['plan_id']}, checked {approval['approved'] or 'at an unknown time'}"
            if approval
            else "none was required",
            "Ran as": record["ran_as"] or "the caller's own identity",
            "Backup": f"{backup['path']}, SHA-256 {backup['sha256']}" if backup else "none",
            "Writes": ", ".join(f"{len(steps)} {name.replace('_', ' ')}" for name, steps in record["writes"].items()),
            "Tool": f"{record['tool']['collection']} {record['tool']['version']}",
            "Checksum of this record": record["checksum"],
        }
    )
    for one in record["objects"]:
        yield ""
        yield f"## {_text(one['resource'])}: {_text(one['step'])}{'' if one['complete'] else ', not completely'}"
        yield ""
        yield from _table(_about(one))
        yield from _earlier(one["earlier"])


def _about(one: Mapping[str, Any]) -> dict[str, str]:
    told = {
        "ARN": one["arn"],
        "Unique ID": one["unique_id"] or "not known",
        "Services": ", ".join(one["services"]),
        "Reason": one["reason"] or "none",
        "Created": one["created"] or "not known",
        **_facts(one),
        "In quarantine": _quarantine(one["quarantined"]),
        "Deleted": one["deleted"] or "no",
    }
    for proof in one["proofs"]:
        told[f"Proof: {proof['text']}"] = "shown, as read after the last write" if proof["proven"] else "NOT SHOWN"
    if not one["proofs"]:
        told["Proofs"] = "none: the account was not read after the last write"
    return told


def _facts(one: Mapping[str, Any]) -> dict[str, str]:
    """What was known of the object before the run."""
    told = {}
    if "assumable_by" in one:
        used = one["last_used"]
        told["Last used"] = (
            f"{used['date']} {used.get('region') or ''}".strip() if used else "not within the 400 days that IAM reports"
        )
        trusted = [f"{each['principal']} ({each['kind']})" for each in one["trusted"] or ()]
        told["Trusted"] = ", ".join(trusted) or "nothing"
        told["Identities of the account that could assume it"] = (
            ", ".join(
                each["identity"] + (f" (depending on {', '.join(each['conditions'])})" if each["conditions"] else "")
                for each in one["assumable_by"] or ()
            )
            or "none"
        )
    dependants = [f"{each['resource']}: {each['detail']}" for each in one["depended_on_by"]]
    return {**told, "Depended on by": "; ".join(dependants) or "nothing"}


def _earlier(earlier: Mapping[str, Any] | None) -> Iterator[str]:
    if earlier:
        yield ""
        yield "Before its quarantine:"
        yield ""
        backup = earlier["backup"]
        yield from _table(
            {
                "Record": f"{earlier['file']}, checksum {earlier['checksum']}",
                "Time": earlier["began"],
                "Plan": earlier["plan_id"],
                "Backup": f"{backup['path']}, SHA-256 {backup['sha256']}" if backup else "none",
                "In quarantine": _quarantine(earlier["quarantined"]),
                **_facts(earlier),
            }
        )


def _quarantine(one: Mapping[str, Any] | None) -> str:
    return f"since {one['since']}, deleted from {one['until']}" if one else "no"


def _table(rows: Mapping[str, str]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, value in rows.items():
        yield f"| {_text(name)} | {_text(value)} |"


def _text(value: str) -> str:
    """Text of an account as Markdown shows it: nothing in it is a link, a tag or an emphasis."""
    return _SPECIAL.sub(r"\\\1", printable(value))
