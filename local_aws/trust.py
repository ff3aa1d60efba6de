# SPDX-License-Identifier: GPL-3.0-or-later
"""Trust policies: what IAM refuses, what it stores and what it returns.

IAM returns arrays and keys in its own order, which changes between reads (FACTS C4). Here the order rotates by one
place with every read of a role, so that it differs from read to read and is the same in every run.

Sources of the refusals: FACTS C11, and the IAM user guide on NotPrincipal and on shared OIDC providers. If no source
has IAM's text, the message is our own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from moto.iam.policy_validation import VALID_CONDITIONS, IAMPolicyDocumentValidator

from .answer import malformed
from .documents import check_condition_keys, check_sids, condition_blocks, statements
from .principals import REQUIRED_CLAIMS, STS_ACTIONS, StoreOf, refuse, shown_principal, stored_principal

_STATEMENT_KEYS = {"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"}
_VERSIONS = ("2008-10-17", "2012-10-17")
_IN_ANSWER = re.compile(
    r"<RoleId>(?P<role>\w+)</RoleId>(?P<between>.*?)"
    r"<AssumeRolePolicyDocument>(?P<document>.*?)</AssumeRolePolicyDocument>",
    re.DOTALL,
)


def stored_trust(text: str, partition: str, seen: StoreOf, *, of_old: bool = False) -> str:
    """Check a trust policy and return the text that IAM stores for it.

    One `of_old` was written before IAM required claims of shared providers; it is valid until it is written again.
    """
    try:
        document = json.loads(text)
    except ValueError:
        raise malformed("This policy contains invalid Json") from None
    if not isinstance(document, dict):
        raise malformed("This policy contains invalid Json")
    for key in document:
        if key not in ("Version", "Id", "Statement"):
            raise malformed(f"Unknown field {key}")
    if document.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise malformed("Policy document must be version 2012-10-17 or greater.")
    if "Statement" not in document:
        raise malformed("Missing required field Statement")
    found = list(statements(document))
    if not found:
        raise malformed("Could not parse the policy: Statement is empty!")
    if len(found) != len(_listed(document["Statement"])):
        raise malformed("This policy contains invalid Json")
    check_sids(found)
    for statement in found:
        _check_statement(statement)
        _store_principals(statement, partition, seen)
        if not of_old:
            _check_claims(statement)
    document["Statement"] = found
    return json.dumps(document, separators=(",", ":"))


def _check_statement(statement: dict[str, Any]) -> None:
    for key in statement:
        if key in ("Resource", "NotResource", "NotPrincipal"):
            raise malformed(f"Has prohibited field {key}")
        if key not in _STATEMENT_KEYS:
            raise malformed(f"Unknown field {key}")
    if "Effect" not in statement:
        raise malformed("Missing required field Effect")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise malformed(f"Invalid effect: {statement['Effect']}")
    if "Principal" not in statement:
        raise malformed("Missing required field Principal")
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    if not actions:
        raise malformed("Missing required field Action")
    if not all(isinstance(action, str) and _is_of_sts(action) for action in actions):
        raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    _check_condition(statement)


def _is_of_sts(action: str) -> bool:
    return any(fnmatchcase(f"sts:{name}".lower(), action.lower()) for name in STS_ACTIONS)


def _check_condition(statement: dict[str, Any]) -> None:
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        raise malformed("Syntax error in Condition")
    for operator in condition:
        if IAMPolicyDocumentValidator._strip_condition_key(operator) not in VALID_CONDITIONS:
            raise malformed(f"Invalid Condition type : {operator}")
        _check_dates(operator, condition[operator])
    check_condition_keys(statement, "Syntax error in Condition")


def _check_dates(operator: str, keys: dict[str, Any]) -> None:
    as_text = {key: [str(value) for value in _listed(values)] for key, values in keys.items()}
    try:
        IAMPolicyDocumentValidator._legacy_parse_condition(operator, as_text)
    except (AssertionError, ValueError):
        raise malformed("Syntax error in Condition") from None


def _store_principals(statement: dict[str, Any], partition: str, seen: StoreOf) -> None:
    principal = statement["Principal"]
    if principal == "*":
        raise malformed('Invalid principal in policy: "STAR":"*"')
    if not isinstance(principal, dict) or not principal:
        raise refuse("AWS", principal)
    stored: dict[str, Any] = {}
    for kind, values in principal.items():
        if not _listed(values):
            raise refuse(kind, values)
        stored[kind] = [stored_principal(kind, value, partition, seen) for value in _listed(values)]
    statement["Principal"] = stored


def _check_claims(statement: dict[str, Any]) -> None:
    """Refuse to trust every identity of a shared identity provider."""
    keys = {key.lower() for block in condition_blocks(statement) for key in block}
    for provider in statement["Principal"].get("Federated", []) if statement["Effect"] == "Allow" else []:
        name = provider.partition(":oidc-provider/")[2]
        if name in REQUIRED_CLAIMS and f"{name}:{REQUIRED_CLAIMS[name]}" not in keys:
            raise malformed(f"The trust policy must evaluate {name}:{REQUIRED_CLAIMS[name]}")
        if provider.startswith("cognito-identity") and not keys:
            raise malformed(f"The trust policy must evaluate {provider}:aud")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=4096)
def quoted(document: str) -> str:
    """A document as in IAM's answers: URL-encoded (RFC 3986)."""
    return quote(document, safe="-_.~")


class TrustReader:
    """Returns stored trust policies, and rotates their order with every read of a role."""

    def __init__(self) -> None:
        self._reads: Counter[str] = Counter()

    def reset(self) -> None:
        """Start again with the order of the written documents."""
        self._reads.clear()

    def shown(self, role_id: str, stored: str) -> str:
        """A stored trust policy as IAM shows it in this read."""
        turn = self._reads[role_id]
        self._reads[role_id] += 1
        document = json.loads(stored)
        document["Statement"] = [_shown_statement(statement, turn) for statement in statements(document)]
        return json.dumps(document, separators=(",", ":"))

    def shown_in_answer(self, body: str) -> str:
        """Replace the stored trust policies in an answer that moto has written."""

        def replace(found: re.Match[str]) -> str:
            document = quoted(self.shown(found["role"], unquote(found["document"])))
            return (
                f"<RoleId>{found['role']}</RoleId>{found['between']}"
                f"<AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>"
            )

        return _IN_ANSWER.sub(replace, body)


def _shown_statement(statement: dict[str, Any], turn: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, value in _turned(list(statement.items()), turn):
        shown[key] = _turned_values(_shown_principals(value) if key == "Principal" else value, turn)
    return shown


def _shown_principals(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    return {kind: [shown_principal(name) for name in _listed(names)] for kind, names in stored.items()}


def _turned_values(value: Any, turn: int) -> Any:
    """Arrays and objects in rotated order; an array of one is shown as its only value."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 else _turned(value, turn)
    if isinstance(value, dict):
        return {key: _turned_values(item, turn) for key, item in _turned(list(value.items()), turn)}
    return value


def _turned(items: list[Any], turn: int) -> list[Any]:
    start = turn % len(items) if items else 0
    return items[start:] + items[:start]
