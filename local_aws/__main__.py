# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m local_aws`: one line of JSON on standard output when the server is ready, then serve until stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .environment import environment
from .settings import Settings


def _number(text: str) -> tuple[str, float]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text}: NAME=NUMBER is expected")
    return name, float(value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local_aws", description="An AWS on this machine, with IAM's own rules.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    parser.add_argument("--members", type=int, default=3, help="member accounts (default 3)")
    parser.add_argument("--consistency-delay", type=float, default=0.0, metavar="SECONDS", help="until writes show")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="added to each call")
    parser.add_argument("--rate-limit", type=_number, action="append", metavar="ACTION=RATE", help="calls a second")
    parser.add_argument("--quota", type=_number, action="append", metavar="NAME=VALUE", help="as GetAccountSummary")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append every call as a line of JSON")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="written when the server is ready")
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="end when this process ends")
    return parser.parse_args()


def _greet(organization: dict[str, Any]) -> None:
    """Print what a user at a terminal needs."""
    lines = [
        f"Local AWS at {organization['endpoint']}, management account {organization['management']}. Ctrl-C stops it.",
        *(f"  {member['id']}  {member['name']:<16} {member['role_arn']}" for member in organization["members"]),
        "To use it from another shell:",
        *(f"  export {name}={value}" for name, value in environment(organization["endpoint"]).items()),
    ]
    print("\n".join(lines), file=sys.stderr)


def _watch(parent: int) -> None:
    """End when that process has ended, for any reason; a child detects it because it has another parent."""
    child = os.getppid() == parent
    while os.getppid() == parent if child else _lives(parent):
        time.sleep(0.25)
    os._exit(0)


def _lives(process: int) -> bool:
    """Whether a process is alive. A process that has ended and was not waited for is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _stop(*_unused: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Serve until Ctrl-C, SIGTERM, or the end of the parent."""
    arguments = _arguments()
    answers_here, sys.stdout = sys.stdout, sys.stderr  # moto prints; standard output is for the one line
    from .server import Server  # noqa: PLC0415 - takes a second, which wrong arguments need not wait for

    settings = Settings(
        members=arguments.members,
        consistency_delay=arguments.consistency_delay,
        latency=arguments.latency,
        rate_limits=dict(arguments.rate_limit or []) or None,
        quotas={name: int(value) for name, value in arguments.quota or []},
        log=arguments.log,
    )
    try:
        server = Server(settings, arguments.host, arguments.port)
    except (OSError, ValueError) as error:
        print(f"local_aws: {error}", file=sys.stderr)
        return 1
    for stopping in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with SIGINT ignored
        signal.signal(stopping, _stop)
    if arguments.parent_pid:
        threading.Thread(target=_watch, args=(arguments.parent_pid,), daemon=True).start()
    server.start()
    organization = server.application.organization.describe(server.application.endpoint)
    ready = json.dumps(organization)
    try:
        if arguments.ready_file:
            partial = arguments.ready_file.with_suffix(".partial")
            partial.write_text(ready + "\n", encoding="utf-8")
            partial.replace(arguments.ready_file)
        print(ready, file=answers_here, flush=True)
        if sys.stderr.isatty():
            _greet(organization)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
