# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and stops the local AWS of a molecule run: `server.py start FOLDER`, `server.py stop FOLDER`.

The server ends with `molecule test` however that ends. After `molecule create` or `converge` it stays for the next
command, until `molecule destroy` or the end of the shell.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
START_LIMIT = 60.0
READY = "local_aws.json"


def start(folder: Path) -> None:
    """Start the server; what it says of itself when it is ready is in READY."""
    stop(folder)
    ready = folder / READY
    with (folder / "local_aws.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "local_aws", "--ready-file", str(ready), "--parent-pid", str(_outlived_by())],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(
                    [str(CHECKOUT), str(CHECKOUT / "tests"), os.environ.get("PYTHONPATH", "")]
                ),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (folder / "local_aws.pid").write_text(str(server.pid), encoding="utf-8")
    deadline = time.monotonic() + START_LIMIT
    while not ready.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the local AWS did not start; see {folder / 'local_aws.log'}")
        time.sleep(0.02)


def stop(folder: Path) -> None:
    """Stop the server of this folder, if it runs, and wait until it has gone. Its port may soon be another's."""
    (folder / READY).unlink(missing_ok=True)
    file = folder / "local_aws.pid"
    if not file.exists():
        return
    pid = int(file.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 5
    while "local_aws" in _command(pid):
        os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.05)
    file.unlink()


def _outlived_by() -> int:
    """The process that the server must not outlive."""
    pid = os.getppid()
    while pid > 1 and "molecule" not in [Path(word).name for word in _command(pid)]:
        pid = _parent(pid)
    if pid <= 1:
        sys.exit("this is for molecule to run")
    return pid if "test" in _command(pid) else _parent(pid)


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](Path(sys.argv[2]))
