# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the options that limit the access of a plan are valid. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown


def access_gate_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """Entries of `not_granted` that are neither actions nor patterns of actions."""
    for index, action in enumerate(options.get("not_granted") or ()):
        service, colon, name = action.partition(":")
        if not (colon and name and service.strip("*?")):
            yield Problem(
                f"not_granted[{index}]",
                f"{shown(action)} is not an action such as iam:PassRole, or a pattern of actions",
            )
