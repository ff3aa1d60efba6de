# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reply that cannot be read is a lost one, whatever is wrong with it, and nothing of it is ever shown."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import UNREADABLE_REPLIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import baseline_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import TaskOutcome
from spoilt_replies import BROKEN_CONNECTION, KINDS, SpoilingProxy
from unit.plugins.module_utils.apply.bad_day import CalmPhase
from unit.plugins.module_utils.apply.scenario import PHASES, ScenarioAccount
from unit.plugins.module_utils.apply.truth import counted

OF_EACH_CALL = (
    *("cut after the secrets", "empty", "well-formed page", "foreign JSON", "temporary redirect", "unavailable"),
    *("garbage", "no status line"),
)
"""Kinds that every call of a converge meets; AssumeRole meets all."""


@pytest.fixture(autouse=True)
def impatient(short_pauses: Callable[[float], None]) -> None:
    short_pauses(8.0)


def run(account: ScenarioAccount, endpoint: str, phase: str = "create") -> TaskOutcome:
    defaults = {name: option.get("default") for name, option in baseline_options().items()}
    options = {**defaults, **account.options_by_access_role(phase, endpoint)}
    return module_shapes.run("iam_baseline", options, check_mode=False, diff_mode=True)


def everything_of(error: BaseException | None) -> str:
    """An exception with all that hangs on it, shown by Python or not."""
    told = ""
    while error is not None:
        told += "".join(traceback.format_exception(error)) + repr(error.args)
        error = error.__cause__ or error.__context__
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_of_assume_role_is_asked_for_again(
    account: ScenarioAccount, proxy: SpoilingProxy, calm: dict[str, CalmPhase], kind: str
) -> None:
    endpoint, rule = proxy.spoil(kind, "AssumeRole", times=1)
    outcome = run(account, endpoint)
    assert not outcome.failed, outcome.values
    assert rule.spoilt == {"AssumeRole": 1}
    assert account.snapshot() == calm["create"].after


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_reply_is_shown_where_none_can_be_read(
    account: ScenarioAccount,
    proxy: SpoilingProxy,
    *,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    caplog.set_level(logging.INFO)  # as Ansible writes its log
    if kind in BROKEN_CONNECTION or kind.startswith("unavailable"):
        monkeypatch.setattr(calls, "PATIENCE_SECONDS", 0.2)
    endpoint, rule = proxy.spoil(kind, "AssumeRole")
    with pytest.raises(Exception) as caught:
        converging(Task(account.options_by_access_role("create", endpoint))).result()
    shown = everything_of(caught.value)
    outcome = run(account, endpoint)
    shown += repr(outcome) + caplog.text + "".join(capfd.readouterr())
    assert len(proxy.secrets) >= 2
    assert proxy.leaks(shown) == []
    assert "AssumeRole for arn:aws:iam::" in outcome.values["msg"]
    assert outcome.values["api_calls"]["AssumeRole"] > 1
    assert (outcome.values["changed"], outcome.values["plan"]) == (False, {"done": [], "not_done": [], "unknown": []})
    if kind not in BROKEN_CONNECTION:
        assert "(status " in outcome.values["msg"]
        assert "check HTTPS_PROXY" in outcome.values["msg"]
        if not kind.startswith("unavailable"):
            assert rule.spoilt["AssumeRole"] == 2 * UNREADABLE_REPLIES


@pytest.mark.parametrize("kind", OF_EACH_CALL)
def test_the_first_reply_to_every_call_of_a_converge(
    account: ScenarioAccount, proxy: SpoilingProxy, calm: dict[str, CalmPhase], kind: str
) -> None:
    for phase in PHASES:
        account.before(phase)
        endpoint, rule = proxy.spoil(kind, times=1)
        outcome = run(account, endpoint, phase)
        assert not outcome.failed, outcome.values
        assert account.snapshot() == calm[phase].after
        assert counted(outcome.values["plan"]) == calm[phase].steps  # type: ignore[arg-type]
        assert set(rule.spoilt) >= calm[phase].actions


@pytest.mark.parametrize("kind", ["well-formed page", "no status line"])
@pytest.mark.parametrize("action", ["AttachRolePolicy", "CreatePolicy", "CreateRole", "PutRolePolicy"])
def test_what_became_of_a_write_is_read_where_no_reply_to_it_can_be(
    account: ScenarioAccount,
    proxy: SpoilingProxy,
    *,
    calm: dict[str, CalmPhase],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    action: str,
) -> None:
    if kind in BROKEN_CONNECTION:
        monkeypatch.setattr(calls, "PATIENCE_SECONDS", 1.0)
    endpoint, rule = proxy.spoil(kind, action)
    first = run(account, endpoint)
    assert (first.failed, first.values["failed_call"]) == (True, action)
    done, not_done = (counted(first.values["plan"][part]) for part in ("done", "not_done"))
    assert rule.spoilt[action] >= 2
    assert first.values["changed"] is True
    assert done + not_done == calm["create"].steps
    again = run(account, proxy.spoil(kind, "NoSuchCall")[0])
    assert counted(again.values["plan"]) == not_done
    assert account.snapshot() == calm["create"].after
