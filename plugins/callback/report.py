# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the results of a run in all accounts to files. The work is done in plugin_utils/report."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: report
type: notification
version_added: 1.0.0
short_description: Write a report of all accounts as HTML, JSON and CSV
description:
  - Collects what the modules of this collection returned in a run, from every host, and writes it when the run ends.
    The report has the same form for converging, check mode, audits and retirements.
  - The HTML file loads nothing from elsewhere. It shows accounts and their roles and policies as a matrix to filter, to
    open and to print.
  - Writes nothing if no task of this collection ran or failed. Never makes a run fail. If a report cannot be written,
    it warns.
  - Only their owner can read the files. They contain policy documents, account IDs and messages, and no credentials.
author: aws_ml.permissions contributors (@aws-ml)
requirements:
  - C(aws_ml.permissions.report) among C(callbacks_enabled)
options:
  directory:
    description:
      - The directory of the files. It is created if it does not exist. A relative path starts from the current
        directory. C(~) and environment variables are expanded.
    type: path
    default: ./aws_ml_reports
    env:
      - name: AWS_ML_REPORT_DIRECTORY
    ini:
      - section: callback_aws_ml_report
        key: directory
  name:
    description:
      - Name of the files without suffix. The format codes of C(strftime) are replaced by the time at which the run
        began, in UTC.
      - Files of the same name are replaced.
    type: str
    default: aws_ml_report-%Y%m%dT%H%M%SZ
    env:
      - name: AWS_ML_REPORT_NAME
    ini:
      - section: callback_aws_ml_report
        key: name
  formats:
    description: Which files are written, any of V(html), V(json) and V(csv).
    type: list
    elements: str
    default: [html, json, csv]
    env:
      - name: AWS_ML_REPORT_FORMATS
    ini:
      - section: callback_aws_ml_report
        key: formats
  history:
    description:
      - The folder with the JSON of earlier reports. From those of the same playbook, the report has the last 30 runs
        for a trend.
      - If omitted, O(directory).
      - Reports are found by their content. Files that are not reports of this collection are passed over.
    type: path
    env:
      - name: AWS_ML_REPORT_HISTORY
    ini:
      - section: callback_aws_ml_report
        key: history
  compare_with:
    description:
      - The JSON of an earlier report. The report says which findings are new, gone, worse or better since then.
      - If omitted, the newest report of the same playbook in O(history). For accounts without a result in
        that one, the newest report that has a result counts; at most five reports are read completely.
    type: path
    env:
      - name: AWS_ML_REPORT_COMPARE_WITH
    ini:
      - section: callback_aws_ml_report
        key: compare_with
