# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a report as events of the Open Cybersecurity Schema Framework, class Detection Finding (2004). Pure.

Source: OCSF schema 1.5, Detection Finding with the profile Cloud. Decision 0052 of the collection says why this class.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import VERSION
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.asff import NAME
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.records import (
    WAIVERS,
    Record,
    kind_of,
    title_of,
)

from .report_records import gone_records, meaning_of, report_records, severity

OCSF_VERSION = "1.5.0"
CLASS_UID = 2004
_CREATE, _UPDATE, _CLOSE = (1, "Create"), (2, "Update"), (3, "Close")
_ACTIVITIES = {"worse": _UPDATE, "known": _UPDATE}
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
_BESIDE = ("host", "ou", "owner", "service", "to", "steps", *WAIVERS, "change")


def as_ocsf(report: Mapping[str, Any]) -> str:
    """A list of events: the findings, and those that are gone since the earlier report as closed."""
    time = int(datetime.fromisoformat(str(report["run"]["ended"])).timestamp() * 1000)
    events = [
        _event(record, _ACTIVITIES.get(str(record.get("change")), _CREATE), time) for record in report_records(report)
    ]
    events += [_event(record, _CLOSE, time) for record in gone_records(report)]
    return json.dumps(events, ensure_ascii=False, separators=(",", ":")) + "\n"


def _event(record: Record, activity: tuple[int, str], time: int) -> dict[str, Any]:
    status = _RESOLVED if activity == _CLOSE else _SUPPRESSED if record.get("waiver") else _NEW
    return {
        "activity_id": activity[0],
        "activity_name": activity[1],
        "category_uid": CLASS_UID // 1000,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Detection Finding",
        "type_uid": CLASS_UID * 100 + activity[0],
        "type_name": f"Detection Finding: {activity[1]}",
        "severity_id": severity(record)["ocsf_id"],
        "severity": severity(record)["ocsf"],
        "status_id": status[0],
        "status": status[1],
        **_detail(record.get("waiver")),
        "time": time,
        "message": printable(str(record["message"])),
        "metadata": _metadata(record),
        "cloud": _cloud(record),
        "finding_info": _finding_info(record, time),
        "resources": _resources(record),
        **({"remediation": {"desc": printable(str(record["remedy"]))}} if record.get("remedy") else {}),
        "unmapped": {key: _printable(record[key]) for key in _BESIDE if record.get(key)},
    }


def _detail(waiver: Mapping[str, Any] | None) -> dict[str, str]:
    if not waiver:
        return {}
    until = f" until {waiver['until']}" if waiver.get("until") else ""
    return {"status_detail": printable(f"Accepted{until}: {waiver.get('reason') or 'no reason was given'}")}


def _metadata(record: Record) -> dict[str, Any]:
    return {
        "version": OCSF_VERSION,
        "profiles": ["cloud"],
        "event_code": record["code"],
        "product": {"name": NAME, "vendor_name": NAME, "version": VERSION},
    }


def _cloud(record: Record) -> dict[str, Any]:
    account_id = str(record["account_id"] or "unknown")
    name = printable(str(record["host"])) or account_id
    return {"provider": "AWS", "account": {"name": name, "type": "AWS Account", "type_id": 10, "uid": account_id}}


def _finding_info(record: Record, time: int) -> dict[str, Any]:
    code = str(record["code"])
    return {
        "uid": record["id"],
        "title": printable(title_of(record)),
        "desc": printable(str(record["message"])),
        "created_time": time,
        "types": ["IAM"],
        "analytic": {"type_id": 1, "type": "Rule", "uid": code, "name": code, "desc": meaning_of(code)},
    }


def _resources(record: Record) -> list[dict[str, Any]]:
    """The objects, and what is not an object of the account, such as `anyone`."""
    arns: Mapping[str, str] = record["arns"]
    return [
        {
            "name": printable(resource) or "account",
            "uid": printable(arns.get(resource, resource)) or "account",
            "type": f"AwsIam{kind_of(resource).capitalize()}" if kind_of(resource) else "Other",
            "group": {"name": "iam"},
        }
        for resource in dict.fromkeys((str(record["resource"]), *arns))
    ]


def _printable(value: Any) -> Any:
    """Text, a list of texts or a dictionary of texts without control characters."""
    if isinstance(value, Mapping):
        return {printable(str(key)): _printable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return printable(str(value))
