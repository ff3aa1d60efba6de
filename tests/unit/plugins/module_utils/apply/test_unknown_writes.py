# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write whose reply is lost, and whose effect cannot be read, is reported as neither done nor not done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.resolution import Resolution
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import baseline_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.service_linked_role.work import (
    ServiceLinkedRoleDeletion,
)
from spoilt_replies import SpoilingProxy
from unit.plugins.module_utils.apply.bad_day import CalmPhase
from unit.plugins.module_utils.apply.scenario import ScenarioAccount
from unit.plugins.module_utils.apply.truth import counted, untruths

from local_aws import LocalAws


@pytest.fixture(autouse=True)
def impatient(short_pauses: Callable[[float], None]) -> None:
    short_pauses(2.0)


def run(account: ScenarioAccount, endpoint: str, **options: Any) -> dict[str, Any]:
    defaults = {name: option.get("default") for name, option in baseline_options().items()}
    given = {**defaults, **account.options("create", endpoint), **options}
    outcome = module_shapes.run("iam_baseline", given, check_mode=False, diff_mode=False)
    return dict(outcome.values)


@pytest.mark.parametrize("action", ["CreatePolicy", "CreateRole", "PutUserPolicy"])
def test_what_cannot_be_found_out_is_reported_as_unknown(
    account: ScenarioAccount,
    proxy: SpoilingProxy,
    *,
    calm: dict[str, CalmPhase],
    monkeypatch: pytest.MonkeyPatch,
    action: str,
) -> None:
    """Once the write is sent, reading the account fails as well."""
    situation = Resolution.situation

    def once(self: Resolution, connection: Any, done: Any) -> Any:
        if connection.counter.counts().get(action):
            raise calls.UnreadableReply(what="the reply is empty", answered="status 200")
        return situation(self, connection, done)

    monkeypatch.setattr(Resolution, "situation", once)
    failed = run(account, proxy.spoil("empty", action)[0])
    monkeypatch.setattr(Resolution, "situation", situation)
    plan = failed["plan"]
    unknown = counted(plan["unknown"])
    assert {of for of, dummy in unknown} == {action}
    assert not unknown & counted(plan["not_done"])
    assert sum(map(counted, plan.values()), start=counted([])) == calm["create"].steps
    writes = ", ".join(f"{step['action']} {step['resource']}" for step in plan["unknown"])
    assert f"It is not known whether AWS performed these writes: {writes}. Run again to find out." in failed["msg"]
    assert failed["changed"] is True
    again = run(account, proxy.spoil("empty", "NoSuchCall")[0])
    assert counted(again["plan"]) == counted(plan["not_done"])
    assert account.snapshot() == calm["create"].after


def test_changed_is_true_where_nothing_but_an_unknown_write_was_sent(
    account: ScenarioAccount, proxy: SpoilingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = Resolution.situation

    def once(self: Resolution, connection: Any, done: Any) -> Any:
        if connection.counter.counts().get("CreatePolicy"):
            raise KeyError
        return situation(self, connection, done)

    monkeypatch.setattr(Resolution, "situation", once)
    endpoint = proxy.spoil("empty", "CreatePolicy")[0]
    (policy,) = account.options("create", endpoint)["managed_policies"][:1]
    failed = run(account, endpoint, roles=[], attachments=[], trust_statements=[], managed_policies=[policy])
    assert {part: len(steps) for part, steps in failed["plan"].items()} == {"done": 0, "not_done": 0, "unknown": 1}
    assert failed["changed"] is True
    assert untruths(failed, counted(failed["plan"]["unknown"])) == []


def test_a_deletion_of_a_service_linked_role(aws: LocalAws, account: ScenarioAccount, proxy: SpoilingProxy) -> None:
    aws.client("iam", account=account.id).create_service_linked_role(AWSServiceName="panorama.amazonaws.com")
    given = {**account.options("create", proxy.spoil("empty", "DeleteServiceLinkedRole")[0])}
    given.update(aws_service_name="panorama.amazonaws.com", wait=False)
    failed = module_shapes.run(
        "iam_service_linked_role", given, begin=ServiceLinkedRoleDeletion, check_mode=False, diff_mode=False
    ).values
    assert [step["action"] for step in failed["plan"]["unknown"]] == ["DeleteServiceLinkedRole"]
    assert (failed["changed"], failed["plan"]["not_done"]) == (True, [])
    assert "these writes: DeleteServiceLinkedRole role/AWSServiceRoleForAWSPanorama" in failed["msg"]
