# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks by ansible-runner, which AWX uses, with the environment of AWX.

As in AWX, an inventory is imported once and passed to jobs by a script, each job gets a slice of its hosts, credentials
are only in the environment of the process, and artifacts of all slices are merged by name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from preloaded_ansible import path_with_preloaded_ansible

from local_aws.preloaded_python import PreloadedPython

RUNNER = PreloadedPython("ansible_runner.__main__")
LIMIT = 180
"""Seconds until a job counts as hanging."""


@dataclass
class Job:
    """One run of ansible-runner and what it left."""

    rc: int
    printed: str
    folder: Path

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        files = sorted((self.folder / "job_events").glob("*.json"), key=lambda file: int(file.name.split("-")[0]))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    @property
    def stats(self) -> dict[str, Any]:
        """The last event: counts by kind and host, and the artifacts."""
        found = self._last_event
        assert found, self.printed
        return found

    @property
    def artifacts(self) -> dict[str, Any]:
        """None where no play could begin."""
        data: dict[str, Any] = self._last_event.get("artifact_data", {})
        return data

    @cached_property
    def _last_event(self) -> dict[str, Any]:
        return next((event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"), {})

    @property
    def hosts(self) -> list[str]:
        return sorted(self.stats["processed"])

    @property
    def changed(self) -> list[str]:
        return sorted(self.stats["changed"])

    @property
    def failures(self) -> dict[str, str]:
        """The message of each host that failed."""
        return {
            event["event_data"]["host"]: event["event_data"]["res"]["msg"]
            for event in self.events
            if event["event"] == "runner_on_failed"
        }

    @property
    def kept(self) -> str:
        """All that AWX would keep: output and every file of the run but `command`, ansible-runner's own environment."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.name != "command"]
        return self.printed + "".join(file.read_text(encoding="utf-8") for file in files)


@dataclass
class Awx:
    """`awx.job(playbook)` runs one job, `awx.sliced(playbook, count)` the jobs of a sliced job template."""

    folder: Path
    inventory: Mapping[str, Any]
    environment: Mapping[str, str]
    project: Mapping[str, str]
    """Its files by name."""
    credential: Mapping[str, str]
    """What the credential type injects into the environment."""
    preloaded: bool = True
    """Whether ansible-runner, and ansible-playbook that it starts, are forks of a Python that has imported a lot."""
    _jobs: int = field(default=0, init=False)

    def job(
        self,
        playbook: str,
        *,
        check: bool = False,
        verbosity: int = 0,
        extra_vars: Mapping[str, Any] | None = None,
        hosts: Sequence[str] | None = None,
    ) -> Job:
        self._jobs += 1
        here = self.folder / f"job-{self._jobs}"
        options = ["--check", "--diff"] if check else ["--diff"]
        options += ["-" + "v" * verbosity] if verbosity else []
        self._write(here, "env/cmdline", " ".join(options))
        self._write(here, "env/extravars", json.dumps(extra_vars or {}))
        self._write(here, "env/envvars", json.dumps(dict(self.credential)))
        listed = json.dumps(self._slice(self.hosts if hosts is None else hosts))
        # A shell prints it, because the path in the line of an interpreter cannot contain a space.
        self._write(here, "inventory/hosts", f"#!/bin/sh\ncat <<'END'\n{listed}\nEND\n").chmod(0o700)
        for name, text in self.project.items():
            self._write(here, f"project/{name}", text)
        arguments = ["run", str(here), "--playbook", playbook, "--ident", "job", "--omit-env-files"]
        done = self._run([str(Path(sys.executable).with_name("ansible-runner")), *arguments])
        return Job(done.returncode, done.stdout + done.stderr, here / "artifacts" / "job")

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment, "COLUMNS": "4000"}
        if self.preloaded:
            environment["PATH"] = path_with_preloaded_ansible(self.folder / "programs", environment["PATH"])
            return RUNNER.run(command, env=environment, timeout=LIMIT)
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def sliced(self, playbook: str, count: int, **options: Any) -> list[Job]:
        """Every `count`-th host by name, from the first, the second and so on."""
        return [self.job(playbook, hosts=self.hosts[first::count], **options) for first in range(count)]

    @property
    def hosts(self) -> list[str]:
        return sorted(self.inventory["_meta"]["hostvars"])

    def _slice(self, hosts: Sequence[str]) -> dict[str, Any]:
        groups = {name: group for name, group in self.inventory.items() if name != "_meta"}
        return {
            "_meta": {"hostvars": {host: self.inventory["_meta"]["hostvars"][host] for host in hosts}},
            **{
                name: {**group, "hosts": [host for host in group["hosts"] if host in hosts]}
                if "hosts" in group
                else group
                for name, group in groups.items()
            },
        }

    @staticmethod
    def _write(folder: Path, name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def artifacts_of(jobs: Iterable[Job]) -> dict[str, Any]:
    """The variables that AWX passes to the next node: of several with one name, that of the job that ended last."""
    handed: dict[str, Any] = {}
    for job in jobs:
        handed.update(job.artifacts)
    return handed
