# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Counts over all accounts of a report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES

from .finding_list import is_open

OUTCOMES = ("unreachable", "failed", "refused", "changed", "would_change", "attention", "in_sync")
"""The outcome of an account, the worst first. `attention`: only read, and not everything is in sync."""


def totals(accounts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts over all accounts."""
    outcomes: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    severities: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    writes: Counter[str] = Counter()
    calls = objects = paths = planned = accepted = 0
    for account in accounts:
        outcomes[account["outcome"]] += 1
        objects += len(account["objects"])
        paths += sum(map(is_open, account.get("escalation_paths", ())))
        calls += sum(account["api_calls"].values())
        for step in account["plan"]:
            writes[step["action"]] += step["state"] == "done"
            planned += step["state"] == "planned"
        for holder in (account, *account["objects"]):
            findings = holder.get("findings", ())
            accepted += sum(not is_open(finding) for finding in findings)
            for finding in filter(is_open, findings):
                severities[finding.get("severity", "low")] += 1
                codes[finding.get("code", "")] += 1
        statuses.update(item["status"] for item in account["objects"])
    return {
        "accounts": sum(outcomes.values()),
        "outcomes": {name: outcomes[name] for name in OUTCOMES if outcomes[name]},
        "objects": objects,
        "statuses": dict(statuses.most_common()),
        "findings": {name: severities[name] for name in SEVERITIES if severities[name]},
        "finding_codes": dict(codes.most_common()),
        "accepted": accepted,
        "escalation_paths": paths,
        "writes": {action: count for action, count in sorted(writes.items()) if count},
        "planned_writes": planned,
        "api_calls": calls,
    }
