# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What two trust policies of a role both allow: the trust policy between two writes. Pure.

An Allow of one and an Allow of the other both apply to the principals and actions that they share, under the conditions
of both. IAM combines the operators and keys of a condition with AND and the values of one key with OR (IAM user guide,
conditions with multiple context keys or values), so two conditions are combined operator by operator. If the grammar of
IAM cannot express the combined condition, the result may leave the request out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from ..policy.document import PolicyDocument
from ..policy.statement import Condition, Principal, Statement, canonical_statement
from ..policy.trust_policy import NO_ONE, as_principal, with_statements
from ..policy.wildcards import covers
from .implication import implies, is_narrower

Content = Mapping[str, Any]
"""A statement as it is written."""

_ANYBODY = ("AWS", "*")
_OF_ACCOUNT = re.compile(r"arn:[a-z0-9-]+:(?:iam|sts)::(\d{12}):.+")


@dataclass(frozen=True)
class TrustIntersection:
    """`document` allows only what both policies allow, and denies what either denies.

    `complete` is False if both may allow something that it does not.
    """

    document: PolicyDocument
    complete: bool = True


@dataclass(frozen=True)
class _TrustGrant:
    """One Allow for one principal and one action. `whole` is a statement that cannot be split like this, as JSON."""

    principal: Principal
    action: str
    conditions: tuple[Condition, ...]
    whole: str = ""

    def allows_all_of(self, other: _TrustGrant) -> bool:
        return (
            self.whole == other.whole
            and _shared_principal(self.principal, other.principal) == other.principal
            and covers(self.action.lower(), other.action.lower())
            and implies(other.conditions, self.conditions)
        )


def intersection(old: PolicyDocument, new: PolicyDocument) -> TrustIntersection:
    """The intersection of two trust policies."""
    complete = True
    found: list[_TrustGrant] = []
    theirs = list(_grants(old))
    for ours in _grants(new):
        for other in theirs:
            both = _shared(ours, other)
            complete = complete and both is not None
            found += both or ()
    denials = {statement.canonical: statement.content for statement in chain(_denials(old), _denials(new))}
    allowed = _statements(_essential(found))
    kept = [_without_sid(content) for content in (*allowed, *denials.values())]
    return TrustIntersection(with_statements(new, kept if allowed else [NO_ONE]), complete)


def loses_and_gains(old: PolicyDocument, new: PolicyDocument) -> tuple[bool, bool]:
    """Whether the change from old to new removes access to the role, and whether it adds access."""
    between = _rights(intersection(old, new).document)
    return _rights(old) != between, _rights(new) != between


def _rights(document: PolicyDocument) -> frozenset[tuple[str, ...]]:
    """Who is allowed and who is denied, regardless of Sids and of how the statements are divided."""
    allowed = {
        (*grant.principal, grant.action.lower(), grant.whole, _as_text(grant.conditions))
        for grant in _essential(list(_grants(document)))
    }
    denied = {(statement.canonical_without_sid,) for statement in _denials(document)}
    return frozenset(allowed | denied)


def _grants(document: PolicyDocument) -> Iterator[_TrustGrant]:
    for statement in PolicyDocument(document.presented()).allowing:
        if not _can_be_split(statement):
            yield _TrustGrant(("", ""), "", (), statement.canonical_without_sid)
            continue
        for principal in statement.principals or ():
            for action in statement.actions or ():
                yield _TrustGrant(principal, action, statement.conditions)


def _can_be_split(statement: Statement) -> bool:
    """Whether principals, actions and conditions are all that the statement says."""
    others = (statement.not_principals, statement.not_actions, statement.resources, statement.not_resources)
    return (
        statement.is_fully_read
        and statement.principals is not None
        and statement.actions is not None
        and all(element is None for element in others)
    )


def _denials(document: PolicyDocument) -> Iterator[Statement]:
    return (statement for statement in document.parsed if statement.effect != "Allow")


def _shared(one: _TrustGrant, other: _TrustGrant) -> list[_TrustGrant] | None:
    """What two grants share; None if they may share something that a policy cannot express."""
    if one.whole or other.whole:
        return [one] if one.whole == other.whole else None
    principal = _shared_principal(one.principal, other.principal)
    action = _shared_action(one.action, other.action)
    if principal is None or action is None:
        return []
    joined = _joined(one.conditions, other.conditions)
    return None if joined is None else [_TrustGrant(principal, action, conditions) for conditions in joined]


