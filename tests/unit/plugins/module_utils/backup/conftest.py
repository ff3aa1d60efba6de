# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local AWS, fresh for every test, and the two tasks of these tests: removing with a backup, and restoring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import NO_CONTEXT
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring

from local_aws import LocalAws

Converge = Callable[..., dict[str, Any]]
Restored = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "backups")


@pytest.fixture
def converge(aws: LocalAws, folder: str) -> Converge:
    """Run a task of `iam_baseline`, or of the module of `section`, with a backup."""

    def run(section: str | None = None, *, context: RunContext = NO_CONTEXT, **options: Any) -> dict[str, Any]:
        options.setdefault("assume_role", {"role_arn": aws.members[0]["role_arn"]})
        options.setdefault("backup_dir", folder)
        return converging(Task(options, section, context=context)).result()

    return run


@pytest.fixture
def restore(aws: LocalAws, folder: str) -> Restored:
    """Run a task of `iam_restore`; its result with its `warnings`."""

    def run(*, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        options.setdefault("assume_role", {"role_arn": aws.members[0]["role_arn"]})
        options.setdefault("src", folder)
        work = restoring(Task(options, check_mode=check_mode, diff_mode=True))
        result = work.result()
        return {**result, "warnings": work.task.warnings}

    return run
