# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whom one trust policy trusts and another does not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..access.implication import implies
from ..model import Account
from ..policy.document import PolicyDocument
from ..policy.statement import Condition, Principal, Statement
from ..policy.wildcards import covers
from .shown_access import shown_conditions, under

_ANYONE = ("AWS", "*")


@dataclass(frozen=True)
class TrustChange:
    """A principal that may assume the role by an action, under conditions. `shown_principal` names it in reports."""

    principal: Principal
    action: str
    conditions: tuple[Condition, ...]
    shown_principal: str

    @property
    def shown_conditions(self) -> str:
        return under(self.conditions)

    def shown(self) -> dict[str, Any]:
        kind, value = self.principal
        return {
            "principal": {kind: value},
            "action": self.action,
            "conditions": shown_conditions(self.conditions),
        }


def only_trusted_by(trust: PolicyDocument, other: PolicyDocument | None, account: Account) -> Iterator[TrustChange]:
    """What one trust policy allows and the other, if there is one, does not, or denies.

    An Allow with NotPrincipal trusts anyone.
    """
    others = list(_trusted(other.allowing)) if other is not None else []
    denied = [_without_sid(one) for one in trust.denying]
    lifted = [one for one in (other.denying if other is not None else ()) if _without_sid(one) not in denied]
    seen: set[tuple[Principal, str, tuple[Condition, ...]]] = set()
    for principal, action, conditions in _trusted(trust.allowing):
        entry = (principal, action, conditions)
        is_covered = any(_covers(one, entry, account) for one in others)
        if entry not in seen and (not is_covered or any(_may_name(one, principal) for one in lifted)):
            seen.add(entry)
            yield TrustChange(principal, action, conditions, shown_principal(principal, account))


_Entry = tuple[Principal, str, tuple[Condition, ...]]


def _trusted(statements: Iterable[Statement]) -> Iterator[_Entry]:
    for statement in statements:
        principals = (_ANYONE,) if statement.not_principals is not None else statement.principals or ()
        for principal in principals:
            for action in statement.actions or ():
                yield principal, action, statement.conditions


def _covers(wide: _Entry, narrow: _Entry, account: Account) -> bool:
    (principal, action, conditions), (other, other_action, other_conditions) = wide, narrow
    same = principal == _ANYONE or _canonical(principal) == _canonical(other)
    return same and covers(action.lower(), other_action.lower()) and implies(other_conditions, conditions)


def _canonical(principal: Principal) -> Principal:
    kind, value = principal
    return (kind, value.split(":")[4]) if kind == "AWS" and value.endswith(":root") else principal


def _may_name(denial: Statement, principal: Principal) -> bool:
    named = denial.principals
    return named is None or _ANYONE in named or principal in named or principal == _ANYONE


def _without_sid(statement: Statement) -> tuple[Any, ...]:
    return (
        statement.actions, statement.not_actions, statement.principals, statement.not_principals, statement.conditions,
    )  # fmt: skip


def shown_principal(principal: Principal, account: Account) -> str:
    """A principal as it is reported: role/name for those of the account, a word for accounts and for anyone."""
    kind, value = principal
    if principal == _ANYONE:
        return "anyone in any AWS account"
    if kind != "AWS":
        return value
    fields = value.split(":", 5)
    owner = fields[4] if len(fields) > 5 else value
    if len(fields) <= 5 or fields[5] == "root":
        return "every identity of this account" if owner == account.id else f"every identity of account {owner}"
    return fields[5] if owner == account.id else value
