# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How a caller can make an identity an administrator: by a grant, by removing its restraints, or by both. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..declare.policy_references import is_aws_managed, policy_name
from ..model import Identity, identity_key, resource_name
from .administrators import Administrators, granting_values, is_restrained, kind_of
from .callers import Callers
from .calls import Permit
from .escalation_facts import EscalationFacts, StepFacts
from .escalation_steps import Actor, EscalationStep, surest


@dataclass(frozen=True)
class _Grant:
    """A way to grant everything: `through` a group or a policy, if it is not to the identity itself."""

    row: StepFacts
    action: str
    permit: Permit
    through: str = ""


class Grants:
    """The grants of one account."""

    def __init__(self, facts: EscalationFacts, callers: Callers, administrators: Administrators) -> None:
        self._rows = facts.of_kind("grant")
        self._callers = callers
        self._administrators = administrators
        self.actions = frozenset(row.actions[0] for row in self._rows)
        lifting = (action for kinds in facts.restraints.values() for actions in kinds.values() for action in actions)
        self.lifting = frozenset(lifting)

    def best(self, actor: Actor, caller: Identity, other: Identity) -> EscalationStep | None:
        """The surest step by which a caller can make an identity, perhaps itself, an administrator."""
        return surest(self._steps(actor, caller, other))

    def _steps(self, actor: Actor, caller: Identity, other: Identity) -> Iterator[EscalationStep]:
        restrained = is_restrained(self._callers.access, other)
        whom = "itself" if caller.key == other.key else other.resource
        lifted = self._callers.restraints.lift(caller, other) if restrained else None
        if lifted is not None:
            permit = self._administrators.would_be(lifted.identity, self._groups(other), granted=False)
            if permit is not None:
                yield EscalationStep.of(actor, lifted.text, lifted.permit & _keys(permit), _row_of(lifted.text))
        for grant in self._grants(caller, other):
            permit, before = grant.permit, ""
            if restrained:
                limit = self._administrators.would_be(other, self._groups(other), granted=True)
                if limit is None and lifted is not None:
                    limit = self._administrators.would_be(lifted.identity, self._groups(other), granted=True)
                    permit, before = permit & lifted.permit, f"{lifted.text} and "
                if limit is None:
                    continue
                permit &= _keys(limit)
            text = f"{before}give {whom} any permission{grant.through} with {grant.action}"
            yield EscalationStep.of(actor, text, permit, grant.row.id, grant.row.depends)

    def _grants(self, caller: Identity, other: Identity) -> Iterator[_Grant]:
        held = self._callers.held.of(caller)
        account = self._callers.access.account
        for row in self._rows:
            action = row.actions[0]
            if action not in held:
                continue
            values, absent = granting_values(action, account, other.boundary)
            for arn, through in self._objects(kind_of(action), other):
                permit = self._callers.permit(caller, action, arn, values, absent)
                if permit is not None:
                    yield _Grant(row, action, permit, through)

    def _objects(self, kind: str, other: Identity) -> Iterator[tuple[str, str]]:
        """What grants of a kind are made to, so that the identity gets them, and how that is said."""
        groups = [group for name in other.groups if (group := self._group(name)) is not None]
        if kind == other.kind:
            yield other.arn, ""
        elif kind == "group":
            yield from ((group.arn, f" through {group.resource}") for group in groups)
        elif kind == "policy":
            for arn in sorted(other.managed.union(*(group.managed for group in groups))):
                if not is_aws_managed(arn):
                    yield arn, f" through {resource_name('policy', policy_name(arn))}"

    def _group(self, name: str) -> Identity | None:
        return self._callers.access.identities.get(identity_key("group", name))

    def _groups(self, other: Identity) -> dict[str, Identity]:
        found = (self._group(name) for name in other.groups)
        return {group.key: group for group in found if group is not None}


def _keys(permit: Permit) -> Permit:
    """What a permit depends on, without who allows it."""
    return Permit((), permit.keys)


def _row_of(text: str) -> str:
    """The row of the facts that a restraint belongs to."""
    for part, row in (("UserPermissionsBoundary", "iam-022"), ("RolePermissionsBoundary", "iam-023")):
        if part in text:
            return row
    return "iam-025" if "managed policy" in text else "iam-026"
