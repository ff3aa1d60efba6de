# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One line about what changed since the last run, and about waivers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import brief

from .values import count


def told_changes(report: Mapping[str, Any]) -> str:
    """Such as `since 2026-11-29T04:00:00Z: 2 new findings (1 critical, 1 low), 1 gone`; empty if there is nothing."""
    parts = []
    comparison = report.get("comparison")
    if comparison:
        parts.append(f"since {brief(str(comparison['with']['began']))}: {_changes(comparison)}")
    waivers = report.get("waivers")
    if waivers:
        parts += _waivers(waivers)
    return "; ".join(parts)


def _changes(comparison: Mapping[str, Any]) -> str:
    named = (("new", "new finding", "new findings"), ("worse", "worse", "worse"), ("better", "better", "better"))
    parts = [
        f"{len(comparison[name])} {one if len(comparison[name]) == 1 else many}{_by_severity(comparison[name])}"
        for name, one, many in (*named, ("gone", "gone", "gone"))
        if comparison[name]
    ] or ["no finding changed"]
    missing = len({(one["account_id"], one["host"]) for one in comparison["not_compared"]})
    if missing:
        parts.append(f"{count(missing, 'account')} not or not completely compared")
    return ", ".join(parts)


def _by_severity(records: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(record["severity"] for record in records)
    return f" ({', '.join(f'{counts[severity]} {severity}' for severity in SEVERITIES if counts[severity])})"


def _waivers(waivers: Mapping[str, Any]) -> list[str]:
    expired, outgrown, unused = (len(waivers[name]) for name in ("expired", "outgrown", "unmatched"))
    told = (
        (waivers["accepted"], f"{count(waivers['accepted'], 'finding')} accepted"),
        (expired, f"the waivers of {count(expired, 'finding')} have expired"),
        (outgrown, f"{count(outgrown, 'finding')} became worse than accepted"),
        (unused, f"{count(unused, 'waiver')} about nothing"),
    )
    return [text for number, text in told if number]
