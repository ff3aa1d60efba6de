# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make targets side by side, in a Makefile of the tests' own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "side_by_side"
MAKEFILE = """
unit:
\t@echo "what passed says nothing"; echo "7 passed in 1.20s"
wrong:
\t@echo "the reason"; echo "1 failed, 2 passed, 1 error in 0.50s"; exit 3
molecule:
\t@echo "molecule one: passed"; echo "molecule two: passed"
first:
\t@touch first; for i in $$(seq 200); do if [ -e second ]; then exit 0; fi; sleep 0.05; done; exit 1
second:
\t@touch second; for i in $$(seq 200); do if [ -e first ]; then exit 0; fi; sleep 0.05; done; exit 1
generation:
\t@echo "VENV is $(VENV)"; [ "$(VENV)" = there ]
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    return tmp_path


def side_by_side(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(house / "scripts" / "side_by_side"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_each_part_is_reported_and_the_table_says_where_the_time_went(house: Path) -> None:
    done = side_by_side(house, "--table", str(house / "times.md"), "unit", "molecule")
    assert (done.returncode, done.stderr) == (0, "")
    assert "unit begins" in done.stdout
    assert "7 passed" in done.stdout
    assert "what passed says nothing" not in done.stdout
    table = (house / "times.md").read_text(encoding="utf-8")
    assert table in done.stdout
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[0] == ["part", "tests", "wall s", "CPU s"]
    assert [row[:2] for row in rows[2:]] == [["unit", "7 passed"], ["molecule", "2 passed"], ["together", ""]]
    assert all(row[2].isdigit() and row[3].isdigit() for row in rows[2:])


def test_a_part_that_fails_shows_itself_at_the_end_and_stops_no_other(house: Path) -> None:
    done = side_by_side(house, "--at-once", "1", "wrong", "unit")
    assert done.returncode == 1
    assert "7 passed" in done.stdout
    before, _unused, after = done.stdout.partition("===== wrong failed, and said:\n")
    assert "the reason" not in before
    assert "FAILED in" in before
    assert after.startswith("the reason\n")
    assert "| 1 failed, 2 passed, 1 error |" in after
    assert done.stdout.rstrip().endswith("FAILED: wrong")


def test_parts_run_at_the_same_time_as_far_as_that_is_allowed(house: Path) -> None:
    assert side_by_side(house, "--at-once", "2", "first", "second").returncode == 0


def test_two_halves_run_in_the_place_of_one(house: Path) -> None:
    assert side_by_side(house, "--at-once", "1", "first@half", "second@half").returncode == 0
    (house / "first").unlink()
    (house / "second").unlink()
    done = side_by_side(house, "--at-once", "1", "first@half", "unit", "second@half")
    assert done.returncode == 1
    assert "FAILED: first" in done.stdout


def test_a_part_gets_its_virtual_environment(house: Path) -> None:
    python = house / "there" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 'Python 3.13, core 2.21'\n", encoding="utf-8")
    python.chmod(0o755)
    done = side_by_side(house, "generation:there")
    assert (done.returncode, "| generation (Python 3.13, core 2.21) |" in done.stdout) == (0, True)
    elsewhere = side_by_side(house, "generation:elsewhere")
    assert (elsewhere.returncode, "VENV is elsewhere" in elsewhere.stdout) == (1, True)
