# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Limits how often all tasks of one Ansible run together call a service.

Each task is a process, so the pace is stored in files, one for each rate limit of AWS: one for STS for all accounts,
and one for IAM for each account. A file contains the time of the next call and is locked while a task reads or writes
it. If a task cannot reach the run's folder (another machine, another user, a run that has ended), it limits only its
own rate and warns once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Warn = Callable[[str], None]


def _silent(warning: str) -> None:
    """Ignore the warning."""


@dataclass
class CallPace:
    """`rates` are calls per second by service (`sts`, `iam`); `folder` is the run's. No rates mean no limit."""

    folder: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    warn: Warn = _silent
    _turns: dict[str, _Turns] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any], folder: str, warn: Warn = _silent) -> CallPace:
        """The pace that the option `call_rate` of a task asks for, in the folder of its run."""
        rates = {service: rate for service, rate in (options.get("call_rate") or {}).items() if rate}
        return cls(folder, rates, warn)

    def hold(self, client: Any, service: str, account_id: str) -> None:
        """Make a client wait for its turn before each request, retries included."""
        rate = self.rates.get(service)
        if not rate:
            return
        bucket = service if service == "sts" else f"{service} {account_id}"
        name = hashlib.sha256(f"{client.meta.endpoint_url} {bucket}".encode()).hexdigest()[:16]
        path = os.path.join(self.folder, f"call-pace-{name}") if self.folder else ""
        turns = self._turns.setdefault(name, _Turns(path, 1 / rate, self.warn))
        client.meta.events.register("before-send.*.*", lambda **dummy: turns.take())


class _Turns:
    """The turns of one bucket, `interval` seconds apart: by a file, or among the threads of this process."""

    def __init__(self, path: str, interval: float, warn: Warn) -> None:
        self._path = path
        self._interval = interval
        self._warn = warn
        self._lock = threading.Lock()
        self._next = 0.0
        self._alone = False

    def take(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            pause = self._pause()
        time.sleep(pause)

    def _pause(self) -> float:
        """Seconds until the turn that is now taken."""
        if not self._alone:
            try:
                return self._shared_pause()
            except (OSError, ValueError) as error:
                self._alone = True
                reason = getattr(error, "strerror", None) or "its content is not readable"
                self._warn(
                    "call_rate applies to each task alone, not to the whole run: the folder of the run cannot be"
                    f" written here ({reason})"
                )
        # The monotonic clock is the same for all processes.
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._interval
        return turn - now

    def _shared_pause(self) -> float:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            now = time.monotonic()
            turn = max(now, float(os.read(handle, 64) or 0))
            os.pwrite(handle, f"{turn + self._interval:<32}".encode(), 0)
        finally:
            os.close(handle)
        return turn - now
