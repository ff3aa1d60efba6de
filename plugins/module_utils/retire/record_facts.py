# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who can assume a role, and what proves that a retired object can no longer be used. Pure.

The proofs are about the account as it was read after the last write. The evaluator answers them, not the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..access.evaluator import Outcome
from ..access.questions import possible
from ..analyze.account_access import AccountAccess
from ..audit.callers import with_members
from ..audit.candidates import HeldActions
from ..model import CurrentState, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from .retired import QUARANTINED, REMOVED, Retired

_ASSUME_ROLE = "sts:AssumeRole"


class AccountProof:
    """Answers for one state of an account; `aws_policies` are documents by name, for those that were not read."""

    def __init__(self, state: CurrentState, aws_policies: Mapping[str, PolicyDocument]) -> None:
        self._state = state
        self._access = with_members(AccountAccess.of(state, aws_policies))
        self._holders = HeldActions([_ASSUME_ROLE], self._access)

    def can_assume(self, role: Role) -> list[dict[str, Any]]:
        """The users and roles of the account that can assume a role, with the condition keys that this depends on."""
        named = {value for one in role.trust.allowing for _kind, value in one.principals or ()}
        found = []
        for key, identity in sorted(self._access.identities.items()):
            is_caller = identity.kind in ("user", "role") and key != role.key
            if not is_caller or not (key in self._holders.all or identity.arn in named):
                continue
            asked = self._access.asked(identity, _ASSUME_ROLE, role.arn)
            answer = possible(*asked, [_ASSUME_ROLE], [role.arn])
            if answer.outcome is not Outcome.DENIED:
                keys = sorted({*answer.keys, *_condition_keys(answer.statements)})
                found.append({"identity": identity.resource, "conditions": keys})
        return found

    def proofs(self, item: Retired) -> list[dict[str, Any]]:
        """What was to be shown of a retired object, and whether it is."""
        subject = item.subject
        if item.step == REMOVED and isinstance(subject, Role):
            there = self._state.identities.get(subject.key)
            is_gone = there is None or there.id != subject.id
            return [
                _proof("absent", "The role does not exist.", is_gone),
                _proof("not_assumable", "No identity can assume the role.", is_gone or not self.can_assume(subject)),
            ]
        if item.step == REMOVED and isinstance(subject, ManagedPolicy):
            gone = subject.name.lower() not in self._state.policies
            return [_proof("absent", "The policy does not exist.", gone)]
        if item.step == QUARANTINED and isinstance(subject, Role):
            now = self._state.identities.get(subject.key)
            denied = isinstance(now, Role) and self._is_denied(now)
            return [_proof("denied", "No request of the role is allowed, under any condition.", denied)]
        return []

    def _is_denied(self, role: Role) -> bool:
        asked = self._access.asked(role, "*", "*")
        return possible(*asked, ["*"], ["*"]).outcome is Outcome.DENIED


def _proof(claim: str, text: str, proven: bool) -> dict[str, Any]:
    return {"claim": claim, "text": text, "proven": proven}


def _condition_keys(statements: Any) -> set[str]:
    return {condition.key for statement in statements for condition in statement.statement.conditions}
