# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What each module consists of: its options and its task. The same in a new interpreter and in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..apply.executor import OnStep
from ..aws.connection import SessionKeeper
from ..converge.account_lock import Tell, silent
from ..converge.declared_objects import converging
from ..converge.result import reading_failed
from ..converge.task import Begin, RunContext, Task, Work
from ..declare.argument_specs import (
    Spec,
    access_gate_options,
    access_options,
    approval_option,
    attachment_options,
    audit_options,
    backup_option,
    baseline_options,
    connection_options,
    converging_baseline_options,
    export_options,
    managed_policy_options,
    record_option,
    restore_options,
    retire_options,
    role_options,
    security_hub_options,
    service_linked_role_options,
    services_options,
    trust_statement_options,
)
from ..errors import EngineError, printable
from ..validate.connection import connection_warnings


@dataclass(frozen=True)
class Shape:
    """`section` is the option of `iam_baseline` that a single-object module corresponds to, None for all of them.

    Without `backs_up` it removes nothing that could be restored. `quarantines` are begun or lifted, and recorded.
    Without `plans` it writes nothing in IAM, so there is no plan to approve.
    """

    options: Callable[[], Spec]
    section: str | None = None
    read_only: bool = False
    backs_up: bool = True
    quarantines: bool = False
    plans: bool = True


@dataclass(frozen=True)
class TaskOutcome:
    """The outcome of a task: the values of an ordinary result, or of a failure with its `msg`."""

    values: Mapping[str, Any]
    warnings: tuple[str, ...]
    failed: bool = False


SHAPES: Mapping[str, Shape] = {
    "iam_audit": Shape(audit_options, read_only=True),
    "iam_access": Shape(access_options, read_only=True),
    "iam_baseline": Shape(converging_baseline_options, quarantines=True),
    "iam_baseline_info": Shape(baseline_options, read_only=True),
    "iam_export": Shape(export_options, read_only=True),
    "iam_managed_policy": Shape(managed_policy_options, "managed_policies"),
    "iam_policy_attachment": Shape(attachment_options, "attachments"),
    "iam_restore": Shape(restore_options),
    "iam_retire": Shape(retire_options, quarantines=True),
    "iam_role": Shape(role_options, "roles", quarantines=True),
    "iam_services": Shape(services_options, quarantines=True),
    "iam_service_linked_role": Shape(service_linked_role_options, backs_up=False),
    "iam_trust_statement": Shape(trust_statement_options, "trust_statements"),
    "security_hub_findings": Shape(security_hub_options, backs_up=False, plans=False),
}

NO_CONTEXT = RunContext()
"""The context of a task of which only the options are known."""

SECRET = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""What Ansible shows instead of a secret."""


def argument_spec(name: str) -> Spec:
    """The whole argument spec of a module, by its name without the collection."""
    shape = SHAPES[name]
    of_writers = {} if shape.read_only or not shape.plans else approval_option()
    if shape.backs_up and not shape.read_only:
        of_writers |= {**access_gate_options(), **backup_option()}
    of_quarantines = record_option() if shape.quarantines else {}
    return {**connection_options(), **of_writers, **of_quarantines, **shape.options()}


def without_secrets(spec: Spec, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they may be shown: secrets according to the spec are replaced, whichever alias was used."""
    named = {alias: option for name, option in spec.items() for alias in (name, *option.get("aliases", ()))}
    return {name: _shown_option(named.get(name, {}), value) for name, value in options.items()}


def _shown_option(option: Spec, value: Any) -> Any:
    if option.get("no_log"):
        return SECRET if value else value
    if "options" in option and isinstance(value, Mapping):
        return without_secrets(option["options"], value)
    if "options" in option and isinstance(value, list):
        return [_shown_option(option, item) for item in value]
    return value


def run(
    name: str,
    options: Mapping[str, Any],
    *,
    begin: Begin = converging,
    check_mode: bool,
    diff_mode: bool,
    context: RunContext = NO_CONTEXT,
    sessions: SessionKeeper | None = None,
    on_step: OnStep | None = None,
    on_wait: Callable[[str], None] | None = None,
    tell: Tell = silent,
) -> TaskOutcome:
    """Run a module's task with its validated options.

    `begin` creates its work. Work that only one module needs is passed in by the file of that module, so that the
    others do not ship it. However the task ends, the outcome says what was done by then, and where the backup is. With
    `sessions`, roles that earlier tasks assumed are not assumed again. `on_step` is called for each write as it is
    done, `on_wait` for each call that gets no reply and is sent again (without it, warnings report that), `tell` for
    other tasks that this one waits for.
    """
    shape = SHAPES[name]
    reads = check_mode or shape.read_only
    task = Task(
        options, shape.section, reads, diff_mode, sessions, on_step, on_wait, module=name, tell=tell, context=context
    )
    return _outcome(task, shape, begin)


def _outcome(task: Task, shape: Shape, begin: Begin) -> TaskOutcome:
    """The outcome of the work of the task, or of any exception."""
    work: Work | None = None
    try:
        work = begin(task)
        task.warnings += () if shape.read_only else connection_warnings(task.options)
        values = work.result()
        return TaskOutcome(work.reported(values), _warnings(task))
    except EngineError as error:
        failure = error
    except Exception as error:
        failure = reading_failed(error, str(task.so_far().get("account_id", "")))
    failed = {"msg": failure.message, **_known(task, shape), **failure.fields}
    return TaskOutcome(work.reported(failed) if work else failed, _warnings(task), failed=True)


def _known(task: Task, shape: Shape) -> dict[str, Any]:
    """What is known of a task that failed. A module that writes nothing in IAM has no plan."""
    has_plan = shape.plans and not shape.read_only
    return {key: value for key, value in task.so_far().items() if has_plan or key not in ("plan", "deleted")}


def _warnings(task: Task) -> tuple[str, ...]:
    """Each warning once, on one line, with its account if Ansible's output does not show the account."""
    delegate = task.context.delegate
    about = f"{delegate} ({task.options.get('account_id')}): " if delegate else ""
    return tuple(dict.fromkeys(printable(f"{about}{warning}") for warning in task.warnings))
