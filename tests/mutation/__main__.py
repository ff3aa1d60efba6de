# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutate modules of the engine in a copy of the checkout; fail if a mutant survives without an explanation."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import yaml

from .copied_checkout import CopiedCheckout
from .outcome import Explained, outcomes, table

HERE = Path(__file__).resolve().parent


def main() -> int:
    """The exit code: 0 where each mutant was killed or is explained."""
    plan = yaml.safe_load((HERE / "targets.yml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as plan/planner; else all of targets.yml")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the copy is made and kept; else it is temporary")
    given = parser.parse_args()
    modules = given.modules or plan["modules"]
    with tempfile.TemporaryDirectory(prefix="mutation-") as temporary:
        checkout = CopiedCheckout(given.folder or Path(temporary), HERE.parents[1])
        checkout.make(modules, plan["tests"], plan["left_out"])
        checkout.mutate(given.processes, plan["examples"])
        found = outcomes(checkout, modules)
    explained = Explained.read(HERE / "explained.yml")
    print(table(found, explained))
    unexplained = [mutant for mutant in found if mutant.lives and not explained.has(mutant)]
    for mutant in unexplained:
        print(f"\n{mutant.name}: {mutant.status}\n{mutant.change}")
    stale = [] if given.modules else explained.unused()
    for entry in stale:
        print(f"\nexplained.yml explains what no longer lives: {entry}")
    return 1 if unexplained or stale else 0


if __name__ == "__main__":
    sys.exit(main())
