# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Applies what a run has already written to what it reads. Pure.

IAM may show an older state for a while (FACTS C3). If a plan was interrupted and is planned again, the half of a change
that was written must not be treated as unwritten, or the other half would never follow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model import CurrentState
from ..plan.plan import Step


def with_own_writes(state: CurrentState, steps: Iterable[Step]) -> CurrentState:
    """The state with the documents, attachments and boundaries that the steps wrote, in their order."""
    identities = dict(state.identities)
    policies = dict(state.policies)
    for step in steps:
        shows = step.write.shows
        if shows is None:
            continue
        if step.subject in identities:
            identities[step.subject] = shows(identities[step.subject], step.parameters)
        for name, policy in policies.items():
            if policy.key == step.subject:
                policies[name] = shows(policy, step.parameters)
    return replace(state, identities=identities, policies=policies)
