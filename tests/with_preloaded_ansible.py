# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command whose `ansible-playbook` and `ansible-doc` are forks of the preloaded Python.

usage: python -m with_preloaded_ansible COMMAND [ARGUMENT]...
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from preloaded_ansible import path_with_preloaded_ansible


def main(command: list[str]) -> int:
    with TemporaryDirectory() as folder:
        path = path_with_preloaded_ansible(Path(folder), os.environ["PATH"])
        return subprocess.call(command, env={**os.environ, "PATH": path})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
