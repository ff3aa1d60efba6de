# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Waiting while IAM settles."""

from __future__ import annotations

import time

from ..aws.service import PATIENCE_SECONDS


class Waiter:
    """Increasing pauses while IAM settles, `PATIENCE_SECONDS` in total (FACTS C3)."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._pause = 0.5

    def wait(self) -> bool:
        """Pause once. Returns False, without a pause, if no time is left."""
        if time.monotonic() + self._pause > self._deadline:
            return False
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, 4.0)
        return True
