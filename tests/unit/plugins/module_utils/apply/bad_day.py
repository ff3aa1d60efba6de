# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario with faults, compared with a run without faults.

The three phases run in parallel, each in its own account that was prepared without faults.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from unit.plugins.module_utils.apply.faults import Faults, Rule
from unit.plugins.module_utils.apply.scenario import PHASES, ScenarioAccount
from unit.plugins.module_utils.apply.truth import Writes, counted, untruths
from unit.plugins.module_utils.apply.witness import Witness

from local_aws import LocalAws


@dataclass(frozen=True)
class CalmPhase:
    """One converge without faults: its steps, those of a second one, and the account before and after."""

    steps: Writes
    again: Writes
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def actions(self) -> set[str]:
        return {action for action, dummy in self.steps}


class BadDay:
    """The scenario in three accounts, with microburst and a witness before the local AWS."""

    def __init__(self, aws: LocalAws, witness: Witness, faults: Faults, calm: dict[str, CalmPhase]) -> None:
        self.accounts = {
            phase: ScenarioAccount(aws, member["id"]) for phase, member in zip(PHASES, aws.members, strict=True)
        }
        self._aws = aws
        self._witness = witness
        self.faults = faults
        self._calm = calm

    def prepare(self, phase: str) -> ScenarioAccount:
        """Bring an account to where the phase begins."""
        account = self.accounts[phase]
        account.start()
        for earlier in PHASES[: PHASES.index(phase)]:
            account.before(earlier)
            converging(Task(account.options(earlier, self._aws.endpoint))).result()
        account.before(phase)
        return account

    def converge(self, phase: str) -> dict[str, Any]:
        """Converge through the faults."""
        return converging(Task(self.accounts[phase].options(phase, self.faults.endpoint))).result()

    def watch(self, rules: dict[str, list[Rule]]) -> None:
        """From now on these rules hold for the converges of these phases, and only what comes now counts."""
        self._witness.forget()
        self.faults.set({self.accounts[phase].access_key: rules[phase] for phase in rules})

    def writes_done(self, phase: str) -> Writes:
        """How often each write to each object succeeded since `watch`."""
        return self._witness.writes_done(self.accounts[phase].access_key)

    def run(self, rules: dict[str, list[Rule]], *, replies_are_lost: bool = False) -> dict[str, Counter[str]]:
        """The phases under their rules, and how often these fired, by action.

        Each ends like the run without faults, reports what was done, and leaves nothing to do.
        """
        with ThreadPoolExecutor(len(PHASES)) as pool:
            list(pool.map(self.prepare, rules))
            self.watch(rules)
            results = dict(zip(rules, pool.map(self.converge, rules), strict=True))
        fired = {phase: self.faults.fired(self.accounts[phase].access_key) for phase in rules}
        done = {phase: self.writes_done(phase) for phase in rules}
        self.watch({})
        for phase, result in results.items():
            account = self.accounts[phase]
            lost = fired[phase] if replies_are_lost else Counter()
            assert account.snapshot() == self._calm[phase].after, phase
            assert untruths(result, done[phase], lost) == [], phase
            assert counted(result["plan"]) == self._calm[phase].steps, phase
            assert self.converge(phase)["plan"] == [], phase
        return fired
