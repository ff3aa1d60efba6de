# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of the local AWS that passes every call on and damages the replies.

Every kind of damage keeps as much of the reply's body as possible, so that code that quotes it is detected.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

Sent = bytes
_SECRETS = re.compile(rb"<(SecretAccessKey|SessionToken|AccessKeyId)>([^<]+)<")


def _reply(status: int, body: bytes, kind: str = "text/html", length: int | None = None, *more: str) -> Sent:
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status} {http.client.responses[status]}", f"Content-Type: {kind}", f"Content-Length: {size}"]
    return "\r\n".join([*head, "Server: gatekeeper", *more, "", ""]).encode() + body


def _page(body: bytes) -> bytes:
    return b"<!DOCTYPE html><html><body><p>Log in<br>" + body + b"</body></html>"


def _in_secret(body: bytes) -> bytes:
    """All up to the end of the last secret."""
    ends = [found.end() for found in _SECRETS.finditer(body)]
    return body[: max(ends, default=len(body) // 2)]


KINDS: dict[str, Callable[[bytes], Sent]] = {
    "cut at the beginning": lambda body: _reply(200, body[:40], "text/xml", len(body)),
    "cut after the secrets": lambda body: _reply(200, _in_secret(body), "text/xml", len(body)),
    "cut at the end": lambda body: _reply(200, body[:-3], "text/xml", len(body)),
    "cut with the length that it says": lambda body: _reply(200, _in_secret(body), "text/xml"),
    "shorter than it says": lambda body: _reply(200, body, "text/xml", len(body) - 20),
    "empty": lambda body: _reply(200, b"", "text/xml"),
    "no content": lambda body: _reply(204, b""),
    "page": lambda body: _reply(200, _page(body)),
    "well-formed page": lambda body: _reply(200, b"<html><body><p>" + _plain(body) + b"</p></body></html>"),
    "foreign XML": lambda body: _reply(200, b"<Answer><Secret>" + _plain(body) + b"</Secret></Answer>", "text/xml"),
    "foreign JSON": lambda body: _reply(200, b'{"answer": "' + _plain(body) + b'"}', "application/json"),
    "moved": lambda body: _reply(301, _page(body), "text/html", None, "Location: https://portal.example.com/?q=1"),
    "redirect": lambda body: _reply(302, _page(body), "text/html", None, "Location: https://portal.example.com/?q=1"),
    "temporary redirect": lambda body: _reply(307, body, "text/xml", None, "Location: https://portal.example.com/"),
    "forbidden": lambda body: _reply(403, _page(body)),
    "proxy wants a password": lambda body: _reply(407, _page(body)),
    "well-formed refusal": lambda body: _reply(403, b"<html><body>" + _plain(body) + b"</body></html>"),
    "unavailable": lambda body: _reply(503, _page(body)),
    "unavailable, empty": lambda body: _reply(503, b""),
    "garbage": lambda body: _reply(200, b"\xff\xfe\x00\x01" + body, "text/xml"),
    "compressed garbage": lambda body: _reply(200, b"\x1f\x8b" + body, "text/xml", None, "Content-Encoding: gzip"),
    "chunks of no size": lambda body: (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"\r\n"
    ),
    "body among the headers": lambda body: b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + body + b"\r\n\r\n",
    "body as a header": lambda body: b"HTTP/1.1 200 OK\r\nContent-Type:\r\n " + _plain(body) + b"\r\n\r\n",
    "no status line": lambda body: body + b"\r\n\r\n",
    "nothing at all": lambda body: b"",
}
"""What is sent in place of a reply, by the name of the kind."""

BROKEN_CONNECTION = {"chunks of no size", "no status line", "nothing at all"}
"""Kinds that are no reply of HTTP, for which the connection counts as broken."""


def _plain(body: bytes) -> bytes:
    """A body as text that XML and JSON can contain."""
    return re.sub(rb'[<>&"\\\n]', b" ", body)


@dataclass
class Rule:
    """What is spoilt: replies to these actions (all where there are none), the first `times` of each, or all."""

    spoil: Callable[[bytes], Sent]
    actions: Collection[str] = ()
    times: int | None = None
    spoilt: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hits(self, action: str) -> bool:
        with self.lock:
            if (self.actions and action not in self.actions) or self.spoilt[action] == self.times:
                return False
            self.spoilt[action] += 1
            return True


class SpoilingProxy:
    """The proxy. `secrets` are the keys and tokens of the sessions that went through it."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream).netloc
        self._rules: list[Rule] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._over = threading.Event()
        self.secrets: set[str] = set()

    def __enter__(self) -> SpoilingProxy:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def silence(self, *actions: str, times: int | None = None) -> tuple[str, Rule]:
        """An endpoint that passes calls on and whose replies never come, and the rule that tells how often."""

        def never(dummy: bytes) -> Sent:
            self._over.wait(120)
            return b""

        rule = Rule(never, actions, times)
        return self._endpoint(rule), rule

    def spoil(self, kind: str, *actions: str, times: int | None = None) -> tuple[str, Rule]:
        """An endpoint whose replies are spoilt, and the rule that tells how often."""
        rule = Rule(KINDS[kind], actions, times)
        return self._endpoint(rule), rule

    def refuse(self, code: str, message: str) -> str:
        """An endpoint where AWS refuses every call with this error."""
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return self._endpoint(Rule(lambda dummy: _reply(403, body.encode(), "text/xml")))

    def _endpoint(self, rule: Rule) -> str:
        self._rules.append(rule)
        return f"http://127.0.0.1:{self._server.server_address[1]}/{len(self._rules) - 1}"

    def leaks(self, text: str) -> list[str]:
        """The secrets that a text contains, complete or to a large part."""
        return sorted(secret for secret in self.secrets if secret in text or secret[:20] in text)

    def answer(self, path: str, headers: Any, body: bytes) -> Sent:
        aws = http.client.HTTPConnection(self._upstream, timeout=60)
        aws.request("POST", "/", body, {name: value for name, value in headers.items() if name.lower() != "host"})
        reply = aws.getresponse()
        content, kind = reply.read(), reply.headers.get("Content-Type", "")
        self.secrets |= {value.decode() for name, value in _SECRETS.findall(content) if name != b"AccessKeyId"}
        desired = headers.get("X-Amz-Target", "").rpartition(".")[2]
        action = desired or parse_qs(body.decode())["Action"][0]
        rule = self._rules[int(path.strip("/"))]
        aws.close()
        if rule.hits(action):
            return rule.spoil(content)
        request_id = [f"x-amzn-RequestId: {reply.headers['x-amzn-RequestId']}"] if desired else []
        return _reply(reply.status, content, kind, None, *request_id)


def _handler(proxy: SpoilingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.wfile.write(proxy.answer(self.path, self.headers, body))
            self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Only what the client shows counts."""

    return Handler
