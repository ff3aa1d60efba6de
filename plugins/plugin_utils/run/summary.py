# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The summary at the end of a run: outcomes, changes of access, critical findings, and why accounts failed. Pure.

The same text for many accounts is one line, so a problem of all accounts does not fill the screen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import (
    FAILED,
    STATUSES,
    UNREACHABLE,
    RunAccount,
)

LINES = 20
"""The maximum number of lines of access, of critical findings and of failures. The others are counted."""
NAMES = 5
"""Accounts that one line names; the others are counted."""


def summary(accounts: Mapping[str, RunAccount], took: str) -> list[str]:
    """The lines for accounts by their names in the inventory; `took` follows their number."""
    statuses = Counter(account.status for account in accounts.values())
    shown = ", ".join(f"{statuses[status]} {status}" for status in STATUSES if statuses[status])
    lines = [f"{count(len(accounts), 'account')}{took}: {shown}"]
    writes = sum((account.writes for account in accounts.values()), Counter[str]())
    planned = sum((account.planned for account in accounts.values()), Counter[str]())
    calls = sum(account.calls for account in accounts.values())
    if writes:
        lines.append(f"{count(writes.total(), 'write')}: {_by_action(writes)}")
    if planned:
        lines.append(f"{count(planned.total(), 'write')} to make: {_by_action(planned)}")
    if calls:
        lines.append(count(calls, "AWS call"))
    return [*lines, *_findings(accounts), *_failures(accounts), *_access(accounts)]


def count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _by_action(actions: Counter[str]) -> str:
    return ", ".join(f"{action} {number}" for action, number in sorted(actions.items()))


def _access(accounts: Mapping[str, RunAccount]) -> Iterator[str]:
    changes: dict[str, list[str]] = defaultdict(list)
    for name, account in accounts.items():
        for line in account.access:
            changes[line].append(name)
    yield from _grouped("access", changes)


def _findings(accounts: Mapping[str, RunAccount]) -> Iterator[str]:
    found = Counter(finding.severity for account in accounts.values() for finding in account.findings)
    if not found:
        return
    shown = ", ".join(f"{found[severity]} {severity}" for severity in SEVERITIES if found[severity])
    yield f"{count(found.total(), 'finding')}: {shown}"
    critical: dict[str, list[str]] = defaultdict(list)
    for name, account in accounts.items():
        for finding in account.findings:
            if finding.severity == "critical":
                critical[f"{finding.resource} {finding.code}"].append(name)
    yield from _grouped("critical", critical)


def _failures(accounts: Mapping[str, RunAccount]) -> Iterator[str]:
    for status in (FAILED, UNREACHABLE):
        reasons: dict[str, list[str]] = defaultdict(list)
        for name, account in accounts.items():
            if account.status == status:
                reasons["; ".join(account.reasons)].append(name)
        yield from _grouped(status, reasons)


def _grouped(what: str, groups: Mapping[str, list[str]]) -> Iterator[str]:
    """A line for each group, the largest first."""
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), sorted(group[1]), group[0]))
    for told, names in ordered[:LINES]:
        yield f"{what}: {_names(names)}: {told}"
    if len(ordered) > LINES:
        yield f"{what}: {len(ordered) - LINES} more"


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:NAMES])
    return shown if len(names) <= NAMES else f"{shown} and {len(names) - NAMES} more"
