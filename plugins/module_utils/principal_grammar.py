# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses as the Principal of a statement. Source: the IAM JSON policy element reference, Principal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .account_ids import account_id_refusal, arn_account_refusal
from .errors import Problem, shown

_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_ARN = re.compile(
    r"arn:[a-z0-9-]+:(iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)"
    r"|sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_PROVIDER_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:(saml|oidc)-provider/.+", re.ASCII)
_WEB_IDENTITY = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")


def principal_problems(value: Any, where: str, *, ids_too: bool) -> Iterator[Problem]:
    """Problems of a Principal or NotPrincipal element; `ids_too` lets the ids of deleted roles and users pass."""
    if value == "*":
        return
    if not isinstance(value, Mapping) or not value:
        yield Problem(where, f'{shown(value)} is no principal; write {{"Service": …}}, {{"AWS": …}} or "*"')
        return
    for kind, entries in value.items():
        if kind not in _TYPES:
            yield Problem(f"{where}.{kind}", f"unknown type of principal; there are {', '.join(_TYPES)}")
            continue
        listed = isinstance(entries, list) and bool(entries)
        for index, entry in enumerate(entries if listed else [entries]):
            is_id = kind == "AWS" and isinstance(entry, str) and _UNIQUE_ID.fullmatch(entry)
            refused = None if ids_too and is_id else _refusal(kind, entry)
            if refused:
                yield Problem(f"{where}.{kind}[{index}]" if listed else f"{where}.{kind}", f"{shown(entry)} {refused}")


def _refusal(kind: str, entry: Any) -> str | None:
    if kind == "AWS" and not isinstance(entry, bool) and str(entry).isdigit():
        return account_id_refusal(entry)
    if not isinstance(entry, str) or not entry.strip():
        return "names no principal"
    if kind == "Service" and not _SERVICE.fullmatch(entry):
        return "is no service principal; they end in .amazonaws.com"
    wrong_account = arn_account_refusal(entry) if kind in ("AWS", "Federated") else None
    if kind == "Federated" and entry not in _WEB_IDENTITY and not _PROVIDER_ARN.fullmatch(entry):
        return wrong_account or "is neither the ARN of a SAML or OIDC provider nor one of " + ", ".join(_WEB_IDENTITY)
    if kind == "AWS" and _UNIQUE_ID.fullmatch(entry):
        return "is the id of a deleted or renamed principal; write its ARN"
    if kind == "AWS" and entry != "*" and not _ARN.fullmatch(entry):
        return wrong_account or "is neither an account id of 12 digits nor the ARN of an account, role or user"
    return None
