# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a boundary that replaces another allows more. Pure, and cautious: if in doubt, it does.

A role has one permissions boundary at a time, so a new one does not add to the old limit but replaces it (IAM user
guide, permissions boundaries).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..model import CurrentState, Role
from ..policy.document import PolicyDocument, canonical_statement
from ..policy.wildcards import covers
from ..resolve.desired_state import DesiredState

Statement = Mapping[str, Any]

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
                f"role/{after.name} may be able to do more than before: its boundary {old} is replaced by {new}, which"
                " is not known to be at least as narrow. Compare the two; to keep the old one, leave boundary out or"
                " name it."
            )


def is_within(new: PolicyDocument | None, old: PolicyDocument | None) -> bool:
    """Whether the new boundary certainly allows nothing that the old one does not; None is an unknown document."""
    if new is None or old is None or _work(new, old) > MOST_WORK:
        return False
    allowed = (_of("Allow", new), _of("Allow", old))
    denied = (_of("Deny", old), _of("Deny", new))
    return all(_is_covered(one, wide) for narrow, wide in (allowed, denied) for one in narrow)


def _of(effect: str, document: PolicyDocument) -> list[Statement]:
    return [statement for statement in document.statements if statement.get("Effect") == effect]


def _is_covered(narrow: Statement, wide: Sequence[Statement]) -> bool:
    """Whether each action on each resource of a statement is within one statement of the others."""
    able = [statement for statement in wide if not statement.get("Condition") or _conditions(statement, narrow)]
    return all(
        any(_covers(one, "Action", action) and _covers(one, "Resource", resource) for one in able)
        for action in _patterns(narrow, "Action")
        for resource in _patterns(narrow, "Resource")
    )


def _conditions(one: Statement, other: Statement) -> bool:
    """Whether two statements apply under the same condition."""
    first, second = ({"Condition": statement.get("Condition")} for statement in (one, other))
    return canonical_statement(first) == canonical_statement(second)


def _covers(statement: Statement, element: str, pattern: str) -> bool:
    return any(wide in (pattern, "*") or _covers_pattern(wide, pattern) for wide in _patterns(statement, element))


def _covers_pattern(wide: str, narrow: str) -> bool:
    return not wide.startswith("Not") and not narrow.startswith("Not") and covers(wide, narrow)


def _patterns(statement: Statement, element: str) -> list[str]:
    """The patterns of an element, actions in lower case. The patterns of NotAction or NotResource are one text."""
    if element not in statement:
        return [f"Not{element} " + " ".join(sorted(_listed(statement.get(f"Not{element}", []))))]
    found = _listed(statement[element])
    return [pattern.lower() for pattern in found] if element == "Action" else found


def _listed(value: Any) -> list[str]:
    return [str(entry) for entry in (value if isinstance(value, (list, tuple)) else [value])]


def _work(new: PolicyDocument, old: PolicyDocument) -> int:
    """An upper bound for the pairs of patterns that a comparison looks at."""
    forth = _pairs(_of("Allow", new)) * _count(_of("Allow", old))
    return forth + _pairs(_of("Deny", old)) * _count(_of("Deny", new))


def _pairs(statements: Sequence[Statement]) -> int:
    return sum(len(_patterns(one, "Action")) * len(_patterns(one, "Resource")) for one in statements)


def _count(statements: Sequence[Statement]) -> int:
    return sum(len(_patterns(one, "Action")) + len(_patterns(one, "Resource")) for one in statements)
