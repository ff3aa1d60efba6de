# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: chosen_accounts
version_added: 1.0.0
short_description: The pattern of hosts of a playbook of this collection, checked before any host runs
description:
  - Returns the value of C(aws_ml_accounts), or V(all), for C(hosts) of a play.
  - Fails if that pattern, with C(--limit), matches no host of the inventory. Ansible itself would skip the play and
    succeed. With C(aws_ml_sliced) it warns instead, because a slice may not contain all hosts of the inventory.
  - With C(aws_ml_account_ids), returns the names of those hosts that have one of these ids in C(aws_account_id). Fails
    if an id is not exactly twelve digits, or if no host has it.
  - Fails if a part of a pattern matches nothing and the playbook removes something. This is V(retire), or any playbook
    if the state of a role is V(absent) for all hosts. Ansible itself only warns.
  - Fails if C(aws_ml_notify) is set for all hosts and the Python package C(apprise) is missing, or does not know one of
    the URLs.
  - Loads the services of the user in the folders of C(aws_ml_service_paths), if the variable is given with
    C(--extra-vars), by the play or in C(group_vars/all). Fails with all mistakes in the services of the first two.
  - Fails if C(--extra-vars) or the play set an unknown variable of this collection or a value of the wrong type for all
    hosts. M(aws_ml.permissions.account_variables) checks the variables of a host.
