# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.context import RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

from local_aws import LocalAws

CONTEXT = RunContext(AwsFacts.parse(aws_facts()))
Converge = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(server: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    server.reset()
    server.clear_calls()
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def account(aws: LocalAws) -> str:
    return str(aws.members[0]["id"])


@pytest.fixture
def iam(aws: LocalAws, account: str) -> Any:
    """A client that looks at the first member account without being counted."""
    return aws.client("iam", account=account)


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
