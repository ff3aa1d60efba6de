# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The record of a retirement for auditors: what one run did to an account, as plain data. Pure.

docs/retirement_record.schema.json describes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..audit.audit import AuditedObject
from ..backup.serialization import checksum
from ..errors import printable
from ..model import Account, CurrentState, Role
from ..plan.plan import Step
from ..policy.document import PolicyDocument
from ..resolve.quarantine import moment
from .record_facts import AccountProof
from .retired import QUARANTINED, REMOVED, Retired

FORMAT = "aws_ml.permissions/retirement_record/1"

Earlier = Mapping[str, Mapping[str, Any]]
"""What earlier records say of objects that they put into quarantine, by unique id."""


@dataclass(frozen=True)
class RecordedRun:
    """What a task knows of its run. `account` is that of the task, `failure` the message of a failed task, else empty.

    `backup` is None without one, else its path and content. `writes` are those that were done, not done and of which it
    is not known, by these names.
    """

    account: Account
    began: datetime
    finished: datetime
    options: Mapping[str, Any]
    version: str
    plan_id: str
    writes: Mapping[str, Sequence[Step]]
    backup: tuple[str, bytes] | None = None
    failure: str = ""


@dataclass(frozen=True)
class RecordedAccount:
    """The account `before` the run and as it was read `after` it, None if that was not possible."""

    before: CurrentState
    after: CurrentState | None
    items: Sequence[Retired]
    found: Sequence[AuditedObject]
    aws_policies: Mapping[str, PolicyDocument]


_OPTIONS = (
    "services",
    "roles",
    "policies",
    "exclude",
    "unused_days",
    "min_age_days",
    "quarantine_days",
    "skip_quarantine",
    "allow",
    "quarantine_reason",
)


def retirement_record(run: RecordedRun, account: RecordedAccount, earlier: Earlier) -> dict[str, Any]:
    """The record, with a checksum over its content."""
    plan_id, _at, approved = str(run.options.get("approved_plan") or "").partition("@")
    record: dict[str, Any] = {
        "format": FORMAT,
        "account_id": run.account.id,
        "partition": run.account.partition,
        "began": moment(run.began),
        "finished": moment(run.finished),
        "outcome": "failed" if run.failure else "done",
        "failure": printable(run.failure.replace("\n", " ")),
        "tool": {"collection": "aws_ml.permissions", "version": run.version, "module": "iam_retire"},
        "ran_as": (run.options.get("assume_role") or {}).get("role_arn") or None,
        "plan_id": run.plan_id,
        "approval": {"plan_id": plan_id, "approved": approved or None} if plan_id else None,
        "options": {name: run.options.get(name) for name in _OPTIONS},
        "writes": {
            name: [{"action": step.action, "resource": step.resource} for step in steps]
            for name, steps in run.writes.items()
        },
        "backup": None,
        "objects": _objects(run, account, earlier),
    }
    if run.backup:
        path, content = run.backup
        record["backup"] = {"path": path, "sha256": hashlib.sha256(content).hexdigest()}
    record = json.loads(json.dumps(record, default=str))
    return {**record, "checksum": checksum(record)}


def _objects(run: RecordedRun, account: RecordedAccount, earlier: Earlier) -> list[dict[str, Any]]:
    before = AccountProof(account.before, account.aws_policies)
    after = AccountProof(account.after, account.aws_policies) if account.after else None
    found = {one.resource.lower(): one for one in reversed(account.found)}
    return [
        _object(run, item, found.get(item.resource.lower()), before=before, after=after, earlier=earlier)
        for item in account.items
        if item.step in (QUARANTINED, REMOVED)
    ]


def _object(
    run: RecordedRun,
    item: Retired,
    audited: AuditedObject | None,
    *,
    before: AccountProof,
    after: AccountProof | None,
    earlier: Earlier,
) -> dict[str, Any]:
    subject = item.subject
    open_writes = [step for name in ("not_done", "unknown") for step in run.writes[name]]
    is_done = not any(step.resource == item.resource for step in open_writes)
    shown: dict[str, Any] = {
        "resource": item.resource,
        "arn": subject.arn,
        "unique_id": subject.id or None,
        "services": list(item.services),
        "step": item.step,
        "complete": is_done,
        "reason": printable(item.reason),
        "created": subject.created or None,
        "quarantined": item.quarantined,
        "deleted": moment(run.finished) if item.step == REMOVED and is_done else None,
        "depended_on_by": list(item.depended_on_by),
        "proofs": after.proofs(item) if after else [],
        "earlier": dict(earlier[subject.id]) if subject.id in earlier else None,
    }
    if isinstance(subject, Role):
        shown["last_used"] = dict(subject.last_used) or None
        shown["trusted"] = list(audited.trusted) if audited else []
        shown["assumable_by"] = before.can_assume(subject)
    return shown


def earlier_of(record: Mapping[str, Any], file: str) -> dict[str, dict[str, Any]]:
    """What a record says of the objects that its run put into quarantine, by unique id, for a later record."""
    about = {name: record[name] for name in ("began", "plan_id", "approval", "backup", "checksum")}
    return {
        one["unique_id"]: {
            "file": file,
            **about,
            **{name: one.get(name) for name in ("quarantined", "last_used", "trusted", "assumable_by", "proofs")},
            "depended_on_by": one["depended_on_by"],
        }
        for one in record["objects"]
        if one["step"] == QUARANTINED and one["complete"] and one["unique_id"]
    }
