# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds how often all tasks of one run of Ansible together call a service.

Each task is a process of its own, so the pace is kept in a file for each bucket that AWS keeps: one for STS, for the
whole fleet, and one of IAM for each account. The file holds the moment at which the next call may go, and is locked
while it is looked at.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CallPace:
    """`rates` are calls per second by service (`sts`, `iam`); `folder` is the run's own. Without either, no bound."""

    folder: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> CallPace:
        """The pace that the options `call_rate` and `_run_folder` of a task ask for."""
        rates = {service: rate for service, rate in (options.get("call_rate") or {}).items() if rate}
        return cls(options.get("_run_folder") or "", rates)

    def hold(self, client: Any, service: str, account_id: str) -> None:
        """Make a client wait for its turn before each request, retries included."""
        rate = self.rates.get(service)
        if not rate or not self.folder:
            return
        bucket = service if service == "sts" else f"{service} {account_id}"
        name = hashlib.sha256(f"{client.meta.endpoint_url} {bucket}".encode()).hexdigest()[:16]
        path = os.path.join(self.folder, f"call-pace-{name}")
        client.meta.events.register("before-send.*.*", lambda **dummy: _take_turn(path, 1 / rate))


def _take_turn(path: str, interval: float) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        # The clock since boot is the same for all processes.
        now = time.monotonic()
        turn = max(now, float(os.read(handle, 64) or 0))
        os.pwrite(handle, f"{turn + interval:<32}".encode(), 0)
    finally:
        os.close(handle)
    time.sleep(turn - now)
