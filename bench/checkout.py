# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This collection at another commit, for comparison with the current one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .alternatives import COLLECTIONS
from .measure import RunFailed

_REPOSITORY = Path(__file__).parents[1]


def write_collections(root: Path, commit: str) -> None:
    """Write a folder of collections for the alternative `earlier`: this one at `commit`, the others as they are.

    Raises RunFailed if the commit does not exist.
    """
    collections = root / "earlier-collections" / "ansible_collections"
    ours = collections / "aws_ml" / "permissions"
    ours.mkdir(parents=True)
    for other in (COLLECTIONS / "ansible_collections").iterdir():
        if other.name != "aws_ml":
            (collections / other.name).symlink_to(other.resolve())
    archive = root / "earlier.tar"
    command = ["git", "-C", str(_REPOSITORY), "archive", "--output", str(archive), commit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunFailed(f"commit {commit} is not in this repository: {done.stderr.strip()}")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(ours)], check=True)
    archive.unlink()
