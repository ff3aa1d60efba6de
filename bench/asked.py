# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to measure in this run, from the command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from .alternatives import (
    ACCOUNT_ALTERNATIVES,
    ACTIONS,
    AUDIT_ALTERNATIVES,
    BASELINE_ALTERNATIVES,
    RETIRE_ALTERNATIVES,
    SITE_ALTERNATIVES,
)
from .samples import ACCOUNT, AUDIT, BASELINE, CATALOGUE, DOCUMENTED, LEAST_PRIVILEGE, RETIRE

CASES = (DOCUMENTED, LEAST_PRIVILEGE, AUDIT, RETIRE, BASELINE, CATALOGUE, ACCOUNT)
ALTERNATIVES = (
    *ACCOUNT_ALTERNATIVES,
    *SITE_ALTERNATIVES,
    *AUDIT_ALTERNATIVES,
    *RETIRE_ALTERNATIVES,
    *BASELINE_ALTERNATIVES,
)
OUTPUT = Path(__file__).parent / "output"
SIZES = (1, 10, 50, 200, 1000)
QUICK_SIZES = (1, 10, 50)
LARGEST_SLOW = 10
"""The maximum number of accounts for which slow alternatives are measured; for more, their cost is extrapolated."""
LARGEST_SLOW_WHOLE = 50


@dataclass(frozen=True)
class Asked:
    """`latencies` in seconds; `cases` are those of `samples`; `alternatives` are names, empty for all.

    `earlier` is another commit of this collection to measure, empty for none.
    """

    cases: tuple[str, ...]
    alternatives: tuple[str, ...]
    actions: tuple[str, ...]
    latencies: tuple[float, ...]
    sizes: tuple[int, ...]
    repeats: int
    quick: bool
    whole: bool
    earlier: str
    results: Path

    def wants(self, alternative: str) -> bool:
        return not self.alternatives or alternative in self.alternatives


def asked(arguments: list[str] | None = None) -> Asked:
    """Read the command line."""
    names = sorted({alternative.name for alternative in ALTERNATIVES})
    parser = argparse.ArgumentParser(prog="bench", description="Measure tools that keep IAM permissions in sync.")
    parser.add_argument("--only", type=_names, default=CASES, help=f"some of {','.join(CASES)}")
    parser.add_argument("--alternatives", type=_names, default=(), help=f"some of {','.join(names)}")
    parser.add_argument("--actions", type=_names, default=ACTIONS, help=f"some of {','.join(ACTIONS)}")
    parser.add_argument("--latencies", type=_numbers, default=(0.0, 50.0), help="milliseconds a call, default 0,50")
    parser.add_argument("--sizes", type=_numbers, help="numbers of accounts, default 1,10,50,200,1000")
    parser.add_argument("--repeats", type=int, help="default 3, with --quick 1")
    parser.add_argument("--quick", action="store_true", help="one repeat, fewer fleets, no mitogen")
    parser.add_argument("--whole", action="store_true", help="measure amazon.aws in 50 accounts, too")
    parser.add_argument("--earlier", default="", help="another commit of this collection to measure")
    parser.add_argument("--results", type=Path, default=OUTPUT, help="folder for the report, default bench/output")
    given = parser.parse_args(arguments)
    for name, known in ((given.alternatives, names), (given.actions, ACTIONS), (given.only, CASES)):
        if unknown := sorted(set(name) - set(known)):
            parser.error(f"{', '.join(unknown)}: known are {', '.join(known)}")
    sizes = given.sizes or (QUICK_SIZES if given.quick else SIZES)
    return Asked(
        cases=tuple(case for case in CASES if case in given.only),
        alternatives=given.alternatives,
        actions=given.actions,
        latencies=tuple(milliseconds / 1000 for milliseconds in given.latencies),
        sizes=tuple(sorted(int(size) for size in sizes)),
        repeats=given.repeats or (1 if given.quick else 3),
        quick=given.quick,
        whole=given.whole,
        earlier=given.earlier,
        results=given.results,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(number) for number in text.split(","))
