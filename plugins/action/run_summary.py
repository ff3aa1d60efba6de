# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.account_lines import account_lines
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.compared import (
    FAIL_ON,
    compared,
    failure,
    marked,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.invocation import (
    is_awx_job,
    playbook_file,
    started,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.next_commands import NextCommand, next_commands
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.progress import duration
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.registered import (
    PLANS,
    Registered,
    accounts_of,
    registered,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.screen import is_stdout_json, show
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import Summary
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.totals import totals_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import playbook_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.values import WrongValue, converted
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.began import begin

WHOLE_RESULT = 3
"""The verbosity from which the result of the task is shown, in addition to the lines."""

ONE_BY_ONE = {"free", "host_pinned"}
"""Strategies in which each host comes to a task by itself."""

SPEC = {
    "playbook": {"type": "str", "choices": ["site", "audit", "retire", "release", "restore"]},
    "results": {"type": "list", "elements": "str"},
    "fail_on": {"type": "list", "elements": "str", "choices": list(FAIL_ON), "default": []},
    "compare_with": {"type": "path"},
    "report_history": {"type": "path"},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Shows the summary of a run once, from the results of all hosts."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = self._arguments()
        result.update(changed=False, lines=[], totals={}, next_commands=[])
        results = self._results(arguments["results"], variables)
        check_mode = bool(variables.get("ansible_check_mode"))
        accounts = accounts_of(results, check_mode)
        if not self._is_the_end(results, accounts, variables):
            return result
        comparison, problem = self._comparison(results, check_mode, arguments)
        accounts = accounts if comparison is None else marked(accounts, comparison)
        took = f" in {duration(time.monotonic() - begin())}"
        commands = self._commands(arguments["playbook"], accounts)
        summary = Summary(accounts, took, comparison, commands)
        if not is_stdout_json():  # else the lines are in the result
            show([*_details(results, check_mode), *summary.lines(None)] if Display().verbosity else summary.lines())
        message = problem or failure(arguments["fail_on"], accounts, comparison)
        if message:
            result.update(failed=True, msg=message, lines=summary.lines(), totals=totals_of(accounts, comparison))
            return result
        if Display().verbosity < WHOLE_RESULT:
            result["_ansible_verbose_override"] = True
        result.update(
            lines=summary.lines(),
            totals=totals_of(accounts, comparison),
            next_commands=[{"purpose": one.purpose, "command": one.text()} for one in commands],
        )
        return result

    def _comparison(
        self, results: Registered, check_mode: bool, arguments: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, str]:
        """The comparison with an earlier run, and why there is none although it was asked for."""
        file, folder = arguments["compare_with"] or "", arguments["report_history"] or ""
        try:
            return compared(results, check_mode, file, folder, playbook_file()), ""
        except EngineError as error:
            return None, error.message

    def _arguments(self) -> dict[str, Any]:
        """The options. Text is converted to the list of `fail_on` as the variable of the playbooks is."""
        given = self._task.args.get("fail_on")
        if isinstance(given, str):
            spec = playbook_facts()["variables"]["variables"]["aws_ml_fail_on"]
            try:
                self._task.args["fail_on"] = converted(spec, given, None)
            except WrongValue as error:
                raise AnsibleActionFail(f"fail_on: {error}") from None
        _dummy, arguments = self.validate_argument_spec(argument_spec=SPEC)
        return dict(arguments)

    def _results(self, names: Sequence[str] | None, variables: Mapping[str, Any]) -> Registered:
        names = names or playbook_facts()["variables"]["results"]
        return registered(variables["hostvars"], variables.get("ansible_play_hosts_all") or (), names)

    def _is_the_end(self, results: Registered, accounts: Collection[str], variables: Mapping[str, Any]) -> bool:
        """Whether the hosts have come to their end, and no other worker shows the summary.

        With `serial` the last batch shows it, or one in which all hosts failed, because the play ends there. The
        strategies `free` and `host_pinned` run the task for each host, even with `run_once`.
        """
        batch = set(variables.get("ansible_play_batch") or results)
        is_last = batch == set(results) or next(reversed(results)) in batch
        if not is_last and not all(_failed(results.get(host, {})) for host in batch):
            return False
        if _strategy(self._task) in ONE_BY_ONE:
            active = variables.get("ansible_play_hosts") or ()
            if any(host not in accounts and not results.get(host) for host in active):
                return False
        return self._is_first()

    def _is_first(self) -> bool:
        """Whether no other worker of this task shows the summary. The folder is that of the run."""
        marker = os.path.join(C.DEFAULT_LOCAL_TMP, f"aws_ml_summary_{self._task._uuid}")
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        return True

    def _commands(self, playbook: str | None, accounts: Mapping[str, Any]) -> tuple[NextCommand, ...]:
        extra_vars = load_extra_vars(self._loader)
        if not playbook or is_awx_job(extra_vars):
            return ()
        return next_commands(started(playbook, extra_vars), accounts)


def _strategy(task: Any) -> str:
    return str(getattr(getattr(task._parent, "_play", None), "strategy", "")).rpartition(".")[2]


def _failed(of_host: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(result.get("failed") for result in of_host.values())


def _details(results: Registered, check_mode: bool) -> Iterable[str]:
    """What each account's results say, for -v."""
    for host, of_host in results.items():
        for name, result in of_host.items():
            for line in account_lines(result, check_mode or name in PLANS):
                yield printable(f"<{host}> {line}")
