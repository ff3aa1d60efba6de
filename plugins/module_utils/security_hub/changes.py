# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What Security Hub has to be told: findings that are new, changed or due, and those to archive. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..errors import printable
from ..finding_formats.asff import DIGEST, GENERATORS, NAME, Finding

REFRESH = timedelta(days=30)
"""After this time an unchanged finding is imported again. Security Hub deletes what was not updated for 90 days."""

_KEPT = (
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "Types",
    "CreatedAt",
    "Severity",
    "FindingProviderFields",
    "Title",
    "Description",
    "Remediation",
)
"""What the import of an archived finding repeats of it. The rest of it stays as it is in Security Hub."""

_KEPT_OF_RESOURCE = ("Type", "Id", "Partition")


@dataclass(frozen=True)
class FindingChange:
    """One finding to import. `why` is `new`, `changed`, `refreshed`, `gone` or `accepted`.

    `before` is the active finding, None for a new one.
    """

    why: str
    finding: Finding
    before: Mapping[str, Any] | None = None

    @property
    def archives(self) -> bool:
        return self.why in ("gone", "accepted")

    def shown(self) -> dict[str, str]:
        fields = self.finding.get("ProductFields") or {}
        told = {key: printable(str(fields.get(f"{NAME}/{key}", ""))) for key in ("code", "resource")}
        return {"id": printable(str(self.finding["Id"])), **told, "why": self.why}


def changes(
    current: Sequence[Finding], existing: Iterable[Mapping[str, Any]], services: Sequence[str], now: datetime
) -> list[FindingChange]:
    """What to import, in the order of the current findings and then of the existing ones.

    `existing` are the active findings of this product in the account. If the audit was limited to `services`, those of
    other services are not touched. An accepted finding is only imported if it is active, to archive it.
    """
    active = {str(one["Id"]): one for one in existing if str(one.get("GeneratorId", "")).startswith(GENERATORS)}
    found = [*_imported(current, active, now)]
    known = {finding["Id"] for finding in current}
    gone = [one for key, one in active.items() if key not in known and _is_searched(one, services)]
    return [*found, *(FindingChange("gone", _archived(one, now), one) for one in gone)]


def _imported(
    current: Iterable[Finding], active: Mapping[str, Mapping[str, Any]], now: datetime
) -> Iterator[FindingChange]:
    for finding in current:
        before = active.get(finding["Id"])
        accepted = finding["RecordState"] == "ARCHIVED"
        if before is None:
            if not accepted:
                yield FindingChange("new", finding)
            continue
        kept = {**finding, "CreatedAt": before.get("CreatedAt") or finding["CreatedAt"]}
        if accepted:
            yield FindingChange("accepted", kept, before)
        elif (before.get("ProductFields") or {}).get(DIGEST) != finding["ProductFields"][DIGEST]:
            yield FindingChange("changed", kept, before)
        elif _is_due(before, now):
            yield FindingChange("refreshed", kept, before)


def _is_searched(finding: Mapping[str, Any], services: Sequence[str]) -> bool:
    """Whether an audit of these services, or of all if there are none, would have found it."""
    service = str((finding.get("ProductFields") or {}).get(f"{NAME}/service", ""))
    return not services or (bool(service) and set(service.split(", ")) <= set(services))


def _is_due(finding: Mapping[str, Any], now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(str(finding.get("UpdatedAt"))) >= REFRESH
    except (TypeError, ValueError):
        return True


def _archived(finding: Mapping[str, Any], now: datetime) -> Finding:
    kept = {key: finding[key] for key in _KEPT if finding.get(key)}
    fields = {key: value for key, value in (finding.get("ProductFields") or {}).items() if key.startswith(f"{NAME}/")}
    resources = [{key: one[key] for key in _KEPT_OF_RESOURCE if one.get(key)} for one in finding.get("Resources") or ()]
    return {
        **kept,
        "ProductFields": fields,
        "Resources": resources,
        "RecordState": "ARCHIVED",
        "UpdatedAt": time_text(now),
    }


def difference(found: Iterable[FindingChange]) -> dict[str, str]:
    """The active findings before and after, a line each."""
    changed = list(found)
    return {
        "before": "".join(_line(one.before) for one in changed if one.before is not None),
        "after": "".join(_line(one.finding) for one in changed if not one.archives),
    }


def _line(finding: Mapping[str, Any]) -> str:
    return printable(f"{(finding.get('Severity') or {}).get('Label', '')} {finding.get('Title')}") + "\n"


def time_text(moment: datetime) -> str:
    """A time as findings have it: ISO 8601 with milliseconds, UTC."""
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S')}.{moment.microsecond // 1000:03d}Z"
