# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of the tests with faults, and the scenario without faults."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply import read_back
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from spoilt_replies import SpoilingProxy
from unit.plugins.module_utils.apply.bad_day import BadDay, CalmPhase
from unit.plugins.module_utils.apply.faults import Faults
from unit.plugins.module_utils.apply.scenario import PHASES, ScenarioAccount
from unit.plugins.module_utils.apply.truth import counted
from unit.plugins.module_utils.apply.witness import Witness

from local_aws import LocalAws


@pytest.fixture(scope="session")
def bad_day_aws() -> Iterator[LocalAws]:
    with LocalAws(members=len(PHASES)) as aws:
        yield aws


@pytest.fixture(scope="session")
def calm(bad_day_aws: LocalAws) -> dict[str, CalmPhase]:
    """The three converges of the scenario without faults."""
    bad_day_aws.reset()
    phases = {}
    account = ScenarioAccount(bad_day_aws, bad_day_aws.members[0]["id"])
    account.start()
    for phase in PHASES:
        account.before(phase)
        before = account.snapshot()
        result = converging(Task(account.options(phase, bad_day_aws.endpoint))).result()
        again = converging(Task(account.options(phase, bad_day_aws.endpoint))).result()
        phases[phase] = CalmPhase(counted(result["plan"]), counted(again["plan"]), before, account.snapshot())
    return phases


@pytest.fixture
def aws(bad_day_aws: LocalAws, calm: dict[str, CalmPhase]) -> Iterator[LocalAws]:
    """The local AWS, empty."""
    bad_day_aws.reset()
    bad_day_aws.clear_calls()
    yield bad_day_aws
    bad_day_aws.set(consistency_delay=0, rate_limits=None)


@pytest.fixture(scope="session")
def watching(bad_day_aws: LocalAws) -> Iterator[Witness]:
    with Witness(bad_day_aws.endpoint) as proxy:
        yield proxy


@pytest.fixture
def witness(watching: Witness) -> Witness:
    """The proxy before the local AWS, with nothing seen."""
    watching.forget()
    return watching


@pytest.fixture(scope="session")
def microburst(watching: Witness) -> Iterator[Faults]:
    with Faults(watching.endpoint) as proxy:
        yield proxy


@pytest.fixture
def faults(microburst: Faults) -> Faults:
    """microburst before the witness, with no rules."""
    microburst.set({})
    return microburst


@pytest.fixture
def bad_day(aws: LocalAws, witness: Witness, faults: Faults, calm: dict[str, CalmPhase]) -> BadDay:
    return BadDay(aws, witness, faults, calm)


@pytest.fixture
def proxy(aws: LocalAws) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(aws.endpoint) as spoiling:
        yield spoiling


@pytest.fixture
def account(aws: LocalAws) -> ScenarioAccount:
    made = ScenarioAccount(aws, aws.members[0]["id"])
    made.start()
    return made


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Make pauses short, and end retries and reads after this many seconds."""
    sleep = time.sleep

    def end_after(seconds: float) -> None:
        monkeypatch.setattr(time, "sleep", lambda pause: sleep(min(pause, 0.01)))
        for module in (calls, read_back):
            monkeypatch.setattr(module, "PATIENCE_SECONDS", seconds)

    return end_after
