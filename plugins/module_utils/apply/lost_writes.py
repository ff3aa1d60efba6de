# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The outcome of writes whose replies were all lost, according to what the account shows afterwards. Pure."""

from __future__ import annotations

from ..model import CurrentState
from ..plan.plan import Plan, Step
from .executor import Execution
from .own_writes import with_own_writes


def settle(execution: Execution, plan: Plan, ahead: Plan, state: CurrentState) -> list[Step]:
    """The unknown writes that AWS performed; the others count as not done. `ahead` is the plan from the `state` now."""
    made = [step for step in execution.unknown if _is_made(step, ahead, state)]
    missed = [step for step in execution.unknown if step not in made]
    names = [step.name for step in plan.steps]
    execution.not_done[:] = sorted([*execution.not_done, *missed], key=lambda step: names.index(step.name))
    execution.unknown.clear()
    return made


def _is_made(step: Step, ahead: Plan, state: CurrentState) -> bool:
    if step.write.is_seen is not None:
        return step.write.is_seen(state, step.parameters)
    planned = any((other.action, other.parameters) == (step.action, step.parameters) for other in ahead.steps)
    return not planned and with_own_writes(state, [step]) == state
