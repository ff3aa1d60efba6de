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
from collections.abc import Callable, Mapping
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash
from ansible_collections.aws_ml.permissions.plugins.module_utils.failures import reading_failed
from ansible_collections.aws_ml.permissions.plugins.module_utils.module_shapes import SHAPES
from ansible_collections.aws_ml.permissions.plugins.module_utils.runner import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_AMAZON_AWS, HAS_SDK
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.account_machines import LOCAL, machine_problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.account_problem import VARIABLES, account_problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.in_worker import KNOWLEDGE, Shown, run_in_worker
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.knowledge_files import aws_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.playbook_variables import told

AMAZON_GROUP = "group/amazon.aws.aws"

PATHS = ("backup_dir", "src")
"""Options that are paths of files of the collection's own."""

WHOLE_RESULT = 3
"""The verbosity (`-vvv`) from which a result is shown whole, and with the arguments that led to it."""

display = Display()
known_variables()  # read before the workers are forked


class ModuleAction(ActionBase):  # type: ignore[misc]
    """Lays amazon.aws's defaults and the account of the host under the arguments of the task, and runs the module.

    `task` is what the module runs, `knowledge` what is known to it in the worker; in an interpreter of its own it gets
    `facts`, which that is made of.
    """

    task: type[Task] = Task
    knowledge: Any = KNOWLEDGE
    facts: Callable[[], dict[str, Any]] = staticmethod(aws_facts)
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        known = task_vars or {}
        if not HAS_AMAZON_AWS:
            raise AnsibleActionFail(
                "The collection amazon.aws is missing, which this one builds on: ansible-galaxy collection install"
                " amazon.aws"
            )
        self._require_known_variables(known)
        arguments = self._with_own_paths({**self._amazon_defaults(), **self._host_account(known), **self._task.args})
        name = self._task.resolved_action.rpartition(".")[2]
        tells = display.verbosity > 0 and not self._task.no_log and not SHAPES[name].read_only
        here = self._belongs_here(known)
        if here:
            environment: dict[str, str] = {}
            self._compute_environment_string(environment)
            try:
                ran = run_in_worker(
                    name,
                    arguments,
                    check_mode=self._task.check_mode,
                    diff_mode=self._task.diff,
                    run_folder=C.DEFAULT_LOCAL_TMP,
                    environment=environment,
                    task=self.task,
                    knowledge=self.knowledge,
                    on_write=(lambda write: _tell(known, write)) if tells else None,
                )
            except AnsibleError:
                raise  # a template in the arguments, which Ansible tells best
            except Exception as error:
                failure = reading_failed(error, "")
                ran = {"failed": True, "msg": failure.message, **failure.fields}
        else:
            arguments.update(_knowledge=self.facts(), _run_folder=C.DEFAULT_LOCAL_TMP)
            wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
            ran = self._executed(arguments, known, wrap_async=wrap_async)
        if display.verbosity < WHOLE_RESULT:
            ran.pop("invocation", None)
            ran.pop("failed_at", None)
        merged: dict[str, Any] = merge_hash(result, ran)
        if tells and not ran.get("failed"):
            # In its own interpreter a module cannot be listened to.
            if self._task.check_mode or not here:
                for write in ran.get("plan", ()):
                    _tell(known, write, "would " if self._task.check_mode else "")
            # With this key Ansible does not show the result at any verbosity.
            if display.verbosity < WHOLE_RESULT:
                merged["_ansible_verbose_override"] = True
        self._travel_light()
        return merged

    def _require_known_variables(self, task_vars: Mapping[str, Any]) -> None:
        """Raise for a misspelled variable of the roles whose services the task converges or is told to expect."""
        declared = self._task.args.get("declared")
        items = declared if isinstance(declared, list) else []
        services = [one.get("service") for one in items if isinstance(one, Mapping)]
        for service in dict.fromkeys((self._task.args.get("service"), *services)):
            found = known_variables().role_problems(
                str(service), task_vars, f"set for {task_vars['inventory_hostname']}"
            )
            if found:
                raise AnsibleActionFail(told(found, "nothing was written"))

    def _executed(self, arguments: dict[str, Any], task_vars: dict[str, Any], *, wrap_async: bool) -> dict[str, Any]:
        """The result of the module in an interpreter of its own, on the machine that the connection leads to."""
        host = self._task.delegate_to or task_vars["inventory_hostname"]
        if self._connection.transport != "local":
            # The variables of the task have a connection and an address, whoever gave them.
            known_hosts = task_vars["hostvars"]
            problem = host in known_hosts and machine_problem(host, known_hosts[host], self._connection.transport)
            if problem:
                raise AnsibleActionFail(problem)
        try:
            ran: dict[str, Any] = self._execute_module(
                module_args=arguments, task_vars=task_vars, wrap_async=wrap_async
            )
        except AnsibleConnectionFailure as error:
            raise AnsibleConnectionFailure(
                f"{error.message.rstrip('.')}. If {host} is an account and no machine: {LOCAL}"
            ) from None
        return ran

    def _travel_light(self) -> None:
        """Leave declarations out of what the worker's copy of the task takes back to Ansible with the result.

        There they would be kept for each account until the last has finished the task. Another try needs them.
        """
        if not self._task.until and self._task.retries is None:
            self._task.args = {
                name: value for name, value in self._task.args.items() if not isinstance(value, (dict, list))
            }

    def _with_own_paths(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with relative paths of backups from the folder that Ansible itself was started in.

        A module does not run there: Ansible starts it in the folder of the playbook, another user in yet another.
        """
        if self._connection.transport != "local":
            return arguments
        return {
            name: _from_here(name, value) if name in PATHS and isinstance(value, str) else value
            for name, value in arguments.items()
        }

    def _belongs_here(self, task_vars: dict[str, Any]) -> bool:
        """Whether the module would run on this machine, as this user, with this interpreter, while Ansible waits."""
        variables = self._variables(task_vars)
        python = self._templar.template(variables.get("ansible_python_interpreter")) or "auto"
        return (
            HAS_SDK
            and self._connection.transport == "local"
            and not self._task.async_val
            and not self._play_context.become
            and (python.startswith("auto") or _is_own(python))
        )

    def _variables(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The variables of the host that the connection leads to."""
        delegate = self._task.delegate_to
        variables: dict[str, Any] = (
            task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
        )
        return variables

    def _amazon_defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        for level in self._task.module_defaults or ():
            if AMAZON_GROUP in level:
                defaults.update(self._templar.template(level[AMAZON_GROUP]))
        return defaults

    def _host_account(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """`account_id` and `assume_role` from `aws_account_id`, `aws_assume_role_arn` and `aws_external_id`."""
        self._refuse_unclear_account(task_vars)
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

    def _refuse_unclear_account(self, task_vars: Mapping[str, Any]) -> None:
        """Run for no host that may have the variables of another account, or lack its own."""
        if problem := account_problem({name: self._templar.template(task_vars.get(name)) for name in VARIABLES}):
            raise AnsibleActionFail(f"{task_vars['inventory_hostname']} is refused: {problem}")


def _from_here(option: str, path: str) -> str:
    """A path from the current folder. The module itself expands a home folder and variables."""
    if not path or os.path.isabs(path) or path.startswith(("~", "$")):
        return path
    try:
        return os.path.join(os.getcwd(), path)
    except OSError:
        raise AnsibleActionFail(
            f"{option}: {path} is relative, and the folder that Ansible was started in is gone; give an absolute path"
        ) from None


def _tell(task_vars: Mapping[str, Any], write: Shown, would: str = "") -> None:
    """Show one write with `-v`, under the name that the inventory has for the account."""
    display.v(f"{would}{write['action']} {write['resource']} ({write['reason']})", host=task_vars["inventory_hostname"])


def _is_own(python: str) -> bool:
    """Whether an interpreter is this one; a virtual environment's is known by its folder."""
    one, other = os.path.abspath(python), os.path.abspath(sys.executable)
    return os.path.dirname(one) == os.path.dirname(other) and os.path.realpath(one) == os.path.realpath(other)
