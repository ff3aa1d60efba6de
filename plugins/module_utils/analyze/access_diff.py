# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What access a plan changes: what each identity gains and loses, and who may newly assume what. Pure.

It is computed from effective access, before and after: a rewrite that grants the same is no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..access.difference import AccessChange, only_allowed_by
from ..access.evaluator import Policies
from ..access.grants import TooManyGrants
from ..access.principals import Principal
from ..access.request import Request
from ..declare.policy_references import shown_names
from ..errors import printable
from ..model import CurrentState, Identity, Role
from ..resolve.desired_state import DesiredState
from .account_access import AccountAccess
from .shown_access import short_resource, shown_conditions, under
from .trust_changes import TrustChange, only_trusted_by

NO_POLICIES = Policies()

MOST_LINES = 200
"""Lines of a summary; of more, the number is given."""


@dataclass(frozen=True)
class PrincipalChange:
    """How the access of one user, group or role changes. `resource` is its name, such as role/label-writer.

    `gains_policies` and `loses_policies` are AWS managed policies whose documents were not read. With `too_many`, its
    policies have too many statements to compare.
    """

    resource: str
    gains: tuple[AccessChange, ...] = ()
    loses: tuple[AccessChange, ...] = ()
    gains_policies: tuple[str, ...] = ()
    loses_policies: tuple[str, ...] = ()
    newly_trusts: tuple[TrustChange, ...] = ()
    no_longer_trusts: tuple[TrustChange, ...] = ()
    too_many: bool = False

    @property
    def is_wider(self) -> bool:
        """Whether somebody can do more, as far as that is known."""
        return bool(self.gains or self.gains_policies or self.newly_trusts or self.too_many)

    @property
    def is_empty(self) -> bool:
        return not (self.is_wider or self.loses or self.loses_policies or self.no_longer_trusts)

    def lines(self) -> Iterator[str]:
        """Short sentences: first what is gained, then what is lost."""
        if self.too_many:
            yield f"{self.resource}: too many statements to compare"
        for sure, unsure, changes, policies in (
            ("gains", "may gain", self.gains, self.gains_policies),
            ("loses", "may lose", self.loses, self.loses_policies),
        ):
            for name in policies:
                yield f"{self.resource} {sure} the AWS managed policy {name}"
            yield from (f"{self.resource} {line}" for line in _access_lines(changes, sure, unsure))
        for change in self.newly_trusts:
            yield f"{change.shown_principal} may now assume {self.resource}{change.shown_conditions}"
        for change in self.no_longer_trusts:
            yield f"{change.shown_principal} may no longer assume {self.resource}{change.shown_conditions}"

    def shown(self) -> dict[str, Any]:
        return {
            "principal": self.resource,
            "gains": [_shown(one) for one in self.gains],
            "loses": [_shown(one) for one in self.loses],
            "gains_policies": list(self.gains_policies),
            "loses_policies": list(self.loses_policies),
            "newly_assumed_by": [one.shown() for one in self.newly_trusts],
            "no_longer_assumed_by": [one.shown() for one in self.no_longer_trusts],
        }


@dataclass(frozen=True)
class AccessDiff:
    """The changes of a plan, by the name of the identity."""

    principals: tuple[PrincipalChange, ...] = ()

    @property
    def is_wider(self) -> bool:
        return any(one.is_wider for one in self.principals)

    def lines(self) -> list[str]:
        found = [printable(line) for one in self.principals for line in one.lines()]
        more = len(found) - MOST_LINES
        return found if more <= 0 else [*found[:MOST_LINES], f"and {more} more changes"]

    def shown(self) -> dict[str, Any]:
        """The result key `access_diff`."""
        return {
            "wider": self.is_wider,
            "summary": self.lines(),
            "principals": [one.shown() for one in self.principals],
        }


