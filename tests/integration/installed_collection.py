# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a user has it: built into a tarball, and installed from it into a separate folder.

Commands run in a new environment, in a user's own folder: no variable and no path refers to the checkout. amazon.aws
comes from the package `ansible`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.playbook_runs import LIMIT

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "aws_ml.permissions"
PROGRAMS = Path(sys.executable).parent

Done = subprocess.CompletedProcess[str]

_TEMPORARY = TemporaryDirectory(prefix="installed ")
"""A place with a space in its path, removed when the process ends."""


def run(command: str, *arguments: str | Path, folder: Path, **environment: str) -> Done:
    """Run a program of Ansible's with no other environment than that, and $HOME in the folder."""
    return subprocess.run(
        [str(PROGRAMS / command), *map(str, arguments)],
        cwd=folder,
        env={
            "PATH": os.pathsep.join((str(PROGRAMS), "/usr/bin", "/bin")),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "4000",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def build(folder: Path, checkout: Path = CHECKOUT) -> Path:
    """The tarball that README.md's command makes of a checkout, in the folder."""
    made = run("ansible-galaxy", "collection", "build", "--output-path", folder, checkout, folder=folder)
    assert (made.returncode, made.stderr) == (0, ""), made.stderr
    [tarball] = folder.glob("*.tar.gz")
    return tarball


@dataclass(frozen=True)
class Installed:
    """The tarball, and a collections path that holds what it installs and nothing else."""

    tarball: Path
    collections: Path

    @property
    def root(self) -> Path:
        return self.collections.joinpath("ansible_collections", *NAME.split("."))

    def names(self, folder: str) -> list[str]:
        """The full names of what one of the collection's folders holds, roles or plugins of a type."""
        return sorted(f"{NAME}.{entry.stem}" for entry in (self.root / folder).glob("[!_]*"))

    def run(self, command: str, *arguments: str | Path, folder: Path, **environment: str) -> Done:
        """Run a program of Ansible's in a user's own folder."""
        return run(command, *arguments, folder=folder, ANSIBLE_COLLECTIONS_PATH=str(self.collections), **environment)


@cache
def installed() -> Installed:
    """Built and installed as README.md says, once for all tests of a process."""
    place = Path(_TEMPORARY.name)
    tarball = build(place)
    here = Installed(tarball, place / "my collections")
    arguments = ("collection", "install", "--offline", "-p", here.collections, tarball)
    done = here.run("ansible-galaxy", *arguments, folder=place)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert list(here.root.parents[1].glob("*/*")) == [here.root]
    return here
