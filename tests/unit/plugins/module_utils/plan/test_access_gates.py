# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plans no_new_access and not_granted refuse: a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.access_diff import access_diff
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.shown_access import MOST_IN_ONE_LINE
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.access_gates import require_allowed_access
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.access_gates import access_gate_problems

from ..analyze.small_accounts import ACCOUNT, desired, state

CASES = yaml.safe_load(Path(__file__).with_name("access_gates.yml").read_text(encoding="utf-8"))
TO_FIX = (
    " Nothing was written. To fix: narrow these policies, or remove the action from not_granted.",
    " Nothing was written. To fix: narrow the policies, or have the new access reviewed and run without no_new_access.",
)


def warnings(case: dict[str, Any]) -> list[str]:
    before, after = state(case["there"]), desired(case["declared"])
    return list(require_allowed_access(Plan(ACCOUNT, ()), access_diff(before, after), before, after, case["options"]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_gates(case: dict[str, Any]) -> None:
    if "refused" not in case:
        assert warnings(case) == case.get("warns", [])
        return
    with pytest.raises(EngineError) as refused:
        warnings(case)
    message = refused.value.message
    for told in TO_FIX:
        message = message.replace(told, "")
    assert message == " ".join(case["refused"])
    assert refused.value.message.count("To fix:") == len(case["refused"])
    assert refused.value.fields.keys() == {"plan", "plan_id", "access_diff"}


def test_of_many_lines_the_number_is_told() -> None:
    roles = {f"worker-{number}": {"inline": [f"s3:Get* b{number}/*"]} for number in range(MOST_IN_ONE_LINE)}
    case = {"there": {}, "declared": {"roles": roles}, "options": {"no_new_access": "fail"}}
    with pytest.raises(EngineError, match=f"; and {MOST_IN_ONE_LINE} more. Nothing was written"):
        warnings(case)


@pytest.mark.parametrize("action", ["iam:PassRole", "iam:*", "IAM:pass*", "s?:GetObject", "bedrock-agentcore:*"])
def test_actions_and_patterns(action: str) -> None:
    assert not list(access_gate_problems({"not_granted": [action]}))


def test_every_entry_that_is_no_action_is_named() -> None:
    problems = access_gate_problems(
        {"not_granted": ["PassRole", "iam:PassRole", "*", "", "*:*", "iam:", "iam PassRole:x"]}
    )
    assert [str(one) for one in problems] == [
        f'not_granted[{index}]: "{text}" is not an action such as iam:PassRole, or a pattern of actions of a service'
        for index, text in ((0, "PassRole"), (2, "*"), (3, ""), (4, "*:*"), (5, "iam:"), (6, "iam PassRole:x"))
    ]
