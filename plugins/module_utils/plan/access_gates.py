# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Refuses a plan for the access that it grants, before the first write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..access.evaluator import Outcome, Policies
from ..access.policies import Policy
from ..access.principals import Principal
from ..access.questions import possible
from ..access.request import Request
from ..analyze.access_diff import KNOWN_POLICIES, AccessDiff
from ..analyze.account_access import AccountAccess
from ..analyze.shown_access import in_one_line
from ..errors import EngineError
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..resolve.desired_state import DesiredState
from .plan import Plan


def require_allowed_access(
    plan: Plan, diff: AccessDiff, state: CurrentState, desired: DesiredState, options: Mapping[str, Any]
) -> Iterable[str]:
    """Refuse a plan that grants what the options forbid. Returns warnings. Raises EngineError."""
    granted = list(_granted(state, desired, options.get("not_granted") or ()))
    gate = options.get("no_new_access")
    if granted or (gate == "fail" and diff.is_wider):
        reasons = []
        if granted:
            reasons.append(
                f"After the plan, actions of not_granted would be allowed: {in_one_line(granted)}. Nothing was written."
                " To fix: narrow these policies, or remove the action from not_granted."
            )
        if gate == "fail" and diff.is_wider:
            reasons.append(
                f"The plan grants new access, and no_new_access is fail: {diff.wider}. Nothing was written. To fix:"
                " narrow the policies, or have the new access reviewed and run without no_new_access."
            )
        raise EngineError(" ".join(reasons), plan=plan.shown(), plan_id=plan.id, access_diff=diff.shown())
    return [f"The plan grants new access: {diff.wider}"] if gate == "warn" and diff.is_wider else []


def _granted(state: CurrentState, desired: DesiredState, actions: Sequence[str]) -> Iterator[str]:
    """Who may do one of the actions on anything, under any condition, after the plan.

    Asked are the identities that the task declares, and those that have a policy that it declares.
    """
    if not actions:
        return
    access = AccountAccess.of(state, KNOWN_POLICIES, desired.identities, desired.policies)
    policies = [policy for policy in desired.policies.values() if policy is not None]
    arns = {policy.arn for policy in policies}
    for key, identity in sorted(access.identities.items()):
        if key in desired.identities or arns & {*identity.managed, identity.boundary}:
            for action in actions:
                yield from _granted_to(access, identity, action)
    held = [arn for identity in access.identities.values() for arn in identity.managed]
    for policy in policies:
        if policy.arn not in held or policy.attachments > held.count(policy.arn):
            for action in actions:
                yield from _granted_by(access, policy, action)


def _granted_to(access: AccountAccess, identity: Identity, action: str) -> Iterator[str]:
    tags = identity.tags if isinstance(identity, Role) else None
    asked = Request(Principal.parse(identity.arn.replace(":group/", ":user/")), "*", "*", tags=tags)
    yield from _allowed(f"{identity.resource} has {action}", asked, access.policies_of(identity), action)
    unread = sorted(identity.managed - access.documents.keys())
    if unread:
        yield f"{identity.resource} may have {action} through {', '.join(unread)}, whose document was not read"


def _granted_by(access: AccountAccess, policy: ManagedPolicy, action: str) -> Iterator[str]:
    """The same for a policy that nobody has yet, or that identities have which were not read."""
    asked = Request(Principal.parse(access.account.arn("role", "/", "any")), "*", "*")
    held = Policies(identity=(Policy(policy.resource, policy.document),))
    yield from _allowed(f"whoever has {policy.resource} has {action}", asked, held, action)


def _allowed(told: str, asked: Request, policies: Policies, action: str) -> Iterator[str]:
    answer = possible(asked, policies, [action], ["*"])
    if answer.outcome is not Outcome.DENIED:
        by = ", ".join(dict.fromkeys(one.shown for one in answer.statements))
        yield f"{told}{f' through {by}' if by else ''}"
