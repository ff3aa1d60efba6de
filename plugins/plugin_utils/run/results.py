# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The numbers in the result of one task for an account. Pure.

Only keys that the modules document are read, and each of them may be missing: `no_log` removes nearly all, and
`failed_when`, `async` and a module that died cause other results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.details import (
    NO_DETAILS,
    AccountDetails,
    read_details,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.values import mapping, mappings, sequence

UNREACHABLE, FAILED, CHANGED, WOULD_CHANGE, DRIFTED, IN_SYNC, LOOKED_AT = (
    "unreachable",
    "failed",
    "changed",
    "would change",
    "drifted",
    "in sync",
    "looked at",
)
STATUSES = (LOOKED_AT, IN_SYNC, CHANGED, WOULD_CHANGE, DRIFTED, FAILED, UNREACHABLE)
"""The outcomes of an account, from the best to the worst. Of several results the worst counts."""

REASON_LENGTH = 300
"""Characters of a reason that are kept; the failure of the task has the whole message."""


@dataclass(frozen=True)
class RunFinding:
    severity: str
    code: str
    resource: str
    change: str = ""
    """`new` or `worse` since an earlier run, if it was compared with one."""
    waiver_ended: str = ""
    """The last day of the waiver that accepted it, if that has expired."""


@dataclass(frozen=True)
class RunAccount:
    """What is known of an account. `writes` are those that were done, `planned` those of check mode, by action.

    `access` is what access these writes change, in lines. `details` has what single objects are about.
    """

    status: str = IN_SYNC
    writes: Counter[str] = field(default_factory=Counter)
    planned: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    findings: frozenset[RunFinding] = frozenset()
    access: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    details: AccountDetails = NO_DETAILS

    def __add__(self, other: RunAccount) -> RunAccount:
        """Both combined; `other` is the later one. What it has written is not planned any more."""
        to_make = self.planned - other.writes
        carried_out = self.status == WOULD_CHANGE and other.writes and not to_make
        return RunAccount(
            other.status if carried_out else max(self.status, other.status, key=STATUSES.index),
            self.writes + other.writes,
            to_make + other.planned,
            self.calls + other.calls,
            self.findings | other.findings,
            tuple(dict.fromkeys((*self.access, *other.access))),
            tuple(dict.fromkeys((*self.reasons, *other.reasons))),
            self.details + other.details,
        )


def read_result(
    result: Mapping[str, Any],
    *,
    failed: bool = False,
    unreachable: bool = False,
    ignored: bool = False,
    check_mode: bool = False,
) -> RunAccount | None:
    """What a result shows of an account; None if it shows nothing, as the result of a task started in the background.

    All items of a loop count. `failed` and `unreachable` are the state of the whole task in Ansible.
    """
    items = mappings(result.get("results"))
    if items:
        return _read_loop(items, ignored=ignored, check_mode=check_mode)
    if "ansible_job_id" in result and not failed and "account_id" not in result:
        return None
    status = _status(result, failed, unreachable, check_mode)
    steps = result.get("plan")
    # An incomplete plan is in two parts.
    done = Counter(_actions(steps.get("done") if isinstance(steps, Mapping) else steps))
    made = status == CHANGED or (status == FAILED and isinstance(steps, Mapping))
    return RunAccount(
        status,
        done if made else Counter(),
        done if status in (WOULD_CHANGE, DRIFTED) else Counter(),
        sum(count for count in mapping(result.get("api_calls")).values() if isinstance(count, int)),
        frozenset(_findings(result.get("findings"))),
        () if status == FAILED else tuple(map(str, sequence(mapping(result.get("access_diff")).get("summary")))),
        (_reason(result) + (" (ignored)" if ignored else ""),) if status in (FAILED, UNREACHABLE) else (),
        read_details(result, failed=status == FAILED, planned=status in (WOULD_CHANGE, DRIFTED)),
    )


def _read_loop(items: Iterable[Mapping[str, Any]], *, ignored: bool, check_mode: bool) -> RunAccount | None:
    read = (
        read_result(
            item,
            failed=bool(item.get("failed")),
            unreachable=bool(item.get("unreachable")),
            ignored=ignored,
            check_mode=check_mode,
        )
        for item in items
        if not item.get("skipped")
    )
    known = [account for account in read if account is not None]
    return sum(known[1:], known[0]) if known else None


def _status(result: Mapping[str, Any], failed: bool, unreachable: bool, check_mode: bool) -> str:
    if unreachable:
        return UNREACHABLE
    # With `failed_when: false` a task that failed does not count as failed, though its account is not in sync.
    if failed or {"problems", "error_code"} & set(result):
        return FAILED
    if result.get("in_sync") is False:
        return DRIFTED
    # `changed_when` changes `changed`, not what was written.
    if sequence(result.get("plan")) if "plan" in result and "in_sync" not in result else result.get("changed"):
        return WOULD_CHANGE if check_mode else CHANGED
    # An audit does not compare with declarations and plans nothing.
    if "account_id" in result and "plan" not in result:
        return LOOKED_AT
    return IN_SYNC


def _reason(result: Mapping[str, Any]) -> str:
    """One line: of several problems the first and the number of the others."""
    if "censored" in result:
        return "hidden by no_log"
    problems = sequence(result.get("problems"))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    lines = [line for line in str(problems[0] if problems else result.get("msg", "")).splitlines() if line.strip()]
    told = " ".join(lines[:2] if lines and lines[0].rstrip().endswith(":") else lines[:1])
    return printable(" ".join(told.split()), REASON_LENGTH) + more or "no reason given"


def _actions(steps: Any) -> Iterable[str]:
    return [str(step["action"]) for step in mappings(steps) if "action" in step]


def _findings(found: Any) -> Iterable[RunFinding]:
    """The findings that are not accepted."""
    for finding in mappings(found):
        if finding.get("severity") in SEVERITIES and not mapping(finding.get("waiver")):
            severity, code, resource = (str(finding.get(key, "")) for key in ("severity", "code", "resource"))
            ended = str(mapping(finding.get("expired_waiver")).get("until", ""))
            yield RunFinding(severity, code, resource, str(finding.get("change") or ""), ended)
