# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, and the samples that come of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from .measure import Cost

ONCE_FROM = 10.0
"""Seconds from which a measurement is made once, except what the promises rest on: ours, and a no-op in one account."""

OURS = "worker"
"""The way that all others are compared with."""

ACCOUNT, FLEET, AUDIT = "account", "fleet", "audit"
"""The cases: one account through its whole life, a no-op in many, or an audit of many."""

IN_MANY = {FLEET: "no-op", AUDIT: "audit"}
"""What is done in the cases of many accounts."""


@dataclass(frozen=True)
class Measurement:
    """One run of one way. `latency` is in seconds, `seconds` is a guess at how long it takes."""

    case: str
    way: str
    action: str
    accounts: int
    latency: float
    seconds: float

    @property
    def what(self) -> str:
        where = f"{self.accounts} account{'s' if self.accounts > 1 else ''}"
        delay = f" at {self.latency * 1000:.0f} ms" if self.case == ACCOUNT else ""
        return f"{where}{delay}, {self.action}"


@dataclass(frozen=True)
class Sample:
    """What a measurement came to; `calls` and `writes` are what the server was asked. The rest is as in `Cost`."""

    case: str
    way: str
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


def writes(actions: dict[str, int]) -> int:
    """How many calls were writes, of counts by action."""
    return sum(count for action, count in actions.items() if not action.startswith(("Get", "List", "AssumeRole")))


def repeats(case: str, way: str, action: str, seconds: float, asked: int) -> int:
    """How often a measurement is made that takes about so many seconds."""
    weighty = way == OURS or (case, action) == (ACCOUNT, "no-op")
    return asked if weighty or seconds < ONCE_FROM else 1
