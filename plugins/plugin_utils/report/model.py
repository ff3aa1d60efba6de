# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The results of a run for each account and object. Pure: results go in, a report comes out.

A report is plain data, ready for JSON; docs/docsite/rst/report.rst of the collection describes its shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

from .finding_list import account_key, findings_of_account, is_open, is_searched
from .looked_at import both, looked_at
from .quarantine_calendar import quarantine_calendar
from .report_form import FORMAT, FORMAT_VERSION
from .results import (
    Said,
    TaskResult,
    access_of,
    account_id_of,
    assertions_of,
    calls_of,
    deleted_of,
    failure_of,
    findings_of,
    not_restored_of,
    objects_of,
    paths_of,
    plan_of,
    refusals_of,
    services_of,
    waivers_in,
)
from .statuses import Statuses, worst
from .totals import totals
from .values import diffs_of, readable
from .waiver_list import unmatched, waivers_of

_IF_ANY = (
    "looked_at", "failures", "refusals", "access", "escalation_paths", "not_restored", "plan_ids", "backups",
)  # fmt: skip
"""Parts of an account that are left out if they are empty."""


@dataclass
class ReportedObject:
    """A role, customer managed policy, user or group of an account, with the values of all tasks."""

    kind: str
    name: str
    status: str
    weight: int = -1
    details: dict[str, Any] = field(default_factory=dict)

    def add(self, said: Said, statuses: Statuses) -> None:
        """If several tasks write, or would write, the one with the greatest effect counts; if several read, the last
        one.
        """
        more = said.weight == 0 or statuses.rank(said.status) < statuses.rank(self.status)
        if said.weight > self.weight or (said.weight == self.weight and more):
            self.status, self.weight = said.status, said.weight
        for key, value in said.details.items():
            if isinstance(value, list) and key == "refusals":
                self.details.setdefault(key, []).extend(value)
            elif value or key == "last_used":
                self.details[key] = value


