# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the options that limit the access of a plan are valid. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown

_ACTION = re.compile(r"[A-Za-z0-9?*-]*[A-Za-z0-9][A-Za-z0-9?*-]*:[A-Za-z0-9?*]+")


def access_gate_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """Entries of `not_granted` that are neither actions nor patterns of actions of a service."""
    for index, action in enumerate(options.get("not_granted") or ()):
        if not _ACTION.fullmatch(action):
            yield Problem(
                f"not_granted[{index}]",
                f"{shown(action)} is not an action such as iam:PassRole, or a pattern of actions of a service",
            )
