# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Resolves patterns of hosts from the groups of a run, where Ansible's own inventory is out of reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.inventory.manager import InventoryManager


def inventory_of(loader: Any, groups: Mapping[str, Sequence[str]]) -> InventoryManager:
    """An inventory with these groups and hosts, and without variables; `groups` is Ansible's variable of that name."""
    inventory = InventoryManager(loader, parse=False)
    for group, hosts in groups.items():
        inventory.add_group(group)
        for host in hosts:
            inventory.add_host(host, group=group)
    return inventory
