# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alternatives cannot be measured on this machine, and why: one small module is tried first."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from .alternatives import Alternative, ansible
from .folders import Account, environment, write_folder
from .measure import RunFailed, measure
from .workload import EMPTY_WORKLOAD


def unavailable(alternatives: Iterable[Alternative], root: Path) -> dict[str, str]:
    """The reason for each alternative that does not work, by name. Only mitogen's depends on more than this project."""
    found: dict[str, str] = {}
    for alternative in alternatives:
        if alternative.name != "mitogen" or alternative.name in found:
            continue
        if importlib.util.find_spec("ansible_mitogen") is None:
            found[alternative.name] = "mitogen is not installed"
            continue
        folder = write_folder(root, alternative, [Account("123456789012")], {}, EMPTY_WORKLOAD)
        try:
            measure(ansible("ping.yml")(folder, "no-op"), environment(root, alternative, {}), folder)
        except RunFailed as error:
            found[alternative.name] = " ".join(str(error).split())[:300]
    return found
