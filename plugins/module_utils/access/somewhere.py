# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether an identity may do an action on any resource at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .evaluator import Decision, Outcome, Policies
from .patterns import Unresolved
from .policies import CompiledStatement, Policy
from .request import Request
from .truth import Truth, every


def anywhere(request: Request, policies: Policies) -> Decision | None:
    """The grants of a request that nothing denies on every resource, whatever resource they name; None without any.

    Cautious: what an Allow names counts as allowed, even if a Deny or the boundary excludes all of these resources.
    """
    found = _granting(request, policies.identity)
    limits = [one for one in (policies.boundary, policies.session) if one is not None]
    if not found or not all(_granting(request, [limit]) for limit in limits):
        return None
    keys = frozenset[str]()
    if all(truth is not True for _statement, truth in found):
        keys = keys.union(*(truth for _statement, truth in found if isinstance(truth, frozenset)))
    statements = tuple(statement for statement, _truth in found)
    if keys:
        return Decision(Outcome.DEPENDS, f"depends on {', '.join(sorted(keys))}", keys, statements)
    return Decision(Outcome.ALLOWED, "allowed on some resources", statements=statements)


def _granting(request: Request, policies: Sequence[Policy]) -> list[tuple[CompiledStatement, Truth]]:
    """The Allow statements with the action of a request, and whether it meets their conditions."""
    found: list[tuple[CompiledStatement, Truth]] = []
    for statement in (one for policy in policies for one in policy.allowing):
        if statement.names_action(request.lower_action):
            try:
                truth = every(condition.holds(request.full_context) for condition in statement.conditions)
            except Unresolved:
                continue
            if truth is not False:
                found.append((statement, truth))
    return found
