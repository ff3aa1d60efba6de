# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command and writes the cost of it and all its descendants as JSON. Usage: watch.py RESULT LOG COMMAND...

It is a separate small program without imports of the project: a child's peak memory includes that of its parent at the
fork, and processes that a command leaves behind (mitogen's) become children of their nearest reaper, which is this one.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LINGER = 15.0
"""Seconds that descendants have to end by themselves after the command."""
SAMPLING = 0.01
"""Seconds between two looks at the memory of the command's first process."""


class Peak(threading.Thread):
    """Follows the highest resident memory of one process, as the kernel keeps it, in bytes."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._status = Path(f"/proc/{process}/status")

    def run(self) -> None:
        while True:
            try:
                text = self._status.read_text(encoding="utf-8")
            except OSError:
                return
            if "VmHWM:" not in text:
                return
            self.bytes = int(text.partition("VmHWM:")[2].split()[0]) * 1024
            time.sleep(SAMPLING)


def busy() -> float:
    """CPU-seconds of all processes of this machine since it started."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]
    user, nice, system, _unused, _unused, irq, softirq = (int(field) for field in fields[:7])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def children() -> list[int]:
    me = os.getpid()
    return [int(child) for child in Path(f"/proc/{me}/task/{me}/children").read_text(encoding="utf-8").split()]


def reap_the_rest() -> int:
    """Wait for what the command left behind; returns how many processes had to be ended."""
    deadline, ended = time.monotonic() + LINGER, 0
    while True:
        try:
            process, _unused = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if process:
            continue
        if time.monotonic() > deadline:
            for child in children():
                os.kill(child, signal.SIGKILL)
                ended += 1
        time.sleep(0.01)


def main() -> None:
    result, log, *command = sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    busy_before, began = busy(), time.perf_counter()
    process = os.fork()
    if process == 0:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
            os._exit(127)
    peak = Peak(process)
    peak.start()
    _process, status, _usage = os.wait4(process, 0)
    wall = time.perf_counter() - began
    busy_in_all = busy() - busy_before
    ended = reap_the_rest()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "status": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": peak.bytes,
        "largest": used.ru_maxrss * 1024,
        "busy": busy_in_all,
        "ended": ended,
    }
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
