# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM refuses as the Principal of a statement of a trust policy.

Sources: the IAM JSON policy element reference, Principal; FACTS C4, C8, C11; botocore's partitions for the suffixes.
Doubt: service principals end in `.amazonaws.com` nearly everywhere. In the isolated partitions and in the European
Sovereign Cloud, some are reported to end in the suffix of the partition. No document lists them. They get a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown
from ..policy.account_ids import account_id_refusal, arn_account_refusal
from .identity_provider import WEB_IDENTITY, is_federated

_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_NAME = r"[a-z0-9-]+(\.[a-z0-9-]+)*"
_SERVICE = re.compile(rf"{_NAME}\.amazonaws\.com(\.cn)?")
_SERVICE_ELSEWHERE = re.compile(
    rf"{_NAME}\.(amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_ARN = re.compile(
    r"arn:[a-z0-9-]+:(iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)"
    r"|sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


def principal_problems(value: Any, where: str, *, to_be_removed: bool) -> Iterator[Problem]:
    """Problems of a Principal or NotPrincipal element.

    A statement `to_be_removed` is not sent to IAM. It can contain "*" and the ids of deleted roles and users.
    """
    if value == "*":
        if not to_be_removed:
            yield Problem(where, 'IAM does not accept "*" alone in a trust policy; for everyone write {"AWS": "*"}')
        return
    if not isinstance(value, Mapping) or not value:
        yield Problem(where, f'{shown(value)} is not a valid principal; write {{"Service": …}} or {{"AWS": …}}')
        return
    for kind, entries in value.items():
        if kind not in _TYPES:
            yield Problem(f"{where}.{kind}", f"unknown type of principal; the types are {', '.join(_TYPES)}")
            continue
        listed = isinstance(entries, list) and bool(entries)
        for index, entry in enumerate(entries if listed else [entries]):
            is_id = kind == "AWS" and isinstance(entry, str) and _UNIQUE_ID.fullmatch(entry)
            refused = None if to_be_removed and is_id else _refusal(kind, entry)
            if refused:
                yield Problem(f"{where}.{kind}[{index}]" if listed else f"{where}.{kind}", f"{shown(entry)} {refused}")


def service_doubt(entry: str) -> str | None:
    """Why IAM may refuse a service principal, None if there is no doubt. The text follows the principal."""
    if not _SERVICE_ELSEWHERE.fullmatch(entry):
        return None
    return "may be refused: most service principals end in .amazonaws.com in every partition"


def _refusal(kind: str, entry: Any) -> str | None:
    if kind == "AWS" and not isinstance(entry, bool) and str(entry).isdigit():
        return account_id_refusal(entry)
    if not isinstance(entry, str) or not entry.strip():
        return "is not a principal"
    if kind == "Service":
        return _service_refusal(entry)
    wrong_account = arn_account_refusal(entry) if kind in ("AWS", "Federated") else None
    if kind == "Federated" and not is_federated(entry):
        return wrong_account or "is neither the ARN of a SAML or OIDC provider nor one of " + ", ".join(WEB_IDENTITY)
    if kind == "AWS" and _UNIQUE_ID.fullmatch(entry):
        return "is the id of a deleted or renamed principal; write its ARN"
    if kind == "AWS" and entry != "*" and not _ARN.fullmatch(entry):
        return wrong_account or "is neither an account id of 12 digits nor the ARN of an account, role or user"
    return None


def _service_refusal(entry: str) -> str | None:
    if _is_service(entry):
        return None
    if _is_service(entry.lower()):
        return f"contains upper-case letters; service principals are in lower case: write {shown(entry.lower())}"
    return "is not a service principal; service principals end in .amazonaws.com"


def _is_service(entry: str) -> bool:
    return any(form.fullmatch(entry) for form in (_SERVICE, _SERVICE_ELSEWHERE))
