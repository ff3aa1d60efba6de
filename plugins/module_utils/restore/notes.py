# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reports to users what a restore cannot restore, or cannot restore unchanged. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import printable

OVERWRITE = "overwrite: true (aws_ml_restore_overwrite)"
"""The option that restores what was changed, with the variable of the playbook."""


def by_name(name: str) -> str:
    """How a role is chosen by its name."""
    return f"choose it by its name: roles: [{name}] (aws_ml_restore_roles)"


@dataclass
class Notes:
    """`not_restored` are problems that a user can still fix, `cannot_come_back` are not.

    `lifted` are quarantines that end. `restored_as` maps the ARNs of policies that AWS has withdrawn to those that
    replace them.
    """

    not_restored: list[dict[str, str]] = field(default_factory=list)
    cannot_come_back: list[dict[str, str]] = field(default_factory=list)
    restored_as: dict[str, str] = field(default_factory=dict)
    lifted: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def leave(self, resource: str, reason: str, remedy: str) -> None:
        """Report what is not restored, why, and what to do."""
        note = {"resource": resource, "reason": printable(reason), "remedy": printable(remedy)}
        if note not in self.not_restored:
            self.not_restored.append(note)

    def lose(self, resource: str, what: str) -> None:
        """Report what cannot be restored."""
        note = {"resource": resource, "what": printable(what)}
        if note not in self.cannot_come_back:
            self.cannot_come_back.append(note)
