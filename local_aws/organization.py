# SPDX-License-Identifier: GPL-3.0-or-later
"""The fresh organization: a management account, two organizational units and member accounts with tags.

Each member has the role that AWS Organizations creates in it, `OrganizationAccountAccessRole`.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from moto.organizations.models import organizations_backends

from .store import freeze, live_store, thaw

ACCESS_ROLE = "OrganizationAccountAccessRole"
_DATA = json.loads((Path(__file__).parent / "data" / "organization.json").read_text(encoding="utf-8"))
_SEED = 20100508  # the same account ids and unique ids in every run
_KEPT = ("iam", "sts", "organizations")


@dataclass(frozen=True)
class Member:
    """A member account as the readiness line shows it."""

    id: str
    name: str
    email: str
    ou: str
    role_arn: str


class Organization:
    """The organization, and the fresh state of its accounts."""

    def __init__(self, management: str, members: int) -> None:
        mock_random.seed(_SEED)
        self.management = management
        backend = organizations_backends[management]["aws"]
        live_store(management)
        existing = set(iam_backends)
        backend.create_organization(region="us-east-1")
        for stray in set(iam_backends) - existing:  # moto lists the management account a second time, without a name
            del iam_backends[stray]
        owner = backend.accounts[0]
        owner.name, owner.email = "management", "aws+management@example.com"
        root = backend.ou[0].id
        units = {
            unit: backend.create_organizational_unit(ParentId=root, Name=unit)["OrganizationalUnit"]["Id"]
            for unit in _DATA["units"]
        }
        self.members = [self._create_member(backend, root, units, number) for number in range(members)]
        self._fresh = {account: freeze(live_store(account)) for account in self.accounts}
        self._fresh_organization = deepcopy(vars(backend))

    @property
    def accounts(self) -> list[str]:
        """All account ids, the management account first."""
        return [self.management, *(member.id for member in self.members)]

    def _create_member(self, backend: Any, root: str, units: dict[str, str], number: int) -> Member:
        samples = _DATA["members"]
        sample = samples[number % len(samples)]
        name = sample["name"] if number < len(samples) else f"{sample['name']}-{number // len(samples) + 1}"
        email = f"aws+{name}@example.com"
        tags = [{"Key": key, "Value": value} for key, value in sample["tags"].items()]
        backend.create_account(AccountName=name, Email=email, Tags=tags)
        account = str(backend.accounts[-1].id)
        backend.move_account(AccountId=account, SourceParentId=root, DestinationParentId=units[sample["unit"]])
        return Member(account, name, email, sample["unit"], f"arn:aws:iam::{account}:role/{ACCESS_ROLE}")

    def restore(self) -> None:
        """Restore the fresh state of every account, and forget the state of other services; sessions stay valid."""
        for account in list(iam_backends):
            if account not in self._fresh:
                del iam_backends[account]
                organizations_backends.master_accounts.pop(account, None)
        for account, frozen in self._fresh.items():
            thaw(frozen, live_store(account))
            for partition in [name for name in iam_backends[account] if name != "aws"]:
                iam_backends[account][partition].reset()
        vars(organizations_backends[self.management]["aws"]).update(deepcopy(self._fresh_organization))
        backends: Any = BackendDict
        for instance in backends._instances:
            for service in list(instance.values()):
                if service.service_name not in _KEPT:
                    service.reset()

    def describe(self, endpoint: str) -> dict[str, Any]:
        """The readiness line."""
        return {
            "endpoint": endpoint,
            "management": self.management,
            "members": [asdict(member) for member in self.members],
        }
