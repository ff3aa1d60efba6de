# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be measured in this run, as the command line asks for it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from .samples import ACCOUNT, AUDIT, FLEET
from .ways import ACTIONS, AUDIT_WAYS, FLEET_WAYS, ONE_ACCOUNT_WAYS

CASES = (ACCOUNT, FLEET, AUDIT)
OUTPUT = Path(__file__).parent / "output"
SIZES = (1, 10, 50, 200)
QUICK_SIZES = (1, 10, 50)
LARGEST_SLOW = 10
"""Accounts up to which the slow ways are measured; beyond, their cost is extrapolated."""
LARGEST_SLOW_WHOLE = 50


@dataclass(frozen=True)
class Asked:
    """`latencies` in seconds; `cases` are those of `samples`; `ways` are names, empty for all."""

    cases: tuple[str, ...]
    ways: tuple[str, ...]
    actions: tuple[str, ...]
    latencies: tuple[float, ...]
    sizes: tuple[int, ...]
    repeats: int
    quick: bool
    whole: bool
    results: Path

    def wants(self, way: str) -> bool:
        return not self.ways or way in self.ways


def asked(arguments: list[str] | None = None) -> Asked:
    """Read the command line."""
    names = sorted({way.name for way in (*ONE_ACCOUNT_WAYS, *FLEET_WAYS, *AUDIT_WAYS)})
    parser = argparse.ArgumentParser(prog="bench", description="Measure ways of keeping IAM permissions, side by side.")
    parser.add_argument("--only", choices=CASES, help="one account through its life, fleets, or audits of fleets")
    parser.add_argument("--ways", type=_names, default=(), help=f"some of {','.join(names)}")
    parser.add_argument("--actions", type=_names, default=ACTIONS, help=f"some of {','.join(ACTIONS)}")
    parser.add_argument("--latencies", type=_numbers, default=(0.0, 50.0), help="milliseconds a call, default 0,50")
    parser.add_argument("--sizes", type=_numbers, help="accounts in a fleet, default 1,10,50,200")
    parser.add_argument("--repeats", type=int, help="default 3, with --quick 1")
    parser.add_argument("--quick", action="store_true", help="one repeat, fewer fleets, no mitogen")
    parser.add_argument("--whole", action="store_true", help="measure amazon.aws in 50 accounts, too")
    parser.add_argument("--results", type=Path, default=OUTPUT, help="folder for the report, default bench/output")
    given = parser.parse_args(arguments)
    for name, known in ((given.ways, names), (given.actions, ACTIONS)):
        if unknown := sorted(set(name) - set(known)):
            parser.error(f"{', '.join(unknown)}: known are {', '.join(known)}")
    sizes = given.sizes or (QUICK_SIZES if given.quick else SIZES)
    return Asked(
        cases=(given.only,) if given.only else CASES,
        ways=given.ways,
        actions=given.actions,
        latencies=tuple(milliseconds / 1000 for milliseconds in given.latencies),
        sizes=tuple(sorted(int(size) for size in sizes)),
        repeats=given.repeats or (1 if given.quick else 3),
        quick=given.quick,
        whole=given.whole,
        results=given.results,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(number) for number in text.split(","))
