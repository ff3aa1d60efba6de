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
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from .compiled_sources import keep_compiled_sources
from .parsed_yaml import keep_parsed_yaml
from .preloaded_order import Order, listening, pass_on, receive, send_number

SELDOM = (100_000, 20, 20)
"""For gc.set_threshold: how much is made until Python looks for garbage. Tests have memory, and little time."""

Begin = Callable[[], None]


class _Server:
    """Forks this process for each order until life ends.

    The specialist is a module with `settings_of(order)` and `prepare()`. From the second order with the same settings
    on, the program is the fork of a process with this environment in which `prepare()` was called.
    """

    def __init__(
        self, life: socket.socket, orders: socket.socket, *, specialist: Any = None, begin: Begin | None = None
    ) -> None:
        self._life = life
        self._orders = orders
        self._specialist = specialist
        self._begin = begin
        self._folder = Path(orders.getsockname()).parent
        self._reports: dict[int, socket.socket] = {}
        self._prepared: dict[Hashable, str] = {}
        self._servers: list[int] = []

    def next_order(self) -> tuple[Order, Begin | None]:
        """Returns in a fork: its order, and what must be called first."""
        signal.signal(signal.SIGCHLD, self._send_statuses)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the programs and for who started them
        gc.freeze()
        gc.set_threshold(*SELDOM)
        while True:
            if self._life in select.select([self._life, self._orders], [], [])[0]:
                self._end()
            order, report = receive(self._orders.accept()[0])
            settings = self._settings_of(order)
            if settings in self._prepared:
                other = None if self._prepared[settings] else self._prepare(settings, order, report)
                if other:
                    return other.next_order()
                pass_on(self._prepared[settings], order, report)
                continue
            if settings is not None:
                self._prepared[settings] = ""
            if self._is_fork_for(order, report):
                return order, self._begin

    def _is_fork_for(self, order: Order, report: socket.socket) -> bool:
        """Fork; false in this process, which reports the fork."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._close(report)
        else:
            self._reports[pid] = report
            with suppress(OSError):
                send_number(report, pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        if pid:
            for stream in order["streams"]:
                os.close(stream)
        return not pid

    def _settings_of(self, order: Order) -> Hashable:
        return self._specialist.settings_of(order) if self._specialist else None

    def _prepare(self, settings: Hashable, order: Order, report: socket.socket) -> _Server | None:
        """Fork a process with these settings. Returns its server in the fork."""
        self._prepared[settings] = str(self._folder / f"orders{len(self._servers)}")
        orders = listening(self._prepared[settings])
        pid = os.fork()
        if pid:
            self._servers.append(pid)
            orders.close()
            return None
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in (self._orders, report, *self._reports.values()):
            other.close()
        for stream in order["streams"]:
            os.close(stream)
        _take_settings(order)
        begin: Begin | None = None
        with suppress(Exception, SystemExit):  # the program fails like this too, and says why
            begin = self._specialist.prepare()
        return _Server(self._life, orders, begin=begin)

    def _close(self, report: socket.socket) -> None:
        for other in (self._life, self._orders, report, *self._reports.values()):
            other.close()

    def _end(self) -> NoReturn:
        """End after the prepared processes, so that their time counts as this one's."""
        for server in self._servers:
            with suppress(ChildProcessError):
                os.waitpid(server, 0)
        shutil.rmtree(self._folder, ignore_errors=True)
        sys.exit()

    def _send_statuses(self, *_unused: object) -> None:
        while self._reports:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if pid in self._reports:
                with self._reports.pop(pid) as report, suppress(OSError):
                    send_number(report, os.waitstatus_to_exitcode(status))


def _take_settings(order: Order) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])


def _become(order: Order, begin: Begin | None) -> NoReturn:
    """Go on as the program."""
    for number, descriptor in enumerate(order["streams"]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    _take_settings(order)
    random.seed()
    if begin:
        begin()
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
    _modules = [importlib.import_module(name) for name in sys.argv[3:]]
    keep_compiled_sources()
    _life, _orders = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    _specialist = next((module for module in _modules if hasattr(module, "settings_of")), None)
    _become(*_Server(_life, _orders, specialist=_specialist).next_order())
