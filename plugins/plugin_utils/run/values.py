# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Values of a result, of which each may be missing or something else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sequence(value: Any) -> list[Any]:
    """A list, empty if the value is not one."""
    return value if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """A dictionary, empty if the value is not one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The dictionaries of a list."""
    return [item for item in sequence(value) if isinstance(item, Mapping)]
