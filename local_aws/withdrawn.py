# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies that AWS has withdrawn: they work where they are attached, cannot be attached any more, and disappear when
they are detached everywhere (FACTS A0).
"""

from __future__ import annotations

from .answer import no_such_entity
from .store import Store, attachment_counts


class Withdrawn:
    """Which of AWS's policies are withdrawn, for each account."""

    def __init__(self) -> None:
        self._arns: dict[str, set[str]] = {}

    def add(self, account: str, arn: str) -> None:
        self._arns.setdefault(account, set()).add(arn)

    def forget(self) -> None:
        """Make all withdrawn policies available again."""
        self._arns.clear()

    def holds(self, store: Store, arn: str) -> bool:
        return arn in self._arns.get(store.account_id, ())

    def check_there(self, store: Store, arn: str) -> None:
        """Refuse to show a withdrawn policy that is not attached to anything."""
        if self.holds(store, arn) and arn not in attachment_counts(store)[0]:
            raise no_such_entity(f"Policy {arn} was not found.")

    def check_attachable(self, store: Store, arn: str) -> None:
        """Refuse to attach a withdrawn policy."""
        if self.holds(store, arn):
            raise no_such_entity(f"Policy {arn} does not exist or is not attachable.")
