# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook and reads each line when it is shown, as a person at a terminal does."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from integration.playbook_runs import LIMIT
from preloaded_ansible import ANSIBLE


@dataclass(frozen=True)
class Shown:
    """What a run printed, with the second of the run in which each line of stdout came."""

    rc: int
    timed: list[tuple[float, str]]
    stderr: str

    @property
    def lines(self) -> list[str]:
        return [line for _second, line in self.timed]

    @property
    def progress(self) -> list[str]:
        """The lines while tasks ran, without their times and what follows from them."""
        return [line.split(";")[0] for line in self.lines if re.match(r"aws_ml\.permissions: .* of \d", line)]

    @property
    def summary(self) -> list[str]:
        """The lines at the end, their duration as N."""
        begins = [n for n, line in enumerate(self.lines) if re.match(r"aws_ml\.permissions: \d+ account", line)]
        return [re.sub(r"in \d+ s:", "in N s:", line) for n in begins for line in self.lines[n:]]

    def second(self, line: str) -> float:
        return next(second for second, found in self.timed if found == line)


def watched(
    folder: Path, playbook: str, inventory: dict[str, Any], options: Sequence[str], environment: Mapping[str, str]
) -> Shown:
    """Run a playbook, given by its name or as text, without colour on 80 columns."""
    if "\n" in playbook:
        (folder / "playbook.yml").write_text(playbook, encoding="utf-8")
        playbook = str(folder / "playbook.yml")
    (folder / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    settings = {"ANSIBLE_NOCOLOR": "1", "COLUMNS": "80", "PYTHONUNBUFFERED": ""}
    began = time.monotonic()
    reads, writes = os.pipe()
    with (folder / "stderr").open("w+", encoding="utf-8") as stderr, open(reads, encoding="utf-8") as stdout:
        process = ANSIBLE.start(
            [program, "-i", str(folder / "inventory.yml"), playbook, *options],
            env={**os.environ, **settings, **environment},
            stdout=writes,
            stderr=stderr,
        )
        os.close(writes)
        timed = [(time.monotonic() - began, line.rstrip("\n")) for line in stdout]
        rc = process.wait(LIMIT)
        stderr.seek(0)
        return Shown(rc, timed, stderr.read())
