# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM's policy grammar refuses, found before a document is sent.

Sources: the IAM JSON policy grammar and element reference; FACTS C1, C3, C4. Whether an action exists is not
checked, because IAM does not check it either.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .documents import IMPLICIT_VERSION, PolicyDocument
from .errors import Problem
from .resource_grammar import resource_problem

CURRENT_VERSION = "2012-10-17"

_DOCUMENT_KEYS = {"Version", "Id", "Statement"}
_STATEMENT_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_FORBIDDEN_CHARACTER = re.compile("[^\u0009\u000a\u000d\u0020-\u00ff]")
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_PRINCIPAL_ARN = re.compile(
    r"arn:[a-z0-9-]+:(iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)"
    r"|sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))"
)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_OPERATOR = re.compile(
    r"((ForAllValues|ForAnyValue):)?("
    r"String(Not)?Equals(IgnoreCase)?|String(Not)?Like"
    r"|Numeric((Not)?Equals|(Less|Greater)Than(Equals)?)"
    r"|Date((Not)?Equals|(Less|Greater)Than(Equals)?)"
    r"|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)"
    r")(IfExists)?|Null"
)


def identity_policy_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    """Problems of a document that grants permissions to the identity it is attached to."""
    yield from _document_problems(document, place)
    version = document.content.get("Version")
    if version is None or version == IMPLICIT_VERSION:
        yield Problem(
            f"{place}.Version", f'{_shown(version)} is taken in trust policies only; write "{CURRENT_VERSION}"'
        )
    for where, statement in _statements(document, place):
        yield from _statement_problems(statement, where)
        for element in ("Principal", "NotPrincipal"):
            if element in statement:
                yield Problem(f"{where}.{element}", "a permissions policy names no principal: remove it")
        yield from _one_of(statement, where, "Resource", "NotResource")
        for element in ("Resource", "NotResource"):
            for spot, value in _values(statement, element, where):
                refused = resource_problem(value) if isinstance(value, str) else 'is not an ARN; write arn:… or "*"'
                if refused:
                    yield Problem(spot, f"{_shown(value)} {refused}")


def trust_policy_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    """Problems of a document that says who may assume a role."""
    yield from _document_problems(document, place)
    for where, statement in _statements(document, place):
        yield from trust_statement_problems(statement, where)


