# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short demonstration tells its whole story in less than 100 lines of at most 80 columns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_short_demonstration() -> None:
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) < 100
    assert [line for line in lines if len(line) > 80 and str(ROOT) not in line] == []
    chapters = [line for line in lines if re.match(r"── \d\. ", line)]
    assert len(chapters) == 4
    assert "critical: 4 findings in 1 account" in lines
    assert "put into quarantine: 4 objects" in lines
    assert "  role/l4e-role gains s3:PutObject on pump-reports/*: equipment-dev" in lines
    assert "  deeplens: role/AWSDeepLensSageMakerRole loses * on every resource: warehouse" in lines
    assert "  deeplens-sagemaker (inline)" in lines
