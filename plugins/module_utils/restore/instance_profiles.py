# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which instance profiles a role of a backup can join again. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Role
from .notes import Notes


def free_profiles(role: Role, profiles: Mapping[str, str | None], notes: Notes) -> tuple[str, ...]:
    """The instance profiles of the role that it can join or is already in. `profiles` maps each existing one to a role
    or None.
    """
    free = []
    for name in role.instance_profiles:
        holder = profiles.get(name)
        if name in profiles and (holder is None or holder.lower() == role.name.lower()):
            free.append(name)
            continue
        reason = (
            f"instance profile {name} contains role {holder} now" if holder else f"instance profile {name} is missing"
        )
        remedy = "remove that role from it" if holder else "create the instance profile"
        notes.leave(role.resource, reason, f"{remedy}, then restore again")
    return tuple(free)
