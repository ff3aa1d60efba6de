# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How the access of one identity changes, and how that is told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..access.difference import AccessChange
from .shown_access import short_resource, shown_conditions, under
from .trust_changes import TrustChange, trust_sentences


@dataclass(frozen=True)
class PrincipalChange:
    """How the access of one user, group or role changes. `resource` is its name, such as role/label-writer.

    A managed policy stands for the identities that have it and were not read. `gains_policies` and `loses_policies`
    are managed policies whose documents were not read, and `newly_limited_by` and `no_longer_limited_by` such
    permissions boundaries. It `is_denied` if a Deny on everything is new. With `too_many`, its policies have too many
    statements to compare. `service` names the services that declare it, if services do.
    """

    resource: str
    gains: tuple[AccessChange, ...] = ()
    loses: tuple[AccessChange, ...] = ()
    gains_policies: tuple[str, ...] = ()
    loses_policies: tuple[str, ...] = ()
    no_longer_limited_by: tuple[str, ...] = ()
    newly_limited_by: tuple[str, ...] = ()
    newly_trusts: tuple[TrustChange, ...] = ()
    no_longer_trusts: tuple[TrustChange, ...] = ()
    is_denied: bool = False
    too_many: bool = False
    service: str = ""

    @property
    def is_wider(self) -> bool:
        """Whether somebody can do more, as far as that is known."""
        return bool(
            self.gains or self.gains_policies or self.no_longer_limited_by or self.newly_trusts or self.too_many
        )

    @property
    def is_empty(self) -> bool:
        narrower = self.loses or self.loses_policies or self.newly_limited_by or self.no_longer_trusts
        return not (self.is_wider or narrower)

    def lines(self) -> Iterator[str]:
        """Short sentences: first what is gained, then what is lost."""
        yield from self.wider_lines()
        if self.is_denied:
            yield f"{self._name} loses all access: its policies deny everything"
        else:
            yield from self._lost_lines()
        yield from self._trust_lines(self.no_longer_trusts, "no longer")

    def _lost_lines(self) -> Iterator[str]:
        for name in self.loses_policies:
            yield f"{self._name} loses the policy {name}, whose document was not read"
        for name in self.newly_limited_by:
            yield f"{self._name} may lose access to what the permissions boundary {name}, which was not read, denies"
        yield from (f"{self._name} {line}" for line in _access_lines(self.loses, "loses", "may lose"))

    def wider_lines(self) -> Iterator[str]:
        """What somebody can do more."""
        if self.too_many:
            yield f"{self._name}: too many statements to compare"
        for name in self.gains_policies:
            yield f"{self._name} gains the policy {name}, whose document was not read"
        for name in self.no_longer_limited_by:
            yield f"{self._name} may gain access to what the permissions boundary {name}, which was not read, denied"
        yield from (f"{self._name} {line}" for line in _access_lines(self.gains, "gains", "may gain"))
        yield from self._trust_lines(self.newly_trusts, "now")

    def _trust_lines(self, changes: Iterable[TrustChange], adverb: str) -> Iterator[str]:
        for who, what, conditions in trust_sentences(changes):
            yield f"{self._of_service}{who} may {adverb} {what} {self.resource}{conditions}"

    def shown(self) -> dict[str, Any]:
        return {
            "principal": self.resource,
            **({"service": self.service} if self.service else {}),
            "gains": [_shown(one) for one in self.gains],
            "loses": [_shown(one) for one in self.loses],
            "gains_policies": list(self.gains_policies),
            "loses_policies": list(self.loses_policies),
            "no_longer_limited_by": list(self.no_longer_limited_by),
            "newly_limited_by": list(self.newly_limited_by),
            "newly_assumed_by": [one.shown() for one in self.newly_trusts],
            "no_longer_assumed_by": [one.shown() for one in self.no_longer_trusts],
            "denied": self.is_denied,
            "too_many": self.too_many,
        }

    @property
    def _of_service(self) -> str:
        return f"{self.service}: " if self.service else ""

    @property
    def _name(self) -> str:
        whoever = "whoever has " if self.resource.startswith("policy/") else ""
        return f"{self._of_service}{whoever}{self.resource}"


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
    return {
        "action": grant.action,
        "except_actions": list(grant.except_actions),
        "resource": grant.resource,
        "except_resources": list(grant.except_resources),
        "conditions": shown_conditions(grant.conditions),
        "certain": change.certain,
    }
