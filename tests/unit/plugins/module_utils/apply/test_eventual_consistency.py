# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM shows a write only after a while; a converge waits for what it needs and is not misled by what it sees."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from unit.plugins.module_utils.apply.bad_day import BadDay, CalmPhase
from unit.plugins.module_utils.apply.faults import Rule
from unit.plugins.module_utils.apply.scenario import PHASES, ScenarioAccount, without_old_versions
from unit.plugins.module_utils.apply.truth import counted, untruths
from unit.plugins.module_utils.apply.witness import Witness

from local_aws import LocalAws

DELAY = 1.0
NOT_THERE_YET = {"code": "NoSuchEntity", "status": 404, "message": "It cannot be found."}


class LateAccount:
    """The scenario in an account in which everything shows late."""

    def __init__(self, aws: LocalAws, witness: Witness) -> None:
        self._aws = aws
        self._witness = witness
        self.account = ScenarioAccount(aws, aws.members[0]["id"])
        self.account.start()
        aws.set(consistency_delay=DELAY)

    def prepare_after_earlier(self, phase: str) -> None:
        """Prepare a phase after converging all earlier ones."""
        for earlier in PHASES[: PHASES.index(phase)]:
            self.prepare(earlier)
            self.converge(earlier)
        self.prepare(phase)

    def converge(self, phase: str) -> dict[str, Any]:
        """Converge, and hold the report against what happened."""
        self._witness.forget()
        result = converging(Task(self.account.options(phase, self._witness.endpoint))).result()
        assert untruths(result, self._witness.writes_done(self.account.access_key)) == []
        return result

    def prepare(self, phase: str) -> None:
        """Bring the account to where the phase begins; that shows at once."""
        self._aws.set(consistency_delay=0)
        self.account.before(phase)
        self._aws.set(consistency_delay=DELAY)

    def errors_met(self) -> set[str]:
        return {call.error for call in self._witness.seen if call.error}

    def snapshot(self) -> dict[str, Any]:
        """The account as it really is."""
        self._aws.set(consistency_delay=0)
        snapshot = self.account.snapshot()
        self._aws.set(consistency_delay=DELAY)
        return snapshot


@pytest.fixture
def late(aws: LocalAws, witness: Witness) -> LateAccount:
    return LateAccount(aws, witness)


def test_every_phase_ends_as_on_a_calm_day(late: LateAccount, calm: dict[str, CalmPhase]) -> None:
    met = set()
    for phase in PHASES:
        late.prepare(phase)
        assert counted(late.converge(phase)["plan"]) == calm[phase].steps
        met |= late.errors_met()
        assert late.snapshot() == calm[phase].after
        assert late.converge(phase)["plan"] == []
    assert {"NoSuchEntity", "MalformedPolicyDocument"} <= met


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_that_sees_the_account_as_it_was_does_no_harm(
    aws: LocalAws, late: LateAccount, calm: dict[str, CalmPhase], phase: str
) -> None:
    late.prepare_after_earlier(phase)
    steps: list[Step] = []

    def then(step: Step) -> None:
        steps.append(step)
        if len(steps) == calm[phase].steps.total():
            late.converge(phase)

    elsewhere = converging(Task(late.account.options(phase, aws.endpoint), on_step=then)).result()
    assert elsewhere["changed"]
    # A version that the other run created cannot be distinguished from one that is still to be created.
    assert without_old_versions(late.snapshot()) == without_old_versions(calm[phase].after)
    assert late.converge(phase)["plan"] == []


def test_a_role_that_the_listing_does_not_show_yet_is_adopted(late: LateAccount, calm: dict[str, CalmPhase]) -> None:
    late.account.make_by_hand()
    result = late.converge("create")
    assert "EntityAlreadyExists" in late.errors_met()
    assert ("CreateRole", "role/EdgeRunner") not in counted(result["plan"])
    assert late.snapshot() == calm["create"].after


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_ends_when_the_account_shows_all_that_it_wrote(
    aws: LocalAws, late: LateAccount, calm: dict[str, CalmPhase], phase: str
) -> None:
    late.prepare_after_earlier(phase)
    aws.set(consistency_delay=4)
    late.converge(phase)
    assert late.account.snapshot() == calm[phase].after


def test_an_object_made_a_moment_ago_cannot_be_written_to_yet(bad_day: BadDay, calm: dict[str, CalmPhase]) -> None:
    actions = sorted(action for action in calm["create"].actions if action.startswith(("Put", "Attach")))
    rules: list[Rule] = [
        {"operation": action, "body": "starts_with(RoleName, 'Edge')", "times": 2, "error": NOT_THERE_YET}
        for action in actions
        if "Role" in action
    ]
    fired = bad_day.run({"create": rules})
    assert fired == {"create": {"AttachRolePolicy": 2, "PutRolePolicy": 2}}
