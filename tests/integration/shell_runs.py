# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines as a person types them, in a real shell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from preloaded_ansible import path_with_preloaded_ansible

_PROGRAMS = TemporaryDirectory(prefix="programs ")


def with_own_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """This environment with more variables, in which the programs of this Python are found first.

    `ansible-playbook` and `ansible-doc` are forks of the preloaded Python.
    """
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    path = path_with_preloaded_ansible(Path(_PROGRAMS.name), own)
    return {**os.environ, "PATH": path, "ANSIBLE_NOCOLOR": "1", **environment}


def typed(script: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What the shell prints."""
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
