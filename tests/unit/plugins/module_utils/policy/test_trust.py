# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements in a trust policy that others have a share in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.trust_policy import (
    NO_ONE,
    merged,
    with_principals,
    without,
    without_principals,
)


def statement(*services: str, **more: Any) -> dict[str, Any]:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def trust(*statements: Any) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": ["b", "a", "a"]}, "Action": ["sts:AssumeRole"]}


def test_a_new_statement_comes_last_and_others_stay_as_they_are_written() -> None:
    after = merged(trust(THEIRS, statement("lambda")), [statement("sagemaker", Sid="Ours")])
    assert list(after.content["Statement"]) == [THEIRS, statement("lambda"), statement("sagemaker", Sid="Ours")]


def test_a_statement_replaces_the_one_of_its_sid_in_its_place() -> None:
    after = merged(trust(statement("lambda", Sid="Ours"), THEIRS), [statement("sagemaker", Sid="Ours")])
    assert list(after.content["Statement"]) == [statement("sagemaker", Sid="Ours"), THEIRS]


@pytest.mark.parametrize("there", [statement("lambda"), statement("lambda", Sid="TheirName")])
def test_a_statement_without_sid_is_known_by_its_content(there: dict[str, Any]) -> None:
    ours = {"Action": "STS:assumerole", "Principal": {"Service": "lambda.amazonaws.com"}, "Effect": "Allow"}
    assert merged(trust(there), [ours]) == trust(there)
    assert list(without(trust(there, THEIRS), [ours]).content["Statement"]) == [THEIRS]


def test_a_statement_that_is_there_stays_as_it_is_written() -> None:
    ours = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": ["a", "b"]}, "Action": "sts:AssumeRole"}
    assert list(merged(trust(THEIRS), [ours]).content["Statement"]) == [THEIRS]


@pytest.mark.parametrize("there", [statement("lambda"), statement("lambda", Sid="TheirName")])
def test_a_statement_with_a_sid_is_known_by_nothing_else(there: dict[str, Any]) -> None:
    ours = statement("lambda", Sid="Ours")
    assert list(merged(trust(there), [ours]).content["Statement"]) == [there, ours]


def test_an_empty_sid_is_none() -> None:
    assert merged(trust(statement("lambda")), [statement("lambda", Sid="")]) == trust(statement("lambda"))
    assert merged(trust(statement("lambda", Sid="")), [statement("lambda")]) == trust(statement("lambda", Sid=""))


def test_a_statement_with_an_empty_sid_is_removed_by_its_content_alone() -> None:
    """AWS's examples and Terraform write `"Sid": ""`."""
    others = [statement("sagemaker", Sid=""), statement("ec2", Sid=""), statement("panorama")]
    for sid in ({}, {"Sid": ""}):
        left = without(trust(*others, statement("lambda", **sid)), [statement("lambda", Sid="")])
        assert list(left.content["Statement"]) == others
        left = without(trust(*others, statement("lambda", Sid="")), [statement("lambda", **sid)])
        assert list(left.content["Statement"]) == others
    assert without(trust(*others), [{"Sid": ""}]) == trust(*others)


def test_removal_by_sid_needs_no_content() -> None:
    assert without(trust(statement("lambda", Sid="Ours"), THEIRS), [{"Sid": "Ours"}]) == trust(THEIRS)
    assert without(trust(THEIRS), [{"Sid": "Ours"}]) == trust(THEIRS)


def test_without_principals_that_are_not_there_yet() -> None:
    both = {"Effect": "Allow", "Principal": {"AWS": ["arn:a", "arn:b"]}, "Action": "sts:AssumeRole"}
    kept = {"Effect": "Allow", "Principal": {"AWS": ["arn:b"]}, "Action": "sts:AssumeRole"}
    assert without_principals(trust(both), frozenset({"arn:a"})) == trust(kept)
    assert without_principals(trust(both), frozenset({"arn:a", "arn:b"})) == trust(NO_ONE)
    others = {"Effect": "Deny", "NotPrincipal": {"AWS": ["arn:c"]}, "Action": "sts:AssumeRole"}
    assert list(without_principals(trust(others, both), frozenset({"arn:a", "arn:b"})).statements) == [others]
    services = {**both, "Principal": {"Service": "arn:a"}}
    assert without_principals(trust(services), frozenset({"arn:a"})) == trust(services)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"Principal": {"AWS": "arn:a"}}, {"Principal": {"AWS": "arn:A"}}),
        ({"Principal": {"AWS": ["arn:a", "arn:b"]}}, {"Principal": {"AWS": ["arn:A", "arn:b"]}}),
        ({"NotPrincipal": {"AWS": ["arn:a"]}}, {"NotPrincipal": {"AWS": ["arn:A"]}}),
        ({"Principal": {"Service": "arn:a", "AWS": 1}}, {"Principal": {"Service": "arn:a", "AWS": 1}}),
        ({"Principal": {"AWS": "arn:b"}}, {"Principal": {"AWS": "arn:b"}}),
        ({"Principal": {"AWS": [1, {"arn:a": "arn:a"}]}}, {"Principal": {"AWS": [1, {"arn:a": "arn:a"}]}}),
        ({"Principal": {"AWS": {"arn:a": "arn:a"}}}, {"Principal": {"AWS": {"arn:a": "arn:a"}}}),
        ({"Principal": {"Service": "arn:a"}}, {"Principal": {"Service": "arn:a"}}),
        ({"Principal": "*"}, {"Principal": "*"}),
        ({}, {}),
    ],
)
def test_with_other_principals(there: dict[str, Any], expected: dict[str, Any]) -> None:
    after = with_principals(trust({"Effect": "Allow", **there}, THEIRS), {"arn:a": "arn:A"})
    assert dict(after.content) == dict(trust({"Effect": "Allow", **expected}, THEIRS).content)
