# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The data files beside this one, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load

_FOLDER = Path(__file__).parent


@cache
def data_files(folder: str) -> dict[str, Any]:
    """The content of every file in a folder such as `aws_facts`, by its name without the suffix."""
    paths = sorted((_FOLDER / folder).glob("*.yml"))
    return {path.stem: yaml_load(path.read_text(encoding="utf-8")) for path in paths}