options:
  _terms:
    description: The name of the playbook without the name of the collection, such as V(retire).
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

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ansible import context
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import split_host_pattern
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.host_patterns import inventory_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.hosts_of_accounts import (
    ACCOUNT_ID,
    hosts_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.inventory_mentions import (
    is_mentioned,
    value_for_all,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import Paths
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import DefinitionsError, absolute
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.playbook_variables import (
    NOTIFY,
    SERVICE_PATHS,
    known_variables_of,
    notification_problems,
    problem_message,
    service_paths,
    values_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.began import begin
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.in_worker import knowledge_with

ACCOUNT_IDS = "aws_ml_account_ids"
NO_ONE = "no account was accessed"
AUDIT_ACTION = "ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action"

display = Display()
begin()


class LookupModule(LookupBase):  # type: ignore[misc]
    """Stops the whole run for a problem that concerns all of it."""

    def run(self, terms: list[str], variables: Mapping[str, Any] | None = None, **options: Any) -> list[str]:
        [playbook] = terms
        if context.CLIARGS.get("syntax"):
            return ["all"]
        known = self._with_paths(playbook, variables or {})
        try:
            values, problems = self._of_all_hosts(playbook, known)
        except DefinitionsError as error:
            raise AnsibleLookupError(f"{error.message}\n{NO_ONE}") from None
        if problems:
            raise AnsibleLookupError(problem_message(problems, NO_ONE))
        _load_knowledge(playbook, absolute(values.get(SERVICE_PATHS, ())))
        patterns: list[str] = values.get("aws_ml_accounts", ["all"])
        removes = _removes(playbook, known, known_variables_of(playbook, known, self._templar).services)
        self._require_hosts(patterns, known["groups"], removes=removes, sliced=values["aws_ml_sliced"])
        ids = values.get(ACCOUNT_IDS)
        return self._with_accounts(ids, patterns, sliced=values["aws_ml_sliced"]) if ids else patterns

    def _of_all_hosts(self, playbook: str, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The variables that are set for all hosts, and the problems with them."""
        extra = load_extra_vars(self._loader)
        # If hosts have services of their own, account_variables reports unknown ones.
        are_known = SERVICE_PATHS in variables or not is_mentioned(SERVICE_PATHS)
        values, problems = values_of(playbook, variables, self._templar, of_host=False, services_are_known=are_known)
        values.setdefault("aws_ml_sliced", False)
        problems += _account_id_problems(values.get(ACCOUNT_IDS))
        targets = variables.get(NOTIFY) or value_for_all(self._loader, NOTIFY)
        problems += notification_problems(targets, self._templar) if targets else []
        known = known_variables_of(playbook, variables, self._templar)
        problems += [*known.problems(extra, "given with -e"), *known.result_problems(extra)]
        problems += known.problems(set(variables) - set(extra), "set for the play")
        if "_raw_params" in extra:
            why = "is not KEY=VALUE; quote a value with spaces, and give lists with commas and no spaces"
            problems.append(Problem("-e", f"{shown(str(extra['_raw_params']))} {why}"))
        return values, problems

    def _with_paths(self, playbook: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The variables, with the folders of services in group_vars/all if they are not set for the play.

        They are loaded here once, so that not every host has to, and variables for all hosts may name their services.
        `account_variables` reports problems with them.
        """
        if SERVICE_PATHS in variables or SERVICE_PATHS not in known_variables().read_by(playbook):
            return variables
        value = value_for_all(self._loader, SERVICE_PATHS)
        if value is None:
            return variables
        variables = {**variables, SERVICE_PATHS: value}
        try:
            known_variables(service_paths(variables, self._templar))
        except AnsibleError:
            return {name: value for name, value in variables.items() if name != SERVICE_PATHS}
        return variables

    def _require_hosts(
        self, patterns: list[str], groups: Mapping[str, list[str]], *, removes: bool, sliced: bool
    ) -> None:
        inventory = inventory_of(self._loader, groups)
        if not inventory.hosts and not inventory.list_hosts(patterns):
            raise AnsibleLookupError(f"the inventory has no hosts; check -i and the inventory's warnings, {NO_ONE}")
        inventory.subset(context.CLIARGS.get("subset"))
        pattern = shown(",".join(patterns))
        limit = f" with --limit {shown(context.CLIARGS['subset'])}" if context.CLIARGS.get("subset") else ""
        if not inventory.get_hosts(patterns):
            message = f"aws_ml_accounts: {pattern}{limit} matches no host of the inventory, {NO_ONE}"
            if not sliced:
                raise AnsibleLookupError(message)
            display.warning(message)
        elif removes and not sliced:
            inventory.subset(None)
            parts = [part.lstrip("!&") for part in split_host_pattern(patterns)]
            lost = [part for part in parts if part != "all" and not inventory.get_hosts(part)]
            if lost:
                names = ", ".join(map(shown, lost))
                raise AnsibleLookupError(f"aws_ml_accounts: {names} in {pattern} matches no host, {NO_ONE}")

    def _with_accounts(self, ids: Sequence[str], patterns: Sequence[str], *, sliced: bool) -> list[str]:
        found = hosts_of(self._loader, ids, patterns)
        lost = ", ".join(account for account, names in found.items() if not names)
        if lost and not sliced:
            raise AnsibleLookupError(f"{ACCOUNT_IDS}: no chosen host has the account id {lost}, {NO_ONE}")
        if lost:
            display.warning(f"{ACCOUNT_IDS}: no chosen host of this slice has the account id {lost}")
        return [name for names in found.values() for name in names]


def _account_id_problems(ids: Sequence[str] | None) -> list[Problem]:
    if ids is not None and not ids:  # else it would mean every account
        return [Problem(ACCOUNT_IDS, "has no entry; give an account id, or leave it out")]
    wrong = [account for account in ids or () if not ACCOUNT_ID.fullmatch(account)]
    return [Problem(ACCOUNT_IDS, f"{shown(account)} is not an account id of twelve digits") for account in wrong]


def _load_knowledge(playbook: str, paths: Paths) -> None:
    """The data of the user's own services that the workers need."""
    if not paths:
        return
    if playbook == "site":
        knowledge_with(paths)
    else:
        audit_action = import_module(AUDIT_ACTION)  # its facts are large, and other playbooks do not need them
        audit_action.audit_knowledge_with(paths)


def _removes(playbook: str, variables: Mapping[str, Any], services: Sequence[str]) -> bool:
    states = (variables.get(f"{service}_iam_state") for service in services)
    return playbook == "retire" or "absent" in states
