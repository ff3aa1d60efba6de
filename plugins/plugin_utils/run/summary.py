# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The summary at the end of a run: at most 40 lines for any number of accounts, the worst first. Pure.

The same text for many accounts is one entry, so a problem of all accounts does not fill the screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.values import count
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import WIDTH, shortened, wrapped
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.next_commands import NextCommand
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import STATUSES, RunAccount
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.sections import ALL, Section, fitted
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.subjects import sections_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.totals import totals_of

NAME = "aws_ml.permissions"

LINES = 40
"""The most lines of a summary."""

COMMAND_LINES = 8
"""The most lines of one command. A longer one is only in the result of the task."""


@dataclass(frozen=True)
class Summary:
    """What a summary is made of. `accounts` are by their names in the inventory; `took` follows their number.

    `comparison` is what the comparison with an earlier run found, None without one.
    """

    accounts: Mapping[str, RunAccount]
    took: str = ""
    comparison: Mapping[str, Any] | None = None
    commands: tuple[NextCommand, ...] = ()

    def lines(self, most: int | None = LINES) -> list[str]:
        """At most `most` lines of at most 80 columns, all printable. None shows everything."""
        limit = ALL if most is None else most
        head = self._head()
        commands = list(self._commands())
        sections: list[Section] = list(sections_of(self.accounts, self.comparison))
        if len(head) + len(commands) + len(sections) > limit:
            head = head[: max(1, limit - len(commands) - len(sections))]
        shown = [*head, *fitted(sections, limit - len(head) - len(commands)), *commands]
        return [printable(line, None) for line in shown]

    def _head(self) -> list[str]:
        totals = totals_of(self.accounts, self.comparison)
        told = ", ".join(f"{totals['statuses'][one]} {one}" for one in STATUSES if one in totals["statuses"])
        lines = wrapped(f"{NAME}: {count(totals['accounts'], 'account')}{self.took}: {told}", "", "  ")
        for key, what in (("writes", "write{}"), ("planned", "write{} to make")):
            if totals[key]:
                number = sum(totals[key].values())
                lines += _two(f"{number} {what.format('' if number == 1 else 's')}: {_by_name(totals[key])}")
        if totals["api_calls"]:
            lines.append(f"  {count(totals['api_calls'], 'AWS call')}")
        return [*lines, *_two(_findings(totals)), *_two(self._compared(totals))]

    def _compared(self, totals: Mapping[str, Any]) -> str:
        if self.comparison is None:
            return ""
        earlier = self.comparison.get("with") or {}
        changes = ", ".join(f"{totals[one]} {one}" for one in ("new", "worse", "better", "gone"))
        return f"since the run of {earlier.get('began') or 'before'}: {changes}"

    def _commands(self) -> Iterator[str]:
        for one in self.commands:
            lines = one.lines()
            if not lines or len(lines) > COMMAND_LINES:
                yield shortened(f"{one.purpose}: the command is in next_commands of this task's result", WIDTH)
                continue
            yield from wrapped(f"{one.purpose}:")
            yield from lines


def _by_name(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def _findings(totals: Mapping[str, Any]) -> str:
    found: Counter[str] = Counter(totals["findings"])
    parts = []
    if found:
        by_severity = ", ".join(f"{number} {severity}" for severity, number in found.items())
        parts.append(f"{count(found.total(), 'finding')}: {by_severity}")
    if totals["accepted"]:
        parts.append(f"{count(totals['accepted'], 'finding')} accepted by waivers")
    return "; ".join(parts)


def _two(text: str) -> list[str]:
    """A line of the head, or two."""
    if not text:
        return []
    lines = wrapped(text, "  ", "    ")
    return lines if len(lines) <= 2 else wrapped(shortened(text, 2 * WIDTH - 40), "  ", "    ")[:2]
