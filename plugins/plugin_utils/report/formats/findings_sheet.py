# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a report as CSV, a line for each finding and escalation path. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.records import Record
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.sheet import inert

from .report_records import report_records

COLUMNS = (
    "account_id",
    "host",
    "ou",
    "owner",
    "service",
    "severity",
    "code",
    "resource",
    "arn",
    "message",
    "remedy",
    "steps",
    "change",
    "accepted_until",
    "accepted_by",
    "accepted_reason",
    "waiver_expired",
    "worse_than_accepted",
    "id",
)
_SAME = ("account_id", "host", "ou", "owner", "service", "severity", "code", "resource", "message", "remedy")


def as_findings_sheet(report: Mapping[str, Any]) -> str:
    """CSV with a heading, quoted as RFC 4180 has it; steps of an escalation path are separated by semicolons."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for record in report_records(report):
        writer.writerow({column: inert(value) for column, value in _line(record).items()})
    return text.getvalue()


def _line(record: Record) -> dict[str, str]:
    waiver = record.get("waiver") or {}
    return {
        **{key: str(record.get(key) or "") for key in (*_SAME, "change", "id")},
        "arn": record["arns"].get(record["resource"], ""),
        "steps": "; ".join(record.get("steps", ())),
        "accepted_until": str(waiver.get("until") or ""),
        "accepted_by": str(waiver.get("owner") or ""),
        "accepted_reason": str(waiver.get("reason") or ""),
        "waiver_expired": str((record.get("expired_waiver") or {}).get("until") or ""),
        "worse_than_accepted": str((record.get("outgrown_waiver") or {}).get("why") or ""),
    }
