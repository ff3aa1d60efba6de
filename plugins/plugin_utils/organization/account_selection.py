# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The accounts that an inventory selects, read once and stored as plain data for a cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .account_filters import AccountFilter, OrganizationAccount
from .reader import OrganizationReader, Reads
from .units import Unit, chosen_units, lineage

FORMAT = 1
"""Increases when the plain data changes, so that a cache of an older version is read again."""


@dataclass(frozen=True)
class WantedAccounts:
    """The selection. A cache is used only if it contains the same selection."""

    filter: AccountFilter
    ous: Sequence[str] = ()
    exclude_ous: Sequence[str] = ()
    read_tags: bool = True


@dataclass(frozen=True)
class Selection:
    """The accounts, and the units they are in with all units above and chosen units without accounts."""

    organization_id: str
    management_id: str
    units: Sequence[Unit]
    accounts: Sequence[OrganizationAccount]
    left_out: int
    idle_names: Sequence[str]

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Selection:
        """The selection of a cache. Raises KeyError or TypeError if it is not a selection."""
        units = [Unit(unit["id"], unit["parent_id"], tuple(unit["names"])) for unit in plain["units"]]
        accounts = [OrganizationAccount(**account) for account in plain["accounts"]]
        return cls(**{**plain, "units": units, "accounts": accounts})


def select(connect: Callable[[], Reads], wanted: WantedAccounts) -> Selection:
    """Read the selection. Accounts that are filtered out need no call for their tags."""
    reader = OrganizationReader(connect())
    units = reader.units()
    by_id = {unit.id: unit for unit in units}
    chosen = chosen_units(units, wanted.ous, wanted.exclude_ous)
    found = reader.accounts(unit.id for unit in units if unit.id in chosen)
    there = list({account.id: account for account in found}.values())  # moved during the read: listed twice
    accounts = wanted.filter.before_tags(there, reader.management_id)
    if wanted.read_tags:
        accounts = wanted.filter.by_tags(reader.with_tags(accounts))
    shown = {above for unit in units if unit.id in chosen for above in lineage(unit, by_id)}
    return Selection(
        organization_id=reader.id,
        management_id=reader.management_id,
        units=[unit for unit in units if unit.id in shown],
        accounts=sorted(accounts, key=lambda account: (by_id[account.unit_id].names, account.name, account.id)),
        left_out=len(there) - len(accounts),
        idle_names=wanted.filter.idle_names(there),
    )
