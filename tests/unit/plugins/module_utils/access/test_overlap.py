# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that can match the same request are found; for small alphabets, by trying every text."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import product

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.overlap import statements_overlap
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import Statement
from hypothesis import given
from hypothesis import strategies as st

patterns = st.text(alphabet="ab*?", min_size=1, max_size=5)
TEXTS = ["".join(letters) for length in range(1, 9) for letters in product("ab", repeat=length)]


def overlap(one: Sequence[dict[str, object]] | None, other: Sequence[dict[str, object]]) -> bool:
    """Whether statements as they are written overlap; None is unknown."""
    return statements_overlap(None if one is None else list(map(Statement.of, one)), list(map(Statement.of, other)))


@given(patterns, patterns)
def test_two_patterns_overlap_exactly_if_a_text_matches_both(one: str, other: str) -> None:
    found = overlap([{"Action": "x", "Resource": one}], [{"Action": "x", "Resource": other}])
    matched = any(fnmatchcase(text, one) and fnmatchcase(text, other) for text in ["", *TEXTS])
    assert found == matched


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"Action": "s3:Get*", "Resource": "*"}, {"Action": "S3:getobject", "Resource": "arn:aws:s3:::b/*"}, True),
        ({"Action": "s3:Get*", "Resource": "*"}, {"Action": "s3:Put*", "Resource": "*"}, False),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}, {"Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}, False),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}, {"Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}, True),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::a/K"}, {"Action": "s3:*", "Resource": "arn:aws:s3:::a/k"}, False),
        ({"NotAction": "s3:*", "Resource": "*"}, {"Action": "s3:*", "Resource": "*"}, True),
        ({"Action": ["iam:*", "s3:*"], "Resource": "*"}, {"Action": "iam:PassRole", "NotResource": "a"}, True),
        (
            {"Action": "s3:*", "Resource": "arn:aws:s3:::b/labels/${aws:PrincipalTag/team}/*"},
            {"Action": "s3:*", "Resource": "arn:aws:s3:::b/labels/red/*"},
            True,
        ),
        (
            {"Action": "s3:*", "Resource": "arn:aws:s3:::b/labels/${aws:PrincipalTag/team}/*"},
            {"Action": "s3:*", "Resource": "arn:aws:s3:::b/images/red/*"},
            False,
        ),
        ({"Action": "s3:*", "Resource": "a/${*}"}, {"Action": "s3:*", "Resource": "a/b"}, False),
        ({"Action": "s3:*", "Resource": "a/${*}"}, {"Action": "s3:*", "Resource": "a/*"}, True),
    ],
)
def test_statements(one: dict[str, object], other: dict[str, object], expected: bool) -> None:
    assert overlap([one], [other]) is expected
    assert overlap([other], [one]) is expected


def never_overlapping(count: int) -> tuple[dict[str, object], dict[str, object]]:
    """Statements whose resources have to be compared one by one: the last letter but one is another."""
    resources = [[f"*{index:03x}{letter}?" for index in range(count)] for letter in "ab"]
    return {"Action": "s3:*", "Resource": resources[0]}, {"Action": "s3:*", "Resource": resources[1]}


def test_beyond_the_bound_documents_overlap() -> None:
    """1,000 such resources fill a managed policy of 6,144 characters."""
    few, many = never_overlapping(10), never_overlapping(1000)
    assert not overlap([few[0]], [few[1]])
    assert overlap([many[0]], [many[1]])
    assert not overlap([{**many[0], "Action": "s3:Get*"}], [{**many[1], "Action": "s3:Put*"}])


def test_what_is_unknown_overlaps_with_everything() -> None:
    assert overlap(None, [{"Action": "s3:GetObject", "Resource": "*"}])
    assert not overlap([], [{"Action": "s3:GetObject", "Resource": "*"}])
