# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a statement covers: whole sets of requests, given by patterns. Pure and cautious: no, if in doubt."""

from __future__ import annotations

from dataclasses import dataclass

from ..policy.wildcards import covers, has_variable, meet
from .context import Context
from .policies import CompiledStatement

_ARN_FIELDS = 6


@dataclass(frozen=True)
class Region:
    """The requests that match every pattern of `actions`, in lower case, and every one of `resources`."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


def glob(pattern: str) -> str:
    """A pattern that matches at least the resources that an entry of Resource matches, compared as plain text."""
    if pattern.startswith("arn:") and pattern.count(":") < _ARN_FIELDS - 1 and not pattern.endswith("*"):
        return f"{pattern}:*"
    return pattern


def is_denied(region: Region, denial: CompiledStatement, context: Context) -> bool:
    """Whether a Deny statement applies to every request of a region in every context that agrees with this one."""
    return (
        denial.conditions_met(context) is True
        and _covers_actions(denial, region.actions)
        and _covers_resources(denial, region.resources)
    )


def _covers_actions(statement: CompiledStatement, patterns: tuple[str, ...]) -> bool:
    excluded = statement.statement.not_actions
    if excluded is not None:
        return any(not any(meet(one.lower(), pattern) for one in excluded) for pattern in patterns)
    named = statement.statement.actions or ()
    return any(covers(one.lower(), pattern) for one in named for pattern in patterns)


def _covers_resources(statement: CompiledStatement, patterns: tuple[str, ...]) -> bool:
    excluded = statement.statement.not_resources
    if any(has_variable(one) for one in excluded or statement.statement.resources or ()):
        # The statement does not apply to a request in which the variable has no value.
        return False
    if excluded is not None:
        return any(not any(meet(glob(one), pattern) for one in excluded) for pattern in patterns)
    if statement.statement.resources is None:
        return True
    named = [one for one in statement.statement.resources if is_plain(one)]
    return any(covers(one, pattern) for one in named for pattern in patterns)


def is_plain(pattern: str) -> bool:
    """Whether a wildcard means any text. In one of the first five fields of an ARN it stops at a colon."""
    if not pattern.startswith("arn:"):
        return True
    *first, _rest = pattern.split(":", _ARN_FIELDS - 1)
    return not any("?" in field or "*" in field[:-1] for field in first)
