# SPDX-License-Identifier: GPL-3.0-or-later
"""Principals of trust policies: which ones IAM accepts, and how it stores them (FACTS C4).

A service principal ends with `.amazonaws.com` in every partition, or with the suffix of the partition (botocore's
list).

IAM stores a role or user by its unique id. While the entity exists the id is shown as its ARN. After that the id itself
is shown, even if an entity of the same name has been created again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from .answer import malformed
from .store import Store, account_known, live_stores

_DATA = json.loads((Path(__file__).parent / "data" / "services.json").read_text(encoding="utf-8"))
STS_ACTIONS: tuple[str, ...] = tuple(_DATA["sts_actions"])
"""The service authorization reference, AWS Security Token Service."""

REQUIRED_CLAIMS: dict[str, str] = _DATA["required_claims"]
"""OIDC providers that AWS's customers share, and the claim that a trust policy has to compare."""

_SERVICES = frozenset(_DATA["service_principals"])
_FEDERATED = {partition: frozenset(names) for partition, names in _DATA["federated_providers"].items()}
_SUFFIXES = {
    partition["id"]: partition["outputs"]["dnsSuffix"] for partition in Loader().load_data("partitions")["partitions"]
}
_SERVICE_PRINCIPAL = re.compile(r"([a-z0-9.-]+?)(?:\.[a-z]{2}(?:-[a-z]+){1,2}-\d)?\.amazonaws\.com(?:\.cn)?")
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE_ID = re.compile(r"(AROA|AIDA)[A-Z0-9]{8,}")
_ARN = re.compile(r"arn:(aws[a-z-]*):(iam|sts)::(\d{12}):([^*?\s]+)")
_LABELS = {"AWS": "AWS", "Service": "SERVICE", "Federated": "FEDERATED", "CanonicalUser": "CANONICAL_USER"}

StoreOf = Callable[[str], Store]


def refuse(kind: str, value: Any) -> Exception:
    """`Invalid principal in policy`, as IAM words it."""
    shown = value if isinstance(value, str) else json.dumps(value)
    return malformed(f'Invalid principal in policy: "{_LABELS.get(kind, kind)}":"{shown}"')


def stored_principal(kind: str, value: Any, partition: str, seen: StoreOf) -> str:
    """A principal as IAM stores it, or a refusal. `seen` gives an account's state as the writer sees it."""
    if not isinstance(value, str) or not value:
        raise refuse(kind, value)
    if kind == "AWS":
        return _stored_aws(value, partition, seen)
    if kind == "Service":
        if _service_name(value, partition) not in _SERVICES:
            raise refuse(kind, value)
    elif kind == "Federated":
        if value not in _FEDERATED["*"] | _FEDERATED.get(partition, frozenset()):
            _check_provider(value, partition, seen)
    elif kind not in _LABELS:
        raise refuse(kind, value)
    return value


def _service_name(value: str, partition: str) -> str:
    """The service that a principal names, or an empty text."""
    known = _SERVICE_PRINCIPAL.fullmatch(value)
    if known is not None:
        return known[1]
    name, found, rest = value.partition(f".{_SUFFIXES[partition]}")
    return name if found and not rest else ""


def _stored_aws(value: str, partition: str, seen: StoreOf) -> str:
    if value == "*":
        return value
    if _ACCOUNT.fullmatch(value):
        return f"arn:{partition}:iam::{value}:root"
    if _UNIQUE_ID.fullmatch(value):
        if current_arn(value) is None:
            raise refuse("AWS", value)
        return value
    arn = _ARN.fullmatch(value)
    if arn is None or arn[1] != partition:
        raise refuse("AWS", value)
    service, account, kind = arn[2], arn[3], arn[4].partition("/")[0]
    entity_kinds = ("assumed-role", "federated-user") if service == "sts" else ("root", "role", "user")
    if kind not in entity_kinds or (kind == "root" and arn[4] != "root"):
        raise refuse("AWS", value)
    if kind not in ("role", "user") or not account_known(account):
        return value
    store = seen(account)
    entities: Any = store.roles.values() if kind == "role" else store.users.values()
    found = next((entity for entity in entities if entity.arn == value), None)
    if found is None:
        raise refuse("AWS", value)
    return str(found.id)


def _check_provider(value: str, partition: str, seen: StoreOf) -> None:
    arn = _ARN.fullmatch(value)
    if arn is None or arn[1] != partition or not arn[4].startswith(("saml-provider/", "oidc-provider/")):
        raise refuse("Federated", value)
    if not account_known(arn[3]):
        return
    store = seen(arn[3])
    if value not in store.open_id_providers and all(p.arn != value for p in store.saml_providers.values()):
        raise refuse("Federated", value)


def current_arn(unique_id: str) -> str | None:
    """The ARN of the role or user with that unique id, or None once it is deleted."""
    for store in live_stores():
        role = store.roles.get(unique_id)
        if role is not None:
            return str(role.arn)
        if unique_id.startswith("AIDA"):
            user = next((user for user in store.users.values() if user.id == unique_id), None)
            if user is not None:
                return str(user.arn)
    return None


def shown_principal(stored: str) -> str:
    """A stored principal as IAM shows it."""
    return (current_arn(stored) or stored) if _UNIQUE_ID.fullmatch(stored) else stored
