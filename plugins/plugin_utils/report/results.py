# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads one result of a task for the report: the account and its objects. Pure.

Only keys that the modules document are used, so nothing else can reach a file: no arguments, no environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.writes import WRITES

from .values import dicts, diffs_of, picked, readable

_KINDS = {"roles": "role", "managed_policies": "policy", "trust_statements": "role"}
READS = {"iam_access", "iam_audit", "iam_baseline_info"}
_PLANNED = {"created": "would_create", "updated": "would_update", "deleted": "would_delete"}
_CONTENT = (
    "path",
    "managed_policies",
    "inline_policies",
    "boundary",
    "assume_role_policy_document",
    "description",
    "max_session_duration",
    "tags",
    "policy",
)
_LISTS = {
    "found_by": ("by", "value", "strength"),
    "left_over": ("place", "value", "remedy"),
    "drift": ("place", "expected", "actual"),
    "trusted": ("principal", "kind", "conditions", "state"),
    "depended_on_by": ("resource", "how", "detail", "by_name"),
}
_VALUES = ("arn", "service", "profile", "service_linked", "created", "dangling")
_ASSERTION = (
    "place", "service", "principal", "action", "resource", "expected", "result", "reason", "statements", "proved",
)  # fmt: skip
_FINDING = ("severity", "code", "resource", "message", "remedy", "evidence")
_WAIVER = ("reason", "owner", "until", "place", "why")


@dataclass(frozen=True)
class TaskResult:
    """A task or one item of its loop on one host. `module` is empty if it is not in this collection."""

    host: str
    task: str
    module: str = ""
    account_id: str = ""
    """The account id of the task or the inventory; that of the result takes precedence."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What the inventory says of the account, see `account_attributes`."""
    check_mode: bool = False
    failed: bool = False
    ignored: bool = False
    unreachable: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Said:
    """What a task reports of one object. `details` contains what the report shows when the object is opened."""

    kind: str
    name: str
    status: str
    weight: int
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        return resource_name(self.kind, self.name)


def account_id_of(result: TaskResult) -> str:
    return str(result.values.get("account_id") or result.account_id or "")


def objects_of(result: TaskResult) -> Iterator[Said]:
    """Every object in the result."""
    values = result.values
    changing = {str(step.get("resource")).lower() for step in plan_of(result)}
    for section in ("managed_policies", "roles", "attachments", "trust_statements"):
        for item in dicts(values.get(section)):
            if not item.get("name"):
                continue
            kind = _KINDS.get(section) or str(item.get("iam_type") or "role")
            resource = resource_name(kind, str(item["name"])).lower()
            yield _said(result, kind, item, _status(result, item, resource in changing))
    for item in dicts(values.get("objects")):
        yield _said(result, str(item.get("kind") or "role"), item, _status(result, item, False))
    for item in dicts(values.get("retired")):
        yield _retired(result, item)
    for item in refusals_of(result):
        kind, _dummy, name = str(item.get("resource")).rpartition("/")
        if kind in ("role", "policy", "user", "group"):
            yield _spoken(result, kind, name, "refused", {"refusals": [item]})
    yield from _half_done(result)


def plan_of(result: TaskResult) -> list[dict[str, Any]]:
    """The steps, each with its `state`: `done`, `planned`, `unknown` or `not_done`."""
    plan = result.values.get("plan")
    if isinstance(plan, Mapping):
        parts = [(part, plan.get(part)) for part in ("done", "unknown", "not_done")]
    else:
        refused = result.failed or result.check_mode or result.module in READS
        parts = [("planned" if refused else "done", plan)]
    return [
        {**picked(step, ("action", "resource", "reason", "service")), "state": state}
        for state, steps in parts
        for step in dicts(steps)
    ]


def findings_of(result: TaskResult) -> list[dict[str, Any]]:
    return [{**picked(item, _FINDING), **_waivers(item)} for item in dicts(result.values.get("findings"))]


def assertions_of(result: TaskResult) -> list[dict[str, Any]]:
    """What principals must be allowed and what not, with what was found."""
    return [picked(item, _ASSERTION) for item in dicts(result.values.get("assertions"))]


def paths_of(result: TaskResult) -> list[dict[str, Any]]:
    """The privilege escalation paths."""
    known = ("from", "to", "steps", "severity", "ids", "conditions", "evidence")
    paths = dicts(result.values.get("escalation_paths"))
    return [{**picked(item, known), **_waivers(item)} for item in paths]


def refusals_of(result: TaskResult) -> list[dict[str, Any]]:
    return [picked(item, ("resource", "code", "reason", "override")) for item in dicts(result.values.get("refusals"))]


def not_restored_of(result: TaskResult) -> list[dict[str, Any]]:
    """What a restore did not restore, and what cannot be restored."""
    left_out = dicts(result.values.get("not_restored"))
    lost = [{**item, "reason": item.get("what")} for item in dicts(result.values.get("cannot_come_back"))]
    return [picked(item, ("resource", "reason", "remedy")) for item in (*left_out, *lost)]


def services_of(result: TaskResult) -> str:
    """The services that a task was for, separated by commas; empty if the result does not contain them."""
    return ", ".join(str(one.get("service")) for one in dicts(result.values.get("services")))


def access_of(result: TaskResult) -> list[str]:
    """What access the task changes, or would change, in lines."""
    told = result.values.get("access_diff")
    lines = told.get("summary") if isinstance(told, Mapping) else None
    return [readable(line) for line in lines] if isinstance(lines, Sequence) and not isinstance(lines, str) else []


