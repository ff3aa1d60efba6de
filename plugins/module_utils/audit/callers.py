# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the identities of an account may do, if necessary after they have removed their own restraints. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..analyze.account_access import AccountAccess
from ..model import Account, Identity, Role, identity_key, resource_name
from .calls import Calls, Permit
from .candidates import HeldActions
from .escalation_facts import EscalationFacts
from .restraints import Lifted, Restraints

_BEGINNING, _END = "=member of ", "="


def member_key(group: Identity) -> str:
    """The key of the member of a group."""
    return identity_key("user", f"{_BEGINNING}{group.name}{_END}")


def _member_of(group: Identity, account: Account) -> Identity:
    """A user who has only what a group has. No user of IAM has such a name."""
    name = f"{_BEGINNING}{group.name}{_END}"
    return Identity("user", name, "/", account.arn("user", "/", name), group.managed, group.inline)


def with_members(access: AccountAccess) -> AccountAccess:
    """The account with a member of each group."""
    groups = [one for one in access.identities.values() if one.kind == "group"]
    members = {member.key: member for member in (_member_of(group, access.account) for group in groups)}
    return AccountAccess(access.account, {**access.identities, **members}, access.documents)


def is_member(identity: Identity) -> bool:
    return identity.name.startswith(_BEGINNING)


def shown_resource(identity: Identity) -> str:
    """The identity as it is shown: a group for its member."""
    if is_member(identity):
        return resource_name("group", identity.name.removeprefix(_BEGINNING).removesuffix(_END))
    return identity.resource


class Callers:
    """The callers of one account. `lifted` are those that can remove their own restraints, by key."""

    def __init__(self, facts: EscalationFacts, access: AccountAccess) -> None:
        self.access = access
        self.held = HeldActions(facts.actions, access)
        self.calls = Calls(facts, access)
        self.restraints = Restraints(facts, self.calls, self.held)
        self.lifted = self.restraints.lifted_by_themselves(access)
        changed = {key: one.identity for key, one in self.lifted.items()}
        after = AccountAccess(access.account, {**access.identities, **changed}, access.documents)
        self._after = Calls(facts, after)
        self._after_tags = Calls(facts, after, free=facts.is_chosen_outside)

    def permit(
        self,
        caller: Identity,
        action: str,
        arn: str,
        values: Mapping[str, str] | None = None,
        absent: Iterable[str] = (),
    ) -> Permit | None:
        """What allows an action on one object of IAM; see `Calls`."""
        if action not in self.held.of(caller) and not action.startswith("sts:"):
            return None
        found = self.calls.permit(caller, action, arn, values, absent)
        lifted = self.lifted.get(caller.key)
        if found is not None or lifted is None:
            return found
        return _after(lifted, self._calls_after(caller, lifted).permit(lifted.identity, action, arn, values, absent))

    def anywhere(self, caller: Identity, actions: Iterable[str]) -> Permit | None:
        """What allows all of the actions, each on some resource."""
        whole: Permit | None = None
        for action in actions:
            found = self._anywhere(caller, action)
            if found is None:
                return None
            whole = found if whole is None else whole & found
        return whole

    def _anywhere(self, caller: Identity, action: str) -> Permit | None:
        if action not in self.held.of(caller):
            return None
        found = self.calls.anywhere(caller, action)
        lifted = self.lifted.get(caller.key)
        if found is not None or lifted is None:
            return found
        return _after(lifted, self._calls_after(caller, lifted).anywhere(lifted.identity, action))

    def _calls_after(self, caller: Identity, lifted: Lifted) -> Calls:
        changed = lifted.identity
        loses_tags = isinstance(caller, Role) and isinstance(changed, Role) and caller.tags != changed.tags
        return self._after_tags if loses_tags else self._after


def _after(lifted: Lifted, found: Permit | None) -> Permit | None:
    if found is None:
        return None
    return replace(found, keys=found.keys | lifted.permit.keys, before=lifted.text)
