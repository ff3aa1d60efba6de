# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the identities of an account may do, if need be after they have lifted restraints of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..analyze.account_access import AccountAccess
from ..model import Identity, Role
from .calls import Calls
from .escalation_facts import EscalationFacts
from .held_actions import HeldActions
from .permit import Permit
from .restraints import Lifted, Restraints


class Callers:
    """Answers for one account. `lifted` are the identities that can lift restraints of their own, by key."""

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