def deleted_of(result: TaskResult) -> list[dict[str, Any]]:
    """Copies of what was removed."""
    known = ("action", "resource", "policy_arn", "policy_name", "version_id", *_CONTENT)
    return [picked(item, known) for item in dicts(result.values.get("deleted"))]


def failure_of(result: TaskResult) -> dict[str, Any]:
    """Why the task failed, in words without credentials."""
    values = result.values
    message = values.get("msg") or values.get("censored") or "The task failed without a message."
    failure: dict[str, Any] = {"task": result.task, "message": readable(message)}
    problems = values.get("problems")
    if result.module and isinstance(problems, Sequence) and not isinstance(problems, str):
        failure["problems"] = [readable(problem) for problem in problems]
    if result.module:
        failure.update(picked(values, ("error_code", "failed_call")))
    if result.ignored:
        failure["ignored"] = True
    return failure


def calls_of(result: TaskResult) -> dict[str, int]:
    counts = result.values.get("api_calls")
    if not isinstance(counts, Mapping):
        return {}
    return {str(action): count for action, count in counts.items() if isinstance(count, int)}


def waivers_in(result: TaskResult) -> list[dict[str, Any]]:
    """The waivers of the account, with what they are about."""
    known = ("code", "accounts", "resources", "owner", "until", "place", "of_account", "matched")
    return [picked(item, known) for item in dicts(result.values.get("waivers"))]


def _waivers(item: Mapping[str, Any]) -> dict[str, Any]:
    """By which waiver a finding or path is accepted, or which one does not accept it any more."""
    found = {key: item.get(key) for key in ("waiver", "expired_waiver", "outgrown_waiver")}
    return {key: picked(waiver, _WAIVER) for key, waiver in found.items() if isinstance(waiver, Mapping)}


def _status(result: TaskResult, item: Mapping[str, Any], has_steps: bool) -> str:
    told = str(item.get("status"))
    if result.module in READS:
        return "quarantined" if item.get("quarantined") and told not in ("absent", "missing") else told
    if told == "quarantined":
        return "would_quarantine" if has_steps and result.check_mode else "quarantined"
    status = "in_sync" if told == "unchanged" else told
    return _PLANNED.get(status, status) if result.check_mode else status


def _retired(result: TaskResult, item: Mapping[str, Any]) -> Said:
    kind, _slash, name = str(item.get("resource")).rpartition("/")
    done, planned = {
        "removed": ("deleted", "would_delete"),
        "quarantined": ("quarantined", "would_quarantine"),
        "kept": ("kept", "kept"),
    }.get(str(item.get("step")), ("quarantined", "quarantined"))
    services = item.get("services")
    service = services[0] if isinstance(services, list) and services else ""
    details = {"service": service, "retirement": picked(item, ("step", "until", "reason"))}
    return _spoken(result, kind or "role", name, planned if result.check_mode else done, details)


def _said(result: TaskResult, kind: str, item: Mapping[str, Any], status: str) -> Said:
    details = picked(item, _VALUES)
    for name, known in _LISTS.items():
        if item.get(name):
            details[name] = [picked(entry, known) for entry in dicts(item[name])]
    if isinstance(item.get("quarantined"), Mapping):
        details["quarantined"] = picked(item["quarantined"], ("since", "until", "reason"))
    for diff in diffs_of(item.get("diff")).values():
        details["diff"] = diff
    if isinstance(item.get("last_used"), Mapping):
        # An empty value has a meaning: no use in the period that IAM reports.
        details["last_used"] = picked(item["last_used"], ("date", "region"))
    if result.module == "iam_audit":
        details["audit_status"] = str(item.get("status"))
    shown = item.get("content")
    content = picked(shown if isinstance(shown, Mapping) else item, _CONTENT)
    if content:
        details["content"] = content
    if isinstance(item.get("deletion"), Mapping):
        deletion = picked(item["deletion"], ("status", "reason"))
        usage = [picked(used, ("region", "resources")) for used in dicts(item["deletion"].get("usage"))]
        details["deletion"] = {**deletion, "usage": usage}
    return _spoken(result, kind, str(item.get("name")), status, details)


def _spoken(result: TaskResult, kind: str, name: str, status: str, details: dict[str, Any]) -> Said:
    """`weight`: a written object takes precedence over a planned one, and that over one that was only read."""
    weight = 0 if result.module in READS else 1 if result.check_mode else 2
    return Said(kind, name, status, weight, details)


def _half_done(result: TaskResult) -> Iterator[Said]:
    """What a failure shows about objects: the steps that were done and those that were not."""
    if not result.failed:
        return
    states: dict[str, set[str]] = {}
    actions: dict[str, set[str]] = {}
    services: dict[str, str] = {}
    for step in plan_of(result):
        states.setdefault(str(step.get("resource")), set()).add(step["state"])
        actions.setdefault(str(step.get("resource")), set()).add(str(step.get("action")))
        services[str(step.get("resource"))] = str(step.get("service") or "").partition(", ")[0]
    for resource, reached in states.items():
        kind, _dummy, name = resource.rpartition("/")
        if kind not in ("role", "policy", "user", "group") or reached == {"planned"}:
            continue
        # A result of another release may name actions that this one does not have.
        writes = [WRITES[action] for action in actions[resource] if action in WRITES]
        done = "deleted" if any(write.deletes for write in writes) else "updated"
        done = "created" if any(write.creates for write in writes) else done
        status = "failed" if reached & {"not_done", "unknown"} else done
        yield _spoken(result, kind, name, status, {"service": services[resource]})
