# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a plan: in the order of the plan where the order matters, in parallel elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

from ..aws.error_advice import error_code, error_message
from ..aws.service import Service, is_lost_reply, may_be_made
from ..model import CurrentState
from ..plan.plan import MadeVersion, Plan, Step, dependencies
from ..policy.document import PolicyDocument
from ..policy.trust_policy import own_principals
from ..read.transformations import role_of, tags
from ..sdk import CallFailed, ClientError

OnStep = Callable[[Step], None]
"""Called in the thread of `run` as soon as a write is done. An exception from it ends the run before the next write."""

_STALE = {"EntityAlreadyExists", "NoSuchEntity", "DeleteConflict"}


@dataclass
class Execution:
    """The outcome of a plan. A step that another process had already done is neither `done` nor `not_done`.

    `unknown` are steps that were sent and that AWS may have performed: no reply confirmed them.
    """

    done: list[Step] = field(default_factory=list)
    not_done: list[Step] = field(default_factory=list)
    unknown: list[Step] = field(default_factory=list)
    failed: Step | None = None
    error: Exception | None = None

    @property
    def stale(self) -> bool:
        """Whether the account was not in the state that was read, so that it has to be read and planned again."""
        if self.error is None or self.failed is None:
            return False
        code = error_code(self.error)
        return code in _STALE or (code == "LimitExceeded" and self.failed.action == "CreatePolicyVersion")


@dataclass
class _Attempt:
    """The outcome of the earlier attempts of one call, and the policy version that they are found to have created.

    `is_unreadable` is set if that outcome cannot be read.
    """

    reply_was_lost: bool = False
    is_done: bool = False
    is_unreadable: bool = False
    version: str = ""


