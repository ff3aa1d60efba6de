# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ways cannot be measured here, and why: tried with one small module before anything else."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from .measure import RunFailed, measure
from .places import Account, environment, furnish
from .ways import Way, ansible


def unavailable(ways: Iterable[Way], root: Path) -> dict[str, str]:
    """The reason for each way that does not work, by name. Only mitogen's depends on more than this project."""
    found: dict[str, str] = {}
    for way in ways:
        if way.name != "mitogen" or way.name in found:
            continue
        if importlib.util.find_spec("ansible_mitogen") is None:
            found[way.name] = "mitogen is not installed"
            continue
        folder = furnish(root, way, [Account("123456789012")])
        try:
            measure(ansible("ping.yml")(folder, "no-op"), environment(root, way, {}), folder)
        except RunFailed as error:
            found[way.name] = " ".join(str(error).split())[:300]
    return found
