# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of one run of a command, measured in a small process around it, see `watch`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_WATCH = Path(__file__).with_name("watch.py")


class RunFailed(Exception):
    """A measured command ended with a status other than 0, or had a wrong outcome."""


@dataclass(frozen=True)
class Cost:
    """The cost of one run. Seconds and bytes.

    `wall` is from the start of the command to its end; `cpu` is user and system time of all its processes, those left
    behind included; `memory` is the peak resident memory of the first process (of ansible-playbook: the controller),
    `largest` that of the largest process; `busy` is the CPU time that the whole machine spent in the same time.
    """

    wall: float
    cpu: float
    memory: int
    largest: int
    busy: float


def measure(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Cost:
    """Run a command to its end. Raises RunFailed with the last of its output."""
    result, log = folder / "cost.json", folder / "output.log"
    result.unlink(missing_ok=True)
    watch = [sys.executable, "-I", "-S", str(_WATCH), str(result), str(log)]
    subprocess.run([*watch, *command], env=dict(environment), cwd=folder, check=True)
    found = json.loads(result.read_text(encoding="utf-8"))
    if found["status"]:
        shown = log.read_text(encoding="utf-8", errors="replace")[:3000]
        raise RunFailed(f"{' '.join(command)} ended with status {found['status']}:\n{shown}")
    return Cost(**{name: found[name] for name in Cost.__dataclass_fields__})
