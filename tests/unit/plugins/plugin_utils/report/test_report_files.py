# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a report are complete or missing, and only their owner can read them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.files import write_files

pytestmark = pytest.mark.both_generations

TOO_LARGE = """
import resource, sys
from pathlib import Path
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.files import write_files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_files(Path(sys.argv[1]), {"a.html": "new", "a.json": "x" * 5000})
except OSError as error:
    sys.exit(7)
"""


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    [page, sheet] = write_files(tmp_path / "deep" / "reports", {"a.html": "é\r\n", "a.csv": "1"})
    assert (page.stat().st_mode & 0o777, sheet.stat().st_mode & 0o777) == (0o600, 0o600)
    assert page.parent.stat().st_mode & 0o777 == 0o700
    assert page.read_bytes() == "é\r\n".encode()
    assert sorted(path.name for path in page.parent.iterdir()) == ["a.csv", "a.html"]


def test_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("old", encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", TOO_LARGE, str(tmp_path)], check=False)
    assert done.returncode == 7
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"a.html": "old"}


def test_name_that_is_taken_by_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(OSError, match=r"a\.html"):
        write_files(tmp_path, {"a.html": "1"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_text_that_utf8_cannot_hold(tmp_path: Path) -> None:
    [path] = write_files(tmp_path, {"a.json": "path \udcff"})
    assert path.read_text(encoding="utf-8") == "path ?"
