# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The option `baselines` of `iam_services`: data of `iam_baseline` that is converged together with the services. Pure.

A baseline has the name that the task gives it. Messages, plans and results use it like the name of a service.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ..errors import Problem, shown
from .combined_services import SECTIONS

Data = Mapping[str, Any]


def baselines_of(options: Data, services: Collection[str]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The baselines in the form of declarations of services, and what is wrong with them."""
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, content in (options.get("baselines") or {}).items():
        place = f"baselines.{name}"
        if name in services:
            problems.append(Problem(place, "is the name of a service; give the baseline another name"))
        elif not isinstance(content, Mapping):
            problems.append(Problem(place, f"must be a dictionary with {', '.join(SECTIONS)}"))
        else:
            wrong = [_unknown(place, section) for section in content if section not in SECTIONS]
            wrong += [_not_a_list(place, section) for section in SECTIONS if not _is_list(content.get(section))]
            problems += wrong
            if not wrong:
                found.append({"service": name, **content})
    return found, problems


def _is_list(value: Any) -> bool:
    return value is None or (
        isinstance(value, Sequence)
        and not isinstance(value, (str, bytes))
        and all(isinstance(item, Mapping) for item in value)
    )


def _unknown(place: str, section: Any) -> Problem:
    near = get_close_matches(str(section), SECTIONS, 1)
    hint = f"did you mean {near[0]}?" if near else f"a baseline has {', '.join(SECTIONS)}"
    return Problem(place, f"{shown(section)} is not known; {hint}")


def _not_a_list(place: str, section: str) -> Problem:
    return Problem(f"{place}.{section}", "must be a list of dictionaries")
