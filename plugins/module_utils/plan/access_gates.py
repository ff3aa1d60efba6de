# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Refuses a plan for the access that it grants, before the first write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..access.evaluator import Outcome
from ..access.principals import Principal
from ..access.questions import possible
from ..access.request import Request
from ..analyze.access_diff import AccessDiff
from ..analyze.account_access import AccountAccess
from ..errors import EngineError
from ..model import CurrentState, Identity, Role
from ..resolve.desired_state import DesiredState
from .plan import Plan

MOST_LINES = 20
"""Lines of a refusal; of more, the number is given."""


def require_allowed_access(
    plan: Plan, diff: AccessDiff, state: CurrentState, desired: DesiredState, options: Mapping[str, Any]
) -> Iterable[str]:
    """Refuse a plan that grants what the options forbid. Returns warnings. Raises EngineError."""
    granted = list(_granted(state, desired, options.get("not_granted") or ()))
    wider = [line for one in diff.principals if one.is_wider for line in one.lines()] if diff.is_wider else []
    gate = options.get("no_new_access")
    if granted or (gate == "fail" and wider):
        reasons = []
        if granted:
            reasons.append(f"The plan grants actions that not_granted forbids: {_listed(granted)}.")
        if gate == "fail" and wider:
            reasons.append(f"The plan grants new access, and no_new_access is fail: {_listed(wider)}.")
        raise EngineError(
            f"{' '.join(reasons)} Nothing was written. To fix: narrow the policies, or allow it in this option.",
            plan=plan.shown(),
            plan_id=plan.id,
            access_diff=diff.shown(),
        )
    return [f"The plan grants new access: {_listed(wider)}"] if gate == "warn" and wider else []


def _granted(state: CurrentState, desired: DesiredState, actions: Sequence[str]) -> Iterator[str]:
    """Which identities of the desired state may do one of the actions on anything, under any condition."""
    if not actions:
        return
    access = AccountAccess.of(state, {}, desired.identities, desired.policies)
    for key in sorted(key for key, identity in desired.identities.items() if identity is not None):
        identity = access.identities[key]
        for action in actions:
            yield from _granted_to(access, identity, action)


def _granted_to(access: AccountAccess, identity: Identity, action: str) -> Iterator[str]:
    tags = identity.tags if isinstance(identity, Role) else None
    asked = Request(Principal.parse(identity.arn.replace(":group/", ":user/")), "*", "*", tags=tags)
    answer = possible(asked, access.policies_of(identity), [action], ["*"])
    if answer.outcome is not Outcome.DENIED:
        by = ", ".join(dict.fromkeys(one.shown for one in answer.statements))
        yield f"{identity.resource} {action}{f' through {by}' if by else ''}"
    unread = sorted(identity.managed - access.documents.keys())
    if unread:
        yield f"{identity.resource} may have {action} through {', '.join(unread)}, whose document was not read"


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - MOST_LINES
    return "; ".join([*lines[:MOST_LINES], *([f"and {more} more"] if more > 0 else [])])
