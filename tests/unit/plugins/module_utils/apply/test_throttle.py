# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where AWS limits the rate of calls, a converge takes its time, and counts every call it made."""

from __future__ import annotations

from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from unit.plugins.module_utils.apply.bad_day import BadDay, CalmPhase
from unit.plugins.module_utils.apply.scenario import OPERATOR_KEY, PHASES, ScenarioAccount
from unit.plugins.module_utils.apply.truth import counted, untruths
from unit.plugins.module_utils.apply.witness import Witness

from local_aws import LocalAws

RATES = {"*": 8.0, "AttachRolePolicy": 4.0, "CreateRole": 3.0, "UpdateAssumeRolePolicy": 1.0, "DetachRolePolicy": 4.0}
"""Calls a second of each action; the buckets hold one second's worth."""


def test_every_phase_under_rate_limits(aws: LocalAws, witness: Witness, calm: dict[str, CalmPhase]) -> None:
    account = ScenarioAccount(aws, aws.members[0]["id"])
    account.start()
    aws.set(rate_limits=RATES)
    for phase in PHASES:
        account.before(phase)
        witness.forget()
        aws.clear_calls()
        result = converging(Task(account.options(phase, witness.endpoint))).result()
        assert [call for call in aws.calls() if call["error"] == "Throttling"]
        assert result["api_calls"] == aws.call_counts()
        assert account.snapshot() == calm[phase].after
        assert counted(result["plan"]) == calm[phase].steps
        assert untruths(result, witness.writes_done(account.access_key)) == []
        assert converging(Task(account.options(phase, witness.endpoint))).result()["plan"] == []


def test_entering_the_account_is_throttled(bad_day: BadDay, calm: dict[str, CalmPhase]) -> None:
    account = bad_day.prepare("create")
    bad_day.faults.set(
        {
            OPERATOR_KEY: [
                {"operation": "AssumeRole", "times": 2, "error": {"code": "Throttling"}},
                {"operation": "AssumeRole", "times": 3, "reset": True},
            ]
        }
    )
    result = converging(Task(account.options_by_access_role("create", bad_day.faults.endpoint))).result()
    assert bad_day.faults.fired(OPERATOR_KEY) == {"AssumeRole": 5}
    assert result["api_calls"]["AssumeRole"] == 6
    assert account.snapshot() == calm["create"].after
