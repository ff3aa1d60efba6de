# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether a boundary that replaces another allows more. Pure, and cautious: if in doubt, it does.

A role has one permissions boundary at a time, so a new one does not add to the old limit but replaces it (IAM user
guide, permissions boundaries).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model import CurrentState, Role
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..policy.wildcards import covers
from ..resolve.desired_state import DesiredState

MOST_WORK = 100_000
"""Pairs of patterns above which a boundary is assumed to allow more; comparing this many takes about 0.5 s."""


def widened_boundaries(state: CurrentState, desired: DesiredState) -> Iterator[str]:
    """A warning for each role whose boundary is replaced by one that is not known to be at least as narrow."""
    new_documents = {policy.arn: policy.document for policy in desired.policies.values() if policy}
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if not isinstance(before, Role) or not isinstance(after, Role):
            continue
        old, new = before.boundary, after.boundary
        if not old or not new or old == new:
            continue
        if not is_within(new_documents.get(new) or state.document_of(new), state.document_of(old)):
            yield (
                f"{after.resource} may be able to do more than before: its boundary {old} is replaced by {new}, which"
                " is not known to be at least as narrow. Compare the two; to keep the old one, leave boundary out or"
                " name it."
            )


def is_within(new: PolicyDocument | None, old: PolicyDocument | None) -> bool:
    """Whether the new boundary certainly allows nothing that the old one does not; None is an unknown document."""
    if new is None or old is None or _work(new, old) > MOST_WORK:
        return False
    allowed = (new.allowing, old.allowing)
    denied = (old.denying, new.denying)
    return all(_is_covered(one, wide) for narrow, wide in (allowed, denied) for one in narrow)


def _is_covered(narrow: Statement, wide: Sequence[Statement]) -> bool:
    """Whether each action on each resource of a statement is within one statement of the others."""
    able = [
        statement
        for statement in wide
        if not statement.is_conditional or statement.canonical_condition == narrow.canonical_condition
    ]
    return all(
        any(_covers(_actions(one), action) and _covers(_resources(one), resource) for one in able)
        for action in _actions(narrow)
        for resource in _resources(narrow)
    )


def _covers(patterns: Sequence[str], pattern: str) -> bool:
    return any(wide in (pattern, "*") or _covers_pattern(wide, pattern) for wide in patterns)


def _covers_pattern(wide: str, narrow: str) -> bool:
    return not wide.startswith("Not") and not narrow.startswith("Not") and covers(wide, narrow)


def _actions(statement: Statement) -> list[str]:
    """The patterns of Action in lower case, or those of NotAction as one text."""
    if statement.actions is None:
        return ["NotAction " + " ".join(sorted(statement.not_actions or ()))]
    return [pattern.lower() for pattern in statement.actions]


def _resources(statement: Statement) -> Sequence[str]:
    """The patterns of Resource, or those of NotResource as one text."""
    if statement.resources is None:
        return ["NotResource " + " ".join(sorted(statement.not_resources or ()))]
    return statement.resources


def _work(new: PolicyDocument, old: PolicyDocument) -> int:
    """An upper bound for the pairs of patterns that a comparison looks at."""
    forth = _pairs(new.allowing) * _count(old.allowing)
    return forth + _pairs(old.denying) * _count(new.denying)


def _pairs(statements: Sequence[Statement]) -> int:
    return sum(len(_actions(one)) * len(_resources(one)) for one in statements)


def _count(statements: Sequence[Statement]) -> int:
    return sum(len(_actions(one)) + len(_resources(one)) for one in statements)
