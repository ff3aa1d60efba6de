# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of identity policies, as far as IAM refuses a document for it.

moto checks syntax, versions, resources, conditions and dates; this adds the checks that it lacks. Sources: IAM User
Guide, "Grammar of the IAM JSON policy language"; FACTS C1, C11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from .answer import malformed

SYNTAX_ERROR = "Syntax errors in policy."
_SID = re.compile(r"[0-9A-Za-z]*")


@lru_cache(maxsize=1024)
def check_identity_document(text: str) -> None:
    """Refuse a document that IAM would not store as an inline or managed policy."""
    document = _parsed(text)
    found = list(statements(document))
    for statement in found:
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed("Policy document should not specify a principal.")
    check_sids(found)
    for statement in found:
        check_condition_keys(statement, SYNTAX_ERROR)
        _numbers_as_text(statement)
    try:
        IAMPolicyDocumentValidator(json.dumps(document)).validate()
    except MalformedPolicyDocument as refused:
        raise malformed(refused.message) from None


def check_sids(found: list[dict[str, Any]]) -> None:
    """Refuse a statement id that is not alphanumeric, or given twice."""
    sids = [statement["Sid"] for statement in found if isinstance(statement.get("Sid"), str)]
    if not all(_SID.fullmatch(sid) for sid in sids):
        raise malformed(
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        )
    named = [sid for sid in sids if sid]
    if len(named) != len(set(named)):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")


def statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The statements of a document, one or many."""
    given = document.get("Statement")
    for statement in given if isinstance(given, list) else [given]:
        if isinstance(statement, dict):
            yield statement


def condition_blocks(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """The content of each operator of a statement's condition."""
    condition = statement.get("Condition")
    return [keys for keys in condition.values() if isinstance(keys, dict)] if isinstance(condition, dict) else []


def check_condition_keys(statement: dict[str, Any], message: str) -> None:
    """Refuse two spellings of one condition key in one operator, an error in IAM Access Analyzer's list of checks."""
    if any(len({key.lower() for key in keys}) < len(keys) for keys in condition_blocks(statement)):
        raise malformed(message)


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        raise malformed(SYNTAX_ERROR) from None
    if not isinstance(document, dict):
        raise malformed(SYNTAX_ERROR)
    return document


def _numbers_as_text(statement: dict[str, Any]) -> None:
    """IAM accepts numbers as condition values; moto does not."""
    for keys in condition_blocks(statement):
        keys.update({key: _as_text(value) for key, value in keys.items()})


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(entry) for entry in value]
    return str(value) if type(value) in (int, float) else value
