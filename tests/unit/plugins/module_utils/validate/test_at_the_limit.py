# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables in edges/: what is just within a limit is accepted, what is just beyond it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_case import BadCase, cases_of, found_in_options

EDGES = Path(__file__).with_name("edges")
TABLE = [case for file in sorted(EDGES.glob("*.yml")) for case in cases_of(file)]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_at_the_limit(case: BadCase) -> None:
    assert found_in_options(case) == list(case.problems)