"""

EXAMPLES = r"""
---
# In ansible.cfg:
#
#   [defaults]
#   callbacks_enabled = aws_ml.permissions.report
#
#   [callback_aws_ml_report]
#   directory = ~/reports
#   formats = html, json, csv
#   history = /srv/reports
#   compare_with = /srv/reports/accepted_state.json
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.account_ids import as_account_id
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.account_attributes import (
    OWNER,
    account_attributes,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.earlier_runs import add_earlier_runs
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.files import write_files
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.history import ReportError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.model import Collector
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.sheet import as_sheet
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.told_changes import told_changes
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.finished_task import keyword_of_task

COLLECTION = "aws_ml.permissions."
HOME = Path(__file__).resolve().parents[2]
FORMATS = ("html", "json", "csv")
DEFAULT_NAME = "aws_ml_report-%Y%m%dT%H%M%SZ"


def quietly(method: Callable[..., None]) -> Callable[..., None]:
    """A problem with the report causes one warning and never ends a run."""

    @wraps(method)
    def guarded(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            method(self, *arguments, **named)
        except OSError as error:
            self._warn(f"{type(error).__name__}: {error}")
        except Exception as error:  # its text may quote a result
            self._warn(f"{type(error).__name__} in {method.__name__}")

    return guarded


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "aws_ml.permissions.report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._warned = False
        self._playbook = ""
        self._concerned = False
        self._began = datetime.now(UTC)
        self._collector: Any = None
        self._play: Any = None
        self._attributes: dict[str, Mapping[str, Any]] = {}

    @quietly
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._playbook = Path(str(getattr(playbook, "_file_name", ""))).name
        self._collector = Collector(Statuses.load(), aws_facts()["services"])

    @quietly
    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play

    @quietly
    def v2_runner_on_ok(self, result: Any) -> None:
        if not _is_loop(result):
            self._take(result)

    @quietly
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if not _is_loop(result):
            self._take(result, failed=True, ignored=bool(ignore_errors))

    @quietly
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._take(result, failed=True, unreachable=True)

    @quietly
    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._take(result)

    @quietly
    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._take(result, failed=True, ignored=bool(keyword_of_task(result, "ignore_errors")))

    def _take(self, result: Any, failed: bool = False, *, unreachable: bool = False, ignored: bool = False) -> None:
        name = str(getattr(result.task, "resolved_action", None) or result.task.action)
        module = name.removeprefix(COLLECTION) if name.startswith(COLLECTION) else ""
        if not module and not failed:
            return
        self._concerned = self._concerned or bool(module) or _is_of_collection(result.task)
        values = result.result
        options = (values.get("invocation") or {}).get("module_args") or keyword_of_task(result, "args") or {}
        inventory = result.host.vars.get("aws_account_id")
        check_mode = bool(keyword_of_task(result, "check_mode"))
        self._collector.add(
            TaskResult(
                host=str(result.host.get_name()),
                task=str(result.task_name).rpartition(" : ")[2],
                module=module,
                account_id=as_account_id((options.get("account_id") if module else None) or inventory) or "",
                attributes=self._attributes_of(result.host),
                check_mode=check_mode,
                failed=failed,
                values=values,
                unreachable=unreachable,
                ignored=ignored,
            )
        )

    def _attributes_of(self, host: Any) -> Mapping[str, Any]:
        """What the inventory says of the account of a host, read once for each host."""
        name = str(host.get_name())
        if name not in self._attributes:
            self._attributes[name] = {}
            try:
                manager = self._play.get_variable_manager()
                variables = manager.get_vars(play=self._play, host=host, include_hostvars=False)
                if variables.get(OWNER):
                    templar = Templar(loader=self._play.get_loader(), variables=variables)
                    variables[OWNER] = templar.template(variables[OWNER])
                self._attributes[name] = account_attributes(variables)
            except AnsibleError as error:
                self._warn(f"the variables of {name} cannot be evaluated: {error.message}")
        return self._attributes[name]

    @quietly
    def v2_playbook_on_stats(self, stats: Any) -> None:
        if self._collector is None or not self._concerned:
            return
        failed = {*stats.failures, *stats.dark}
        run = {
            "playbook": self._playbook,
            "check_mode": bool(context.CLIARGS.get("check")),
            "started": _moment(self._began),
            "ended": _moment(datetime.now(UTC)),
        }
        report = self._collector.report(run, failed)
        self._add_earlier_runs(report)
        name, formats = self._name(), self._formats()
        written = write_files(
            Path(self.get_option("directory")).absolute(),
            {f"{name}.{suffix}": self._content(suffix, report) for suffix in formats},
        )
        first, *others = written
        beside = f" (and {', '.join(path.suffix for path in others)})" if others else ""
        count = report["totals"]["accounts"]
        accounts = "1 account" if count == 1 else f"{count} accounts"
        # Not to stdout, which may be JSON.
        self._display.display(f"{COLLECTION[:-1]}: report of {accounts}: {first}{beside}", stderr=True)
        changes = told_changes(report)
        if changes:
            self._display.display(f"{COLLECTION[:-1]}: {changes}", stderr=True)

    def _add_earlier_runs(self, report: dict[str, Any]) -> None:
        """What earlier runs say; if their reports cannot be read, there is a warning, and the report is written."""
        folder = Path(self.get_option("history") or self.get_option("directory")).absolute()
        given = self.get_option("compare_with")
        try:
            add_earlier_runs(report, folder, Path(given) if given else None)
        except ReportError as error:
            self._display.warning(f"{COLLECTION}report: there is no comparison: {error.message}")
        except Exception as error:  # its text may quote a report
            self._display.warning(f"{COLLECTION}report: there is no comparison: {type(error).__name__}")

    def _content(self, suffix: str, report: dict[str, Any]) -> str:
        if suffix == "html":
            return as_page(report, self._collector.statuses)
        if suffix == "csv":
            return as_sheet(report)
        return json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n"

    def _name(self) -> str:
        name = self._began.strftime(str(self.get_option("name")))
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            default = self._began.strftime(DEFAULT_NAME)
            self._display.warning(
                f"{COLLECTION}report: name is {name!r}, but must be a file name without a directory. The"
                f" option directory sets its directory. The report is called {default}."
            )
            return default
        return name

    def _formats(self) -> list[str]:
        asked = [str(suffix).strip().lower() for suffix in self.get_option("formats")]
        unknown = sorted(set(asked) - set(FORMATS))
        if unknown:
            self._display.warning(
                f"{COLLECTION}report: formats has {', '.join(unknown)}, but valid formats are {', '.join(FORMATS)}."
            )
        return [suffix for suffix in FORMATS if suffix in asked] or (list(FORMATS) if unknown else ["html"])

    def _warn(self, reason: str) -> None:
        if not self._warned:
            self._warned = True
            self._display.warning(
                f"{COLLECTION}report: the report is incomplete or was not written: {printable(reason)}"
            )


def _is_loop(result: Any) -> bool:
    """Whether a result summarizes a loop whose items were reported one by one."""
    return bool(result.task.loop or result.task.loop_with) and "results" in result.result


def _is_of_collection(task: Any) -> bool:
    """Whether a task is in a role or playbook of this collection."""
    return Path(str(task.get_path() or "").rpartition(":")[0]).resolve().is_relative_to(HOME)


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
