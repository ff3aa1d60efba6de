# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""microburst, the proxy that makes faults, as a child process."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections import Counter
from types import TracebackType
from typing import Any

from local_aws.control_calls import control

Rule = dict[str, Any]

EVERY_KEY = "AWS4-HMAC-SHA256"
"""In place of an access key, for rules that are for all calls: every signed call has it in its header."""


class Faults:
    """The proxy in front of an endpoint. Its rules are for all clients."""

    def __init__(self, upstream: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        self._keys: dict[int, str] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "microburst", "-u", upstream, "--host", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Faults:
        deadline = time.monotonic() + 30
        while True:
            try:
                self._control("GET", "health")
                return self
            except ConnectionError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # asked politely, it waits for its clients to hang up
        self._process.wait()

    def set(self, rules: dict[str, list[Rule]]) -> None:
        """Replace the rules, which are given by the access key of the calls they are for."""
        self._keys.clear()
        own = [(key, {**rule, "headers": {"authorization": key}}) for key in rules for rule in rules[key]]
        made = self._control("POST", "rules", [rule for dummy, rule in own])
        self._keys.update({rule["id"]: key for (key, dummy), rule in zip(own, made, strict=True)})
        self._control("DELETE", "fired")

    def fired(self, access_key: str) -> Counter[str]:
        """How often the rules for a key fired since `set`, by action."""
        events = self._control("GET", "fired?limit=2000")
        return Counter(event["operation"] for event in events if self._keys.get(event["rule_id"]) == access_key)

    def _control(self, method: str, what: str, document: Any = None) -> Any:
        return control(self.endpoint, method, f"/_microburst/{what}", document, timeout=10)
