# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's quotas (FACTS C1). The values come from `data/quotas.json` and can be changed while the server runs."""

from __future__ import annotations

import json
from collections.abc import Sized
from pathlib import Path
from typing import Any

from .answer import limit_exceeded
from .store import Store, local_policies

_DEFAULTS: dict[str, int] = json.loads((Path(__file__).parent / "data" / "quotas.json").read_text(encoding="utf-8"))
TAGS_PER_ENTITY = 50


def document_size(document: str) -> int:
    """The size that IAM counts: without white space."""
    return sum(1 for character in document if not character.isspace())


class Quotas:
    """The quotas this server enforces and `GetAccountSummary` reports."""

    def __init__(self) -> None:
        self._values = dict(_DEFAULTS)

    def __getitem__(self, name: str) -> int:
        return self._values[name]

    def reset(self) -> None:
        """Go back to the quotas of a new account."""
        self._values = dict(_DEFAULTS)

    def change(self, values: dict[str, int]) -> None:
        """Raise or lower quotas by the names that `GetAccountSummary` uses."""
        unknown = sorted(set(values) - set(_DEFAULTS))
        if unknown:
            raise ValueError(f"unknown quota {', '.join(unknown)}; known are {', '.join(sorted(_DEFAULTS))}")
        self._values.update({name: int(value) for name, value in values.items()})

    def one_more(self, present: Sized | int, quota: str, label: str) -> None:
        """Refuse one more object if the quota is reached."""
        count = present if isinstance(present, int) else len(present)
        if count >= self[quota]:
            raise limit_exceeded(f"Cannot exceed quota for {label}: {self[quota]}")

    def trust_size(self, document: str) -> None:
        """Refuse a trust policy that is too long."""
        if document_size(document) > self["AssumeRolePolicySizeQuota"]:
            raise limit_exceeded(f"Cannot exceed quota for ACLSizePerRole: {self['AssumeRolePolicySizeQuota']}")

    def policy_size(self, document: str) -> None:
        """Refuse a managed policy document that is too long."""
        if document_size(document) > self["PolicySizeQuota"]:
            raise limit_exceeded(f"Cannot exceed quota for PolicySize: {self['PolicySizeQuota']}")

    def inline_size(self, kind: str, holder: Any, policy_name: str, document: str) -> None:
        """Refuse an inline policy that makes the sum of a role's, user's or group's inline policies too long."""
        others = sum(document_size(text) for name, text in holder.policies.items() if name != policy_name)
        quota = self[f"{kind.capitalize()}PolicySizeQuota"]
        if others + document_size(document) > quota:
            raise limit_exceeded(f"Maximum policy size of {quota} bytes exceeded for {kind} {holder.name}")

    def tags(self, present: dict[str, str], added: list[dict[str, str]]) -> None:
        """Refuse tags beyond the fixed number per entity."""
        keys = {key.lower() for key in present} | {tag["Key"].lower() for tag in added}
        if len(keys) > TAGS_PER_ENTITY:
            raise limit_exceeded("The number of tags has reached the maximum limit.")

    def summary(self, store: Store) -> dict[str, int]:
        """`GetAccountSummary`: quotas and usage of an account."""
        policies = local_policies(store)
        usage = {
            "AccountAccessKeysPresent": 0,
            "AccountMFAEnabled": 0,
            "AccountPasswordPresent": 1,
            "AccountSigningCertificatesPresent": 0,
            "GlobalEndpointTokenVersion": 1,
            "Groups": len(store.groups),
            "InstanceProfiles": len(store.instance_profiles),
            "MFADevices": len(store.virtual_mfa_devices),
            "MFADevicesInUse": sum(len(user.mfa_devices) for user in store.users.values()),
            "Policies": len(policies),
            "PolicyVersionsInUse": sum(len(policy.versions) for policy in policies),
            "Providers": len(store.saml_providers) + len(store.open_id_providers),
            "Roles": len(store.roles),
            "ServerCertificates": len(store.certificates),
            "Users": len(store.users),
        }
        return {**usage, **self._values}