@dataclass
class ReportedAccount:
    """One account under one host; `account_id` is empty if no result names it."""

    host: str
    account_id: str
    failures: list[dict[str, Any]] = field(default_factory=list)
    unreachable: bool = False
    changed: bool = False
    would_change: bool = False
    findings: list[dict[str, Any]] = field(default_factory=list)
    escalation_paths: list[dict[str, Any]] = field(default_factory=list)
    assertions: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    not_restored: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[dict[str, Any]] = field(default_factory=list)
    plan: list[dict[str, Any]] = field(default_factory=list)
    plan_ids: list[dict[str, str]] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)
    looked_at: dict[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    waivers: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    objects: dict[str, ReportedObject] = field(default_factory=dict)

    def add(self, result: TaskResult, statuses: Statuses) -> None:
        if result.failed or result.unreachable:
            self.failures.append(failure_of(result))
            self.unreachable = self.unreachable or result.unreachable
        if not result.module:
            return
        for said in objects_of(result):
            first = ReportedObject(said.kind, said.name, said.status)
            self.objects.setdefault(said.resource.lower(), first).add(said, statuses)
        for name, diff in diffs_of(result.values.get("diff")).items():
            if name.lower() in self.objects:
                self.objects[name.lower()].details["diff"] = diff
        steps = plan_of(result)
        # What one task planned and another applied is reported once.
        carried_out = [{**step, "state": "planned"} for step in steps if step["state"] != "planned"]
        self.plan = [step for step in self.plan if step not in carried_out] + steps
        planned = bool(result.values.get("changed")) and result.check_mode
        self.changed = self.changed or (bool(result.values.get("changed")) and not planned)
        self.changed = self.changed or any(step["state"] == "done" for step in steps)
        self.would_change = self.would_change or planned
        self.calls.update(calls_of(result))
        # What the last task found of an assertion counts.
        self.assertions |= {_question(found): found for found in assertions_of(result)}
        for listed, told in (
            (self.findings, findings_of(result)),
            (self.escalation_paths, paths_of(result)),
            (self.refusals, refusals_of(result)),
            (self.not_restored, not_restored_of(result)),
            (self.deleted, deleted_of(result)),
        ):
            listed += [entry for entry in told if entry not in listed]
        self.access += [line for line in access_of(result) if line not in self.access]
        plan_id = result.values.get("plan_id")
        if plan_id and steps:
            named = {"plan_id": str(plan_id), "approval": str(result.values.get("approval", ""))}
            self.plan_ids.append({"task": result.task, "service": services_of(result), **named})
        backup = result.values.get("backup")
        path = readable(backup.get("path")) if isinstance(backup, Mapping) and backup.get("path") else ""
        if path and path not in self.backups:
            self.backups.append(path)

    def add_scope(self, result: TaskResult) -> None:
        """What a task that came to its end looked at, and the waivers that it applied."""
        if result.module and not result.failed:
            self.looked_at = both(self.looked_at, looked_at(result.module, result.values))
            self.waivers += waivers_in(result)


@dataclass
class Collector:
    """Collects the results of a run, and creates the report from them."""

    statuses: Statuses
    services: Mapping[str, Mapping[str, Any]]
    """The lives of services, as `knowledge_files.aws_facts` gives them."""
    accounts: dict[tuple[str, str], ReportedAccount] = field(default_factory=dict)

    def add(self, result: TaskResult) -> None:
        account_id = account_id_of(result)
        if not account_id:
            known = [account for account in self.accounts.values() if account.host == result.host]
            account_id = known[-1].account_id if known else ""
        elif (result.host, "") in self.accounts:
            # The first result did not name the account.
            first = self.accounts.pop((result.host, ""))
            first.account_id = account_id
            self.accounts[result.host, account_id] = first
        account = self.accounts.setdefault((result.host, account_id), ReportedAccount(result.host, account_id))
        account.attributes = account.attributes or result.attributes
        account.add(result, self.statuses)
        account.add_scope(result)

    def report(self, run: Mapping[str, Any], failed_hosts: Iterable[str] = ()) -> dict[str, Any]:
        """The report; a host that is not in `failed_hosts` did not fail at the end: its failures were rescued."""
        failed = set(failed_hosts)
        listed = sorted(self.accounts.values(), key=lambda account: (account.host, account.account_id))
        accounts = [self._account(account, account.host in failed) for account in listed]
        present = {item["service"] for account in accounts for item in account["objects"]}
        services = {
            name: {key: str(life[key]) for key in ("name", "state", "since") if key in life}
            for name, life in self.services.items()
            if name in present
        }
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "run": dict(run),
            "searched_accounts": sorted(map(account_key, filter(is_searched, accounts))),
            "totals": totals(accounts),
            "services": services,
            **self._waivers(accounts),
            **({"quarantine": calendar} if (calendar := quarantine_calendar(accounts)) else {}),
            "accounts": accounts,
        }

    def _waivers(self, accounts: list[dict[str, Any]]) -> dict[str, Any]:
        """What the waivers of the run accept and do not accept; nothing if it has none."""
        not_seen = [account["account_id"] for account in accounts if not account.get("looked_at")]
        not_matched = unmatched(({"waivers": one.waivers} for one in self.accounts.values()), filter(None, not_seen))
        found = waivers_of((record for account in accounts for record in findings_of_account(account)), not_matched)
        return {"waivers": found} if any(found.values()) else {}

    def _account(self, account: ReportedAccount, failed: bool) -> dict[str, Any]:
        findings: dict[str, list[dict[str, Any]]] = {}
        for finding in account.findings:
            findings.setdefault(str(finding.get("resource")).lower(), []).append(finding)
        steps: dict[str, list[dict[str, Any]]] = {}
        for step in account.plan:
            steps.setdefault(str(step.get("resource")).lower(), []).append(step)
        removed: dict[str, list[dict[str, Any]]] = {}
        for copy in account.deleted:
            removed.setdefault(str(copy.get("resource")).lower(), []).append(copy)
        objects = [
            _object(item, findings.get(key, []), steps.get(key, []), removed.get(key, []), account.escalation_paths)
            for key, item in account.objects.items()
        ]
        objects.sort(key=lambda item: (item["service"] or "~", item["kind"], item["name"].lower()))
        shown: dict[str, Any] = {
            "host": account.host,
            "account_id": account.account_id or None,
            **account.attributes,
            "outcome": _outcome(account, objects, failed, self.statuses),
            "severity": worst(finding.get("severity") for finding in account.findings if is_open(finding)),
            "findings": [finding for key, found in findings.items() if key not in account.objects for finding in found],
            "plan": account.plan,
            "api_calls": dict(sorted(account.calls.items())),
            "objects": objects,
        }
        for key in _IF_ANY:
            if getattr(account, key):
                shown[key] = getattr(account, key)
        if account.assertions:
            shown["assertions"] = list(account.assertions.values())
        others = [copy for key, copies in removed.items() if key not in account.objects for copy in copies]
        return {**shown, "deleted": others} if others else shown


def _object(
    item: ReportedObject,
    findings: list[dict[str, Any]],
    steps: list[dict[str, Any]],
    removed: list[dict[str, Any]],
    paths: list[dict[str, Any]],
) -> dict[str, Any]:
    resource = resource_name(item.kind, item.name).lower()
    on_it = [path for path in paths if resource in (str(path.get("from")).lower(), str(path.get("to")).lower())]
    severities = [entry.get("severity") for entry in (*findings, *on_it) if is_open(entry)]
    shown: dict[str, Any] = {
        "kind": item.kind,
        "name": item.name,
        "service": item.details.get("service") or "",
        "status": item.status,
        "severity": worst(severities),
        **{key: value for key, value in item.details.items() if key != "service"},
    }
    for key, entries in (("findings", findings), ("plan", steps), ("deleted", removed), ("escalation_paths", on_it)):
        if entries:
            shown[key] = entries
    return shown


def _question(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What an assertion asks, and where it is written."""
    return tuple(str(found.get(key)) for key in ("place", "principal", "action", "resource", "expected"))


def _outcome(account: ReportedAccount, objects: list[dict[str, Any]], failed: bool, statuses: Statuses) -> str:
    if failed and account.failures:
        if account.unreachable:
            return "unreachable"
        return "refused" if account.refusals else "failed"
    if account.changed:
        return "changed"
    if account.would_change:
        return "would_change"
    wanting = any(statuses.tone(item["status"]) in ("attention", "bad") for item in objects)
    return "attention" if wanting or any(map(is_open, account.escalation_paths)) or account.not_restored else "in_sync"
