# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A case: it is measured in several alternatives and planned before it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .samples import Measurement, Sample
from .screen import Screen


@dataclass(frozen=True)
class Case:
    """`run(folder, screen)` does the measurements in their order, in a working folder."""

    measurements: Sequence[Measurement]
    run: Callable[[Path, Screen], Iterator[Sample]]
