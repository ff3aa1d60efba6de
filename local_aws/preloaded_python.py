# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Python programs as forks of a process that has imported what they import anyway.

    python = PreloadedPython("yaml", "botocore.session")
    program = python.start(["/path/of/a/script", "--option"])        # or ["-m", "module", "--option"]
    done = python.run(["/path/of/a/script"], timeout=60)             # as subprocess.run with capture_output and text
    python.executable(Path("/path/of/python"))                       # for those who want the path of an interpreter

A program gets arguments, environment, folder and standard streams of its own, and runs as `__main__`. Only modules
that look at none of these while they are imported may be preloaded. The process ends with the one that made it.
"""

from __future__ import annotations

import atexit
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from . import preloaded_order
from .preloaded_order import listening, receive_number, send


class Program:
    """A running program, to be used as a subprocess.Popen."""

    def __init__(self, arguments: Sequence[str], report: socket.socket) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._report = report
        self.pid = receive_number(report)

    def poll(self) -> int | None:
        """How the program ended, if it has."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = receive_number(self._report)
            self._report.close()
        return self.returncode

    def terminate(self) -> None:
        """Ask the program to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the program."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class PreloadedPython:
    """The process to fork, which is started when it is needed first."""

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._owner = 0
        self._life: socket.socket | None = None
        self._orders = ""
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def start(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        stdin: IO[Any] | int = subprocess.DEVNULL,
        stdout: IO[Any] | int = subprocess.DEVNULL,
        stderr: IO[Any] | int = 2,
    ) -> Program:
        """Start a program. The streams are files, descriptors or subprocess.DEVNULL."""
        with open(os.devnull, "r+b") as nothing:
            streams = [nothing if stream == subprocess.DEVNULL else stream for stream in (stdin, stdout, stderr)]
            descriptors = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
            environment = os.environ if env is None else env
            return Program(
                arguments, send(self._address(), arguments, environment, str(cwd or Path.cwd()), descriptors)
            )

    def executable(self, path: Path, *arguments: str) -> Path:
        """Write an executable that runs what it is given as `python` would, as a program of this process.

        With arguments, such as the path of a script, they come before what it is given.
        """
        stand_in = [sys.executable, "-IS", preloaded_order.__file__, self._address(), *arguments]
        path.write_text(f'#!/bin/sh\nexec {shlex.join(stand_in)} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        timeout: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and keep what it writes."""
        with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
            program = self.start(arguments, env=env, cwd=cwd, stdout=stdout, stderr=stderr)
            try:
                status = program.wait(timeout)
            except BaseException:
                program.kill()
                raise
            stdout.seek(0)
            stderr.seek(0)
            return subprocess.CompletedProcess(arguments, status, stdout.read(), stderr.read())

    def pid(self) -> int:
        """The process that is forked, the parent of the programs. It ends with the one that made it."""
        self._address()
        assert self._process is not None
        return self._process.pid

    def close(self) -> None:
        """End the process that is forked; programs that run go on."""
        if self._life is not None and self._owner == os.getpid():
            self._life.close()
            if self._process is not None:
                self._process.wait()
        self._life = self._process = None

    def _address(self) -> str:
        """Where the process takes orders; it is started if it is not there. A fork of this one needs its own."""
        with self._lock:
            if self._life is None or self._owner != os.getpid():
                self._orders = str(Path(tempfile.mkdtemp()) / "orders")
                here, there = socket.socketpair()
                with there, listening(self._orders) as orders:
                    descriptors = [there.fileno(), orders.fileno()]
                    self._process = subprocess.Popen(
                        [
                            sys.executable,
                            "-m",
                            f"{__package__}.preloaded_server",
                            *map(str, descriptors),
                            *self._modules,
                        ],
                        # As for users: what a program writes is there when it flushes.
                        env={**os.environ, "PYTHONUNBUFFERED": ""},
                        stdin=subprocess.DEVNULL,
                        pass_fds=descriptors,
                    )
                self._life, self._owner = here, os.getpid()
            return self._orders
