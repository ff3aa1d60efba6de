# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator, judged by one that others have written, on generated requests and documents.

docs/access_judged.json records a run with more of them (`python -m access_judge`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from access_judge.comparison import Comparison, compare, is_allowed
from access_judge.conditions import FAMILIES
from access_judge.differences import Difference, known_differences
from access_judge.generator import case
from iam_simulate import IamSimulate

CASES = 5_000
DECIDED = 600
LAYERS = {
    "identity policies",
    "permissions boundary",
    "session policy",
    "policy of the resource",
    "service control policies",
    "resource control policies",
}
DIFFERENCES = known_differences()
RECORD = json.loads((Path(__file__).parents[5] / "docs" / "access_judged.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judge() -> Iterator[IamSimulate]:
    with IamSimulate() as simulate:
        yield simulate


@pytest.fixture(scope="module")
def compared(judge: IamSimulate) -> Comparison:
    return compare(range(CASES), judge)


def test_no_disagreement_is_unexplained(compared: Comparison) -> None:
    assert compared.unexplained == []


def test_a_third_is_allowed_and_a_third_denied(compared: Comparison) -> None:
    assert min(compared.outcomes.values()) > CASES / 3


def test_few_cases_need_an_explanation(compared: Comparison) -> None:
    assert sum(compared.disagreements.values()) < CASES / 20


def test_every_layer_and_every_operator_decides_some(judge: IamSimulate) -> None:
    found = compare(range(CASES, CASES + DECIDED), judge, with_deciders=True)
    assert found.layers.keys() == LAYERS
    decided = {name.rpartition(":")[2].removesuffix("ifexists") for name in found.operators}
    assert decided == {operator.lower() for operators, _keys in FAMILIES for operator in operators}


def test_the_recorded_run_is_long_and_explained() -> None:
    assert RECORD["cases"] >= 100_000
    assert RECORD["unexplained_seeds"] == []


@pytest.mark.parametrize("difference", DIFFERENCES, ids=[one.id for one in DIFFERENCES])
def test_every_listed_difference_exists(judge: IamSimulate, difference: Difference) -> None:
    """The example of the recorded run is explained by this difference alone: if not, record a run anew."""
    example = case(RECORD["example_seeds"][difference.id])
    judged = judge.allowed([example.simulation()])[0]
    assert judged != is_allowed(example)
    assert judged == is_allowed(difference.rewriting(example))
