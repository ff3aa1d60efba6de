# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

DOCUMENTATION = r"""
name: audit_summary
version_added: 1.0.0
short_description: Summarize an audit in a few lines
description:
  - Converts the result of M(aws_ml.permissions.iam_audit) to a heading, and a line for each object that exists.
  - A line contains status, severity of the worst finding, service, object, last use, and other important information,
    in columns.
positional: _input
options:
  _input:
    description: The result of M(aws_ml.permissions.iam_audit).
    type: dict
    required: true
author: aws_ml.permissions contributors (@aws-ml)
"""

EXAMPLES = r"""
---
- name: Show what is left of the services
  ansible.builtin.debug:
    msg: "{{ aws_ml_audit | aws_ml.permissions.audit_summary }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"audit_summary": audit_summary}


def audit_summary(audit: Mapping[str, Any]) -> list[str]:
    """A heading, a line for each object that exists, and what was not found. Raises AnsibleFilterError."""
    if not isinstance(audit, Mapping) or "objects" not in audit:
        raise AnsibleFilterError("audit_summary takes the result of aws_ml.permissions.iam_audit")
    there = [one for one in audit["objects"] if one["status"] != "absent"]
    absent = len(audit["objects"]) - len(there)
    worst = {}
    for finding in audit["findings"]:
        rank = SEVERITIES.index(finding["severity"])
        worst[finding["resource"]] = min(rank, worst.get(finding["resource"], len(SEVERITIES)))
    rows = [_row(one, worst) for one in there]
    return [printable(line) for line in (_heading(audit, there, absent), *_columns(rows))]


def _heading(audit: Mapping[str, Any], there: list[Mapping[str, Any]], absent: int) -> str:
    counts = [
        f"{number} {severity}"
        for severity in SEVERITIES
        if (number := sum(finding["severity"] == severity for finding in audit["findings"]))
    ]
    findings = f"findings: {', '.join(counts)}" if counts else "no findings"
    paths = len(audit["escalation_paths"])
    ways = f", privilege escalation paths: {paths}" if paths else ""
    return f"account {audit['account_id']}: {len(there)} found, {absent} absent; {findings}{ways}"


def _row(one: Mapping[str, Any], worst: Mapping[str, int]) -> tuple[str, ...]:
    resource = resource_name(one["kind"], one["name"])
    rank = worst.get(resource)
    ended = f" (ended {one['service_since']})" if one["service_state"] == "ended" else ""
    return (
        "quarantined" if one["quarantined"] else one["status"],
        SEVERITIES[rank] if rank is not None else "-",
        one["service"] + ended,
        resource,
        _last_use(one),
        ", ".join(_remarks(one)),
    )


def _last_use(one: Mapping[str, Any]) -> str:
    if one["kind"] != "role":
        return "-"
    used = one["last_used"].get("date")
    return f"used {used[:10]}" if used else "no use in 400 days"


def _remarks(one: Mapping[str, Any]) -> list[str]:
    remarks = []
    left = [item["value"] for item in one["left_over"]]
    if left:
        more = f" and {len(left) - 2} more" if len(left) > 2 else ""
        remarks.append(f"only left over: {', '.join(left[:2])}{more}")
    if one["drift"]:
        places = [difference["place"] for difference in one["drift"]]
        more = f" and {len(places) - 2} more" if len(places) > 2 else ""
        remarks.append(f"not as {one['profile']}: {', '.join(places[:2])}{more}")
    if one["dangling"]:
        remarks.append("trusts a deleted principal")
    named = sorted({other["resource"] for other in one["depended_on_by"] if other["by_name"]})
    if named:
        remarks.append(f"needed by {named[0]}" + (f" and {len(named) - 1} more" if len(named) > 1 else ""))
    if one["service_linked"]:
        remarks.append("service-linked")
    return remarks


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
