# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of service definitions: expressions, templates and the conversion of variables, by tables."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import (
    LONGEST_EXPRESSION,
    Expression,
    WrongExpression,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.templates import NOTHING, compiled
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import TYPES, Variable
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem

pytestmark = pytest.mark.both_generations

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    return rows


CONVERSIONS = [
    pytest.param(group["variable"], case, id=f"{group['variable']}-{case['given']!r}")
    for group in table("variables")
    for case in group["cases"]
]


@pytest.mark.parametrize("case", table("expressions"), ids=lambda case: str(case["text"]))
def test_expression(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(WrongExpression) as refusal:
            Expression.compiled(case["text"]).value(case["values"])
        assert str(refusal.value) == case["refused"]
        return
    values = deepcopy(case["values"])
    found = Expression.compiled(case["text"]).value(values)
    # 1 and true are equal in Python.
    assert repr(found) == repr(case["is"])
    assert values == case["values"]


@pytest.mark.parametrize("case", table("templates"), ids=lambda case: str(case["template"]))
def test_template(case: dict[str, Any]) -> None:
    values = case.get("values", {})
    if "refused" in case:
        with pytest.raises(WrongExpression) as refusal:
            compiled(case["template"]).value(values)
        assert str(refusal.value) == case["refused"]
        return
    found = compiled(case["template"]).value(values)
    assert ("NOTHING" if found is NOTHING else found) == case["is"]


@pytest.mark.parametrize(("variable", "case"), CONVERSIONS)
def test_conversion(variable: dict[str, Any], case: dict[str, Any]) -> None:
    problems: list[Problem] = []
    given = deepcopy(case["given"])
    found = Variable.parse("v", variable).value(given, "v", problems)
    assert [str(problem) for problem in problems] == case.get("wrong", [])
    assert given == case["given"]
    if "wrong" not in case:
        assert repr(found) == repr(case["is"])


def test_table_has_every_type() -> None:
    assert {group["variable"]["type"] for group in table("variables")} == set(TYPES)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1500 + "a" + ")" * 1500,
        "[" * 1500,
        "!" * 1500 + "a",
        "`" + "[" * 1500 + "]" * 400 + "`",
        "a[" + "9" * 1900 + "]",
    ],
    ids=["parentheses", "lists", "negations", "a literal", "a number"],
)
def test_expression_without_end_is_refused_or_read(text: str) -> None:
    with suppress(WrongExpression):
        Expression.compiled(text).value({"a": [1]})


def test_long_expression_is_refused() -> None:
    with pytest.raises(WrongExpression, match=f"has more than {LONGEST_EXPRESSION} characters; use locals"):
        Expression.compiled("a || " * LONGEST_EXPRESSION + "a")


@pytest.mark.parametrize("kind", ["list", "dict", "int"])
def test_text_without_end_is_refused(kind: str) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "9" * 5000):
        problems: list[Problem] = []
        Variable.parse("v", {"type": kind}).value(text, "v", problems)
        assert problems or (kind == "list" and text[0] != "[")
