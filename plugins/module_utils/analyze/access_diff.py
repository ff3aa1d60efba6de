# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What access a plan changes: what each identity gains and loses, and who may newly assume what. Pure.

It is computed from effective access, before and after: a rewrite that grants the same is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..access.context import Context
from ..access.coverage import Region, is_denied
from ..access.difference import AccessChange, only_allowed_by
from ..access.evaluator import Policies
from ..access.grants import TooManyGrants
from ..access.policies import Policy
from ..access.principals import Principal
from ..access.request import Request
from ..declare.policy_references import shown_names
from ..errors import printable
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import DENIAL, DENY_ALL
from .account_access import EVERYTHING, AccountAccess
from .principal_change import PrincipalChange
from .shown_access import in_one_line
from .trust_changes import TrustChange, only_trusted_by

NO_POLICIES = Policies()
EVERY_REQUEST = Region(("*",), ("*",))

KNOWN_POLICIES = {DENIAL: DENY_ALL}
"""Documents of AWS managed policies that a plan can attach and that are not read for it."""

MOST_LINES = 200
"""Lines of a summary; of more, the number is given."""

ServicesOf = Callable[[str], str]
"""The services that declare an object, by its name such as role/label-writer; empty if none does."""


@dataclass(frozen=True)
class AccessDiff:
    """The changes of a plan, in the order of the services and the names of the identities."""

    principals: tuple[PrincipalChange, ...] = ()

    @property
    def is_wider(self) -> bool:
        return any(one.is_wider for one in self.principals)

    @property
    def wider(self) -> str:
        """What somebody can do more, in one line; empty if nothing."""
        return in_one_line([line for one in self.principals for line in one.wider_lines()])

    def lines(self) -> list[str]:
        return [printable(line) for one in self.principals for line in one.lines()]

    def summary(self) -> list[str]:
        """The lines, at most `MOST_LINES`."""
        found = self.lines()
        more = len(found) - MOST_LINES
        return found if more <= 0 else [*found[:MOST_LINES], f"and {more} more changes"]

    def shown(self) -> dict[str, Any]:
        """The result key `access_diff`."""
        return {
            "wider": self.is_wider,
            "summary": self.summary(),
            "principals": [one.shown() for one in self.principals],
        }


def access_diff(state: CurrentState, desired: DesiredState, services_of: ServicesOf = lambda _name: "") -> AccessDiff:
    """The change of access from the current to the desired state, for the identities that were read.

    For policies that identities have which were not read, it is the change for whoever has the policy.
    """
    before = AccountAccess.of(state, KNOWN_POLICIES)
    after = AccountAccess.of(state, KNOWN_POLICIES, desired.identities, desired.policies)
    rewritten = {
        policy.arn
        for name, policy in desired.policies.items()
        if policy is not None and policy != state.policies.get(name)
    }
    found = [
        _change(before, after, key)
        for key in {*before.identities, *after.identities}
        if _may_differ(before.identities.get(key), after.identities.get(key), rewritten)
    ]
    found += _changes_for_others(state, desired, rewritten)
    told = [replace(one, service=services_of(one.resource)) for one in found if not one.is_empty]
    return AccessDiff(tuple(sorted(told, key=lambda one: (one.service, one.resource.lower()))))


def _may_differ(one: Identity | None, other: Identity | None, rewritten: set[str]) -> bool:
    if one is None or other is None or one != other:
        return True
    return bool(rewritten & {*one.managed, one.boundary})


@dataclass(frozen=True)
class _Side:
    """One identity on one side, None where it does not exist."""

    access: AccountAccess
    identity: Identity | None

    @classmethod
    def of(cls, access: AccountAccess, key: str) -> _Side:
        return cls(access, access.identities.get(key))

    @cached_property
    def unread(self) -> frozenset[str]:
        """The managed policies whose documents are not known, where they may grant anything."""
        if self.identity is None or self.is_denied:
            return frozenset()
        return frozenset(self.identity.managed - self.access.documents.keys())

    @cached_property
    def unread_boundary(self) -> frozenset[str]:
        boundary = self.identity.boundary if self.identity else None
        return frozenset(() if boundary is None or boundary in self.access.documents else (boundary,))

    @cached_property
    def is_denied(self) -> bool:
        """Whether every request is denied."""
        known = self.asked.caller_context if self.asked else Context()
        return any(is_denied(EVERY_REQUEST, denial, known) for one in self.policies.identity for denial in one.denying)

    @cached_property
    def policies(self) -> Policies:
        return self.access.policies_of(self.identity) if self.identity else NO_POLICIES

    @cached_property
    def asked(self) -> Request | None:
        if self.identity is None:
            return None
        tags = self.identity.tags if isinstance(self.identity, Role) else None
        # A group is no caller: its policies are those of its users.
        caller = Principal.parse(self.identity.arn.replace(":group/", ":user/"))
        return Request(caller, "*", "*", owner=self.access.account.id, tags=tags)

    def gains_over(self, other: _Side) -> tuple[AccessChange, ...]:
        if self.asked is None or self.identity is None:
            return ()
        found = only_allowed_by(self.asked, self.policies, other.policies, there=other.asked)
        if self.identity.kind == "group":
            found += _no_longer_denied(self.asked, self.policies, other.policies, found)
        return tuple(found)

    def trusts_beside(self, other: _Side) -> tuple[TrustChange, ...]:
        if not isinstance(self.identity, Role):
            return ()
        trusted = other.identity.trust if isinstance(other.identity, Role) else None
        return tuple(only_trusted_by(self.identity.trust, trusted, self.access.account))


