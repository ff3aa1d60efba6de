# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a plan: in the order of the plan where it matters, side by side elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from .account_rules import own_principals
from .advice import error_code, error_message
from .calls import Service, is_lost_reply
from .documents import PolicyDocument
from .model import AccountState
from .plan import Plan, Step, dependencies
from .sdk import CallFailed, ClientError
from .shapes import role_of, tags

OnStep = Callable[[Step], None]
"""Is called in the thread of `run` as soon as a write is made; what it raises ends the run, no write being begun."""

_STALE = {"EntityAlreadyExists", "NoSuchEntity", "DeleteConflict"}


@dataclass
class Execution:
    """What became of a plan. A step that someone else had made already is neither done nor not done.

    `lost` are those of `not_done` that may have been made all the same: no reply said so.
    """

    done: list[Step] = field(default_factory=list)
    not_done: list[Step] = field(default_factory=list)
    lost: list[Step] = field(default_factory=list)
    failed: Step | None = None
    error: Exception | None = None

    @property
    def stale(self) -> bool:
        """Whether the account was not as it had been read, so that it should be read and planned again."""
        if self.error is None or self.failed is None:
            return False
        code = error_code(self.error)
        return code in _STALE or (code == "LimitExceeded" and self.failed.action == "CreatePolicyVersion")


@dataclass
class _Attempt:
    """What became of the earlier tries of one call."""

    reply_was_lost: bool = False
    is_done: bool = False


