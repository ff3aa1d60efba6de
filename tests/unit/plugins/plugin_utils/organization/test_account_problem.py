# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.account_problem import account_problem

pytestmark = pytest.mark.both_generations

ARN = "arn:aws:organizations::999999999999:account/o-abcdefghij/111111111111"


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({}, ""),
        ({"aws_account_id": "222222222222"}, ""),
        ({"aws_account_id": "111111111111", "aws_account_arn": ARN}, ""),
        ({"aws_account_id": 111111111111, "aws_account_arn": ARN}, ""),
        ({"aws_account_id": "111111111111", "aws_account_name_problem": ""}, ""),
        ({"aws_account_id": "111111111111", "aws_account_name_problem": "a file. To fix: that."}, "a file. To fix:"),
        ({"aws_account_id": "222222222222", "aws_account_arn": ARN}, 'is "222222222222", but aws_account_arn belongs'),
        ({"aws_account_id": "", "aws_account_arn": ARN}, 'aws_account_id is "", but'),
        ({"aws_account_id": None, "aws_account_arn": ARN}, 'aws_account_id is "", but'),
        ({"aws_account_arn": ARN}, "belongs to account 111111111111. To fix"),
    ],
)
def test_a_host_runs_only_with_the_variables_of_its_account(variables: dict[str, Any], problem: str) -> None:
    assert problem in account_problem(variables)
    assert bool(problem) == bool(account_problem(variables))
