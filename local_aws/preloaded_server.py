# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that a PreloadedPython forks: imports what it is given, and becomes each program that is ordered."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import random
import runpy
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from .compiled_sources import keep_compiled_sources
from .parsed_yaml import keep_parsed_yaml
from .preloaded_order import receive, send_number

SELDOM = (100_000, 20, 20)
"""For gc.set_threshold: how much is made until Python looks for garbage. Tests have memory, and little time."""


def _next_order(life: socket.socket, orders: socket.socket) -> dict[str, Any]:
    """Fork for each order until life ends. Returns in the child, with its order."""
    reports: dict[int, socket.socket] = {}

    def send_statuses(*_unused: object) -> None:
        while reports:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with reports.pop(pid) as report, suppress(OSError):
                send_number(report, os.waitstatus_to_exitcode(status))

    signal.signal(signal.SIGCHLD, send_statuses)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the programs and for who started them
    gc.freeze()
    gc.set_threshold(*SELDOM)
    while True:
        if life in select.select([life, orders], [], [])[0]:
            shutil.rmtree(Path(orders.getsockname()).parent)
            sys.exit()
        report = orders.accept()[0]
        order = receive(report)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            for other in (life, orders, report, *reports.values()):
                other.close()
            return order
        reports[pid] = report
        with suppress(OSError):
            send_number(report, pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        for stream in order["streams"]:
            os.close(stream)


def _become(order: Mapping[str, Any]) -> NoReturn:
    """Go on as the program."""
    for number, descriptor in enumerate(order["streams"]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    random.seed()
    program, *arguments = order["arguments"]
    try:
        if program == "-m":
            sys.argv[:] = arguments
            sys.path[0] = order["folder"]
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv[:] = [program, *arguments]
            sys.path[0] = str(Path(program).parent)
            runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        _leave(end.code)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        _leave(1)
    _leave(0)


def _leave(code: int | str | None) -> NoReturn:
    """End as Python does, but for taking apart all that was imported, which is a fifth of a short program's time."""
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    keep_parsed_yaml()
    for _module in sys.argv[3:]:
        importlib.import_module(_module)
    keep_compiled_sources()
    _become(_next_order(*(socket.socket(fileno=int(number)) for number in sys.argv[1:3])))
