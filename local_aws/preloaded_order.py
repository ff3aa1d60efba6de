# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An order to a preloaded Python, over a connection that returns the process id of the program and its exit status.

As a program it replaces the interpreter: `preloaded_order.py ADDRESS SCRIPT [ARGUMENT]...` runs the script with its own
streams, environment and folder. It imports little, because its purpose is to save the time of a start.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_LENGTH = struct.Struct("!Q")
_NUMBER = struct.Struct("!i")


Order = dict[str, Any]
"""`arguments`, `environment`, `folder` and `streams`, the descriptors of the standard streams."""


def send(
    address: str, arguments: Sequence[str], environment: Mapping[str, str], folder: str, streams: Sequence[int]
) -> socket.socket:
    """Order a program. Returns the connection that reports on it."""
    order = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
    return _sent(address, order, streams)


def pass_on(address: str, order: Order, report: socket.socket) -> None:
    """Order the program from another process, which reports over the connection over which the order came."""
    descriptors = [*order.pop("streams"), report.fileno()]
    _sent(address, order, descriptors).close()
    report.close()
    for stream in descriptors[:3]:
        os.close(stream)


def _sent(address: str, order: Order, descriptors: Sequence[int]) -> socket.socket:
    text = json.dumps(order).encode()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    socket.send_fds(connection, [_LENGTH.pack(len(text))], list(descriptors))
    connection.sendall(text)
    return connection


def listening(address: str) -> socket.socket:
    """A socket that takes orders at this path."""
    orders = socket.socket(socket.AF_UNIX)
    orders.bind(address)
    orders.listen()
    return orders


def receive(connection: socket.socket) -> tuple[Order, socket.socket]:
    """The order that comes over a connection, and the connection that reports on it."""
    length, descriptors, *_unused = socket.recv_fds(connection, _LENGTH.size, 4)
    text = connection.recv(_LENGTH.unpack(length)[0], socket.MSG_WAITALL)
    order = {**json.loads(text), "streams": descriptors[:3]}
    if len(descriptors) == 3:
        return order, connection
    connection.close()
    return order, socket.socket(fileno=descriptors[3])


def send_number(connection: socket.socket, number: int) -> None:
    """Send the process id, or in the end the exit status, negative for a signal."""
    connection.sendall(_NUMBER.pack(number))


def receive_number(connection: socket.socket) -> int:
    """The next reported number. Raises EOFError if the other end is closed."""
    answer = connection.recv(_NUMBER.size, socket.MSG_WAITALL)
    if len(answer) < _NUMBER.size:
        raise EOFError("the process that the program is a fork of has ended")
    number: int = _NUMBER.unpack(answer)[0]
    return number


def main() -> int:
    with send(sys.argv[1], sys.argv[2:], os.environ, os.getcwd(), (0, 1, 2)) as connection:
        receive_number(connection)
        status = receive_number(connection)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
