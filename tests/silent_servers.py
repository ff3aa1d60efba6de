# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on loopback that never answer: one accepts every connection, the other accepts none."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def taking_connections() -> Iterator[str]:
    """The endpoint of a server that takes connections, reads nothing and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(128)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def taking_none() -> Iterator[str]:
    """The endpoint of a server whose backlog is full, so that the connection of a client is never made."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        while True:
            waiting = opened.enter_context(socket.socket())
            waiting.settimeout(0.2)
            try:
                waiting.connect(server.getsockname())
            except TimeoutError:
                break
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
