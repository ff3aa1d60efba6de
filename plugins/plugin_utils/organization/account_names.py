# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The name of the host of an account, and which account's variables that name has. Pure.

Names and emails are chosen in the accounts, tags by everyone who can tag them. Such a text must not become the name of
a group, a name with a meaning for Ansible or a file system, or a name with the variables of another account.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from .account_filters import OrganizationAccount
from .units import ANSIBLE_GROUPS, ROOT_GROUP

HOSTNAMES: Mapping[str, Callable[[OrganizationAccount], str]] = {
    "name": lambda account: account.name,
    "id": lambda account: account.id,
    "email": lambda account: account.email,
}

_WORDS = {*ANSIBLE_GROUPS, ROOT_GROUP}
_LOCAL = re.compile(r"(ip6-)?(localhost|loopback)\d*([.-].*)?")
_ADDRESS = re.compile(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+))*")
_FILES = (".yml", ".yaml", ".json")
"""Ansible reads host_vars/NAME.yml for a host called NAME, and for one called NAME.yml too."""


@dataclass(frozen=True)
class GivenVariables:
    """Variables that a host name has from elsewhere: files in a folder host_vars, or a host of another source.

    `account_id` is the `aws_account_id` among them, empty if there is none. `place` is for messages.
    """

    name: str
    account_id: str
    place: str
    is_host: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether only the stated account may have the name."""
        return self.is_host or bool(self.account_id)


@dataclass(frozen=True)
class HostName:
    """The name of the host of an account, and why its variables may not be those of the account."""

    name: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """The groups that a source creates, and the problem with the groups of a host, by the host's name."""

    groups: set[str]
    problems: Mapping[str, Sequence[str]]


def host_names(
    accounts: Sequence[OrganizationAccount], kind: str, groups: Collection[str], given: Sequence[GivenVariables]
) -> dict[str, HostName]:
    """The host of each account, by the ID of the account. `groups` are all groups of the inventory.

    A name that has variables with an `aws_account_id` belongs to that account, whatever the names of accounts are. Any
    other name becomes NAME-ID if it is not the name of this account alone.
    """
    wanted = {account.id: _safe(HOSTNAMES[kind](account)) or account.id for account in accounts}
    owned = {} if kind == "id" else _owned_names(wanted, groups, given)
    count = Counter(name.casefold() for account, name in wanted.items() if account not in owned)
    taken = {each.name.casefold() for each in given if each.is_taken}

    def chosen(account: str, name: str) -> str:
        if kind == "id" or account in owned:
            return owned.get(account, account)
        alone = count[name.casefold()] == 1 and name.casefold() not in taken
        return name if alone and _usable(name, account, groups) else f"{name}-{account}" if name != account else name

    names = {account: chosen(account, name) for account, name in wanted.items()}
    owners = {name.casefold(): account for account, name in owned.items()}
    return {
        account: HostName(name, tuple(_problems(account, wanted[account], name, owners, given)))
        for account, name in names.items()
    }


def check_groups(names: Iterable[HostName], groups: Collection[str]) -> None:
    """Raise EngineError if a host still has the name of a group: a group with the name of an ID, or NAME-ID."""
    if both := sorted({each.name for each in names}.intersection(groups)):
        raise EngineError(
            f"Groups have the same names as hosts of accounts: {', '.join(both)}. To fix: rename the groups."
        )


def is_reserved(name: str, account: str) -> bool:
    """Whether Ansible, YAML or a file system gives the name a meaning, or it could be another account's NAME-ID."""
    folded = name.casefold()
    ending = re.search(r"-(\d{12})$", folded)
    return (
        folded in _WORDS
        or bool(_LOCAL.fullmatch(folded) or _ADDRESS.fullmatch(folded))
        or folded.endswith(_FILES)
        or not _is_text(name)
        or (ending is not None and ending[1] != account)
    )


def _usable(name: str, account: str, groups: Collection[str]) -> bool:
    return name == account or (name not in groups and not is_reserved(name, account))


def _owned_names(accounts: Collection[str], groups: Collection[str], given: Sequence[GivenVariables]) -> dict[str, str]:
    """The names that belong to accounts because variables given to the name say so, by the account's ID."""
    names, ids = defaultdict(set), defaultdict(set)
    for each in given:
        if each.is_taken:
            names[each.account_id].add(each.name)
            ids[each.name.casefold()].add(each.account_id)
    return {
        account: name
        for account in accounts
        if len(names[account]) == 1
        for name in names[account]
        if ids[name.casefold()] == {account} and name == _safe(name) and _usable(name, account, groups)
    }


def _problems(
    account: str, wanted: str, name: str, owners: Mapping[str, str], given: Sequence[GivenVariables]
) -> list[str]:
    """Why the host may have variables of another account, or lack its own."""
    says_so = f'aws_account_id: "{account}"'
    chosen = {each for each in (wanted.casefold(), name.casefold()) if not each.endswith(account)} - set(owners)
    found = []
    for each in given:
        folded = each.name.casefold()
        if each.account_id == account and each.name != name:
            found.append(
                f"{each.place} is for account {account}, whose host is {name}. To fix: give these variables to {name}."
            )
        elif each.account_id not in ("", account) and folded == name.casefold():
            found.append(f"{each.place} is for account {each.account_id}. To fix: remove it from {name}.")
        elif not each.account_id and folded in chosen:
            found.append(
                f"{each.place} does not say which account it is for, and account {account} chose the name {wanted}"
                f" itself. To fix: add {says_so} there if it is for this account, or that of the account it is for."
            )
    return list(dict.fromkeys(found))


def _is_text(name: str) -> bool:
    """Whether YAML reads the name as text. `on` or `1e+3` would be read as another type."""
    try:
        return isinstance(yaml.safe_load(name), str)
    except yaml.YAMLError:
        return False


def _safe(name: str) -> str:
    """The name with a hyphen for each character with a meaning in Ansible's host patterns, in a path, or in a shell."""
    return re.sub(r"[^A-Za-z0-9_.@+-]+", "-", name).strip("-.@")
