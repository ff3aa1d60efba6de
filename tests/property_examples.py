# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples a property is tried with: the profiles of Hypothesis.

| profile | examples | for |
|---|---|---|
| `ci` | 100, others in each run | every run, if no other profile is named |
| `thorough` | 1,000, others in each run | `make test WHOLE=1`, before a release |
| `mutation` | 100 or `MUTATION_EXAMPLES`, the same in each run | mutants, which no lucky example may kill; coverage |

`pytest --hypothesis-profile=thorough` chooses one.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_ALWAYS = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def register_profiles() -> None:
    """Make the profiles known to Hypothesis, and load `ci`."""
    few = int(os.environ.get("MUTATION_EXAMPLES", "100"))
    settings.register_profile("ci", _ALWAYS, max_examples=100)
    settings.register_profile("thorough", _ALWAYS, max_examples=1_000)
    settings.register_profile("mutation", _ALWAYS, max_examples=few, derandomize=True)
    settings.load_profile("ci")


def examples(share: float) -> settings:
    """Settings for a property that takes long, with a share of the profile's examples, or that is quick, with more."""
    return settings(max_examples=max(1, round(settings().max_examples * share)))
