# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python the newest generation is tested with."""

from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "newest_python"
RUNS = '#!/bin/sh\ncase "$2" in *print*) echo "$0";; esac\n'
SHIM = '#!/bin/sh\necho "pyenv: python3.13: command not found" >&2\nexit 127\n'


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def found(tmp_path: Path) -> tuple[int, str, str]:
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "pyenv")}
    done = subprocess.run(["/bin/sh", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_one_on_path_comes_first(tmp_path: Path) -> None:
    here = program(tmp_path / "bin" / "python3.13", RUNS)
    program(tmp_path / "pyenv" / "versions" / "3.13.1" / "bin" / "python3.13", RUNS)
    assert found(tmp_path) == (0, f"{here}\n", "")


def test_a_shim_with_nothing_behind_it_does_not_count(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3.13", SHIM)
    there = program(tmp_path / "pyenv" / "versions" / "3.13.1" / "bin" / "python3.13", RUNS)
    assert found(tmp_path) == (0, f"{there}\n", "")


def test_none_is_no_message_and_a_failure(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3.13", SHIM)
    assert found(tmp_path) == (1, "", "")
