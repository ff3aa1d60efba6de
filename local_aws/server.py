# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: a thread for each connection, HTTP/1.1 with keep-alive, no log of its own."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import moto_environment
from .answer import Answer
from .application import Application
from .request import HttpRequest
from .settings import Settings
from .store import prepare_moto


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "local-aws"

    def _answer(self) -> None:
        path, _unused, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, path, query, headers, self.rfile.read(length))
        self._send(self.server.application.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer

    def _send(self, answer: Answer) -> None:
        head = io.BytesIO()
        stream, self.wfile = self.wfile, head
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile = stream
        self.wfile.write(head.getvalue() + (b"" if self.command == "HEAD" else answer.body))

    def log_message(self, *args: Any) -> None:
        """The log of calls is the only log."""


class Server(ThreadingHTTPServer):
    """The local AWS on an address of this machine."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings: Settings, host: str = "127.0.0.1", port: int = 0) -> None:
        moto_environment.set_up()
        prepare_moto()
        self.application = Application(settings)
        super().__init__((host, port), _Handler)
        self.application.endpoint = f"http://{host}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that closes the connection early is not reported."""

    def start(self) -> threading.Thread:
        """Serve in a separate thread."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        return thread
