# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The restraints of an identity that a caller can remove: boundaries, policies with Deny, groups, tags. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..analyze.account_access import AccountAccess
from ..declare.policy_references import is_aws_managed, shown_names
from ..model import Identity, Role, identity_key
from .administrators import is_restrained
from .calls import Calls, Permit
from .candidates import HeldActions
from .escalation_facts import EscalationFacts

_SET_BOUNDARY = ("iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary")
"""Actions for which the key iam:PermissionsBoundary is the new boundary."""


@dataclass(frozen=True)
class Lifted:
    """An identity without restraints, and how: `text` goes after "can", `permit` allows it."""

    identity: Identity
    text: str
    permit: Permit


@dataclass(frozen=True)
class _Lifting:
    what: str
    action: str
    permit: Permit

    def told(self) -> str:
        return f"{self.what} with {self.action} ({self.permit.told()})"


class Restraints:
    """The restraints in one account."""

    def __init__(self, facts: EscalationFacts, calls: Calls, held: HeldActions) -> None:
        self._facts = facts
        self._calls = calls
        self._held = held
        self._actions = {
            name: [(kind, action) for kind, actions in kinds.items() for action in actions]
            for name, kinds in facts.restraints.items()
        }

    def lifted_by_themselves(self, access: AccountAccess) -> dict[str, Lifted]:
        """By key, the identities that can lift restraints of their own."""
        lifting = {action for actions in self._actions.values() for _kind, action in actions}
        found = {}
        for key, held in self._held.all.items():
            identity = access.identities[key]
            if identity.kind != "group" and not lifting.isdisjoint(held):
                lifted = self.lift(identity, identity)
                if lifted is not None:
                    found[key] = lifted
        return found

    def lift(self, caller: Identity, other: Identity) -> Lifted | None:
        """The identity without the restraints that a caller can remove; None if there are none."""
        done: list[_Lifting] = []
        changed = other
        if is_restrained(self._calls.access, other):
            for step, after in (*self._boundary(caller, other), *self._denying(caller, other)):
                done.append(step)
                changed = _with(changed, after)
        if isinstance(other, Role) and isinstance(changed, Role) and other.tags and caller.key == other.key:
            tags = self._first("tags", caller, other, {other.kind: other.arn})
            if tags is not None:
                done.append(_Lifting("change tags of itself", *tags))
                changed = replace(changed, tags={})
        if not done:
            return None
        permit = done[0].permit
        for step in done[1:]:
            permit &= step.permit
        return Lifted(changed, " and ".join(step.told() for step in done), permit)

    def _boundary(self, caller: Identity, other: Identity) -> Iterator[tuple[_Lifting, Identity]]:
        if other.boundary is None:
            return
        found = self._first("boundary", caller, other, {other.kind: other.arn, **_own(other.boundary)})
        if found is not None:
            whose = "its permissions boundary" if caller.key == other.key else f"the boundary of {other.resource}"
            yield _Lifting(f"lift {whose}", *found), replace(other, boundary=None)

    def _denying(self, caller: Identity, other: Identity) -> Iterator[tuple[_Lifting, Identity]]:
        whose = "" if caller.key == other.key else f" of {other.resource}"
        for name, document in sorted(other.inline.items()):
            found = self._first("inline", caller, other, {other.kind: other.arn}) if document.denying else None
            if found is not None:
                kept = {one: document for one, document in other.inline.items() if one != name}
                yield _Lifting(f"remove inline policy {name}{whose}", *found), replace(other, inline=kept)
        names = shown_names(other.managed)
        for arn in sorted(other.managed):
            attached = self._calls.access.documents.get(arn)
            if attached is None or not attached.denying:
                continue
            found = self._first("managed", caller, other, {other.kind: other.arn, **_own(arn)}, arn)
            if found is not None:
                yield (
                    _Lifting(f"remove managed policy {names[arn]}{whose}", *found),
                    replace(other, managed=other.managed - {arn}),
                )
        yield from self._groups(caller, other)

    def _groups(self, caller: Identity, other: Identity) -> Iterator[tuple[_Lifting, Identity]]:
        for name in other.groups:
            group = self._calls.access.identities.get(identity_key("group", name))
            if group is None or not is_restrained(self._calls.access, group):
                continue
            found = self._first("membership", caller, other, {other.kind: group.arn})
            if found is not None:
                left = tuple(one for one in other.groups if one != name)
                yield _Lifting(f"leave {group.resource}", *found), replace(other, groups=left)

    def _first(
        self, restraint: str, caller: Identity, other: Identity, objects: Mapping[str, str], policy: str = ""
    ) -> tuple[str, Permit] | None:
        """The first action that lifts a restraint, and what allows it. `objects` are ARNs of what it is done to."""
        held = self._held.of(caller)
        for kind, action in self._actions.get(restraint, ()):
            if kind not in objects or action not in held:
                continue
            values = {"iam:PolicyARN": policy} if policy and kind != "policy" else {}
            boundary = other.boundary
            if action in _SET_BOUNDARY:
                boundary = f"arn:{self._calls.access.account.partition}:iam::aws:policy/AdministratorAccess"
            if boundary is not None:
                values["iam:PermissionsBoundary"] = boundary
            absent = () if boundary else ("iam:PermissionsBoundary",)
            permit = self._calls.permit(caller, action, objects[kind], values, absent)
            if permit is not None:
                return action, permit
        return None


def _own(arn: str) -> dict[str, str]:
    """A policy of the account, which can be rewritten."""
    return {} if is_aws_managed(arn) else {"policy": arn}


def _with(changed: Identity, after: Identity) -> Identity:
    """Both changes to an identity together."""
    return replace(
        changed,
        boundary=changed.boundary and after.boundary,
        inline={name: document for name, document in changed.inline.items() if name in after.inline},
        managed=changed.managed & after.managed,
        groups=tuple(name for name in changed.groups if name in after.groups),
    )
