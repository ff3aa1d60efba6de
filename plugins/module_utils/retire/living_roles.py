# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Roles of other owners that contain permissions or trust for services. They are kept. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..audit.audit import AuditedObject

_MOST_TOLD = 5


def is_living(group: Sequence[AuditedObject], services: Collection[str]) -> bool:
    """Whether a role belongs to another owner; `group` is what an audit reports about it for each service."""
    return all(one.left_over for one in group if one.service in services)


def what_to_take_out(group: Sequence[AuditedObject]) -> str:
    """Why such a role is kept, and what can be removed from it."""
    told = list(
        dict.fromkeys(f"{item.value} in {item.place}: {item.remedy}" for one in group for item in one.left_over)
    )
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"others use it too, and only this is left over in it: {'; '.join(told[:_MOST_TOLD])}{more}"
