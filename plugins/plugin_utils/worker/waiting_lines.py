# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reports immediately that AWS does not answer, while a task or an inventory waits for it."""

from __future__ import annotations

from ansible.utils.display import Display
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable

NAME = "aws_ml.permissions"


def notify_waiting(whom: str, waiting: str) -> None:
    """Show the call that is waited for, and for which host or inventory. On stderr, because stdout may be JSON."""
    Display().display(printable(f"{NAME}: {whom}: {waiting}"), stderr=True)
