# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare many cases, and record the result in docs/access_judged.json.

Usage: python -m access_judge [--cases 100000] [--seed 1000000]

Exit code 1 if a disagreement is not explained by differences.yml.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

from iam_simulate import HERE, IamSimulate

from .comparison import Comparison, compare

RECORD = Path(__file__).parents[2] / "docs" / "access_judged.json"
DECIDED = 20_000
"""For so many of the cases, it is also found out what decided: that takes ten times as long."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m access_judge")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1_000_000)
    options = parser.parse_args()
    first, end = options.seed, options.seed + options.cases
    middle = min(end, first + DECIDED)
    with IamSimulate() as judge:
        result = compare(range(first, middle), judge, with_deciders=True)
        _add(result, compare(range(middle, end), judge))
    RECORD.write_text(json.dumps(_record(result, first, options.cases), indent=2) + "\n", encoding="utf-8")
    print(f"{options.cases} cases, {sum(result.disagreements.values())} explained disagreements, "
          f"{len(result.unexplained)} others: {result.unexplained}")  # fmt: skip
    return 1 if result.unexplained else 0


def _add(result: Comparison, more: Comparison) -> None:
    result.outcomes.update(more.outcomes)
    result.disagreements.update(more.disagreements)
    result.examples = {**more.examples, **result.examples}
    result.unexplained += more.unexplained


def _record(result: Comparison, seed: int, cases: int) -> dict[str, Any]:
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    return {
        "command": f"python -m access_judge --cases {cases} --seed {seed}",
        "judge": package["dependencies"],
        "python": platform.python_version(),
        "cases": cases,
        "outcomes": dict(result.outcomes.most_common()),
        "disagreements_by_difference": dict(result.disagreements.most_common()),
        "example_seeds": result.examples,
        "unexplained_seeds": result.unexplained,
        "decided": {
            "cases": min(cases, DECIDED),
            "by_layer": dict(result.layers.most_common()),
            "by_operator": dict(sorted(result.operators.items())),
        },
    }


sys.exit(main())
