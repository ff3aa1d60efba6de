# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong baselines are refused with every problem and its place, before the first call."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.services_source import ServicesSource
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import InputError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE = {"name": "one", "assume_role_policy_document": TRUST}
DEEPLENS = {"service": "deeplens", "profile": "documented", "state": "present", "roles": [ROLE]}


def refused(baselines: Any) -> list[str]:
    task = Task({"baselines": baselines}, context=RunContext(declared=(DEEPLENS,)))
    with pytest.raises(InputError) as error:
        ServicesSource(task).check()
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("baselines", "problems"),
    [
        ({"deeplens": {}}, ["baselines.deeplens: is the name of a service; give the baseline another name"]),
        (
            {"mine": []},
            ["baselines.mine: must be a dictionary with managed_policies, roles, attachments, trust_statements"],
        ),
        (
            {"mine": {"role": [], "roles": {"name": "x"}}},
            [
                'baselines.mine: "role" is not known; did you mean roles?',
                "baselines.mine.roles: must be a list of dictionaries",
            ],
        ),
        (
            {"mine": {"roles": [{**ROLE, "description": "Another."}]}},
            ["mine: role/one: is declared differently by deeplens: role/one; change one of the two"],
        ),
    ],
)
def test_a_wrong_baseline_is_refused(baselines: Any, problems: list[str]) -> None:
    assert refused(baselines) == problems


def test_a_misspelled_option_of_an_item_names_the_baseline() -> None:
    problems = refused({"mine": {"roles": [{**ROLE, "nam": "x"}]}})
    assert len(problems) == 1 and problems[0].startswith("mine: ") and "nam" in problems[0]


def test_an_object_that_is_declared_alike_is_declared_once() -> None:
    task = Task({"baselines": {"mine": {"roles": [dict(ROLE)]}}}, context=RunContext(declared=(DEEPLENS,)))
    source = ServicesSource(task)
    source.check()
    assert source.services_of("role/one") == "deeplens, mine"
    assert [one["service"] for one in source.reported({})["services"]] == ["deeplens"]
