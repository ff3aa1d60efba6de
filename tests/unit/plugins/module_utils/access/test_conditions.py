# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions, each operator with the page of AWS that says what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.conditions import CompiledCondition, compiled
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.operators import OPERATORS
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import Statement

GROUPS = yaml.safe_load((Path(__file__).parent / "cases" / "conditions.yml").read_text(encoding="utf-8"))
ROWS = [row for group in GROUPS for row in group["rows"]]


def only_condition(written: dict[str, Any], *, variables: bool = True) -> CompiledCondition:
    (found,) = compiled(Statement.of({"Condition": written}).conditions, variables=variables)
    return found


def context(given: dict[str, Any]) -> Context:
    there = {key: value for key, value in given.items() if value is not None}
    return Context(there, absent=[key for key in given if key not in there])


@pytest.mark.parametrize(("written", "given", "holds"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_condition(written: dict[str, Any], given: dict[str, Any], holds: bool | list[str]) -> None:
    expected = frozenset(holds) if isinstance(holds, list) else holds
    assert only_condition(written).holds(context(given)) == expected


def test_every_operator_is_met_and_not_met() -> None:
    met = {(only_condition(written).operator, holds) for written, _given, holds in ROWS if isinstance(holds, bool)}
    assert {(operator, holds) for operator in (*OPERATORS, "null") for holds in (True, False)} <= met


def test_every_group_has_a_source() -> None:
    assert all(group["source"] for group in GROUPS)


def test_without_variables_they_are_text() -> None:
    condition = only_condition({"StringEquals": {"aws:userid": "${k:v}"}}, variables=False)
    assert condition.keys == {"aws:userid"}
    assert condition.holds(context({"aws:userid": "${k:v}"})) is True


def test_the_keys_are_that_of_the_condition_and_those_of_its_variables() -> None:
    condition = only_condition({"StringNotLikeIfExists": {"AWS:UserID": ["${k:v}*", "${k:w, 'x'}", "${*}"]}})
    assert (condition.key, condition.keys) == ("aws:userid", frozenset(("aws:userid", "k:v", "k:w")))
    assert (condition.operator, condition.is_negated, condition.if_exists) == ("stringnotlike", True, True)
