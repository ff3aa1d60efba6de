# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One local AWS for the whole table; every case starts from the fresh organization."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from ground import Ground

from local_aws import LocalAws


@pytest.fixture(scope="session")
def running() -> Iterator[LocalAws]:
    with LocalAws(members=2) as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running.reset()
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def ground(aws: LocalAws) -> Ground:
    return Ground(aws)
