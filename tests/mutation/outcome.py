# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of each mutant, and which of the survivors are explained."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from mutmut.mutation.diff_apply import get_diff_for_mutant

from .copied_checkout import ENGINE, CopiedCheckout

# mutmut's own codes, besides those of pytest (1: a test failed, 3: a test could not be run).
_STATUSES = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested", 34: "skipped"}
_TIMES_OUT = {24, 36, 152, 255, -24, -9}


@dataclass(frozen=True)
class Mutant:
    """One changed line, or a few that belong together."""

    module: str
    name: str
    status: str
    before: str
    after: str

    @property
    def lives(self) -> bool:
        """Whether no test has noticed it."""
        return self.status not in ("killed", "timed out")

    @property
    def change(self) -> str:
        """The lines, as a difference."""
        changed = [("-", line) for line in self.before.splitlines()] + [("+", line) for line in self.after.splitlines()]
        return "\n".join(f"{sign} {line}" for sign, line in changed)


def outcomes(checkout: CopiedCheckout, modules: Sequence[str]) -> list[Mutant]:
    """Every mutant of the modules; those that were killed without their lines, which take time to gather."""
    found = []
    for module in modules:
        kept = checkout.folder / "mutants" / ENGINE / f"{module}.py.meta"
        for key, code in json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            status = "timed out" if code in _TIMES_OUT else _STATUSES.get(code, f"ended with {code}")
            name = key.rpartition(f".{module.replace('/', '.')}.")[2]
            lives = status not in ("killed", "timed out")
            before, after = _lines(checkout, module, key) if lives else ("", "")
            found.append(Mutant(module, f"{module}.{name}", status, before, after))
    return found


def _lines(checkout: CopiedCheckout, module: str, key: str) -> tuple[str, str]:
    """The lines of a mutant that differ, without their indentation: before and after."""
    with contextlib.chdir(checkout.folder):
        lines = get_diff_for_mutant(key, path=ENGINE / f"{module}.py").splitlines()
    changed = [line for line in lines if not line.startswith(("---", "+++"))]
    before, after = ([line[1:].strip() for line in changed if line.startswith(sign)] for sign in "-+")
    return "\n".join(before), "\n".join(after)


@dataclass
class Explained:
    """The mutants that no test can notice, or need not, each with its reason."""

    entries: list[dict[str, Any]]
    used: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, file: Path) -> Explained:
        """Those of a file: per module and line, what may become of it."""
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
        return cls(
            [
                {"module": one["module"], "before": one["line"], "after": after}
                for reason in given
                for one in reason["mutants"]
                for after in one["becomes"]
            ]
        )

    def has(self, mutant: Mutant) -> bool:
        """Whether the mutant is one of them."""
        for number, entry in enumerate(self.entries):
            if (entry["module"], entry["before"], entry["after"]) == (mutant.module, mutant.before, mutant.after):
                self.used.add(number)
                return True
        return False

    def unused(self) -> list[str]:
        """The entries that no mutant has asked for."""
        left = [entry for number, entry in enumerate(self.entries) if number not in self.used]
        return [f"{entry['module']}: {entry['after']}" for entry in left]


def table(found: Sequence[Mutant], explained: Explained) -> str:
    """The counts, a module a line."""
    rows = [("module", "mutants", "killed", "timed out", "explained", "unexplained")]
    for module in sorted({mutant.module for mutant in found}):
        counts = Counter(_fate(mutant, explained) for mutant in found if mutant.module == module)
        rows.append((module, *(str(number) for number in (counts.total(), *(counts[fate] for fate in rows[0][2:])))))
    return "\n".join("  ".join((row[0].ljust(20), *(cell.rjust(11) for cell in row[1:]))) for row in rows)


def _fate(mutant: Mutant, explained: Explained) -> str:
    if not mutant.lives:
        return mutant.status
    return "explained" if explained.has(mutant) else "unexplained"