def _shared_principal(one: Principal, other: Principal) -> Principal | None:
    """The narrower of two principals, if one includes the other.

    An account includes its roles and users. `*` includes everyone, services too (IAM user guide, all principals).
    """
    if one == other:
        return one
    for wide, narrow in ((one, other), (other, one)):
        if wide == _ANYBODY and narrow[0] in ("AWS", "Service"):
            return narrow
        of_account = _OF_ACCOUNT.fullmatch(narrow[1]) if wide[0] == narrow[0] == "AWS" else None
        if of_account is not None and of_account.group(1) == wide[1]:
            return narrow
    return None


def _shared_action(one: str, other: str) -> str | None:
    if covers(one.lower(), other.lower()):
        return other
    return one if covers(other.lower(), one.lower()) else None


def _joined(first: tuple[Condition, ...], second: tuple[Condition, ...]) -> list[tuple[Condition, ...]] | None:
    """The conditions of both. Empty if no request meets all of them, None if IAM's grammar cannot express it."""
    if implies(first, second):
        return [first]
    if implies(second, first):
        return [second]
    joined = {(one.operator, one.key): one for one in first}
    known = {(one.operator, one.name): (one.operator, one.key) for one in first}
    for one in second:
        place = known.get((one.operator, one.name))
        if place is None:
            joined[one.operator, one.key] = one
            continue
        shared = _shared_values(one.operator, list(joined[place].values), list(one.values))
        if not shared:
            return None if shared is None else []
        joined[place] = replace(joined[place], values=tuple(shared))
    return [tuple(joined.values())]


def _shared_values(operator: str, ours: list[str], theirs: list[str]) -> list[str] | None:
    """The values that both lists allow. Empty if there are none, None if that is not known."""
    if is_narrower(operator, ours, theirs):
        return ours
    if "Not" in operator and ":" not in operator:
        return sorted({*ours, *theirs})
    if operator == "StringEquals":
        return sorted(set(ours) & set(theirs))
    if ":" in operator:
        # What meets ForAnyValue or ForAllValues with two lists need not meet it with what they share.
        return None
    inside = [value for value in ours if is_narrower(operator, [value], theirs)]
    inside += [value for value in theirs if is_narrower(operator, [value], ours) and value not in inside]
    return inside or None


def _essential(grants: Sequence[_TrustGrant]) -> list[_TrustGrant]:
    """The grants without those that other grants include."""
    kept: list[_TrustGrant] = []
    for grant in grants:
        if not any(other.allows_all_of(grant) for other in kept):
            kept = [other for other in kept if not grant.allows_all_of(other)] + [grant]
    return kept


def _statements(grants: Sequence[_TrustGrant]) -> list[Content]:
    """The grants in few statements: actions of one principal are combined first, then principals."""
    actions: dict[tuple[str, Principal], list[str]] = {}
    conditions: dict[str, tuple[Condition, ...]] = {}
    for grant in grants:
        if not grant.whole:
            terms = _as_text(grant.conditions)
            conditions[terms] = grant.conditions
            actions.setdefault((terms, grant.principal), []).append(grant.action)
    together: dict[tuple[str, tuple[str, ...]], list[Principal]] = {}
    for (terms, principal), names in actions.items():
        together.setdefault((terms, tuple(names)), []).append(principal)
    found: list[Content] = [
        {
            "Effect": "Allow",
            "Principal": as_principal(who),
            "Action": names[0] if len(names) == 1 else list(names),
            **({"Condition": _as_written(conditions[terms])} if conditions[terms] else {}),
        }
        for (terms, names), who in together.items()
    ]
    return found + [json.loads(grant.whole) for grant in grants if grant.whole]


def _as_written(conditions: Sequence[Condition]) -> dict[str, dict[str, Any]]:
    """The Condition element that says all of these."""
    written: dict[str, dict[str, Any]] = {}
    for one in conditions:
        written.setdefault(one.operator, {})[one.key] = one.values[0] if len(one.values) == 1 else list(one.values)
    return written


def _as_text(conditions: Sequence[Condition]) -> str:
    """A text that is the same for the same conditions."""
    return canonical_statement({"Condition": _as_written(conditions)})


def _without_sid(content: Content) -> Content:
    return {key: value for key, value in content.items() if key != "Sid"}
