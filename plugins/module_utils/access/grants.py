# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the policies of an identity grant, taken apart: one action and one resource at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ..policy.statement import Condition
from ..policy.wildcards import covers, meet
from .context import Context
from .coverage import Region, glob, is_plain
from .evaluator import Policies
from .implication import implies
from .policies import CompiledStatement, Policy

MOST_GRANTS = 4_000
"""Pairs of an action and a resource to compare for one identity."""


class TooManyGrants(Exception):
    """The policies of an identity have more than `MOST_GRANTS` pairs of an action and a resource."""


@dataclass(frozen=True)
class EffectiveGrant:
    """Requests that Allow statements are about: an action and a resource, both as patterns, under conditions.

    `except_actions` and `except_resources` are those of NotAction and NotResource. Deny statements are not in it.
    """

    action: str
    resource: str
    conditions: tuple[Condition, ...] = ()
    except_actions: tuple[str, ...] = ()
    except_resources: tuple[str, ...] = ()

    @property
    def region(self) -> Region:
        return Region((self.action.lower(),), (glob(self.resource),))

    def may_meet(self, other: EffectiveGrant) -> bool:
        """Whether a request may be one of both, whatever its context."""
        return meet(self.action.lower(), other.action.lower()) and meet(glob(self.resource), glob(other.resource))

    def is_covered_by(self, other: EffectiveGrant) -> bool:
        """Whether another grant is known to allow everything that this one allows."""
        return (
            covers(other.action.lower(), self.action.lower())
            and (
                self.resource == other.resource or (is_plain(other.resource) and _covers(other.resource, self.resource))
            )
            and _are_outside(other.except_actions, self.action, self.except_actions)
            and _are_outside(other.except_resources, self.resource, self.except_resources)
            and implies(self.conditions, other.conditions)
        )


class GrantsByService:
    """Grants, by the service of their action, to compare a grant only with those that can be about the same."""

    def __init__(self, grants: Iterable[EffectiveGrant]) -> None:
        self._all = list(grants)
        self._same = set(self._all)
        self._of_any: list[EffectiveGrant] = []
        self._by_service: dict[str, list[EffectiveGrant]] = {}
        for grant in self._all:
            service = _service(grant)
            (self._of_any if service is None else self._by_service.setdefault(service, [])).append(grant)

    def beside(self, grant: EffectiveGrant) -> Iterable[EffectiveGrant]:
        """The grants that can be about the service of a grant."""
        service = _service(grant)
        return self._all if service is None else (*self._by_service.get(service, ()), *self._of_any)

    def cover(self, grant: EffectiveGrant) -> bool:
        """Whether one of the grants is known to allow everything that a grant allows."""
        return grant in self._same or any(grant.is_covered_by(other) for other in self.beside(grant))


def _service(grant: EffectiveGrant) -> str | None:
    """The service of an action in lower case; None for a pattern of services."""
    service, colon, _name = grant.action.lower().partition(":")
    return None if not colon or "*" in service or "?" in service else service


def grants_of(policies: Policies, known: Context | None = None) -> list[EffectiveGrant]:
    """The grants of the identity policies, limited to those of a boundary. Raises TooManyGrants.

    Without those whose conditions cannot be met with what is known of the context.
    """
    context = known or Context()
    allowing = (one for policy in policies.identity for one in policy.allowing)
    found = list(islice(_grants(allowing, context), MOST_GRANTS + 1))
    if policies.boundary is not None:
        limits = list(_grants(policies.boundary.allowing, context))
        both = (_both(grant, limit) for grant in found for limit in limits)
        found = list(islice((one for one in both if one is not None), MOST_GRANTS + 1))
    if len(found) > MOST_GRANTS:
        raise TooManyGrants
    return list(dict.fromkeys(found))


def grants_in(policy: Policy) -> list[EffectiveGrant]:
    """The grants of one policy."""
    return list(islice(_grants(policy.allowing, Context()), MOST_GRANTS))


def _grants(statements: Iterable[CompiledStatement], known: Context) -> Iterator[EffectiveGrant]:
    for compiled in statements:
        if compiled.conditions_met(known) is False:
            continue
        statement = compiled.statement
        actions = ("*",) if statement.not_actions is not None else statement.actions or ()
        resources = statement.resources if statement.resources is not None else ("*",)
        for action in actions:
            for resource in resources:
                yield EffectiveGrant(
                    "*" if action == "*:*" else action,
                    resource,
                    statement.conditions,
                    statement.not_actions or (),
                    statement.not_resources or (),
                )


def _both(one: EffectiveGrant, other: EffectiveGrant) -> EffectiveGrant | None:
    """What both grants allow; where their patterns only overlap, as the first writes it."""
    if not (meet(one.action.lower(), other.action.lower()) and meet(glob(one.resource), glob(other.resource))):
        return None
    return EffectiveGrant(
        narrower(one.action, other.action, fold_case=True),
        narrower(one.resource, other.resource),
        tuple(dict.fromkeys((*one.conditions, *other.conditions))),
        tuple(dict.fromkeys((*one.except_actions, *other.except_actions))),
        tuple(dict.fromkeys((*one.except_resources, *other.except_resources))),
    )


def narrower(one: str, other: str, *, fold_case: bool = False) -> str:
    """The pattern that the other covers; the first if neither does."""
    wide, narrow = (one.lower(), other.lower()) if fold_case else (one, other)
    return other if covers(wide, narrow) and not covers(narrow, wide) else one


def _covers(wide: str, narrow: str) -> bool:
    return covers(glob(wide), glob(narrow))


def _are_outside(exceptions: Sequence[str], pattern: str, own: Sequence[str]) -> bool:
    """Whether nothing of a pattern, which has exceptions of its own, is among the exceptions."""
    return all(
        not meet(glob(one).lower(), glob(pattern).lower()) or any(covers(mine.lower(), one.lower()) for mine in own)
        for one in exceptions
    )
