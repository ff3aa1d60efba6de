# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options alone show to be wrong is found by the pure packages, without an account."""

from __future__ import annotations

import pytest
from bad_case import ANY_ACCOUNT, BadCase, all_cases, found_in_options

TABLE = [case for case in all_cases() if case.problems]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_found_before_the_first_call_or_not_at_all(case: BadCase) -> None:
    expected = case.expected(ANY_ACCOUNT.id)[1] if case.is_seen_before_the_first_call else []
    assert found_in_options(case) == expected


def test_most_of_the_table_needs_no_account() -> None:
    assert sum(case.is_seen_before_the_first_call for case in TABLE) > len(TABLE) / 2
