# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_aws import LocalAws

from .ground import Ground


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws(members=1) as aws:
        before = dict(os.environ)
        os.environ.update(aws.environment())
        yield aws
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def ground(server: LocalAws, tmp_path: Path) -> Ground:
    server.reset()
    server.clear_calls()
    return Ground(server, tmp_path / "backups")
