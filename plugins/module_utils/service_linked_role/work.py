# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Deletes service-linked roles with a deletion task of IAM, which asks the service whether it still needs them (FACTS
C5).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..aws.service import as_aws_error, is_lost_reply, may_be_made
from ..converge.result import unknown_writes_message
from ..converge.task import Task
from ..errors import EngineError, InputError, Problem, printable, shown
from ..model import CurrentState, Role, resource_name
from ..plan.plan import Plan, Step, approval_of, relied_on, require_approval
from ..read.authorization_details import role_of
from ..read.reader import require_account
from ..resolve.desired_state import DesiredState
from ..sdk import CallFailed, ClientError
from ..validate.connection import connection_problems

PATH = "/aws-service-role/"
_SERVICE = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)

Item = dict[str, Any]


class ServiceLinkedRoleDeletion:
    """The work of `iam_service_linked_role`. `ticks` and `pause` are in seconds."""

    def __init__(
        self, task: Task, ticks: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        task.module = task.module or "iam_service_linked_role"
        self.task = task
        self.options = task.options
        self.ticks = ticks
        self.pause = pause

    def result(self) -> dict[str, Any]:
        """Delete the existing roles, or report what would be deleted. Raises EngineError."""
        found = [*connection_problems(self.options, self.task.context.account_from), *_problems(self.options)]
        if found:
            raise InputError(found)
        connection = self.task.connect(check_mode=self.task.check_mode)
        try:
            return self._converged(connection)
        except CallFailed as error:
            action = getattr(error, "operation_name", "The call")
            failure = as_aws_error(error, action, self._named(), connection.iam.account_id, **self.task.so_far())
            if self.task.writes.unknown:
                failure.add(unknown_writes_message(self.task.writes.unknown))
            raise failure from None

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    def _converged(self, connection: Connection) -> dict[str, Any]:
        account = connection.caller_account()
        require_account(CurrentState(account), self.options.get("account_id"))
        roles = self._roles(connection)
        state = CurrentState(account, {role.key: role for role in roles})
        desired = DesiredState(dict.fromkeys(state.identities))
        plan = Plan(account, tuple(map(_step, roles)), relies_on=relied_on(state, desired, (), None) if roles else {})
        require_approval(plan, (), None, self.options, self.task.now)
        items = [_item(role, "deleted") for role in roles]
        if not roles:
            items = [{"name": self.options.get("name"), "arn": None, "status": "absent", "deletion": None}]
        elif not self.task.check_mode:
            items = self._deleted(connection, roles, items, plan)
        result: dict[str, Any] = {
            "changed": any(item["status"] != "absent" for item in items),
            "account_id": account.id,
            "plan": plan.shown(),
            "plan_id": plan.id,
            **({"approval": approval_of(plan, self.task.now)} if self.task.check_mode else {}),
            "roles": items,
            "findings": [],
            "api_calls": connection.counter.counts(),
        }
        if self.task.diff_mode:
            result["diff"] = {"before": "".join(f"{step.resource}\n" for step in plan.steps), "after": ""}
        return result

    def _roles(self, connection: Connection) -> list[Role]:
        """The requested service-linked roles that exist."""
        service, name = self.options.get("aws_service_name"), self.options.get("name")
        if service is None:
            answer = connection.iam.find("GetRole", RoleName=name)
            roles = [role_of(answer["Role"])] if answer else []
            if roles and not roles[0].path.startswith(PATH):
                place = Problem("name", f"{name} is not service-linked (path {roles[0].path}); iam_role deletes it")
                raise InputError([place])
            return roles
        pages = connection.iam.pages("ListRoles", PathPrefix=f"{PATH}{service}/", MaxItems=1000)
        roles = [role_of(role) for page in pages for role in page["Roles"]]
        return [role for role in roles if name is None or role.name.lower() == name.lower()]

    def _deleted(self, connection: Connection, roles: list[Role], items: list[Item], plan: Plan) -> list[Item]:
        """The outcome for each role. Raises EngineError if one is not deleted."""
        asked = []
        writes, on_step = self.task.writes, self.task.on_step
        writes.not_done = plan.steps
        for role, step in zip(roles, plan.steps, strict=True):
            try:
                task = self._asked(connection, role)
            except CallFailed as error:
                if may_be_made(error):
                    writes.unknown, writes.not_done = (step,), writes.not_done[1:]
                raise
            writes.not_done = writes.not_done[1:]
            if task is not None:
                writes.done.append(step)
                if on_step is not None:
                    on_step(step)
            asked.append(task)
        deadline = self.ticks() + self.options.get("wait_timeout", 0)
        ended = [self._ended(connection, task, deadline) if task else None for task in asked]
        reported = [_with_outcome(item, task, end) for item, task, end in zip(items, asked, ended, strict=True)]
        staying = [item for item in reported if item["status"] in ("failed", "deleting")]
        if any(item["status"] == "failed" for item in reported) or (staying and self.options.get("wait", True)):
            raise EngineError(
                " ".join(_why(item, connection.iam.account_id) for item in staying),
                changed=any(item["status"] in ("deleted", "deleting") for item in reported),
                account_id=connection.iam.account_id,
                error_code=staying[0]["deletion"]["status"],
                failed_call="GetServiceLinkedRoleDeletionStatus",
                roles=reported,
                api_calls=connection.counter.counts(),
            )
        return reported

    def _asked(self, connection: Connection, role: Role) -> str | None:
        """The deletion task of a role, or an earlier one that is still running; None if the role no longer exists.

        Empty if this run has deleted the role, and the reply with the task was lost.
        """
        lost: list[Exception] = []

        def mends(error: Exception) -> bool:
            lost.extend([error] if is_lost_reply(error) else [])
            return is_lost_reply(error)

        try:
            answer = connection.iam.call("DeleteServiceLinkedRole", mends, RoleName=role.name)
        except ClientError as error:
            if error_code(error) == "NoSuchEntity":
                return "" if lost else None
            raise
        return str(answer["DeletionTaskId"])

    def _ended(self, connection: Connection, task: str, deadline: float) -> Mapping[str, Any]:
        """The status of a task after it has ended, or when the time to wait is over."""
        while True:
            status = connection.iam.read("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
            over = status["Status"] in ("SUCCEEDED", "FAILED")
            delay = self.options.get("wait_delay", 5)
            if over or not self.options.get("wait", True) or self.ticks() + delay > deadline:
                return status
            self.pause(delay)

    def _named(self) -> str:
        return str(self.options.get("aws_service_name") or resource_name("role", str(self.options.get("name"))))


def _problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    service, name = options.get("aws_service_name"), options.get("name")
    if service is None and name is None:
        yield Problem("aws_service_name", "missing; give the service, such as panorama.amazonaws.com, or name")
    if service is not None and not _SERVICE.fullmatch(service):
        yield Problem("aws_service_name", f"{shown(service)} is not a valid service, such as panorama.amazonaws.com")
    if name is not None and not _NAME.fullmatch(name):
        yield Problem("name", f"{shown(name)} is not a valid role name; use 1 to 64 letters, digits and _+=,.@-")
    for option, least in (("wait_timeout", 0), ("wait_delay", 1)):
        if options.get(option, least) < least:
            yield Problem(option, f"{options[option]} is less than {least} second{'s' if least != 1 else ''}")


def _step(role: Role) -> Step:
    return Step("DeleteServiceLinkedRole", role.resource, "declared absent", role.key, {"RoleName": role.name})


def _item(role: Role, status: str) -> Item:
    return {"name": role.name, "arn": role.arn, "status": status, "deletion": None}


def _with_outcome(item: Item, task: str | None, end: Mapping[str, Any] | None) -> Item:
    if task is None or end is None:
        return {**item, "status": "absent"} if task is None else item
    reason = end.get("Reason", {})
    usage = [
        {"region": used.get("Region", ""), "resources": list(used.get("Resources", ()))}
        for used in reason.get("RoleUsageList", ())
    ]
    deletion = {"task_id": task, "status": end["Status"], "reason": printable(reason.get("Reason", "")), "usage": usage}
    status = {"SUCCEEDED": "deleted", "FAILED": "failed"}.get(end["Status"], "deleting")
    return {**item, "status": status, "deletion": deletion}


def _why(item: Item, account: str) -> str:
    deletion = item["deletion"]
    about = f"{resource_name('role', item['name'])} in account {account}"
    if item["status"] == "deleting":
        return (
            f"{about} is not deleted yet ({deletion['status']}): run the task again to continue waiting, or increase"
            " wait_timeout."
        )
    used = "; ".join(f"{use['region']}: {', '.join(use['resources']) or 'resources'}" for use in deletion["usage"])
    where = f" It is used in {used}." if used else ""
    reason = deletion["reason"].rstrip(".") or "no reason was given"
    return (
        f"{about} was not deleted, its service still needs it: {reason}.{where} Delete these resources in the service"
        " first; if the service has ended, ask AWS Support."
    )
