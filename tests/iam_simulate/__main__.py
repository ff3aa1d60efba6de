# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install iam-simulate into the virtual environment, in the version of package-lock.json."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from . import HERE, INSTALLED, node

INSTALLED.mkdir(exist_ok=True)
for name in ("package.json", "package-lock.json"):
    shutil.copyfile(HERE / name, INSTALLED / name)
npm = Path(node()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
subprocess.run([node(), str(npm), "ci", "--no-audit", "--no-fund", "--silent"], cwd=INSTALLED, check=True)