def access_diff(state: CurrentState, desired: DesiredState) -> AccessDiff:
    """The change of access from the current to the desired state, for the identities that were read."""
    before = AccountAccess.of(state, {})
    after = AccountAccess.of(state, {}, desired.identities, desired.policies)
    rewritten = {
        policy.arn
        for name in desired.policies
        for policy in (state.policies.get(name), desired.policies[name])
        if policy is not None and state.policies.get(name) != desired.policies[name]
    }
    return AccessDiff(
        tuple(
            change
            for key in sorted({*before.identities, *after.identities})
            if _may_differ(before.identities.get(key), after.identities.get(key), rewritten)
            for change in (_change(before, after, key),)
            if not change.is_empty
        )
    )


def _may_differ(one: Identity | None, other: Identity | None, rewritten: set[str]) -> bool:
    if one is None or other is None or one != other:
        return True
    return bool(rewritten & {*one.managed, one.boundary})


@dataclass(frozen=True)
class _Side:
    """One identity on one side, None where it does not exist."""

    access: AccountAccess
    identity: Identity | None
    unread: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, access: AccountAccess, key: str) -> _Side:
        identity = access.identities.get(key)
        unread = identity.managed - access.documents.keys() if identity else frozenset[str]()
        return cls(access, identity, frozenset(unread))

    def gains_over(self, other: _Side) -> tuple[AccessChange, ...]:
        if self.identity is None:
            return ()
        tags = self.identity.tags if isinstance(self.identity, Role) else None
        # A group is no caller: its policies are those of its users.
        caller = Principal.parse(self.identity.arn.replace(":group/", ":user/"))
        others = other.access.policies_of(other.identity) if other.identity else NO_POLICIES
        asked = Request(caller, "*", "*", owner=self.access.account.id, tags=tags)
        return tuple(only_allowed_by(asked, self.access.policies_of(self.identity), others))

    def trusts_beside(self, other: _Side) -> tuple[TrustChange, ...]:
        if not isinstance(self.identity, Role):
            return ()
        trusted = other.identity.trust if isinstance(other.identity, Role) else None
        return tuple(only_trusted_by(self.identity.trust, trusted, self.access.account))


def _change(before: AccountAccess, after: AccountAccess, key: str) -> PrincipalChange:
    old, new = _Side.of(before, key), _Side.of(after, key)
    subject = new.identity or old.identity
    assert subject is not None
    resource = subject.resource
    try:
        gains, loses = new.gains_over(old), old.gains_over(new)
    except TooManyGrants:
        return PrincipalChange(resource, too_many=True)
    return PrincipalChange(
        resource,
        gains,
        loses,
        _names(new.unread - old.unread),
        _names(old.unread - new.unread),
        new.trusts_beside(old),
        old.trusts_beside(new),
    )


def _names(arns: Iterable[str]) -> tuple[str, ...]:
    listed = list(arns)
    names = shown_names(listed)
    return tuple(sorted(names[arn] for arn in listed))


def _access_lines(changes: Iterable[AccessChange], sure: str, unsure: str) -> Iterator[str]:
    """One line for all actions on the same resources under the same conditions."""
    by_rest: dict[tuple[Any, ...], list[str]] = {}
    for change in changes:
        grant = change.grant
        rest = (change.certain, grant.resource, grant.conditions, grant.except_actions, grant.except_resources)
        by_rest.setdefault(rest, []).append(grant.action)
    by_actions: dict[tuple[Any, ...], list[str]] = {}
    for (certain, resource, *others), actions in by_rest.items():
        by_actions.setdefault((certain, tuple(sorted(actions)), *others), []).append(resource)
    for (certain, actions, conditions, except_actions, except_resources), resources in by_actions.items():
        but = f" except {', '.join(except_actions)}" if except_actions else ""
        outside = f" except {', '.join(map(short_resource, except_resources))}" if except_resources else ""
        on = ", ".join(sorted(map(short_resource, resources)))
        yield f"{sure if certain else unsure} {', '.join(actions)}{but} on {on}{outside}{under(conditions)}"


def _shown(change: AccessChange) -> Mapping[str, Any]:
    grant = change.grant
    excepted = {
        name: list(values)
        for name, values in (("except_actions", grant.except_actions), ("except_resources", grant.except_resources))
        if values
    }
    return {
        "action": grant.action,
        "resource": grant.resource,
        "conditions": shown_conditions(grant.conditions),
        "certain": change.certain,
        **excepted,
    }
