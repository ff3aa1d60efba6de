# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Selects the accounts of an organization. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, shown

ID = re.compile(r"\d{12}", re.ASCII)
"""An account id."""

STATUSES = ("PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED")


@dataclass(frozen=True)
class OrganizationAccount:
    """An account in AWS Organizations. `tags` are empty until they are read."""

    id: str
    name: str
    email: str
    arn: str
    status: str
    joined: str
    joined_method: str
    unit_id: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountFilter:
    """The conditions that the options set for an account."""

    statuses: Sequence[str] = ("ACTIVE",)
    management: bool = True
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    tags: Sequence[str] = ()
    exclude_tags: Sequence[str] = ()

    def __post_init__(self) -> None:
        for option, entries in (("tags", self.tags), ("exclude_tags", self.exclude_tags)):
            for entry in entries:
                if not entry.partition("=")[0].strip():
                    raise EngineError(f"{option}: {shown(entry)} has no key; write KEY or KEY=VALUE")

    def before_tags(self, accounts: Iterable[OrganizationAccount], management_id: str) -> list[OrganizationAccount]:
        """The accounts that pass all filters that do not need tags."""
        return [
            account
            for account in accounts
            if account.status in self.statuses
            and (self.management or account.id != management_id)
            and (not self.include or _matches_any(account, self.include))
            and not _matches_any(account, self.exclude)
        ]

    def by_tags(self, accounts: Iterable[OrganizationAccount]) -> list[OrganizationAccount]:
        """The accounts that have each key in `tags`, with one of its values, and none of `exclude_tags`."""
        wanted: dict[str, list[str]] = {}
        for entry in self.tags:
            wanted.setdefault(entry.partition("=")[0].strip(), []).append(entry)
        return [
            account
            for account in accounts
            if all(any(_has_tag(account, entry) for entry in entries) for entries in wanted.values())
            and not any(_has_tag(account, entry) for entry in self.exclude_tags)
        ]

    def idle_names(self, accounts: Sequence[OrganizationAccount]) -> list[str]:
        """Entries of `include` and `exclude` without wildcards that match none of the accounts, with their option."""
        return [
            f"{option}: {shown(entry)}"
            for option, entries in (("include", self.include), ("exclude", self.exclude))
            for entry in entries
            if not set(entry) & set("*?[") and not any(_matches_any(account, [entry]) for account in accounts)
        ]


def _matches_any(account: OrganizationAccount, patterns: Sequence[str]) -> bool:
    """Whether a pattern matches. Twelve digits are an ID: an account may be named like the ID of another one."""
    return any(
        fnmatchcase(value, pattern)
        for pattern in patterns
        for value in ([account.id] if ID.fullmatch(pattern) else [account.name, account.id, account.email])
    )


def _has_tag(account: OrganizationAccount, entry: str) -> bool:
    key, equals, value = entry.partition("=")
    found = account.tags.get(key.strip())
    return found is not None and (not equals or fnmatchcase(found, value.strip()))
