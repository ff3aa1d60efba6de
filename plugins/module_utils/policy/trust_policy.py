# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Changes statements of a trust policy that is also managed elsewhere, and knows the actions that it can name. Pure.

Statements from elsewhere do not change. A statement of this task is found by its Sid or, if it has none, by its
content. An empty Sid counts as no Sid: AWS's examples and Terraform write `"Sid": ""`.

Source of the lists of actions: the service authorization reference, AWS Security Token Service; a test compares them
with it. FACTS C11: IAM refuses a trust policy with an action that does not exist, including misspelled ones. Wildcards
are allowed.
Doubt: public reports differ about the actions of STS that are not about a role. Some say that IAM accepts them, some
that it accepts only those about roles. They get a warning. In a trust policy they allow nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .document import PolicyDocument, principals
from .statement import canonical_statement
from .wildcards import fits_any_case

Statement = Mapping[str, Any]

ROLE_OR_USER = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):(role|user)(/(?:[^/]+/)*)([^/]+)")
"""The ARN of a role or user: account id, kind, path, name."""

NO_ONE: Statement = {
    "Sid": "NobodyForNow",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sts:AssumeRole",
}
"""Keeps a trust policy valid while, between two writes, no one may assume the role."""


def merged(document: PolicyDocument, statements: Sequence[Statement]) -> PolicyDocument:
    """The document with each statement. It replaces the statement with its Sid, or else is added at the end."""
    kept = list(document.statements)
    for statement in statements:
        index = _index_by_sid(kept, statement)
        if index is not None:
            if canonical_statement(kept[index]) != canonical_statement(statement):
                kept[index] = statement
        elif statement.get("Sid") or not _has_content(kept, statement):
            kept.append(statement)
    return with_statements(document, kept)


def without(document: PolicyDocument, statements: Sequence[Statement]) -> PolicyDocument:
    """The document without the statements. Each is found by its Sid, or by its content if it has no Sid."""
    kept = list(document.statements)
    for statement in statements:
        if statement.get("Sid"):
            kept = [
                other for other in kept if not (isinstance(other, Mapping) and other.get("Sid") == statement["Sid"])
            ]
        else:
            content = canonical_statement(statement, with_sid=False)
            kept = [other for other in kept if canonical_statement(other, with_sid=False) != content]
    return with_statements(document, kept)


def without_principals(document: PolicyDocument, arns: frozenset[str]) -> PolicyDocument:
    """The document without the given AWS principals; `NO_ONE` if no statement is left."""
    kept = []
    for statement in document.statements:
        left = [(kind, value) for kind, value in principals(statement) if not (kind == "AWS" and value in arns)]
        if left:
            kept.append({**statement, "Principal": as_principal(left)})
        elif "Principal" not in statement:
            kept.append(statement)
    return with_statements(document, kept or [dict(NO_ONE)])


def with_principals(document: PolicyDocument, arns: Mapping[str, str]) -> PolicyDocument:
    """The document with some AWS principals replaced. Nothing else changes."""

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
    return with_statements(document, kept)


def as_principal(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
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


def with_statements(document: PolicyDocument, statements: Sequence[Any]) -> PolicyDocument:
    return PolicyDocument({**document.content, "Statement": list(statements)})


def own_principals(document: PolicyDocument, account_id: str) -> set[str]:
    """The ARNs of roles and users of an account that a trust policy of this account names."""
    return {
        value
        for statement in document.statements
        for kind, value in principals(statement)
        if kind == "AWS" and (found := ROLE_OR_USER.fullmatch(value)) and found.group(1) == account_id
    }


ABOUT_A_ROLE = (
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "SetContext", "SetSourceIdentity", "TagSession",
)  # fmt: skip
NOT_ABOUT_A_ROLE = (
    "AssumeRoot", "DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetDelegatedAccessToken",
    "GetFederationToken", "GetServiceBearerToken", "GetSessionToken", "GetWebIdentityToken", "TagGetWebIdentityToken",
)  # fmt: skip


def trust_action_refusal(action: str) -> str | None:
    """Why a trust policy cannot have an action or a pattern, None if it can. The text follows it in a message."""
    service, _colon, name = action.partition(":")
    if service.lower() != "sts":
        return "is not an action of STS, such as sts:AssumeRole"
    if _named(name, (*ABOUT_A_ROLE, *NOT_ABOUT_A_ROLE)):
        return None
    by_lower = {known.lower(): known for known in (*ABOUT_A_ROLE, *NOT_ABOUT_A_ROLE)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f"is not an action of STS; did you mean sts:{by_lower[close[0]] if close else 'AssumeRole'}?"


def trust_action_doubt(action: str) -> str | None:
    """Why an action may be refused in a trust policy, None if there is no doubt. The text follows it in a message."""
    service, _colon, name = action.partition(":")
    if service.lower() != "sts" or _named(name, ABOUT_A_ROLE) or not _named(name, NOT_ABOUT_A_ROLE):
        return None
    return "allows nothing in a trust policy, and IAM may refuse it; leave it out"


def allows_web_identity(action: str) -> bool:
    """Whether an action or a pattern allows identities of an OIDC provider to assume the role."""
    return fits_any_case("sts:AssumeRoleWithWebIdentity", action)


def _named(pattern: str, names: tuple[str, ...]) -> bool:
    return any(fits_any_case(name, pattern) for name in names)
