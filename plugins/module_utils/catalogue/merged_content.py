# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Parts of a definition as one mapping. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]


def policies_to_remove(content: Data) -> dict[str, Any]:
    """The names of the policies. Their content does not matter when they are removed."""
    inline = content.get("inline_policies") or {}
    names = list(inline) if isinstance(inline, Mapping) else inline
    return {"managed_policies": content.get("managed_policies") or [], "inline_policies": names}


def merged(parts: Any) -> dict[str, Any]:
    """Mappings merged in order, including the mappings inside them."""
    found: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
            found[key] = merged((found[key], value)) if both else value
    return found
