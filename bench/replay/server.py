# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: one loop, keep-alive, answers written as they are stored.

Besides AWS's calls it accepts `GET /counts` (calls by action and calls that were not learned), `DELETE /counts`, `POST
/learn/LESSON`, and `POST /recite/LESSON`, which ends the learning.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections import Counter
from urllib.parse import urlsplit

from .memory import Answer, Call, Memory, NotLearned

_PASSED_ON = ("authorization", "content-type", "user-agent", "x-amz-date", "x-amz-security-token")


class Responder:
    """Answers one request; asks the real server first while it learns."""

    def __init__(self, memory: Memory, upstream: str) -> None:
        self._memory = memory
        self._upstream = urlsplit(upstream)
        self._learning = False
        self._counts: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()
        self._unknown: list[str] = []

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Status, content type and body of the answer."""
        if path == "/counts":
            return 200, "application/json", self._counted(forget=method == "DELETE")
        if path.startswith(("/learn/", "/recite/")):
            _root, what, lesson = path.split("/")
            self._learning = what == "learn"
            (self._memory.begin if self._learning else self._memory.recite)(lesson)
            return 200, "application/json", b"{}"
        try:
            call = self._memory.call(headers, body)
            self._counts[call.action] += 1
            self._accounts[call.account] += 1
            status, content = self._learned(call, path, headers, body) if self._learning else self._memory.answer(call)
            return status, "text/xml", content
        except NotLearned as miss:
            self._unknown.append(str(miss))
            text = f"<ErrorResponse><Error><Code>NotLearned</Code><Message>{miss}</Message></Error></ErrorResponse>"
            return 400, "text/xml", text.encode()

    def _learned(self, call: Call, path: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=60)
        passed = {name: value for name, value in headers.items() if name in _PASSED_ON}
        connection.request("POST", path, body, passed)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self._memory.learn(call, answer.status, content)
        return answer.status, content

    def _counted(self, *, forget: bool) -> bytes:
        found = {"actions": self._counts, "accounts": self._accounts, "unknown": self._unknown[:20]}
        text = json.dumps(found).encode()
        if forget:
            self._counts, self._accounts, self._unknown = Counter(), Counter(), []
        return text


class Connection(asyncio.Protocol):
    """One connection, one request after the other."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while True:
            head, separator, rest = self._waiting.partition(b"\r\n\r\n")
            if not separator:
                return
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _unused = first.split(" ")
            headers = {name.lower(): value.strip() for name, _unused, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            self._waiting = rest[length:]
            status, kind, body = self._responder.respond(method, path, headers, rest[:length])
            start = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            assert self._transport is not None
            self._transport.write(start.encode() + body)


async def serve(memory: Memory, upstream: str) -> None:
    """Serve on a free port of the loopback until the process ends; it writes the port to standard output."""
    responder = Responder(memory, upstream)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(responder), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
