# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who may assume a role, according to its trust policy. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..policy.document import PolicyDocument, is_principal_id

_ACCOUNT = re.compile(r"\d{12}|arn:[a-z0-9-]+:iam::\d{12}:root")
_KINDS = {"Service": "service", "Federated": "federated"}


def trusted_principals(trust: PolicyDocument, services: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every principal that an Allow statement trusts, with its condition keys; `services` are the states (open, closed,
    ended) of services by their principal. Sorted, each principal and set of keys once."""
    found = {
        (principal, kind, keys): {
            "principal": principal,
            "kind": kind,
            "conditions": list(keys),
            "state": services.get(principal) if kind == "service" else None,
        }
        for principal, kind, keys in _let_in(trust)
    }
    return [found[key] for key in sorted(found)]


def principal_kind(kind: str, value: str) -> str:
    """One of service, federated, anyone, deleted, account, role and user."""
    if kind != "AWS":
        return _KINDS.get(kind, "account")
    if value == "*":
        return "anyone"
    if is_principal_id(value):
        return "deleted"
    if _ACCOUNT.fullmatch(value):
        return "account"
    return "user" if ":user/" in value or ":federated-user/" in value else "role"


def _let_in(trust: PolicyDocument) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for statement in trust.allowing:
        keys = tuple(sorted({condition.key for condition in statement.conditions}))
        if statement.not_principals is not None:
            yield "*", "anyone", keys
        for kind, value in statement.principals or ():
            yield value, principal_kind(kind, value), keys
