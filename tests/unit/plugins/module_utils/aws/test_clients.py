# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients share, what they must not share, and that they read as botocore's own do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import botocore.session
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import clients as clients_module
from botocore.utils import parse_timestamp

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

KEYS = {"aws_access_key_id": "AKIAONE", "aws_secret_access_key": "secret"}
TRUST = """{"Version": "2012-10-17", "Statement":
  [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=0) as running:
        yield running


def clients() -> clients_module.Clients:
    return clients_module.Clients("eu-west-1", "http://127.0.0.1:9", KEYS)


def test_a_handler_of_one_client_is_not_one_of_another() -> None:
    heard: list[str] = []
    one, other = clients(), clients()
    listening, silent = one.client("iam"), other.client("iam")
    listening.meta.events.register("heard-only-here.iam.ListRoles", lambda **dummy: heard.append("one"))
    for client in (listening, silent, other.client("iam")):
        client.meta.events.emit("heard-only-here.iam.ListRoles")
    assert heard == ["one"]


def test_clients_read_what_those_of_botocore_read(aws: LocalAws) -> None:
    iam = clients_module.Clients("eu-west-1", aws.endpoint, KEYS).client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    plain = botocore.session.Session().create_client("iam", "eu-west-1", endpoint_url=aws.endpoint, **KEYS)
    ours, theirs = (client.get_account_authorization_details(Filter=["Role"]) for client in (iam, plain))
    (role,) = ours["RoleDetailList"]
    assert ours["RoleDetailList"] == theirs["RoleDetailList"]
    assert isinstance(role["CreateDate"], datetime) and role["CreateDate"].tzinfo is not None
    assert role["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"  # botocore's handlers decode documents


@pytest.mark.parametrize(
    "sent",
    ["2026-11-01T08:00:00Z", "2026-11-01T08:00:00+00:00", "2026-11-01T08:00:00.125Z", "1761984000", 1761984000.5],
)
def test_moments_are_those_of_botocore(sent: Any) -> None:
    assert clients_module._moment(sent) == parse_timestamp(sent)
