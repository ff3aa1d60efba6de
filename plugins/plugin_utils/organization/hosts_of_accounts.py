# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The hosts of an inventory by the ids of their accounts, before Ansible has the variables of hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from .given_variables import sources

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


def hosts_of(loader: Any, ids: Iterable[str], patterns: Sequence[str]) -> dict[str, list[str]]:
    """The names of the hosts of each account, of the hosts that the patterns match. Reads the inventory once more.

    A name that Ansible would read as a pattern of other hosts is left out.
    """
    wanted = dict.fromkeys(ids)
    found: dict[str, list[str]] = {account: [] for account in wanted}
    for name, account in _accounts_of_hosts(loader, tuple(sources()), tuple(patterns)):
        if account in found:
            found[account].append(name)
    return found


@cache  # Ansible evaluates the hosts of a play twice
def _accounts_of_hosts(
    loader: Any, inventory_sources: tuple[str, ...], patterns: tuple[str, ...]
) -> list[tuple[str, str]]:
    inventory = InventoryManager(loader, sources=list(inventory_sources))
    variables = VariableManager(loader=loader, inventory=inventory)
    pairs = []
    for host in inventory.get_hosts(list(patterns)):
        own = variables.get_vars(host=host, include_hostvars=False)
        try:
            account = str(Templar(loader, variables=own).template(own.get("aws_account_id", "")))
        except AnsibleError:
            continue  # account_variables reports it where the host is chosen
        if [one.name for one in inventory.get_hosts([host.name])] == [host.name]:
            pairs.append((host.name, account))
    return pairs
