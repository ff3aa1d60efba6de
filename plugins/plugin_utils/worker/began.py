# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""When the run began, which is when the first plugin of the collection was loaded, before workers are forked."""

from __future__ import annotations

import time

_MOMENTS: list[float] = []


def begin() -> float:
    """When this function was called first, in seconds of a monotonic clock, which all workers share."""
    if not _MOMENTS:
        _MOMENTS.append(time.monotonic())
    return _MOMENTS[0]
