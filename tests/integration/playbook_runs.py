# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible-playbook and reads its report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from preloaded_ansible import ANSIBLE

# Without indentation the report is written by the C encoder, in a third of the time.
REPORT = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_JSON_INDENT": "0", "ANSIBLE_NOCOLOR": "1"}
LIMIT = 180
"""Seconds until a run counts as hanging."""


def play_of(role: str) -> str:
    """A playbook that is not the collection's: runs one of its roles by its full name and shows the result."""
    return f"""---
- hosts: all
  connection: local
  gather_facts: false
  vars: {{ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"}}
  roles: [aws_ml.permissions.{role}]
  tasks:
    - name: Show the result
      ansible.builtin.debug: {{var: {role}_result}}
"""


@dataclass(frozen=True)
class Run:
    """The outcome of one run of ansible-playbook. Warnings are in `stderr`."""

    rc: int
    stdout: str
    stderr: str
    plays: list[dict[str, Any]]
    stats: dict[str, dict[str, int]]

    def results(self, task: str) -> dict[str, dict[str, Any]]:
        """The result of each host for the last task whose name ends like this."""
        found: dict[str, dict[str, Any]] = {}
        for play in self.plays:
            for entry in play["tasks"]:
                if entry["task"]["name"].endswith(task):
                    found.update(entry["hosts"])
        assert found, f"no task called {task} has run:\n{self.stdout}\n{self.stderr}"
        return found

    def failures(self) -> dict[str, str]:
        """The message of each host that failed."""
        return {
            host: result.get("msg", "")
            for play in self.plays
            for entry in play["tasks"]
            for host, result in entry["hosts"].items()
            if result.get("failed") or result.get("unreachable")
        }

    def total(self, count: str) -> int:
        """The sum over all hosts of `ok`, `changed`, `failures` and the like."""
        return sum(host[count] for host in self.stats.values())


@dataclass(frozen=True)
class Playbook:
    """Runs a playbook, given by its path, by its name in a collection, or as its text."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(
        self,
        playbook: str | Path,
        inventory: str | Path | Mapping[str, Any],
        extra_vars: Mapping[str, Any] | None = None,
        *,
        check: bool = False,
        diff: bool = False,
        environment: Mapping[str, str] | None = None,
        working_folder: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> Run:
        if isinstance(playbook, str) and "\n" in playbook:
            text, playbook = playbook, self.folder / "playbook.yml"
            playbook.write_text(text, encoding="utf-8")
        if isinstance(inventory, Mapping):
            content, inventory = inventory, self.folder / "inventory.yml"
            inventory.write_text(yaml.safe_dump(content), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), str(playbook)]
        command += ["--extra-vars", json.dumps(extra_vars)] if extra_vars else []
        command += ["--check"] if check else []
        command += ["--diff"] if diff else []
        command += arguments
        settings = {**os.environ, **self.environment, **REPORT, **(environment or {})}
        # A shell would set PWD; nothing may depend on it.
        settings = {name: value for name, value in settings.items() if name != "PWD" or name in (environment or {})}
        done = ANSIBLE.run(command, cwd=working_folder or self.folder, env=settings, timeout=LIMIT)
        start = done.stdout.find("{")
        report = json.loads(done.stdout[start:]) if start >= 0 else {"plays": [], "stats": {}}
        return Run(done.returncode, done.stdout, done.stderr, report["plays"], report["stats"])
