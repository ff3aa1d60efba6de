# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measurements and their samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .measure import Cost

ONCE_FROM = 10.0
"""Seconds from which a measurement is done only once, except those for the promises: ours, and a no-op in one account.
"""

OURS = "ours"
"""The alternative that all others of a case are compared with."""

ACCOUNT, BASELINE = "account", "baseline"
"""The cases of iam_baseline: one account from creation to deletion, and a no-op in many."""
DOCUMENTED, LEAST_PRIVILEGE, AUDIT, RETIRE = "documented", "least_privilege", "audit", "retire"
"""The cases of the main job in many accounts: site.yml with each profile, audit.yml, retire.yml in check mode."""
CATALOGUE = "catalogue"
"""The case of loading and checking the catalogue of services."""

LARGE_FLEET = 200
"""The maximum number of accounts for which all of ours is measured; for more, a no-op and an audit, once."""


@dataclass(frozen=True)
class Measurement:
    """One run of an alternative. `latency` is in seconds, `seconds` is an estimate of its duration."""

    case: str
    alternative: str
    action: str
    accounts: int
    latency: float
    seconds: float

    @property
    def what(self) -> str:
        where = f"{self.case}, {self.accounts} account{'s' if self.accounts > 1 else ''}"
        delay = f" at {self.latency * 1000:.0f} ms" if self.case == ACCOUNT else ""
        return f"{where}{delay}, {self.action}"


@dataclass(frozen=True)
class Sample:
    """The result of a measurement; `calls` and `writes` are the calls that the server received. The rest is as in
    `Cost`.
    """

    case: str
    alternative: str
    action: str
    accounts: int
    latency: float
    wall: float
    cpu: float
    memory: int
    largest: int
    busy: float
    calls: int
    writes: int

    @classmethod
    def of(cls, measurement: Measurement, cost: Cost, actions: dict[str, int]) -> Sample:
        known = {key: value for key, value in asdict(measurement).items() if key != "seconds"}
        return cls(**known, **asdict(cost), calls=sum(actions.values()), writes=writes(actions))


def writes(actions: Mapping[str, int]) -> int:
    """How many calls were writes, of counts by action."""
    return sum(count for action, count in actions.items() if not action.startswith(("Get", "List", "AssumeRole")))


def repeats(measurement: Measurement, asked: int) -> int:
    """How often a measurement is repeated."""
    if measurement.accounts > LARGE_FLEET:
        return 1
    weighty = measurement.alternative == OURS or (measurement.case, measurement.action) == (ACCOUNT, "no-op")
    return asked if weighty or measurement.seconds < ONCE_FROM else 1
