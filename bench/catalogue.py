# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The case of loading and checking the catalogue of services, which every run of ansible-playbook does once.

Reading the same files as YAML, which nobody can do without, is measured beside it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .alternatives import COLLECTIONS
from .asked import Asked
from .case import Case
from .measure import measure
from .samples import CATALOGUE, OURS, Measurement, Sample
from .screen import Screen

_SCRIPT = Path(__file__).parent / "scripts" / "catalogue_load.py"


def catalogue(asked: Asked) -> Case:
    """The case with its plan. The CPU-seconds of a sample are those of the loading, or reading, alone."""
    actions = [action for _unused in range(asked.repeats) for action in ("read", "load")]
    plan = [Measurement(CATALOGUE, OURS, action, 1, 0.0, 1.0) for action in actions]

    def run(folder: Path, screen: Screen) -> Iterator[Sample]:
        for measurement in plan:
            with screen.measuring(measurement, f"{measurement.action} the catalogue") as told:
                environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
                cost = measure([sys.executable, str(_SCRIPT), measurement.action], environment, folder)
                loading = float((folder / "output.log").read_text(encoding="utf-8"))
                told.sample = sample = Sample.of(measurement, replace(cost, cpu=loading), {})
            yield sample

    return Case(plan, run)
