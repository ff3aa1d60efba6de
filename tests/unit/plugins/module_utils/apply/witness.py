# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy directly in front of the local AWS that records the calls that reached it and their outcome.

It also kills: a process can be ended while one of its calls is on the way, before AWS sees it or after AWS acted.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Moment = Literal["before", "after"]

_READS = ("Get", "List", "Assume")


@dataclass(frozen=True)
class Seen:
    """A call that reached the local AWS, with the object it is about as in a plan (`role/Name`)."""

    access_key: str
    action: str
    resource: str
    status: int
    error: str

    @property
    def is_write(self) -> bool:
        return not self.action.startswith(_READS)


class Witness:
    """The proxy. `seen` is what reached the local AWS since `forget`, in the order of the answers."""

    def __init__(self, upstream: str) -> None:
        self._server = _Door(self)
        self._lock = threading.Condition()
        self._under_way = 0
        self._let_in: set[Any] = set()
        self._arrived: Counter[bool] = Counter()
        self._kill: tuple[int, bool, Moment, Callable[[], int]] | None = None
        self.upstream = urlsplit(upstream).netloc
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.seen: list[Seen] = []

    def __enter__(self) -> Witness:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Begin again, with no recorded calls and no process to kill."""
        with self._lock:
            self.seen, self._arrived, self._kill = [], Counter(), None

    def kill_at(self, number: int, moment: Moment, pid: Callable[[], int], *, writing: bool = True) -> None:
        """Send SIGKILL to a process when its write (or read) of that number comes, counted from 1 since `forget`."""
        with self._lock:
            self._kill = (number, writing, moment, pid)

    def settle(self) -> None:
        """Wait until every client has hung up and what it sent was dealt with.

        Connections before the one that is made here are accepted before it, so that none is still waiting.
        """
        with socket.create_connection(self._server.server_address[:2], timeout=10) as knock:
            here = knock.getsockname()
            with self._lock:
                if not self._lock.wait_for(lambda: here in self._let_in, timeout=10):
                    raise TimeoutError("the witness lets nobody in")
        with self._lock:
            if not self._lock.wait_for(lambda: not self._under_way, timeout=10):
                raise TimeoutError("a client of the witness does not hang up")

    def writes_done(self, access_key: str) -> Counter[tuple[str, str]]:
        """How often each write to each object succeeded, of those made with a key."""
        return Counter(
            (call.action, call.resource)
            for call in self.seen
            if call.access_key == access_key and call.is_write and call.status == 200
        )

    def connected(self, client: Any) -> None:
        with self._lock:
            self._under_way += 1
            self._let_in.add(client)
            self._lock.notify_all()

    def disconnected(self) -> None:
        with self._lock:
            self._under_way -= 1
            self._lock.notify_all()

    def arrival(self, action: str) -> tuple[Moment, Callable[[], int]] | None:
        """Count a call; the moment and the process to kill if it is the one."""
        writing = not action.startswith(_READS)
        with self._lock:
            self._arrived[writing] += 1
            if self._kill and self._kill[:2] == (self._arrived[writing], writing):
                return self._kill[2:]
        return None

    def note(self, authorization: str, fields: dict[str, str], status: int, body: bytes) -> None:
        key = re.search(r"Credential=([^/]+)/", authorization)
        code = re.search(rb"<Code>([^<]+)</Code>", body) if status != 200 else None
        seen = Seen(
            access_key=key.group(1) if key else "",
            action=fields["Action"],
            resource=_resource(fields),
            status=status,
            error=code.group(1).decode() if code else "",
        )
        with self._lock:
            self.seen.append(seen)


class _Door(ThreadingHTTPServer):
    """Lets clients in one after the other, in the order in which they came."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, witness: Witness) -> None:
        super().__init__(("127.0.0.1", 0), _handler(witness))
        self._witness = witness

    def process_request(self, request: Any, client_address: Any) -> None:
        self._witness.connected(client_address)
        super().process_request(request, client_address)


def _resource(fields: dict[str, str]) -> str:
    for kind in ("role", "user", "group"):
        name = fields.get(f"{kind.capitalize()}Name")
        if name:
            return f"{kind}/{name}"
    name = fields.get("PolicyArn", fields.get("PolicyName", "")).rpartition("/")[2]
    return f"policy/{name}" if name else ""


def _handler(witness: Witness) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle(self) -> None:
            self._aws = http.client.HTTPConnection(witness.upstream, timeout=60)
            try:
                super().handle()
            except (ConnectionError, BrokenPipeError):
                pass  # the client died, which is what this proxy is for
            finally:
                self._aws.close()
                witness.disconnected()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                return  # the client died while it was sending
            fields = dict(parse_qsl(body.decode()))
            death = witness.arrival(fields["Action"])
            if death and death[0] == "before":
                self._end(death[1])
                return
            self._aws.request("POST", self.path, body, dict(self.headers.items()))
            answer = self._aws.getresponse()
            content = answer.read()
            witness.note(self.headers.get("Authorization", ""), fields, answer.status, content)
            if death:
                self._end(death[1])
                return
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/xml"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _end(self, pid: Callable[[], int]) -> None:
            os.kill(pid(), signal.SIGKILL)
            self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """What is seen is the only log."""

    return Handler
