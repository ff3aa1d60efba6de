# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The report as CSV: a line for each object of each account, and one for each account that failed. Pure."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

FORMULA_SIGNS = ("=", "+", "-", "@")

COLUMNS = (
    "account_id",
    "host",
    "outcome",
    "service",
    "service_state",
    "service_since",
    "kind",
    "name",
    "arn",
    "status",
    "profile",
    "severity",
    "findings",
    "drift",
    "plan",
    "last_used",
    "last_used_region",
    "quarantined_since",
    "depended_on_by",
    "escalates_to",
    "message",
)


def as_sheet(report: Mapping[str, Any]) -> str:
    """CSV with a heading, quoted as RFC 4180 has it; values in one field are separated by a space or a semicolon."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for line in _lines(report):
        writer.writerow({column: inert(value) for column, value in line.items()})
    return text.getvalue()


def _lines(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for account in report["accounts"]:
        whose = {
            "account_id": account["account_id"] or "",
            "host": account["host"],
            "outcome": account["outcome"],
        }
        failures = "; ".join(failure["message"] for failure in account.get("failures", ()))
        if failures or not account["objects"]:
            line = {**whose, "kind": "account", "status": account["outcome"], "message": failures}
            yield {**line, "severity": account["severity"] or "", "findings": _codes(account)}
        for item in account["objects"]:
            yield {**whose, **_object(item, report["services"].get(item["service"], {}))}


def _object(item: Mapping[str, Any], life: Mapping[str, str]) -> dict[str, Any]:
    used = item.get("last_used", {})
    return {
        "service": item["service"],
        "service_state": life.get("state", ""),
        "service_since": life.get("since", ""),
        **{key: item.get(key) or "" for key in ("kind", "name", "arn", "status", "profile", "severity")},
        "findings": _codes(item),
        "drift": " ".join(str(entry.get("place")) for entry in item.get("drift", ())),
        "plan": " ".join(str(step.get("action")) for step in item.get("plan", ())),
        "last_used": used.get("date", ""),
        "last_used_region": used.get("region", ""),
        "quarantined_since": item.get("quarantined", {}).get("since", ""),
        "depended_on_by": " ".join(dict.fromkeys(str(one.get("resource")) for one in item.get("depended_on_by", ()))),
        "escalates_to": " ".join(
            dict.fromkeys(
                str(path.get("to"))
                for path in item.get("escalation_paths", ())
                if str(path.get("from")).lower() == resource_name(item["kind"], item["name"]).lower()
            )
        ),
        "message": "; ".join(str(refusal.get("reason")) for refusal in item.get("refusals", ())),
    }


def _codes(holder: Mapping[str, Any]) -> str:
    return " ".join(dict.fromkeys(str(finding.get("code")) for finding in holder.get("findings", ())))


def inert(value: object) -> str:
    """A value that a spreadsheet does not read as a formula: IAM allows names such as `=1+1` and `@SUM`.

    Invisible characters are written as escapes. Spreadsheets also accept white space and wide signs before a formula.
    """
    text = "\n".join(printable(line, None) for line in str(value).split("\n"))
    begins = unicodedata.normalize("NFKC", text).lstrip()[:1]
    return f"'{text}" if begins in FORMULA_SIGNS else text
