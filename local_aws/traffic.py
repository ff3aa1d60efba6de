# SPDX-License-Identifier: GPL-3.0-or-later
"""Latency, rate limits per account and action (FACTS C2), and the log of calls."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from .answer import AwsError
from .request import Call

_LOG_LENGTH = 200_000


class RateLimits:
    """A token bucket for each account and action; `*` is the rate of each action without its own rate."""

    def __init__(self) -> None:
        self.rates: dict[str, float] = {}
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def set(self, rates: dict[str, float] | None) -> None:
        """Replace the limits; all buckets are full again."""
        with self._lock:
            self.rates = {action: float(rate) for action, rate in (rates or {}).items()}
            self._buckets.clear()

    def check(self, call: Call) -> None:
        """Take a token, or refuse the call as AWS does."""
        rate = self.rates.get(call.action, self.rates.get("*"))
        if rate is None:
            return
        size = max(rate, 1.0)
        now = time.monotonic()
        with self._lock:
            tokens, moment = self._buckets.get((call.account, call.action), (size, now))
            tokens = min(size, tokens + (now - moment) * rate)
            allowed = tokens >= 1.0
            self._buckets[call.account, call.action] = (tokens - 1.0 if allowed else tokens, now)
        if not allowed:
            code = "TooManyRequestsException" if call.json_protocol else "Throttling"
            raise AwsError(code, "Rate exceeded", 400)


class CallLog:
    """Every call, without anything secret: no keys, no parameters, no documents."""

    def __init__(self, file: Path | None = None) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self._file = file.open("a", encoding="utf-8", buffering=1) if file else None
        self._lock = threading.Lock()

    def add(self, call: Call, status: int, error: str | None, started: float) -> None:
        """Record a call that has been answered."""
        entry = {
            "time": round(started, 6),
            "duration": round(time.time() - started, 6),
            "service": call.service,
            "action": call.action,
            "account": call.account,
            "status": status,
            "error": error,
            "observer": call.observer,
            "caller": call.caller,
        }
        with self._lock:
            self._entries.append(entry)
            if self._file:
                self._file.write(json.dumps(entry) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        """The calls since the last clearing, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget all calls; the file, if any, keeps them."""
        with self._lock:
            self._entries.clear()
