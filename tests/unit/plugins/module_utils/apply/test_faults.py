# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With network faults, every converge ends as without faults and reports what it did."""

from __future__ import annotations

import pytest
from unit.plugins.module_utils.apply.bad_day import BadDay, CalmPhase
from unit.plugins.module_utils.apply.faults import Rule
from unit.plugins.module_utils.apply.scenario import PHASES

THROTTLING: Rule = {"service": "iam", "error": {"code": "Throttling"}}
RESETS: Rule = {"service": "iam", "reset": True}
ONE_IN_THREE = {"sequence": {"fail": 1, "pass": 2}}
ONE_IN_FIVE = {"sequence": {"fail": 1, "pass": 4}}
CONCURRENT = {"code": "ConcurrentModification", "status": 409, "message": "The object was changed meanwhile."}


def in_every_phase(*rules: Rule) -> dict[str, list[Rule]]:
    return {phase: list(rules) for phase in PHASES}


def for_each_write(calm: dict[str, CalmPhase], fault: Rule) -> dict[str, list[Rule]]:
    return {phase: [{"operation": action, **fault} for action in sorted(calm[phase].actions)] for phase in PHASES}


@pytest.mark.parametrize(
    "rules",
    [
        ({**THROTTLING, "probability": 0.3},),
        ({**RESETS, "probability": 0.2},),
        # At random, the two together now and then keep one call waiting for a minute.
        ({**THROTTLING, **ONE_IN_THREE}, {**RESETS, **ONE_IN_FIVE}),
    ],
    ids=["throttled", "reset", "throttled and reset"],
)
def test_calls_fail_now_and_again(bad_day: BadDay, rules: tuple[Rule, ...]) -> None:
    fired = bad_day.run(in_every_phase(*rules))
    assert all(counts.total() for counts in fired.values())


def test_the_reply_to_one_write_of_each_kind_is_lost(bad_day: BadDay, calm: dict[str, CalmPhase]) -> None:
    breaks_off = {"times": 1, "response": {"abort_frac": 0.3}}
    fired = bad_day.run(for_each_write(calm, breaks_off), replies_are_lost=True)
    assert fired == {phase: dict.fromkeys(calm[phase].actions, 1) for phase in PHASES}


@pytest.mark.parametrize("policy", ["EdgeTelemetry", "EdgeArtifacts"], ids=["with room", "at the limit"])
def test_the_lost_reply_to_a_new_version_leaves_no_second_one(bad_day: BadDay, policy: str) -> None:
    breaks_off = {"times": 1, "response": {"abort_frac": 0.3}}
    rule: Rule = {"operation": "CreatePolicyVersion", "body": f"contains(PolicyArn, '{policy}')", **breaks_off}
    assert bad_day.run({"repair": [rule]}, replies_are_lost=True) == {"repair": {"CreatePolicyVersion": 1}}


def test_every_second_reply_to_a_write_is_lost(bad_day: BadDay, calm: dict[str, CalmPhase]) -> None:
    never_comes = {"sequence": {"fail": 1, "pass": 1}, "response": {"abort_frac": 0.0}}
    fired = bad_day.run(for_each_write(calm, never_comes), replies_are_lost=True)
    assert {phase: set(counts) for phase, counts in fired.items()} == {phase: calm[phase].actions for phase in PHASES}


def test_each_kind_of_write_meets_a_concurrent_modification(bad_day: BadDay, calm: dict[str, CalmPhase]) -> None:
    fired = bad_day.run(for_each_write(calm, {"times": 1, "error": CONCURRENT}))
    assert fired == {phase: dict.fromkeys(calm[phase].actions, 1) for phase in PHASES}