class Executor:
    """Carries out plans in one account, with at most `workers` writes under way at once."""

    def __init__(self, iam: Service, state: AccountState, workers: int = 8, on_step: OnStep | None = None) -> None:
        self._iam = iam
        self._state = state
        self._workers = workers
        self._on_step = on_step
        self._created: set[str] = set()
        self._lock = threading.Lock()

    def run(self, plan: Plan) -> Execution:
        """Run the steps.

        At the first error that cannot be mended no more are begun, and those under way are finished. Where the
        account only was not as it had been read, all that does not depend on the failed step is finished too, so
        that nothing else stays half made.
        """
        waiting_for = dependencies(plan.steps)
        begun: set[int] = set()
        finished: set[int] = set()
        made: set[int] = set()
        running: dict[Future[bool], int] = {}
        execution = Execution()
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            while True:
                if execution.error is None or execution.stale:
                    for index, step in enumerate(plan.steps):
                        if index not in begun and waiting_for[index] <= finished and len(running) < self._workers:
                            begun.add(index)
                            running[pool.submit(self._write, step)] = index
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    error = future.exception()
                    if error is None:
                        finished.add(index)
                        if future.result():
                            made.add(index)
                            self._tell(plan.steps[index], execution)
                        continue
                    if not isinstance(error, Exception):
                        raise error
                    if is_lost_reply(error):
                        execution.lost.append(plan.steps[index])
                    if execution.error is None or execution.stale:
                        execution.failed, execution.error = plan.steps[index], error
        execution.done = [step for index, step in enumerate(plan.steps) if index in made]
        execution.not_done = [step for index, step in enumerate(plan.steps) if index not in finished]
        return execution

    def _tell(self, step: Step, execution: Execution) -> None:
        try:
            if self._on_step is not None:
                self._on_step(step)
        except Exception as error:
            execution.failed, execution.error = None, error

    def _write(self, step: Step) -> bool:
        """Make one write. False where there was nothing left to do, though not by this run."""
        attempt = _Attempt()
        try:
            self._iam.call(step.action, lambda error: self._may_yet_succeed(step, error, attempt), **_request(step))
        except CallFailed as error:
            if attempt.is_done or self._is_done(step, error):
                return attempt.is_done or attempt.reply_was_lost or _was_resent(error)
            raise
        finally:
            if step.creates:
                with self._lock:
                    self._created.add(step.subject)
        return True

    def _may_yet_succeed(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        if is_lost_reply(error):
            attempt.reply_was_lost = True
            attempt.is_done = self._is_done(step, error)
            return not attempt.is_done
        if error_code(error) == "NoSuchEntity" and not _removes(step):
            with self._lock:
                return bool(self._created & {step.subject, *step.uses})
        if error_code(error) == "MalformedPolicyDocument" and "Invalid principal" in error_message(error):
            # The principals of this account were found to exist; IAM may not know them everywhere yet.
            return any(
                own_principals(value, self._state)
                for value in step.parameters.values()
                if isinstance(value, PolicyDocument)
            )
        return False

    def _is_done(self, step: Step, error: Exception) -> bool:
        """Whether the account already is as the step wants it, although the call did not say so."""
        code = error_code(error)
        if _removes(step):
            return code == "NoSuchEntity"
        if step.action == "CreateRole" and code == "EntityAlreadyExists":
            return self._is_created_role(step.parameters)
        if step.action == "CreatePolicy" and code == "EntityAlreadyExists":
            return self._has_default_document(self._arn(step), step.parameters["PolicyDocument"])
        if step.action == "CreatePolicyVersion" and (code == "LimitExceeded" or is_lost_reply(error)):
            return self._has_version(step.parameters)
        if step.action == "AddRoleToInstanceProfile" and code == "LimitExceeded":
            return self._is_in_profile(step.parameters)
        return False

    def _is_created_role(self, wanted: Mapping[str, Any]) -> bool:
        answer = self._iam.find("GetRole", RoleName=wanted["RoleName"])
        if answer is None:
            return False
        role = role_of(answer["Role"])
        return (
            role.path == wanted["Path"]
            and role.trust == wanted["AssumeRolePolicyDocument"]
            and role.description == wanted["Description"]
            and role.max_session_duration == wanted["MaxSessionDuration"]
            and role.boundary == wanted.get("PermissionsBoundary")
            and dict(role.tags) == tags(wanted["Tags"])
        )

    def _has_default_document(self, arn: str, wanted: PolicyDocument) -> bool:
        policy = self._iam.find("GetPolicy", PolicyArn=arn)
        if policy is None:
            return False
        version = policy["Policy"]["DefaultVersionId"]
        answer = self._iam.find("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return answer is not None and PolicyDocument.parse(answer["PolicyVersion"]["Document"]) == wanted

    def _has_version(self, wanted: Mapping[str, Any]) -> bool:
        arn = wanted["PolicyArn"]
        if wanted["SetAsDefault"]:
            return self._has_default_document(arn, wanted["PolicyDocument"])
        listed = [
            version for page in self._iam.pages("ListPolicyVersions", PolicyArn=arn) for version in page["Versions"]
        ]
        answers = (self._iam.find("GetPolicyVersion", PolicyArn=arn, VersionId=one["VersionId"]) for one in listed)
        return any(
            answer is not None and PolicyDocument.parse(answer["PolicyVersion"]["Document"]) == wanted["PolicyDocument"]
            for answer in answers
        )

    def _is_in_profile(self, wanted: Mapping[str, Any]) -> bool:
        answer = self._iam.find("GetInstanceProfile", InstanceProfileName=wanted["InstanceProfileName"])
        roles = answer["InstanceProfile"]["Roles"] if answer else ()
        return any(role["RoleName"] == wanted["RoleName"] for role in roles)

    def _arn(self, step: Step) -> str:
        return self._state.account.arn("policy", step.parameters["Path"], step.parameters["PolicyName"])


def _was_resent(error: Exception) -> bool:
    """Whether botocore sent the request more than once, so that the first may have been acted on."""
    return isinstance(error, ClientError) and bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))


def _removes(step: Step) -> bool:
    return step.action.startswith(("Delete", "Detach", "Remove", "Untag"))


def _request(step: Step) -> dict[str, Any]:
    """The parameters of the call; what is empty is left out, but for UpdateRole, where it clears what is there."""
    return {
        key: value.text if isinstance(value, PolicyDocument) else value
        for key, value in step.parameters.items()
        if value not in ([], "") or step.action == "UpdateRole"
    }
