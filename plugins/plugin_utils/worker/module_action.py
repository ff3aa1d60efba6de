# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Runs the module of the same name with data that only the controller has, in the worker if possible.

These data are the defaults of amazon.aws's group (see `group_defaults`), the account and role in the host's variables
(see `task_account`), and data files. Data files stay on the controller, because Ansible sends only Python to modules.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, test_loader
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.run_process import RunProcess
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import Variable
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.account_lock import silent
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.result import reading_failed
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import ARGUMENT, Begin, RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import SHAPES
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_AMAZON_AWS, HAS_SDK
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import Paths
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.declared_services import DeclaredServices
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import absolute
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.playbook_variables import refusal
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.task_account import TaskAccount, task_account
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.account_machines import LOCAL, machine_problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.began import begin
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.group_defaults import amazon_defaults
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.in_worker import (
    Shown,
    context_with,
    run_in_worker,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.waiting_lines import notify_waiting

PATHS = ("backup_dir", "evidence_dir", "src")
"""Options that are paths of files of the collection's own."""

WHOLE_RESULT = 3
"""The verbosity (`-vvv`) from which the complete result is shown, with its arguments."""

display = Display()
begin()
# Before the workers are forked: each would read the variables, and load all filters and tests for its first template
# that has one.
filter_loader.get("default")
test_loader.get("defined")
if HAS_JMESPATH:  # if it is missing, a task that needs it reports that
    known_variables()


class ModuleAction(ActionBase):  # type: ignore[misc]
    """Adds the defaults of amazon.aws and the account of the host to the arguments of the task, and runs the module.

    `begin` creates the work of the module. `context_with` creates the context in the worker, with the user's own
    services. A module in its own interpreter gets `facts`, from which the context is created. `services_option` is the
    option with the services whose variables the task reads.
    """

    begin: Begin = staticmethod(converging)
    context_with: Callable[[Paths], RunContext] = staticmethod(context_with)
    facts: Callable[[Paths], dict[str, Any]] = staticmethod(aws_facts)
    services_option = ""
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
        paths = absolute(Variable("service_paths", "list").value(self._task.args.get("service_paths"), "", []))
        declared = self._declared(known, paths)
        account = task_account(self._task, known, self._templar)
        arguments = self._with_own_paths(
            {**amazon_defaults(self._task, self._templar), **account.arguments, **self._task.args}
        )
        context = self._context(account, declared)
        tells = display.verbosity > 0 and not self._task.no_log and not SHAPES[self._module].read_only
        host = " -> ".join(filter(None, (known.get("inventory_hostname"), context.delegate)))
        here = self._belongs_here(known)
        if here:
            known_here = self.context_with(paths)
            context = replace(context, facts=known_here.facts, audit_facts=known_here.audit_facts)
            ran = self._run_here(arguments, context, host, tells=tells)
        else:
            arguments[ARGUMENT] = context.handed_over(self.facts(paths))
            wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
            ran = self._executed(arguments, known, wrap_async=wrap_async)
        if display.verbosity < WHOLE_RESULT:
            ran.pop("invocation", None)
            ran.pop("failed_at", None)
        merged: dict[str, Any] = merge_hash(result, ran)
        if tells and not ran.get("failed"):
            # A module in its own interpreter cannot report writes while it runs.
            if self._task.check_mode or not here:
                for write in ran.get("plan", ()):
                    _tell(host, write, "would " if self._task.check_mode else "")
            # With this key Ansible does not show the result at any verbosity.
            if display.verbosity < WHOLE_RESULT:
                merged["_ansible_verbose_override"] = True
        return merged

    def _declared(self, task_vars: Mapping[str, Any], paths: Paths) -> Sequence[Mapping[str, Any]]:
        """What the host's variables declare for the services that the task names, if it has an option for them.

        Raises AnsibleActionFail for services that are not known, misspelled variables and wrong values, and
        DefinitionsError for the user's own services at these paths.
        """
        if not self.services_option:
            return ()
        names: list[str] = Variable("services", "list").value(self._task.args.get(self.services_option), "", [])
        misspelled = [
            problem
            for name in names
            for problem in known_variables(paths).role_problems(
                name, task_vars, f"set for {task_vars['inventory_hostname']}"
            )
        ]
        found = DeclaredServices(names, task_vars, self._templar, self._task.args.get("service_profile"), paths)
        if misspelled or found.problems:
            raise refusal([*misspelled, *found.problems], "nothing was written")
        for notice in found.notices:
            display.warning(printable(f"{task_vars['inventory_hostname']}: {notice}"))
        return found.items

    def _executed(self, arguments: dict[str, Any], task_vars: dict[str, Any], *, wrap_async: bool) -> dict[str, Any]:
        """The result of the module in its own interpreter, on the machine of the connection."""
        host = self._task.delegate_to or task_vars["inventory_hostname"]
        if self._connection.transport != "local":
            # The variables of the task have a connection and an address, wherever they were set.
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
                f"{error.message.rstrip('.')}. If {host} is an account and not a machine: {LOCAL}"
            ) from None
        return ran

    @property
    def _module(self) -> str:
        return str(self._task.resolved_action.rpartition(".")[2])

    def _run_here(self, arguments: Mapping[str, Any], context: RunContext, host: str, *, tells: bool) -> dict[str, Any]:
        """The result of the task in this process. Its writes are shown with `-v` for that host, if there is one."""
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        try:
            return run_in_worker(
                self._module,
                arguments,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                context=context,
                environment=environment,
                begin=self.begin,
                on_write=(lambda write: _tell(host, write)) if tells else None,
                on_wait=lambda waiting: notify_waiting(host, waiting),
                tell=(lambda waiting: display.v(waiting, host=host)) if tells else silent,
            )
        except AnsibleError:
            raise  # a template in the arguments, which Ansible reports best
        except Exception as error:
            failure = reading_failed(error, "")
            return {"failed": True, "msg": failure.message, **failure.fields}

    def _context(self, account: TaskAccount, declared: Sequence[Mapping[str, Any]]) -> RunContext:
        """The context of the engine in addition to the options, without the facts."""
        by_task = "account_id" in self._task.args
        return RunContext(
            run_folder=C.DEFAULT_LOCAL_TMP,
            run_process=self._run_process(),
            account_from="account_id" if by_task else account.account_from,
            delegate="" if by_task else account.delegate,
            declared=declared,
        )

    def _run_process(self) -> RunProcess:
        """The run that the task ends with. A background task may outlive it, a task elsewhere cannot see it."""
        is_bound = self._connection.transport == "local" and not self._task.async_val
        return RunProcess.of_worker() if is_bound else RunProcess()

    def _with_own_paths(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with relative paths of backups resolved from the folder in which Ansible was started.

        A module runs in another folder: Ansible starts it in the folder of the playbook, or in another one as another
        user.
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
        """The variables of the host of the connection."""
        delegate = self._task.delegate_to
        variables: dict[str, Any] = (
            task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
        )
        return variables


def _from_here(option: str, path: str) -> str:
    """A path from the current folder. The module itself expands a home folder and variables."""
    if not path or os.path.isabs(path) or path.startswith(("~", "$")):
        return path
    try:
        return os.path.join(os.getcwd(), path)
    except OSError:
        raise AnsibleActionFail(
            f"{option}: {path} is relative, and the folder that Ansible was started in no longer exists; give an"
            " absolute path"
        ) from None


def _tell(host: str, write: Shown, would: str = "") -> None:
    """Show one write with `-v`, under the name that the inventory has for the account."""
    display.v(f"{would}{write['action']} {write['resource']} ({write['reason']})", host=host)


def _is_own(python: str) -> bool:
    """Whether an interpreter is this one; a virtual environment's is known by its folder."""
    one, other = os.path.abspath(python), os.path.abspath(sys.executable)
    return os.path.dirname(one) == os.path.dirname(other) and os.path.realpath(one) == os.path.realpath(other)
