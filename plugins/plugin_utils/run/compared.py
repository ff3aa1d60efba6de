# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Compares the results of a run with the report of an earlier one, and decides whether the run has to fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.comparison import new_criticals
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.earlier_runs import compared as compared_with
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.history import runs_in
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.model import Collector
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.registered import PLANS, Registered
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import RunAccount
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

FAIL_ON = ("new_critical", "new_high", "critical", "high")
NAMED = 10
"""Findings that the message of a failure names."""

_AT_LEAST = {"critical": ("critical",), "high": ("critical", "high")}


def compared(results: Registered, check_mode: bool, file: str, folder: str, playbook: str) -> dict[str, Any] | None:
    """The comparison with the report `file`, else with the newest reports of this playbook in `folder`.

    None if neither is given, or if the folder has none yet. Raises ReportError.
    """
    runs = runs_in(folder, playbook) if folder and not file else []
    if not file and not runs:
        return None
    return compared_with(report_of(results, check_mode), runs, Path(file) if file else None)


def report_of(results: Registered, check_mode: bool) -> dict[str, Any]:
    """The report of a run, without what only a callback sees."""
    collector = Collector(Statuses.load(), aws_facts()["services"])
    failed_hosts = set()
    for host, of_host in results.items():
        for name, result in of_host.items():
            failed = bool(result.get("failed"))
            failed_hosts |= {host} if failed else set()
            module = _module_of(result)
            if module or failed:
                planned = check_mode or name in PLANS
                collector.add(TaskResult(host, name, module, check_mode=planned, failed=failed, values=result))
    return collector.report({}, failed_hosts)


def marked(accounts: Mapping[str, RunAccount], comparison: Mapping[str, Any]) -> dict[str, RunAccount]:
    """The accounts, with the findings marked that are new or became worse."""
    changes = {
        (str(one["host"]), str(one["code"]), str(one["resource"]).lower()): name
        for name in ("new", "worse")
        for one in comparison[name]
    }
    return {
        host: replace(
            account,
            findings=frozenset(
                replace(one, change=changes.get((host, one.code, one.resource.lower()), "")) for one in account.findings
            ),
        )
        for host, account in accounts.items()
    }


def failure(fail_on: Sequence[str], accounts: Mapping[str, RunAccount], comparison: Mapping[str, Any] | None) -> str:
    """Why the run has to fail, in one line; empty if it does not."""
    for condition in FAIL_ON:
        if condition not in fail_on:
            continue
        severity = condition.removeprefix("new_")
        if condition == severity:
            found = [
                (one.code, one.resource, host)
                for host, account in accounts.items()
                for one in account.findings
                if one.severity in _AT_LEAST[severity]
            ]
        else:
            records = new_criticals(comparison, severity) if comparison else []
            found = [(str(one["code"]), str(one["resource"]), str(one["host"])) for one in records]
        if found:
            return _message(condition, found)
    return ""


def _message(condition: str, found: Iterable[tuple[str, str, str]]) -> str:
    hosts: dict[str, set[str]] = defaultdict(set)
    for code, resource, host in found:
        hosts[f"{code} {resource}"].add(host)
    named = "; ".join(f"{text} in {_names(sorted(names))}" for text, names in list(hosts.items())[:NAMED])
    more = f"; and {len(hosts) - NAMED} more" if len(hosts) > NAMED else ""
    what = {
        "new_critical": "Critical findings are new or became worse since the last run",
        "new_high": "Findings of severity high or critical are new or became worse since the last run",
        "critical": "There are critical findings",
        "high": "There are findings of severity high or critical",
    }[condition]
    return printable(f"{what} (fail_on: {condition}): {named}{more}. Only this task failed for it.")


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _module_of(result: Mapping[str, Any]) -> str:
    """The module that a result is from, by what only its results have; empty if it is none of the collection."""
    for key, module in (("objects", "iam_audit"), ("retired", "iam_retire"), ("refusals", "iam_retire")):
        if key in result:
            return module
    if "sources" in result:
        return "iam_restore"
    return "iam_services" if "account_id" in result else ""
