# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The numbers of a summary. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import STATUSES, RunAccount

CHANGES = ("new", "worse", "better", "gone")
"""What a comparison with an earlier run finds."""


def totals_of(accounts: Mapping[str, RunAccount], comparison: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The numbers over all accounts: plain data, as `totals` of the result of `run_summary` has it."""
    statuses = Counter(account.status for account in accounts.values())
    found = Counter(finding.severity for account in accounts.values() for finding in account.findings)
    totals: dict[str, Any] = {
        "accounts": len(accounts),
        "statuses": {status: statuses[status] for status in STATUSES if statuses[status]},
        "findings": {severity: found[severity] for severity in SEVERITIES if found[severity]},
        "accepted": sum(len(account.details.accepted) for account in accounts.values()),
        "writes": _summed(account.writes for account in accounts.values()),
        "planned": _summed(account.planned for account in accounts.values()),
        "api_calls": sum(account.calls for account in accounts.values()),
    }
    if comparison is not None:
        totals |= {change: len(comparison.get(change) or ()) for change in CHANGES}
    return totals


def _summed(counters: Any) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for counter in counters:
        whole.update(counter)
    return dict(sorted(whole.items()))
