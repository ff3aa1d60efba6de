# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The report when AWS stops a task: what was done by then, and what was not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..apply.executor import Execution
from ..apply.read_back import Difference
from ..aws.service import as_aws_error, is_access_denied
from ..errors import EngineError
from ..model import Account
from ..plan.plan import Step
from ..resolve.quarantine import INLINE_DENIAL
from .result import taken_away


def plan_failed(
    execution: Execution, done: list[Step], account: Account, reading: Exception | None = None, **fields: Any
) -> EngineError:
    """The failure of a plan that was started; `reading` is what went wrong when the account was read again."""
    failed = execution.failed
    refused = as_aws_error(
        execution.error or reading or RuntimeError(),
        failed.action if failed else "Showing a write" if execution.error else "Reading again",
        failed.resource if failed else "",
        account.id,
        **progress(done, execution.not_done, account.id, execution.unknown),
        **fields,
    )
    if execution.unknown:
        refused.add(told_unknown(execution.unknown))
    if failed and _is_refused_inline_denial(failed, execution.error):
        refused.add(
            f"No more policies can be attached to {failed.resource}, so an inline policy denies it everything. To fix:"
            " detach a policy of the role, or give the caller docs/permissions/retire_full_roles.json as well."
        )
    return refused


def told_unknown(steps: Sequence[Step]) -> str:
    """The writes of which it is not known whether AWS performed them, in a sentence."""
    writes = ", ".join(f"{step.action} {step.resource}" for step in steps)
    return f"It is not known whether AWS performed these writes: {writes}. Run again to find out."


def _is_refused_inline_denial(failed: Step, error: Exception | None) -> bool:
    written = failed.action == "PutRolePolicy" and failed.parameters.get("PolicyName") == INLINE_DENIAL
    return written and error is not None and is_access_denied(error)


def account_differs(
    differences: Sequence[Difference], done: Sequence[Step], account: Account, **fields: Any
) -> EngineError:
    """The failure of a plan that was applied completely, although the account does not match it."""
    return EngineError(
        f"After the last write, account {account.id} does not match its declaration. Another run or person"
        " changed it in the meantime. To fix: run again, one run at a time.",
        map(str, differences),
        differences=[difference.shown() for difference in differences],
        **progress(done, (), account.id),
        **fields,
    )


def progress(
    done: Sequence[Step], not_done: Sequence[Step], account_id: str, unknown: Sequence[Step] = ()
) -> dict[str, Any]:
    """How much of an incomplete plan was done; `unknown` are writes that AWS may have performed."""
    parts = {"done": done, "not_done": not_done, "unknown": unknown}
    return {
        "changed": bool(done or unknown),
        "account_id": account_id,
        "plan": {part: [step.shown() for step in steps] for part, steps in parts.items()},
        "deleted": taken_away(done),
    }


def reading_failed(error: Exception, account_id: str) -> EngineError:
    """The failure of a call outside a plan, or of no call at all."""
    return as_aws_error(error, getattr(error, "operation_name", "The task"), "", account_id)
