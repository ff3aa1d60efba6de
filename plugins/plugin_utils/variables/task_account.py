# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The account that a task works in, from the variables of its host, or of the host that it is delegated to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.account_problem import (
    VARIABLES,
    account_problem,
)

ACCOUNT_ID, ROLE_ARN, EXTERNAL_ID = "aws_account_id", "aws_assume_role_arn", "aws_external_id"


@dataclass(frozen=True)
class TaskAccount:
    """The account in the variables of a host.

    `arguments` are `account_id` and `assume_role`, if the host has them. `account_from` is the place of the account id
    in messages, empty if the host has none. `delegate` is the inventory name of another host that the variables belong
    to, empty for the host itself.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    account_from: str = ""
    delegate: str = ""


def task_account(task: Any, variables: Mapping[str, Any], templar: Any) -> TaskAccount:
    """The account of a task. Raises AnsibleActionFail if its variables cannot be evaluated or contradict each other."""
    delegate = _delegate_with_account(task, variables)
    if delegate:
        variables = _variables_of(delegate, task, variables)
        templar = templar.copy_with_new_env(available_variables=variables)
    host = delegate or variables["inventory_hostname"]
    unclear = account_problem({name: _evaluated(name, host, variables, templar) for name in VARIABLES})
    if unclear:
        raise AnsibleActionFail(f"{host} is refused: {unclear}")
    arguments = {}
    if ACCOUNT_ID in variables:
        arguments["account_id"] = _evaluated(ACCOUNT_ID, host, variables, templar)
    role_arn, external_id = (_evaluated(name, host, variables, templar) for name in (ROLE_ARN, EXTERNAL_ID))
    if role_arn:
        arguments["assume_role"] = {"role_arn": role_arn, **({"external_id": external_id} if external_id else {})}
    elif external_id and "assume_role" not in task.args:
        raise AnsibleActionFail("aws_external_id: needs aws_assume_role_arn, the role to assume with it")
    return TaskAccount(arguments, f"{ACCOUNT_ID} of host {host}" if "account_id" in arguments else "", delegate)


def _delegate_with_account(task: Any, variables: Mapping[str, Any]) -> str:
    """The host that the task is delegated to, if it is in the inventory and has its own account, else ""."""
    delegate = task.delegate_to
    if not delegate or delegate == variables["inventory_hostname"] or delegate not in variables["groups"]["all"]:
        return ""
    return str(delegate) if ACCOUNT_ID in variables["hostvars"][delegate] else ""


def _variables_of(delegate: str, task: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of the task as if it ran for the delegate, and the variables of its loop.

    Ansible keeps the name of the first host in them.
    """
    loop = task.loop_control
    names = ("ansible_loop", *((loop.loop_var, loop.index_var) if loop else ("item",)))
    of_loop = {name: variables[name] for name in names if name in variables}
    return {**variables["ansible_delegated_vars"][delegate], **of_loop, "inventory_hostname": delegate}


def _evaluated(name: str, host: str, variables: Mapping[str, Any], templar: Any) -> Any:
    """The value of a variable; None if it is not set, or if its template evaluates to `omit`."""
    try:
        # In a list, an omitted value leaves nothing.
        return next(iter(templar.template([variables[name]] if name in variables else [])), None)
    except AnsibleError as error:
        # With its cause Ansible would show the lines of the inventory around it.
        raise AnsibleActionFail(f"{name} of host {host} cannot be evaluated: {error}") from None
