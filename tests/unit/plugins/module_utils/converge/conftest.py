# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

from local_aws import LocalAws

CONTEXT = RunContext(AwsFacts.parse(aws_facts()))
Converge = Callable[..., dict[str, Any]]


@pytest.fixture
def converge(aws: LocalAws) -> Converge:
    """Run one task in the first member account and return its result, with its `warnings`."""

    def run(section: str | None = None, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        aws.clear_calls()
        options.setdefault("assume_role", {"role_arn": aws.members[0]["role_arn"]})
        task = Task(options, section, check_mode=check_mode, diff_mode=True, context=CONTEXT)
        result = converging(task).result()
        return {**result, "warnings": task.warnings}

    return run
