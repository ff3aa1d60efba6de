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
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .condition_strictness import is_at_least_as_strict, is_within
from .document import PolicyDocument, canonical_statement
from .trust_policy import NOBODY, as_principal, with_statements
from .wildcards import covers

Statement = Mapping[str, Any]
Condition = Mapping[str, Mapping[str, Any]]
Principal = tuple[str, str]

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
class _Grant:
    """One Allow for one principal and one action. `whole` is a statement that cannot be split like this, as JSON."""

    principal: Principal
    action: str
    condition: Condition
    whole: str = ""

    def allows_all_of(self, other: _Grant) -> bool:
        return (
            self.whole == other.whole
            and _shared_principal(self.principal, other.principal) == other.principal
            and covers(self.action.lower(), other.action.lower())
            and is_at_least_as_strict(other.condition, self.condition)
        )


def intersection(old: PolicyDocument, new: PolicyDocument) -> TrustIntersection:
    """The intersection of two trust policies."""
    complete = True
    found: list[_Grant] = []
    theirs = list(_grants(old))
    for ours in _grants(new):
        for other in theirs:
            both = _shared(ours, other)
            complete = complete and both is not None
            found += both or ()
    denials = {canonical_statement(statement): statement for statement in chain(_denials(old), _denials(new))}
    allowed = _statements(_essential(found))
    kept = [_without_sid(statement) for statement in (*allowed, *denials.values())]
    return TrustIntersection(with_statements(new, kept if allowed else [NOBODY]), complete)


def loses_and_gains(old: PolicyDocument, new: PolicyDocument) -> tuple[bool, bool]:
    """Whether the change from old to new removes access to the role, and whether it adds access."""
    between = _rights(intersection(old, new).document)
    return _rights(old) != between, _rights(new) != between


def _rights(document: PolicyDocument) -> frozenset[tuple[str, ...]]:
    """Who is allowed and who is denied, regardless of Sids and of how the statements are divided."""
    allowed = {
        (*grant.principal, grant.action.lower(), grant.whole, canonical_statement({"Condition": grant.condition}))
        for grant in _essential(list(_grants(document)))
    }
    denied = {(canonical_statement(statement, with_sid=False),) for statement in _denials(document)}
    return frozenset(allowed | denied)


def _grants(document: PolicyDocument) -> Iterator[_Grant]:
    for statement in PolicyDocument(document.presented()).allowing:
        content = statement.content
        condition = content.get("Condition") or {}
        if not _ELEMENTS >= content.keys() >= {"Principal", "Action"} or not _is_readable(condition):
            yield _Grant(("", ""), "", {}, canonical_statement(content, with_sid=False))
            continue
        for principal in statement.principals or ():
            for action in statement.actions or ():
                yield _Grant(principal, action, condition)


_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "Condition"}


def _is_readable(condition: Any) -> bool:
    return isinstance(condition, Mapping) and all(isinstance(keys, Mapping) for keys in condition.values())


def _denials(document: PolicyDocument) -> Iterator[Statement]:
    return (statement for statement in document.statements if statement.get("Effect") != "Allow")


def _shared(one: _Grant, other: _Grant) -> list[_Grant] | None:
    """What two grants share; None if they may share something that a policy cannot express."""
    if one.whole or other.whole:
        return [one] if one.whole == other.whole else None
    principal = _shared_principal(one.principal, other.principal)
    action = _shared_action(one.action, other.action)
    if principal is None or action is None:
        return []
    conditions = _joined(one.condition, other.condition)
    return None if conditions is None else [_Grant(principal, action, condition) for condition in conditions]


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


def _joined(first: Condition, second: Condition) -> list[Condition] | None:
    """Both conditions as one. Empty if no request meets both, None if IAM's grammar cannot express it."""
    if is_at_least_as_strict(first, second):
        return [first]
    if is_at_least_as_strict(second, first):
        return [second]
    joined: dict[str, dict[str, Any]] = {operator: dict(keys) for operator, keys in first.items()}
    for operator, keys in second.items():
        there = joined.setdefault(operator, {})
        spelt = {key.lower(): key for key in there}
        for key, values in keys.items():
            known = spelt.get(key.lower())
            if known is None:
                there[key] = values
                continue
            shared = _shared_values(operator, _texts(there[known]), _texts(values))
            if not shared:
                return None if shared is None else []
            there[known] = shared
    return [joined]


def _shared_values(operator: str, ours: list[str], theirs: list[str]) -> list[str] | None:
    """The values that both lists allow. Empty if there are none, None if that is not known."""
    if is_within(operator, ours, theirs):
        return ours
    if "Not" in operator and ":" not in operator:
        return sorted({*ours, *theirs})
    if operator == "StringEquals":
        return sorted(set(ours) & set(theirs))
    inside = [value for value in ours if is_within(operator, [value], theirs)]
    inside += [value for value in theirs if is_within(operator, [value], ours) and value not in inside]
    return inside or None


def _essential(grants: Sequence[_Grant]) -> list[_Grant]:
    """The grants without those that other grants include."""
    kept: list[_Grant] = []
    for grant in grants:
        if not any(other.allows_all_of(grant) for other in kept):
            kept = [other for other in kept if not grant.allows_all_of(other)] + [grant]
    return kept


def _statements(grants: Sequence[_Grant]) -> list[Statement]:
    """The grants in few statements: actions of one principal are combined first, then principals."""
    actions: dict[tuple[str, Principal], list[str]] = {}
    conditions: dict[str, Condition] = {}
    for grant in grants:
        if not grant.whole:
            terms = canonical_statement({"Condition": grant.condition})
            conditions[terms] = grant.condition
            actions.setdefault((terms, grant.principal), []).append(grant.action)
    together: dict[tuple[str, tuple[str, ...]], list[Principal]] = {}
    for (terms, principal), names in actions.items():
        together.setdefault((terms, tuple(names)), []).append(principal)
    found: list[Statement] = [
        {
            "Effect": "Allow",
            "Principal": as_principal(who),
            "Action": names[0] if len(names) == 1 else list(names),
            **({"Condition": conditions[terms]} if conditions[terms] else {}),
        }
        for (terms, names), who in together.items()
    ]
    return found + [json.loads(grant.whole) for grant in grants if grant.whole]


def _texts(value: Any) -> list[str]:
    return [str(entry) for entry in _listed(value)]


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [value]


def _without_sid(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Sid"}