class Executor:
    """Applies plans to one account, with at most `workers` writes in progress at once."""

    def __init__(self, iam: Service, state: CurrentState, workers: int = 8, on_step: OnStep | None = None) -> None:
        self._iam = iam
        self._state = state
        self._workers = workers
        self._on_step = on_step
        self._created: set[str] = set()
        self._made_versions: dict[str, str] = {}
        self._lock = threading.Lock()

    def run(self, plan: Plan) -> Execution:
        """Run the steps.

        After the first permanent error no more steps are started, and those in progress are finished. If the only
        problem is that the account was not in the state that was read, every step that does not depend on the failed
        one is finished too, so that no other change stays incomplete.
        """
        steps = list(plan.steps)
        waiting_for = dependencies(steps)
        begun: set[int] = set()
        finished: set[int] = set()
        made: set[int] = set()
        unknown: set[int] = set()
        running: dict[Future[bool], int] = {}
        execution = Execution()
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            while True:
                if execution.error is None or execution.stale:
                    for index, step in enumerate(steps):
                        if index not in begun and waiting_for[index] <= finished and len(running) < self._workers:
                            begun.add(index)
                            steps[index] = self._with_made_version(step)
                            running[pool.submit(self._write, steps[index])] = index
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    error = future.exception()
                    if error is None:
                        finished.add(index)
                        if future.result():
                            made.add(index)
                            self._tell(steps[index], execution)
                        continue
                    if not isinstance(error, Exception):
                        raise error
                    if may_be_made(error):
                        unknown.add(index)
                    if execution.error is None or execution.stale:
                        execution.failed, execution.error = steps[index], error
        execution.done = [step for index, step in enumerate(steps) if index in made]
        execution.unknown = [step for index, step in enumerate(steps) if index in unknown]
        execution.not_done = [step for index, step in enumerate(steps) if index not in finished | unknown]
        return execution

    def _with_made_version(self, step: Step) -> Step:
        """The step, with the id of the version that an earlier step created."""
        version = step.parameters.get("VersionId")
        if not isinstance(version, MadeVersion):
            return step
        return replace(step, parameters={**step.parameters, "VersionId": self._made_versions[version.step]})

    def _tell(self, step: Step, execution: Execution) -> None:
        try:
            if self._on_step is not None:
                self._on_step(step)
        except Exception as error:
            execution.failed, execution.error = None, error

    def _write(self, step: Step) -> bool:
        """Perform one write. False if there was nothing left to do, although this run did not do it."""
        attempt = _Attempt()
        try:
            answer = self._iam.call(
                step.action, lambda error: self._may_yet_succeed(step, error, attempt), **_request(step)
            )
            attempt.version = answer.get("PolicyVersion", {}).get("VersionId", "")
        except CallFailed as error:
            if attempt.is_done or self._is_found_done(step, error, attempt):
                return attempt.is_done or attempt.reply_was_lost or _was_resent(error)
            error.reply_was_lost = attempt.reply_was_lost or may_be_made(error)  # type: ignore[union-attr]
            raise
        finally:
            with self._lock:
                if attempt.version:
                    self._made_versions[step.name] = attempt.version
                if step.creates:
                    self._created.add(step.subject)
        return True

    def _may_yet_succeed(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        if is_lost_reply(error):
            attempt.reply_was_lost = True
            attempt.is_done = self._is_found_done(step, error, attempt)
            return not attempt.is_done and not attempt.is_unreadable
        if error_code(error) == "NoSuchEntity" and not _removes(step):
            with self._lock:
                return bool(self._created & {step.subject, *step.uses})
        if error_code(error) == "MalformedPolicyDocument" and "Invalid principal" in error_message(error):
            # The principals of this account are known to exist; IAM may not have replicated them everywhere yet.
            return any(
                own_principals(value, self._state.account.id)
                for value in step.parameters.values()
                if isinstance(value, PolicyDocument)
            )
        return False

    def _is_found_done(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        try:
            return not attempt.is_unreadable and self._is_done(step, error, attempt)
        except CallFailed:
            attempt.is_unreadable = True
            return False

    def _is_done(self, step: Step, error: Exception, attempt: _Attempt) -> bool:
        """Whether the account is already as the step wants it, although the call did not report that."""
        code = error_code(error)
        if _removes(step):
            return code == "NoSuchEntity"
        if step.action == "CreateRole" and code == "EntityAlreadyExists":
            return self._is_created_role(step.parameters)
        if step.action == "CreatePolicy" and code == "EntityAlreadyExists":
            return bool(self._default_version_with(step.parameters["PolicyDocument"], self._arn(step)))
        if step.action == "CreatePolicyVersion" and (code == "LimitExceeded" or is_lost_reply(error)):
            attempt.version = self._version_with(step.parameters)
            return bool(attempt.version)
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

    def _default_version_with(self, wanted: PolicyDocument, arn: str) -> str:
        """The id of the default version of a policy if its document is the wanted one, else an empty string."""
        policy = self._iam.find("GetPolicy", PolicyArn=arn)
        version = policy["Policy"]["DefaultVersionId"] if policy else ""
        return version if version and self._document(arn, version) == wanted else ""

    def _version_with(self, wanted: Mapping[str, Any]) -> str:
        """The id of the version that a CreatePolicyVersion with these parameters would have created, or empty."""
        arn, document = wanted["PolicyArn"], wanted["PolicyDocument"]
        if wanted["SetAsDefault"]:
            return self._default_version_with(document, arn)
        pages = self._iam.pages("ListPolicyVersions", PolicyArn=arn)
        ids = (version["VersionId"] for page in pages for version in page["Versions"])
        return next((version for version in ids if self._document(arn, version) == document), "")

    def _document(self, arn: str, version: str) -> PolicyDocument | None:
        answer = self._iam.find("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return PolicyDocument.parse(answer["PolicyVersion"]["Document"]) if answer else None

    def _is_in_profile(self, wanted: Mapping[str, Any]) -> bool:
        answer = self._iam.find("GetInstanceProfile", InstanceProfileName=wanted["InstanceProfileName"])
        roles = answer["InstanceProfile"]["Roles"] if answer else ()
        return any(role["RoleName"] == wanted["RoleName"] for role in roles)

    def _arn(self, step: Step) -> str:
        return self._state.account.arn("policy", step.parameters["Path"], step.parameters["PolicyName"])


def _was_resent(error: Exception) -> bool:
    """Whether botocore sent the request more than once, so that AWS may have performed the first one."""
    return isinstance(error, ClientError) and bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))


def _removes(step: Step) -> bool:
    return step.action.startswith(("Delete", "Detach", "Remove", "Untag"))


def _request(step: Step) -> dict[str, Any]:
    """The parameters of the call. Empty ones are omitted, except in UpdateRole, where they clear the current value."""
    return {
        key: value.text if isinstance(value, PolicyDocument) else value
        for key, value in step.parameters.items()
        if value not in ([], "") or step.action == "UpdateRole"
    }
