# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges in processes of their own, which can be killed.

`ConvergeProcesses` keeps one process that has the engine and botocore's models loaded and forks it for each converge,
as Ansible does with its workers. Run as a program, this file is that process: it reads the options as a JSON line and
answers with the pid of the child, and then with the child's result, its error, or the signal that ended it.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any


class ConvergeProcesses:
    """Starts converges one after the other."""

    def __init__(self) -> None:
        self._loaded = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._pid = 0

    def __enter__(self) -> ConvergeProcesses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loaded.stdin is not None
        self._loaded.stdin.close()
        self._loaded.wait(timeout=10)

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        """Converge, or restore where the options name a `src`, in a new process.

        The answer holds `result`, `error` or `signal`.
        """
        self._say(options)
        self._pid = self._hear()["pid"]
        self._say("go")
        return self._hear()

    @property
    def pid(self) -> Callable[[], int]:
        """The pid of the converge under way, when asked for."""
        return lambda: self._pid

    def _say(self, message: Any) -> None:
        assert self._loaded.stdin is not None
        self._loaded.stdin.write(json.dumps(message).encode() + b"\n")
        self._loaded.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._loaded.stdout is not None
        heard: dict[str, Any] = json.loads(self._loaded.stdout.readline())
        return heard


def _loaded_converge() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A converge by its options, with the engine and botocore's models loaded for all processes to be forked."""
    from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import load_models  # noqa: PLC0415
    from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging  # noqa: PLC0415
    from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task  # noqa: PLC0415
    from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError  # noqa: PLC0415
    from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring  # noqa: PLC0415

    load_models()
    gc.freeze()

    def converge(options: dict[str, Any]) -> dict[str, Any]:
        try:
            begin = restoring if "src" in options else converging
            return {"result": begin(Task(options)).result()}
        except EngineError as error:
            return {"error": error.message, **error.fields}

    return converge


def _answer(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _serve() -> None:
    converge = _loaded_converge()
    for line in iter(sys.stdin.readline, ""):
        ready, go = os.pipe()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            os.read(ready, 1)
            with os.fdopen(writing, "w") as out:
                out.write(json.dumps(converge(json.loads(line))))
            os._exit(0)
        os.close(writing)
        _answer({"pid": child})
        sys.stdin.readline()
        os.write(go, b"1")
        with os.fdopen(reading) as said:
            text = said.read()
        status = os.waitpid(child, 0)[1]
        for descriptor in (ready, go):
            os.close(descriptor)
        _answer({"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else json.loads(text))


if __name__ == "__main__":
    _serve()
