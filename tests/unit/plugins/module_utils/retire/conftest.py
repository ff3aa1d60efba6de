# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws

from .ground import Ground


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws(members=1) as aws:
        yield aws


@pytest.fixture
def ground(server: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    server.reset()
    server.clear_calls()
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return Ground(server, tmp_path / "backups")
