# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization read through a proxy that spoils replies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import UNREADABLE_REPLIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_filters import AccountFilter
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_selection import (
    Selection,
    WantedAccounts,
    select,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.connection import organizations
from spoilt_replies import BROKEN_CONNECTION, KINDS, SpoilingProxy

from local_aws import LocalAws
from local_aws.environment import OPERATOR

CALLS = {
    *("DescribeOrganization", "ListRoots", "ListOrganizationalUnitsForParent", "ListAccountsForParent"),
    "ListTagsForResource",
}
LASTING = [kind for kind in KINDS if kind not in BROKEN_CONNECTION and not kind.startswith("unavailable")]


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=2) as running:
        yield running


@pytest.fixture
def proxy(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[SpoilingProxy]:
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.01)))
    monkeypatch.setattr(calls, "PATIENCE_SECONDS", 8.0)
    with SpoilingProxy(aws.endpoint) as spoiling:
        yield spoiling


def read(endpoint: str, **options: Any) -> Selection:
    keys = {"access_key": OPERATOR["aws_access_key_id"], "secret_key": OPERATOR["aws_secret_access_key"]}
    given = {**keys, "region": "us-east-1", "endpoint_url": endpoint, **options}
    return select(lambda: organizations(given), WantedAccounts(AccountFilter()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_reply_to_every_call(aws: LocalAws, proxy: SpoilingProxy, kind: str) -> None:
    endpoint, rule = proxy.spoil(kind, times=1)
    assert read(endpoint) == read(aws.endpoint)
    assert set(rule.spoilt) == CALLS


@pytest.mark.parametrize("action", sorted(CALLS))
@pytest.mark.parametrize("kind", LASTING)
def test_no_reply_to_a_call_can_be_read(proxy: SpoilingProxy, kind: str, action: str) -> None:
    endpoint, rule = proxy.spoil(kind, action)
    with pytest.raises(EngineError, match=f"^{action} failed: UnreadableReply: the reply is .*status") as caught:
        read(endpoint)
    assert "root@" not in caught.value.message and "check HTTPS_PROXY" in caught.value.message
    assert rule.spoilt[action] >= UNREADABLE_REPLIES


@pytest.mark.parametrize("kind", ["cut after the secrets", "page", "body among the headers", "no status line"])
def test_the_role_of_the_inventory(aws: LocalAws, proxy: SpoilingProxy, kind: str) -> None:
    endpoint, rule = proxy.spoil(kind, "AssumeRole", "DescribeOrganization", times=1)
    role = aws.members[0]["role_arn"]
    with pytest.raises(EngineError) as caught:  # a member may not read the organization, which is reported
        read(endpoint, assume_role_arn=role)
    assert rule.spoilt["AssumeRole"] == 1
    assert proxy.secrets and proxy.leaks(repr(caught.value.args)) == []