def _no_longer_denied(
    asked: Request, policies: Policies, others: Policies, besides: Iterable[AccessChange]
) -> list[AccessChange]:
    """What only the others deny. Who has them may be allowed it by other policies, which is not known here."""
    if not any(policy.denying for policy in others.identity):
        return []
    told = {change.grant for change in besides}
    with_all, others_with_all = (replace(one, identity=(EVERYTHING, *one.identity)) for one in (policies, others))
    found = only_allowed_by(asked, with_all, others_with_all)
    return list(_unsure(change for change in found if change.grant not in told))


def _changes_for_others(state: CurrentState, desired: DesiredState, rewritten: set[str]) -> Iterator[PrincipalChange]:
    """The changes of policies that identities have which were not read, as permissions and as boundaries."""
    held = [one for identity in state.identities.values() for one in identity.managed]
    bounding = [identity.boundary for identity in state.identities.values()]
    for name, after in desired.policies.items():
        before = state.policies.get(name)
        if before is None or after is None or after.arn not in rewritten:
            continue
        caller = Request(Principal.parse(f"arn:{state.account.partition}:iam::{state.account.id}:role/any"), "*", "*")
        if before.attachments > held.count(before.arn):
            yield _policy_change(caller, before, after)
        if before.boundary_uses > bounding.count(before.arn):
            yield _boundary_change(caller, before, after)


def _policy_change(caller: Request, before: ManagedPolicy, after: ManagedPolicy) -> PrincipalChange:
    old, new = (Policies(identity=(Policy(one.resource, one.document),)) for one in (before, after))
    try:
        gains, loses = only_allowed_by(caller, new, old), only_allowed_by(caller, old, new)
        gains += _no_longer_denied(caller, new, old, gains)
        loses += _no_longer_denied(caller, old, new, loses)
    except TooManyGrants:
        return PrincipalChange(after.resource, too_many=True)
    return PrincipalChange(after.resource, tuple(gains), tuple(loses))


def _boundary_change(caller: Request, before: ManagedPolicy, after: ManagedPolicy) -> PrincipalChange:
    """What the boundary lets through; which of it the identities have been granted is not known."""
    old, new = (
        Policies(identity=(EVERYTHING,), boundary=Policy(one.resource, one.document)) for one in (before, after)
    )
    try:
        gains, loses = only_allowed_by(caller, new, old), only_allowed_by(caller, old, new)
    except TooManyGrants:
        return PrincipalChange(after.resource, too_many=True)
    return PrincipalChange(after.resource, _unsure(gains), _unsure(loses))


def _unsure(changes: Iterable[AccessChange]) -> tuple[AccessChange, ...]:
    return tuple(replace(one, certain=False) for one in changes)


def _change(before: AccountAccess, after: AccountAccess, key: str) -> PrincipalChange:
    old, new = _Side.of(before, key), _Side.of(after, key)
    subject = new.identity or old.identity
    if subject is None:
        raise AssertionError(key)
    try:
        gains, loses = new.gains_over(old), old.gains_over(new)
    except TooManyGrants:
        return PrincipalChange(
            subject.resource,
            newly_trusts=new.trusts_beside(old),
            no_longer_trusts=old.trusts_beside(new),
            too_many=True,
        )
    return PrincipalChange(
        subject.resource,
        gains,
        loses,
        _names(new.unread - old.unread),
        _names(old.unread - new.unread),
        _names(old.unread_boundary - new.unread_boundary if new.identity else ()),
        _names(new.unread_boundary - old.unread_boundary if old.identity else ()),
        new.trusts_beside(old),
        old.trusts_beside(new),
        is_denied=new.is_denied and bool(loses or old.unread),
    )


def _names(arns: Iterable[str]) -> tuple[str, ...]:
    listed = list(arns)
    names = shown_names(listed)
    return tuple(sorted(names[arn] for arn in listed))
