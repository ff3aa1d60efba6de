# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which objects of an account are exported, and why others are not. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..audit.traces import Found, Subject
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..policy.wildcards import fits_any_case
from ..resolve.quarantine import current_quarantine


@dataclass(frozen=True)
class Patterns:
    """The options that select. Without `names` and `services`, everything in the account is selected.

    Of the roles that `managed_elsewhere` matches, only policies and trust statements are exported.
    """

    names: Sequence[str] = ()
    services: Sequence[str] = ()
    exclude: Sequence[str] = ()
    managed_elsewhere: Sequence[str] = ()


@dataclass(frozen=True)
class ExportSelection:
    """The objects of one account that match the patterns. `found` is what belongs to services, from an audit."""

    state: CurrentState
    patterns: Patterns
    found: Sequence[Found] = field(default_factory=tuple)

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """What is exported, by `resource`, in the order of the names."""
        return {one.resource: one for one in self._matching if not self._why_not(one)}

    @cached_property
    def left_out(self) -> list[dict[str, str]]:
        """What matches and is not exported."""
        return [
            {"resource": one.resource, "reason": reason} for one in self._matching if (reason := self._why_not(one))
        ]

    @property
    def is_whole(self) -> bool:
        """Whether nothing narrows the selection."""
        return not self.patterns.names and not self.patterns.services

    def is_elsewhere(self, name: str) -> bool:
        """Whether another tool manages the role of this name."""
        return _matches(name, self.patterns.managed_elsewhere)

    def of_service(self, service: str) -> Iterator[Found]:
        """The selected objects that belong to a service, with roles of other owners that contain a part of it."""
        yield from (one for one in self.found if one.service == service and one.subject.resource in self.subjects)

    @cached_property
    def _matching(self) -> list[Subject]:
        everything: list[Subject] = [*self.state.policies.values(), *self.state.identities.values()]
        of_services = {one.subject.resource for one in self.found if one.service in self.patterns.services}
        matching = [
            one
            for one in everything
            if self.is_whole or one.resource in of_services or _matches(one.name, self.patterns.names)
        ]
        return sorted(matching, key=lambda one: (one.resource.lower(), one.resource))

    def _why_not(self, one: Subject) -> str:
        if _matches(one.name, self.patterns.exclude):
            return "it is excluded"
        return _why_protected(one) if isinstance(one, Role) else ""


def _why_protected(role: Role) -> str:
    if role.path.startswith("/aws-service-role/"):
        return "it is a service-linked role; only its service can change it"
    if role.path.startswith("/aws-reserved/"):
        return "it is reserved for AWS"
    if role.source_template:
        return f"it was created from role template {role.source_template} and is managed there"
    quarantine = current_quarantine(role)
    if quarantine is not None:
        return f"it is in quarantine since {quarantine.since}; a declaration would end the quarantine"
    return ""


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fits_any_case(name, pattern) for pattern in patterns)


def own_policies_of(identity: Identity, state: CurrentState) -> Iterator[ManagedPolicy]:
    """The customer managed policies that an identity has attached, or as its boundary."""
    wanted: Mapping[str, ManagedPolicy] = {policy.arn: policy for policy in state.policies.values()}
    for arn in sorted({*identity.managed, *({identity.boundary} if identity.boundary else ())}):
        if arn in wanted:
            yield wanted[arn]