def trust_statement_problems(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """Problems of one statement of a trust policy."""
    yield from _statement_problems(statement, where)
    for element in ("Resource", "NotResource"):
        if element in statement:
            yield Problem(f"{where}.{element}", "a trust policy has no resource, the role is meant: remove it")
    for spot, value in _values(statement, "Action", where):
        if isinstance(value, str) and _ACTION.fullmatch(value) and not value.lower().startswith("sts:"):
            yield Problem(
                spot, f"{_shown(value)} is no action of STS; a trust policy allows sts:AssumeRole and its kin"
            )
    if "NotPrincipal" in statement and statement.get("Effect") == "Allow":
        yield Problem(f"{where}.NotPrincipal", "a trust policy must not allow everyone but some: use Principal")
    yield from _one_of(statement, where, "Principal", "NotPrincipal")
    for element in ("Principal", "NotPrincipal"):
        if element in statement:
            yield from _principal_problems(statement[element], f"{where}.{element}")


def _document_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    content = document.content
    for key in content:
        if key not in _DOCUMENT_KEYS:
            yield Problem(
                f"{place}.{key}", f"unknown element; a policy document has {', '.join(sorted(_DOCUMENT_KEYS))}"
            )
    if "Version" in content and content["Version"] not in (CURRENT_VERSION, IMPLICIT_VERSION):
        yield Problem(
            f"{place}.Version", f'{_shown(content["Version"])} is no version of the policy language; use "2012-10-17"'
        )
    if not content.get("Statement"):
        yield Problem(f"{place}.Statement", "missing or empty; a policy needs at least one statement")
    stray = _FORBIDDEN_CHARACTER.search(document.text)
    if stray:
        yield Problem(place, f"contains {stray.group()!r}; IAM takes only characters up to U+00FF")
    seen: set[str] = set()
    for where, statement in _statements(document, place):
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid in seen:
            yield Problem(
                f"{where}.Sid", f"{_shown(sid)} stands on an earlier statement too; Sids are unique in a document"
            )
        if isinstance(sid, str) and sid:
            seen.add(sid)
    for index, statement in enumerate(document.statements):
        if not isinstance(statement, Mapping):
            yield Problem(f"{place}.Statement[{index}]", "a statement is an object with Effect, Action and the rest")


def _statements(document: PolicyDocument, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, statement in enumerate(document.statements):
        if isinstance(statement, Mapping):
            yield f"{place}.Statement[{index}]", statement


def _statement_problems(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for key in statement:
        if key not in _STATEMENT_KEYS:
            yield Problem(f"{where}.{key}", f"unknown element; a statement has {', '.join(sorted(_STATEMENT_KEYS))}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield Problem(f"{where}.Effect", f'{_shown(statement.get("Effect"))} is neither "Allow" nor "Deny"')
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        yield Problem(f"{where}.Sid", f"{_shown(sid)} may hold only the letters A-Z and a-z and digits")
    yield from _one_of(statement, where, "Action", "NotAction")
    for element in ("Action", "NotAction"):
        for spot, value in _values(statement, element, where):
            if not isinstance(value, str) or not _ACTION.fullmatch(value):
                yield Problem(spot, f'{_shown(value)} is no action; write service:Action, or "*"')
    if "Condition" in statement:
        yield from _condition_problems(statement["Condition"], f"{where}.Condition")


def _one_of(statement: Mapping[str, Any], where: str, element: str, opposite: str) -> Iterator[Problem]:
    if element in statement and opposite in statement:
        yield Problem(f"{where}.{opposite}", f"stands beside {element}; a statement has one of the two")
    elif element not in statement and opposite not in statement:
        yield Problem(f"{where}.{element}", "missing")


def _values(statement: Mapping[str, Any], element: str, where: str) -> Iterator[tuple[str, Any]]:
    if element not in statement:
        return
    value = statement[element]
    if not isinstance(value, list) or not value:
        yield f"{where}.{element}", value
    else:
        for index, entry in enumerate(value):
            yield f"{where}.{element}[{index}]", entry


def _principal_problems(value: Any, where: str) -> Iterator[Problem]:
    if value == "*":
        return
    if not isinstance(value, Mapping) or not value:
        yield Problem(where, f'{_shown(value)} is no principal; write {{"Service": …}}, {{"AWS": …}} or "*"')
        return
    for kind in value:
        if kind not in _PRINCIPAL_TYPES:
            yield Problem(f"{where}.{kind}", f"unknown type of principal; there are {', '.join(_PRINCIPAL_TYPES)}")
            continue
        for spot, entry in _values(value, kind, where):
            problem = _principal_problem(kind, entry)
            if problem:
                yield Problem(spot, problem)


def _principal_problem(kind: str, entry: Any) -> str | None:
    if isinstance(entry, int) and not isinstance(entry, bool):
        entry = str(entry)
    if not isinstance(entry, str) or not entry.strip():
        return f"{_shown(entry)} names no principal"
    if kind == "Service" and not _SERVICE.fullmatch(entry):
        return f"{_shown(entry)} is no service principal; they end in .amazonaws.com"
    if kind == "AWS":
        if _UNIQUE_ID.fullmatch(entry):
            return f"{_shown(entry)} is the id of a deleted or renamed principal; write its ARN"
        if entry != "*" and not re.fullmatch(r"\d{12}", entry) and not _PRINCIPAL_ARN.fullmatch(entry):
            return f"{_shown(entry)} is neither an account id of 12 digits nor the ARN of an account, role or user"
    return None


def _condition_problems(value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(where, "a condition is an object: operator, then condition key, then values")
        return
    for operator, keys in value.items():
        if not _OPERATOR.fullmatch(str(operator)):
            yield Problem(f"{where}.{operator}", "unknown condition operator")
        if not isinstance(keys, Mapping):
            yield Problem(f"{where}.{operator}", "a condition operator holds an object: condition key, then values")
            continue
        for key, values in keys.items():
            if ":" not in str(key):
                yield Problem(f"{where}.{operator}.{key}", "a condition key is written prefix:name")
            for entry in values if isinstance(values, list) else [values]:
                if not isinstance(entry, (str, bool, int, float)) or (
                    isinstance(entry, float) and not math.isfinite(entry)
                ):
                    yield Problem(f"{where}.{operator}.{key}", f"{_shown(entry)} is no value for a condition")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=not value.isprintable()) if isinstance(value, str) else ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
