# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any of its calls, a converge is finished by the next one, and nothing is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from unit.plugins.module_utils.apply.bad_day import CalmPhase
from unit.plugins.module_utils.apply.converge_processes import ConvergeProcesses
from unit.plugins.module_utils.apply.scenario import PHASES, ScenarioAccount
from unit.plugins.module_utils.apply.truth import untruths
from unit.plugins.module_utils.apply.witness import Moment, Witness

from local_aws import LocalAws

SHARES = 2
"""The writes are shared out to tests that can run side by side."""

READS_BEFORE_THE_FIRST_WRITE = 4

KILLED = {"signal": signal.SIGKILL}

Answer = dict[str, Any]


@dataclass
class Bench:
    """One account and the processes that converge it, with a witness between them and AWS."""

    account: ScenarioAccount
    witness: Witness
    processes: ConvergeProcesses

    def converge(self, phase: str, number: int = 0, moment: Moment = "before", *, writing: bool = True) -> Answer:
        """Converge in a process of its own, which is killed at the write (or read) of that number, if any."""
        self.witness.forget()
        if number:
            self.witness.kill_at(number, moment, self.processes.pid, writing=writing)
        answer = self.processes.run(self.account.options(phase, self.witness.endpoint))
        self.witness.settle()
        return answer


@pytest.fixture
def bench(aws: LocalAws) -> Iterator[Bench]:
    account = ScenarioAccount(aws, aws.members[0]["id"])
    account.start()
    with Witness(aws.endpoint) as witness, ConvergeProcesses() as processes:
        yield Bench(account, witness, processes)


@pytest.mark.parametrize("share", range(SHARES))
def test_a_rerun_ends_what_killed_converges_began(bench: Bench, calm: dict[str, CalmPhase], share: int) -> None:
    """For every write: a converge dies before it, the rerun after the write it makes first, and the next one ends."""
    for number in range(1 + share, max(calm[phase].steps.total() for phase in PHASES) + 1, SHARES):
        for phase in PHASES:
            bench.account.before(phase)
            if number <= calm[phase].steps.total():
                assert bench.converge(phase, number, "before") == KILLED
                assert bench.converge(phase, 1, "after") == KILLED
            last = bench.converge(phase)["result"]
            assert untruths(last, bench.witness.writes_done(bench.account.access_key)) == []
            assert bench.account.snapshot() == calm[phase].after, (phase, number)
            if number % 4 < SHARES:  # the account is as without faults, when there was nothing left to do either
                assert bench.converge(phase)["result"]["plan"] == [], (phase, number)


def test_a_converge_killed_at_a_read_has_changed_nothing(bench: Bench, calm: dict[str, CalmPhase]) -> None:
    for phase in PHASES:
        bench.account.before(phase)
        for number in range(1, READS_BEFORE_THE_FIRST_WRITE + 1):
            assert bench.converge(phase, number, "after", writing=False) == KILLED
            assert bench.account.snapshot() == calm[phase].before
        bench.converge(phase)
        assert bench.account.snapshot() == calm[phase].after
