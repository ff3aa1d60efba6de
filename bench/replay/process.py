# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replaying server as a child process."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any


class Replay:
    """Learns lessons in one account of a server. When it recites a lesson, it answers for every account."""

    def __init__(self, account: str, upstream: str) -> None:
        command = [sys.executable, "-m", "bench.replay", account, upstream]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def learn(self, lesson: str) -> None:
        """Pass calls on, and keep the answers as a lesson."""
        self._ask("POST", f"/learn/{lesson}")

    def recite(self, lesson: str) -> None:
        """Stop passing calls on, and answer from a lesson, from its beginning."""
        self._ask("POST", f"/recite/{lesson}")

    def counts(self) -> dict[str, Any]:
        """`actions` and `accounts` with the number of their calls since the last time, and `unknown` calls."""
        found: dict[str, Any] = self._ask("DELETE", "/counts")
        return found

    def stop(self) -> None:
        """End the server."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def __enter__(self) -> Replay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        connection.request(method, path)
        found = json.loads(connection.getresponse().read())
        connection.close()
        return found
