# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whom one trust policy trusts and another does not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..access.implication import implies
from ..model import Account
from ..policy.document import PolicyDocument
from ..policy.statement import Condition, Principal, Statement
from ..policy.trust_policy import ABOUT_A_ROLE
from ..policy.wildcards import covers, fits_any_case
from .shown_access import shown_conditions, under

_ASSUMING = [f"sts:{name}" for name in ABOUT_A_ROLE if name.startswith("Assume")]
_ANYONE = ("AWS", "*")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True)
class TrustChange:
    """A principal that may assume the role by an action, under conditions. `shown_principal` names it in reports."""

    principal: Principal
    action: str
    conditions: tuple[Condition, ...]
    shown_principal: str

    def shown(self) -> dict[str, Any]:
        kind, value = self.principal
        return {
            "principal": {kind: value},
            "action": self.action,
            "conditions": shown_conditions(self.conditions),
        }


def trust_sentences(changes: Iterable[TrustChange]) -> Iterator[tuple[str, str, str]]:
    """Who may do what, and under which conditions, as parts of a sentence: one for all actions that assume a role."""
    by_who: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        by_who.setdefault((change.shown_principal, under(change.conditions)), []).append(change.action)
    for (who, conditions), actions in by_who.items():
        others = [one for one in actions if not any(fits_any_case(name, one) for name in _ASSUMING)]
        if len(others) < len(actions):
            yield who, "assume", conditions
        if others:
            yield who, f"use {', '.join(others)} on", conditions


def only_trusted_by(trust: PolicyDocument, other: PolicyDocument | None, account: Account) -> Iterator[TrustChange]:
    """What one trust policy allows and the other, if there is one, does not, or denies.

    An Allow with NotPrincipal, which IAM refuses in new trust policies, trusts anyone.
    """
    others = list(_trusted(other.allowing)) if other is not None else []
    denied = [_without_sid(one) for one in trust.denying]
    lifted = [one for one in (other.denying if other is not None else ()) if _without_sid(one) not in denied]
    seen: set[_Entry] = set()
    for entry in _trusted(trust.allowing):
        if entry in seen or any(_is_denied(entry, one) for one in trust.denying):
            continue
        seen.add(entry)
        is_covered = any(_covers(one, entry) for one in others)
        if not is_covered or any(_may_deny(one, entry.principal) for one in lifted):
            shown = shown_principal(entry.principal, account)
            yield TrustChange(entry.principal, entry.action, entry.conditions, shown)


@dataclass(frozen=True)
class _Entry:
    """One principal and one action of an Allow. That of NotPrincipal is anyone, except the `excluded`."""

    principal: Principal
    action: str
    conditions: tuple[Condition, ...]
    excluded: frozenset[Principal] = frozenset()


def _trusted(statements: Iterable[Statement]) -> Iterator[_Entry]:
    for statement in statements:
        excluded = statement.not_principals
        for principal in (_ANYONE,) if excluded is not None else statement.principals or ():
            for action in _actions(statement):
                yield _Entry(principal, action, statement.conditions, frozenset(excluded or ()))


def _actions(statement: Statement) -> Iterable[str]:
    excluded = statement.not_actions
    if excluded is None:
        return statement.actions or ()
    every = [f"sts:{name}" for name in ABOUT_A_ROLE]
    return [action for action in every if not any(fits_any_case(action, one) for one in excluded)]


def _covers(wide: _Entry, narrow: _Entry) -> bool:
    if wide.excluded:
        is_named = narrow.principal == _ANYONE and wide.excluded <= narrow.excluded
    else:
        is_named = wide.principal == _ANYONE or _canonical(wide.principal) == _canonical(narrow.principal)
    return (
        is_named and covers(wide.action.lower(), narrow.action.lower()) and implies(narrow.conditions, wide.conditions)
    )


def _is_denied(entry: _Entry, denial: Statement) -> bool:
    """Whether a Deny without conditions is about everything that an entry is about."""
    named = denial.principals or ()
    is_named = _ANYONE in named or (entry.principal[0] != "AWS" and entry.principal in named)
    action = entry.action.lower()
    return is_named and not denial.conditions and any(covers(one.lower(), action) for one in _actions(denial))


def _canonical(principal: Principal) -> Principal:
    kind, value = principal
    return (kind, value.split(":")[4]) if kind == "AWS" and value.endswith(":root") else principal


def _may_deny(denial: Statement, principal: Principal) -> bool:
    """Whether a Deny may be about a principal, or about somebody whom its name includes."""
    if denial.principals is None or principal == _ANYONE:
        return True
    return any(one in (_ANYONE, principal) or _are_of_one_account(one, principal) for one in denial.principals)


def _are_of_one_account(one: Principal, other: Principal) -> bool:
    """Whether both are identities of the same account, or the account itself."""
    found = [_ACCOUNT.search(value) for kind, value in (one, other) if kind == "AWS"]
    return len(found) == 2 and len({match.group() if match else "" for match in found}) == 1


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
