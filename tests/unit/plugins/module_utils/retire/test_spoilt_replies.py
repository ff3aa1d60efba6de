# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A retirement through a proxy that spoils replies: it ends as ever, or its result says how far it came."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import TaskOutcome
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring
from spoilt_replies import SpoilingProxy

from .deeplens_leftovers import MESS
from .ground import CONTEXT, Ground

AT_ONCE = {"allow": ["depended_on"], "skip_quarantine": True}
KINDS = ("cut after the secrets", "well-formed page", "empty", "forbidden", "unavailable", "body among the headers")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.01)))
    monkeypatch.setattr(calls, "PATIENCE_SECONDS", 8.0)


@pytest.fixture
def proxy(ground: Ground) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(ground.aws.endpoint) as spoiling:
        yield spoiling


def retire(ground: Ground, endpoint: str, **options: Any) -> TaskOutcome:
    given = {**ground.defaults(), **AT_ONCE, **options, "endpoint_url": endpoint}
    return module_shapes.run("iam_retire", given, begin=retiring, check_mode=False, diff_mode=True, context=CONTEXT)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_reply_to_every_call(ground: Ground, proxy: SpoilingProxy, kind: str) -> None:
    ground.give(MESS)
    goal_ground = retire(ground, ground.aws.endpoint)
    goal = ground.snapshot()
    ground.aws.reset()
    ground.give(MESS)
    endpoint, rule = proxy.spoil(kind, times=1)
    outcome = retire(ground, endpoint)
    assert not outcome.failed, outcome.values
    assert ground.snapshot() == goal
    assert sorted(map(str, outcome.values["plan"])) == sorted(map(str, goal_ground.values["plan"]))
    assert set(rule.spoilt) == set(outcome.values["api_calls"])
    assert proxy.leaks(repr(outcome)) == []


@pytest.mark.parametrize("action", ["DeleteRole", "DetachRolePolicy", "DeletePolicy"])
def test_a_retirement_that_breaks_off_says_what_was_done(ground: Ground, proxy: SpoilingProxy, action: str) -> None:
    ground.give(MESS)
    outcome = retire(ground, proxy.spoil("forbidden", action)[0])
    values = outcome.values
    assert (outcome.failed, values["failed_call"], values["changed"]) == (True, action, True)
    assert values["account_id"] == ground.account
    assert values["backup"]["objects"]
    done, not_done = values["plan"]["done"], values["plan"]["not_done"]
    assert action in {step["action"] for step in done}
    deleted = {(copy["action"], copy["resource"]) for copy in values["deleted"]}
    assert {("DeleteRole", step["resource"]) for step in done if step["action"] == "DeleteRole"} <= deleted
    assert values["api_calls"][action] > 1
    assert f"{action} for " in values["msg"] and values["plan"]["unknown"] == []
    again = retire(ground, proxy.spoil("forbidden", "NoSuchCall")[0])
    assert not again.failed
    assert sorted(map(_without_reason, again.values["plan"])) == sorted(map(_without_reason, not_done))


def _without_reason(step: dict[str, str]) -> tuple[str, str]:
    return step["action"], step["resource"]
