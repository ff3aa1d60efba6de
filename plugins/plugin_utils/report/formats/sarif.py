# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a report as SARIF 2.1.0, for code scanning. Pure.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0, and GitHub, "SARIF support for code scanning". Decision
0052 of the collection says what is the file of a finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import VERSION
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.asff import NAME
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.records import Record, code_title

from .report_records import finding_codes, meaning_of, report_records, severities, severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASELINE = {"new": "new", "worse": "updated", "known": "unchanged"}
"""The state of a result in comparison with the earlier report. GitHub would show an absent one, so there is none."""

_WHOSE = ("account_id", "host", "ou", "owner", "service")
_FAILED = ("failed", "refused", "unreachable")


def as_sarif(report: Mapping[str, Any]) -> str:
    records = report_records(report)
    codes = sorted({str(record["code"]) for record in records})
    run = report["run"]
    category = re.sub(r"[^\w.-]", "_", str(run.get("playbook") or "run"))
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": NAME, "version": VERSION, "rules": list(map(_rule, codes))}},
                "automationDetails": {"id": f"{NAME}/{category}/{run['started']}"},
                "invocations": [_invocation(report)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(record, codes.index(str(record["code"]))) for record in records],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, separators=(",", ":")) + "\n"


def _rule(code: str) -> dict[str, Any]:
    worst = severities()[finding_codes().get(code, {}).get("severity", "low")]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("_")),
        "shortDescription": {"text": _inert(code_title(code))},
        "fullDescription": {"text": _inert(meaning_of(code))},
        "help": {"text": _inert(f"{meaning_of(code)} Each result says what fixes it.")},
        "defaultConfiguration": {"level": worst["sarif_level"]},
        "properties": {
            "tags": ["security", "iam"],
            "precision": "high",
            "security-severity": worst["security_severity"],
        },
    }


def _invocation(report: Mapping[str, Any]) -> dict[str, Any]:
    """Times of the run, and each account whose findings are missing or incomplete because it failed."""
    notes = [
        {"level": "error", "message": {"text": _inert(f"{account['host']}: {failure['message']}")}}
        for account in report["accounts"]
        if account["outcome"] in _FAILED
        for failure in account.get("failures", ())
    ]
    run = report["run"]
    times = {"startTimeUtc": run["started"], "endTimeUtc": run["ended"]}
    return {"executionSuccessful": not notes, **times, "toolExecutionNotifications": notes}


def _result(record: Record, rule: int) -> dict[str, Any]:
    remedy = f" To fix: {record['remedy']}." if record.get("remedy") else ""
    result: dict[str, Any] = {
        "ruleId": record["code"],
        "ruleIndex": rule,
        "level": severity(record)["sarif_level"],
        "message": {"text": _inert(f"{record['message'] or code_title(record['code'])}{remedy}")},
        "locations": [{**_place(record, str(record["resource"])), "logicalLocations": list(_objects(record))}],
        # GitHub reads only the first, which is the hash of a line in other tools.
        "partialFingerprints": {"primaryLocationLineHash": f"{record['id']}:1", f"{NAME}/v1": record["id"]},
        "properties": {
            "severity": record["severity"],
            **{key: printable(str(record[key])) for key in _WHOSE if record.get(key)},
        },
    }
    if record.get("steps"):
        result["codeFlows"] = [{"threadFlows": [{"locations": list(_steps(record))}]}]
    if record.get("waiver"):
        result["suppressions"] = [_suppression(record["waiver"])]
    if record.get("change") in BASELINE:
        result["baselineState"] = BASELINE[record["change"]]
    return result


def _place(record: Record, resource: str) -> dict[str, Any]:
    """A path that names account and object. Code scanning needs one, and no file has all objects of an account."""
    parts = ("iam", str(record["account_id"] or record["host"]), *resource.split("/"))
    # A role can be called `..`.
    path = "/".join(quote(f"{part}_" if set(part) <= {"."} else part, safe="") for part in parts)
    return {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": 1}}}


def _objects(record: Record) -> Iterator[dict[str, str]]:
    arns: Mapping[str, str] = record["arns"]
    for resource in dict.fromkeys((str(record["resource"]), *arns)):
        name = printable(resource.rpartition("/")[2]) or "account"
        yield {"name": name, "fullyQualifiedName": printable(arns.get(resource, resource)), "kind": "resource"}


def _steps(record: Record) -> Iterator[dict[str, Any]]:
    for step in record["steps"]:
        yield {"location": {"message": {"text": _inert(step)}, **_place(record, str(record["resource"]))}}


def _suppression(waiver: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: printable(str(waiver[key])) for key in ("owner", "until", "place") if waiver.get(key)}
    reason = printable(str(waiver.get("reason") or "no reason was given"))
    return {"kind": "external", "status": "accepted", "justification": reason, "properties": told}


def _inert(text: object) -> str:
    """A message without links and placeholders (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    plain = printable(str(text))
    if "](" in plain:
        plain = re.sub(r"([\\\[\]])", r"\\\1", plain)
    return re.sub(r"\{(\d+)\}", r"{{\1}}", plain)
