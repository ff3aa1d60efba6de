# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: chosen_accounts
version_added: 1.0.0
short_description: The pattern of hosts of a playbook of this collection, checked before any host runs
description:
  - Returns what C(aws_ml_accounts) says, or V(all), for C(hosts) of a play.
  - Fails where that pattern, with C(--limit), matches no host of the inventory. Ansible itself would skip the play and
    end with success. With C(aws_ml_sliced) it warns instead, because a slice may lack what the whole inventory has.
  - Fails where a part of a pattern matches nothing and the playbook removes something, that is V(retire), or any
    playbook with the state V(absent) of a role set for all hosts. Ansible itself warns.
  - Fails with an unknown variable of this collection, or a value of the wrong type, among those that C(--extra-vars) or
    the play set for all hosts. M(aws_ml.permissions.account_variables) finds those of a host.
options:
  _terms:
    description: The name of the playbook without that of the collection, such as V(retire).
    type: str
    required: true
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - module: aws_ml.permissions.account_variables
"""

EXAMPLES = r"""
---
- name: Look at the accounts that aws_ml_accounts names
  hosts: "{{ query('aws_ml.permissions.chosen_accounts', 'audit') }}"
  gather_facts: false
  tasks:
    - name: Check the account and its variables
      aws_ml.permissions.account_variables:
        playbook: audit
"""

RETURN = r"""
_list:
  description: Patterns of hosts.
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleLookupError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.playbook_variables import told, values_of

NOBODY = "no account was touched"

display = Display()


class LookupModule(LookupBase):  # type: ignore[misc]
    """Stops a run as a whole for what is wrong with all of it."""

    def run(self, terms: list[str], variables: Mapping[str, Any] | None = None, **options: Any) -> list[str]:
        [playbook] = terms
        if context.CLIARGS.get("syntax"):
            return ["all"]
        known = variables or {}
        values, problems = self._of_all_hosts(playbook, known)
        if problems:
            raise AnsibleLookupError(told(problems, NOBODY))
        patterns: list[str] = values.get("aws_ml_accounts", ["all"])
        self._require_hosts(
            patterns, known["groups"], removes=_removes(playbook, known), sliced=values["aws_ml_sliced"]
        )
        return patterns

    def _of_all_hosts(self, playbook: str, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """What is set for all hosts at once, and what is wrong with it."""
        extra = load_extra_vars(self._loader)
        values, problems = values_of(playbook, variables, self._templar, of_host=False)
        values.setdefault("aws_ml_sliced", False)
        known = known_variables()
        problems += [*known.problems(extra, "given with -e"), *known.result_problems(extra)]
        problems += known.problems(set(variables) - set(extra), "set for the play")
        if "_raw_params" in extra:
            why = "stands alone; quote a value with spaces, and give lists with commas and no spaces"
            problems.append(Problem("-e", f"{shown(str(extra['_raw_params']))} {why}"))
        return values, problems

    def _require_hosts(
        self, patterns: list[str], groups: Mapping[str, list[str]], *, removes: bool, sliced: bool
    ) -> None:
        inventory = self._inventory(groups)
        if not inventory.hosts and not inventory.list_hosts(patterns):
            raise AnsibleLookupError(f"the inventory has no hosts; check -i and the inventory's warnings, {NOBODY}")
        inventory.subset(context.CLIARGS.get("subset"))
        pattern = shown(",".join(patterns))
        limit = f" with --limit {shown(context.CLIARGS['subset'])}" if context.CLIARGS.get("subset") else ""
        if not inventory.get_hosts(patterns):
            message = f"aws_ml_accounts: {pattern}{limit} matches no host of the inventory, {NOBODY}"
            if not sliced:
                raise AnsibleLookupError(message)
            display.warning(message)
        elif removes and not sliced:
            inventory.subset(None)
            parts = [part.lstrip("!&") for part in split_host_pattern(patterns)]
            lost = [part for part in parts if part != "all" and not inventory.get_hosts(part)]
            if lost:
                names = ", ".join(map(shown, lost))
                raise AnsibleLookupError(f"aws_ml_accounts: {names} in {pattern} matches no host, {NOBODY}")

    def _inventory(self, groups: Mapping[str, list[str]]) -> InventoryManager:
        inventory = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            inventory.add_group(group)
            for host in hosts:
                inventory.add_host(host, group=group)
        return inventory


def _removes(playbook: str, variables: Mapping[str, Any]) -> bool:
    states = (variables.get(f"{service}_iam_state") for service in known_variables().services)
    return playbook == "retire" or "absent" in states
