# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of an action's own name with what only the controller knows, in the worker where it can.

`module_defaults` for `group/amazon.aws.aws` reach this collection's modules too: Ansible looks a group up only in the
collection that owns it, so amazon.aws's group cannot name them, but playbooks that set region, profile or endpoint
there mean every AWS module. A host is an AWS account, so its variables say where a task works and as whom. And data
files stay on the controller, because Ansible sends modules nothing but Python.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash
from ansible_collections.aws_ml.permissions.plugins.module_utils.arguments import controller_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_SDK
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.in_worker import run_in_worker
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.knowledge_files import aws_facts

AMAZON_GROUP = "group/amazon.aws.aws"


class ModuleAction(ActionBase):  # type: ignore[misc]
    """Lays amazon.aws's defaults and the account of the host under the arguments of the task, and runs the module."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        known = task_vars or {}
        arguments = {**self._amazon_defaults(), **self._host_account(known), **self._task.args}
        if self._belongs_here(known):
            environment: dict[str, str] = {}
            self._compute_environment_string(environment)
            ran = run_in_worker(
                self._task.resolved_action.rpartition(".")[2],
                arguments,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                run_folder=C.DEFAULT_LOCAL_TMP,
                environment=environment,
            )
        else:
            arguments.update(_knowledge=aws_facts(), _run_folder=C.DEFAULT_LOCAL_TMP)
            wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
            ran = self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=wrap_async)
        shown = ran.get("invocation", {}).get("module_args", {})
        for hidden in controller_options():
            shown.pop(hidden, None)
        merged: dict[str, Any] = merge_hash(result, ran)
        return merged

    def _belongs_here(self, task_vars: dict[str, Any]) -> bool:
        """Whether the module would run on this machine, as this user, with this interpreter, while Ansible waits."""
        delegate = self._task.delegate_to
        variables = task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
        python = self._templar.template(variables.get("ansible_python_interpreter")) or "auto"
        return (
            HAS_SDK
            and self._connection.transport == "local"
            and not self._task.async_val
            and not self._play_context.become
            and (python.startswith("auto") or _is_own(python))
        )

    def _amazon_defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        for level in self._task.module_defaults or ():
            if AMAZON_GROUP in level:
                defaults.update(self._templar.template(level[AMAZON_GROUP]))
        return defaults

    def _host_account(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """`account_id` and `assume_role` from `aws_account_id`, `aws_assume_role_arn` and `aws_external_id`."""
        names = ("aws_account_id", "aws_assume_role_arn", "aws_external_id")
        account_id, role_arn, external_id = (self._templar.template(task_vars.get(name)) for name in names)
        arguments: dict[str, Any] = {"account_id": str(account_id)} if account_id else {}
        if role_arn:
            arguments["assume_role"] = {"role_arn": role_arn, **({"external_id": external_id} if external_id else {})}
        elif external_id and "assume_role" not in self._task.args:
            raise AnsibleActionFail(
                "aws_external_id: needs aws_assume_role_arn, the role that is to be assumed with it"
            )
        return arguments


def _is_own(python: str) -> bool:
    """Whether an interpreter is this one; a virtual environment's is known by its folder."""
    one, other = os.path.abspath(python), os.path.abspath(sys.executable)
    return os.path.dirname(one) == os.path.dirname(other) and os.path.realpath(one) == os.path.realpath(other)
