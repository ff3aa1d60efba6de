# SPDX-License-Identifier: GPL-3.0-or-later
"""One server for all tests of the local AWS; every test starts from the fresh organization."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from local_aws import LocalAws

Refusal = tuple[str, int, str]
UNCHECKED = Config(parameter_validation=False)  # what the SDK would refuse has to reach the server


@pytest.fixture(scope="session")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws) -> Iterator[LocalAws]:
    running.reset()
    running.clear_calls()
    yield running
    running.set(consistency_delay=0, latency=0, rate_limits=None, page_limit=None)


@pytest.fixture
def account(aws: LocalAws) -> str:
    return aws.members[0]["id"]


@pytest.fixture
def iam(aws: LocalAws, account: str) -> Any:
    return aws.client("iam", account=account, config=UNCHECKED)


@pytest.fixture
def refused() -> Callable[..., Refusal]:
    """Make a call that has to fail; gives error code, HTTP status and message."""

    def call(function: Callable[..., Any], **arguments: Any) -> Refusal:
        with pytest.raises(ClientError) as caught:
            function(**arguments)
        error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
        return error["Code"], metadata["HTTPStatusCode"], error["Message"]

    return call


@pytest.fixture
def trust() -> Callable[..., str]:
    """A trust policy with the given principal and further members of its statement."""

    def document(principal: Any = None, **members: Any) -> str:
        principal = {"Service": "lambda.amazonaws.com"} if principal is None else principal
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **members}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    return document


@pytest.fixture
def permissions() -> Callable[..., str]:
    """An identity policy of one statement."""

    def document(**members: Any) -> str:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **members}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    return document


@pytest.fixture
def role(iam: Any, trust: Callable[..., str]) -> str:
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust())
    return "worker"
