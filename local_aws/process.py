# SPDX-License-Identifier: GPL-3.0-or-later
"""The local AWS as a child process of a test run or a demo."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config

from .control_calls import control
from .environment import OPERATOR, environment
from .preloaded_python import PreloadedPython, Program
from .request import OBSERVER_MARK

_START_LIMIT = 60.0
_PYTHON = PreloadedPython(f"{__package__}.server")  # moto takes most of the time of a start


class LocalAws:
    """Starts a server on a free port, talks to it, and stops it."""

    def __init__(
        self,
        members: int = 3,
        *,
        consistency_delay: float = 0,
        latency: float = 0,
        rate_limits: dict[str, float] | None = None,
        quotas: dict[str, int] | None = None,
        port: int = 0,
        log: Path | None = None,
    ) -> None:
        self._command = ["-m", "local_aws", "--port", str(port), "--members", str(members)]
        self._command += ["--consistency-delay", str(consistency_delay), "--latency", str(latency)]
        for flag, limits in (("--rate-limit", rate_limits), ("--quota", quotas)):
            for name, value in (limits or {}).items():
                self._command += [flag, f"{name}={value}"]
        if log:
            self._command += ["--log", str(log)]
        self._process: Program | None = None
        self._clients: dict[tuple[str, str, str], Any] = {}
        self.endpoint = ""
        self.management = ""
        self.members: list[dict[str, str]] = []

    def start(self) -> LocalAws:
        """Start the server and wait until it answers."""
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.json"
            self._process = _PYTHON.start(
                [*self._command, "--parent-pid", str(_PYTHON.pid()), "--ready-file", str(ready)]
            )
            deadline = time.monotonic() + _START_LIMIT
            while not ready.exists():
                if self._process.poll() is not None:
                    raise RuntimeError(f"the local AWS ended at once with status {self._process.returncode}")
                if time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"the local AWS was not ready after {_START_LIMIT:.0f} s")
                time.sleep(0.01)
            described = json.loads(ready.read_text(encoding="utf-8"))
        self.endpoint, self.management = described["endpoint"], described["management"]
        self.members = described["members"]
        return self

    def stop(self) -> None:
        """Stop the server."""
        self._clients.clear()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> LocalAws:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process else None

    def environment(self) -> dict[str, str]:
        """Environment variables with which any AWS client uses this server as the operator of the organization."""
        return environment(self.endpoint)

    def client(self, service: str, account: str | None = None, *, observer: bool = True, **options: Any) -> Any:
        """A boto3 client in an account, by default one whose calls are marked in the log and neither limited nor slow.

        For members, the access role is assumed once for each account; clients are kept.
        """
        region = options.pop("region_name", "us-east-1")
        key = (service, account or self.management, f"{region} {observer} {sorted(options.items(), key=str)}")
        if key not in self._clients:
            marked = Config(user_agent_extra=OBSERVER_MARK if observer else "", retries={"total_max_attempts": 1})
            config = marked.merge(options.pop("config")) if "config" in options else marked
            keys = self.credentials(account) if account and account != self.management else OPERATOR
            self._clients[key] = boto3.session.Session().client(  # type: ignore[call-overload]
                service, endpoint_url=self.endpoint, region_name=region, config=config, **keys, **options
            )
        return self._clients[key]

    def credentials(self, account: str) -> dict[str, str]:
        """Temporary credentials in a member account, as keyword arguments of a boto3 session or client."""
        role = next(member["role_arn"] for member in self.members if member["id"] == account)
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="local-aws-observer")["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def set(self, **options: Any) -> None:
        """Change options of the server: consistency_delay, latency, rate_limits, quotas, page_limit, authorize."""
        self._control("POST", "options", options)

    def reset(self) -> None:
        """Restore the fresh organization; credentials, options other than quotas, and the log do not change."""
        self._control("POST", "reset", {})

    def seed(self, account: str, **wanted: Any) -> None:
        """Create what the API cannot; see `seed`."""
        self._control("POST", "seed", {"account": account, **wanted})

    def calls(self, *, account: str | None = None, observer: bool = False) -> list[dict[str, Any]]:
        """The log of calls, without those of observers unless they are requested."""
        entries: list[dict[str, Any]] = self._control("GET", "calls")
        return [
            entry for entry in entries if (observer or not entry["observer"]) and account in (None, entry["account"])
        ]

    def call_counts(self, account: str | None = None, *, observer: bool = False) -> dict[str, int]:
        """How often each action was called."""
        return dict(Counter(entry["action"] for entry in self.calls(account=account, observer=observer)))

    def clear_calls(self) -> None:
        """Empty the log of calls."""
        self._control("DELETE", "calls")

    def _control(self, method: str, what: str, document: dict[str, Any] | None = None) -> Any:
        return control(self.endpoint, method, f"/_local_aws/{what}", document, timeout=60)
