# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging, removing and narrowing the statements of a trust policy that others have a share in. Pure.

Statements of others are kept as they are written. A statement is ours by its Sid or, where it has none, by its
content. An empty Sid is no Sid: AWS's examples and Terraform write `"Sid": ""`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .documents import PolicyDocument, canonical_statement, principals
from .strictness import is_at_least_as_strict

Statement = Mapping[str, Any]

NOBODY: Statement = {
    "Sid": "NobodyForNow",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sts:AssumeRole",
}
"""Keeps a trust policy valid while, between two writes, nobody may assume the role."""


def merged(document: PolicyDocument, statements: Sequence[Statement]) -> PolicyDocument:
    """The document with each statement in it: in the place of the one with its Sid, or else at the end."""
    kept = list(document.statements)
    for statement in statements:
        index = _index_by_sid(kept, statement)
        if index is not None:
            if canonical_statement(kept[index]) != canonical_statement(statement):
                kept[index] = statement
        elif statement.get("Sid") or not _has_content(kept, statement):
            kept.append(statement)
    return _with_statements(document, kept)


def without(document: PolicyDocument, statements: Sequence[Statement]) -> PolicyDocument:
    """The document without each statement, found by Sid, or by content where it has no Sid."""
    kept = list(document.statements)
    for statement in statements:
        if statement.get("Sid"):
            kept = [
                other for other in kept if not (isinstance(other, Mapping) and other.get("Sid") == statement["Sid"])
            ]
        else:
            content = canonical_statement(statement, with_sid=False)
            kept = [other for other in kept if canonical_statement(other, with_sid=False) != content]
    return _with_statements(document, kept)


def without_principals(document: PolicyDocument, arns: frozenset[str]) -> PolicyDocument:
    """The document without the given AWS principals; `NOBODY` where no statement is left."""
    kept = []
    for statement in document.statements:
        left = [(kind, value) for kind, value in principals(statement) if not (kind == "AWS" and value in arns)]
        if left:
            kept.append({**statement, "Principal": _as_principal(left)})
        elif "Principal" not in statement:
            kept.append(statement)
    return _with_statements(document, kept or [dict(NOBODY)])


def with_principals(document: PolicyDocument, arns: Mapping[str, str]) -> PolicyDocument:
    """The document with other AWS principals in the place of some; everything else stays as it is written."""

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [arns.get(one, one) if isinstance(one, str) else one for one in value]
        return arns.get(value, value) if isinstance(value, str) else value

    kept = []
    for statement in document.statements:
        mended = dict(statement)
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), Mapping) and "AWS" in statement[element]:
                mended[element] = {**statement[element], "AWS": replaced(statement[element]["AWS"])}
        kept.append(mended)
    return _with_statements(document, kept)


def narrowed(old: PolicyDocument, new: PolicyDocument) -> PolicyDocument:
    """A trust policy that lets in only whom both documents let in, and denies what either denies."""
    grants = list(_grants(old))
    common: dict[str, list[tuple[str, str]]] = {}
    terms: dict[str, Statement] = {}
    for rest, principal, statement in _grants(new):
        for other_rest, other_principal, other in grants:
            stricter = _stricter(statement, other) if principal == other_principal else None
            if stricter is not None:
                key = rest if stricter is statement else other_rest
                terms[key] = stricter
                if principal not in common.setdefault(key, []):
                    common[key].append(principal)
    denials = {canonical_statement(statement): statement for statement in (*_denials(old), *_denials(new))}
    allowed: list[Statement] = [{**terms[key], "Principal": _as_principal(common[key])} for key in common]
    kept = [_without_sid(statement) for statement in (*allowed, *denials.values())]
    return _with_statements(new, kept if allowed else [NOBODY])


def loses_and_gains(old: PolicyDocument, new: PolicyDocument) -> tuple[bool, bool]:
    """Whether the step from old to new takes somebody's way in, and whether it opens one."""
    between = _rights(narrowed(old, new))
    return _rights(old) != between, _rights(new) != between


def _rights(document: PolicyDocument) -> frozenset[tuple[str, ...]]:
    """Who is let in and who is denied, whatever the Sids and however it is spread over statements."""
    allowed = {(terms, *principal) for terms, principal, dummy in _grants(document)}
    denied = {(canonical_statement(statement, with_sid=False),) for statement in _denials(document)}
    return frozenset(allowed | denied)


def _grants(document: PolicyDocument) -> Iterator[tuple[str, tuple[str, str], Statement]]:
    """Each principal that an Allow lets in, with the canonical terms of the statement and the statement."""
    for statement in document.statements:
        if statement.get("Effect") == "Allow":
            terms = {key: value for key, value in statement.items() if key not in ("Principal", "Sid")}
            canonical = PolicyDocument({"Statement": [statement]}).presented()["Statement"][0]
            for principal in principals(canonical):
                yield canonical_statement(terms), principal, statement


def _denials(document: PolicyDocument) -> Iterator[Statement]:
    return (statement for statement in document.statements if statement.get("Effect") != "Allow")


def _stricter(one: Statement, other: Statement) -> Statement | None:
    """The one of two statements that grants no more than the other, where conditions or actions tell."""
    if canonical_statement({"Action": one.get("Action")}) != canonical_statement({"Action": other.get("Action")}):
        return None
    if is_at_least_as_strict(one.get("Condition"), other.get("Condition")):
        return one
    return other if is_at_least_as_strict(other.get("Condition"), one.get("Condition")) else None


def _as_principal(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    kinds = dict.fromkeys(kind for kind, dummy in pairs)
    return {kind: [value for other, value in pairs if other == kind] for kind in kinds}


def _index_by_sid(statements: Sequence[Any], statement: Statement) -> int | None:
    if not statement.get("Sid"):
        return None
    return next(
        (
            index
            for index, other in enumerate(statements)
            if isinstance(other, Mapping) and other.get("Sid") == statement["Sid"]
        ),
        None,
    )


def _has_content(statements: Sequence[Any], statement: Statement) -> bool:
    content = canonical_statement(statement, with_sid=False)
    return any(canonical_statement(other, with_sid=False) == content for other in statements)


def _without_sid(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _with_statements(document: PolicyDocument, statements: Sequence[Any]) -> PolicyDocument:
    return PolicyDocument({**document.content, "Statement": list(statements)})
