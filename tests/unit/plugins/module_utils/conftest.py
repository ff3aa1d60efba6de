# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local AWS for the tests of all packages, empty for every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local_aws import LocalAws


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
