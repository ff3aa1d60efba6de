# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion tasks of service-linked roles: they take some time, and fail if the service still uses the role.

Sources: DeleteServiceLinkedRole and GetServiceLinkedRoleDeletionStatus in the IAM API reference (FACTS C5).
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from .answer import AwsError, no_such_entity
from .store import Store, find_role, live_store

_OWNER = "/aws-service-role/"


@dataclass(frozen=True)
class Course:
    """The outcome of a deletion: how many seconds it takes, and why it fails, if it does."""

    seconds: float = 0.0
    reason: str = ""
    usage: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class DeletionTask:
    """A requested deletion."""

    id: str
    account: str
    partition: str
    role: str
    started: float
    course: Course

    @property
    def over(self) -> bool:
        return time.monotonic() - self.started >= self.course.seconds


@dataclass
class LinkedDeletions:
    """The deletions of all accounts, and the courses that were seeded for roles."""

    _courses: dict[tuple[str, str], Course] = field(default_factory=dict)
    _tasks: dict[str, DeletionTask] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def seed(self, account: str, role: str, course: Course) -> None:
        """Set the outcome of deletions of this role from now on."""
        self._courses[account, role] = course

    def ask(self, store: Store, path: str, role: str) -> str:
        """Request a deletion; returns the id of its task, or of the one that is already running."""
        account = str(store.account_id)
        for task in self._tasks.values():
            if (task.account, task.role) == (account, role) and not task.over:
                return task.id
        service = path.removeprefix(_OWNER).strip("/")
        course = self._courses.get((account, role), Course())
        name = f"task{_OWNER}{service}/{role}/{uuid.uuid4()}"
        self._tasks[name] = DeletionTask(name, account, store.partition, role, time.monotonic(), course)
        self._open.add(name)
        self.settle()
        return name

    def status(self, account: str, name: str) -> dict[str, Any]:
        """What GetServiceLinkedRoleDeletionStatus answers."""
        if not name.startswith(f"task{_OWNER}"):
            raise AwsError("InvalidInput", f"The deletion task id {name} is not valid.")
        task = self._tasks.get(name)
        if task is None or task.account != account:
            raise no_such_entity(f"Deletion task {name} does not exist.")
        if not task.over:
            return {"Status": "IN_PROGRESS"}
        if not task.course.reason:
            return {"Status": "SUCCEEDED"}
        return {"Status": "FAILED", "Reason": {"Reason": task.course.reason, "RoleUsageList": list(task.course.usage)}}

    def settle(self) -> None:
        """Remove the roles whose deletion has ended without a failure."""
        for name in [name for name in self._open if self._tasks[name].over]:
            self._open.remove(name)
            task = self._tasks[name]
            store = live_store(task.account, task.partition)
            role = find_role(store, task.role)
            if role is not None and not task.course.reason:
                role.managed_policies.clear()
                store.delete_role(role.name)

    def forget(self) -> None:
        """Back to no tasks and no seeded courses."""
        self._courses.clear()
        self._tasks.clear()
        self._open.clear()
