# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a report as one flat list, and what identifies a finding in two reports. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

Record = dict[str, Any]
"""A finding with its account: `account_id`, `host`, `ou`, `owner`, `service`, `resource`, `code`, `severity`,
`message`, `remedy`, `evidence` (what it is based on, each part a text), and the waiver that concerns it, if there is
one.
"""

_WHOSE = ("account_id", "host", "ou", "owner")
_WAIVERS = ("waiver", "expired_waiver", "outgrown_waiver")
_TOLD = ("code", "severity", "message", "remedy")


def findings_of(report: Mapping[str, Any]) -> list[Record]:
    """Every finding of a report, accepted ones included, by account and then by object."""
    return [record for account in report["accounts"] for record in findings_of_account(account)]


def findings_of_account(account: Mapping[str, Any]) -> Iterator[Record]:
    """The findings of the account, and then those of its objects."""
    for finding in account.get("findings", ()):
        yield _record(account, finding, "")
    for item in account.get("objects", ()):
        for finding in item.get("findings", ()):
            yield _record(account, finding, item.get("service") or "")


def is_open(record: Mapping[str, Any]) -> bool:
    """Whether a finding or record is not accepted by a waiver."""
    return not record.get("waiver")


def is_searched(account: Mapping[str, Any]) -> bool:
    """Whether a task came to a result that says what findings the account has, if only that it has none."""
    return bool(account.get("looked_at"))


def account_key(account: Mapping[str, Any]) -> str:
    """What identifies an account, or the account of a record, in two reports: its id, or its host if no id is known."""
    return str(account.get("account_id") or f"host {account.get('host')}")


def finding_key(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """What identifies a finding in two reports: its account, its resource (in any case, as in IAM), and its code."""
    return account_key(record), str(record["resource"]).lower(), str(record["code"])


def rank(severity: object) -> int:
    """0 for the most severe; a severity that is not known comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def worst_of(records: Iterable[Record]) -> Record:
    """The most severe of some records, the first of several."""
    return min(records, key=lambda record: rank(record["severity"]))


def evidence_of(records: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """What some findings are based on, together."""
    return frozenset(str(part) for record in records for part in record.get("evidence", ()))


def objects_named(account: Mapping[str, Any]) -> frozenset[str]:
    """The resources that a report has an object for, such as `role/x`, in lower case."""
    return frozenset(resource_name(item["kind"], item["name"]).lower() for item in account.get("objects", ()))


def _record(account: Mapping[str, Any], finding: Mapping[str, Any], service: str) -> Record:
    resource = str(finding.get("resource") or "")
    kind, _slash, name = resource.partition("/")
    evidence = finding.get("evidence")
    return {
        **{key: account.get(key) or "" for key in _WHOSE},
        "service": str(finding.get("service") or service or (name if kind == "service" else "")),
        "resource": resource,
        **{key: str(finding.get(key) or "") for key in _TOLD},
        "evidence": list(evidence) if isinstance(evidence, Sequence) and not isinstance(evidence, str) else [],
        **{key: dict(finding[key]) for key in _WAIVERS if isinstance(finding.get(key), Mapping)},
    }
