# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders in which the writes of a plan may be finished."""

from __future__ import annotations

import random

from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step, dependencies


def some_order(made: Plan, source: random.Random) -> list[Step]:
    """The steps in an order in which they may be finished where steps run side by side."""
    waiting_for = dependencies(made.steps)
    finished: set[int] = set()
    order = []
    while len(order) < len(made.steps):
        ready = [index for index in range(len(made.steps)) if index not in finished and waiting_for[index] <= finished]
        index = source.choice(ready)
        finished.add(index)
        order.append(made.steps[index])
    return order
