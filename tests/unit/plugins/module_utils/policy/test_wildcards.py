# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texts IAM's patterns match, and which patterns match texts of another."""

from __future__ import annotations

from itertools import product

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.wildcards import (
    covers,
    fits,
    fits_any_case,
    has_variable,
    meet,
)
from hypothesis import example, given
from hypothesis import strategies as st

pieces = st.sampled_from(["a", "b", "*", "?", "${aws:username}", "${*}", "${?}", "${$}"])
patterns = st.lists(pieces, max_size=5).map("".join)
short = st.lists(pieces.filter(lambda piece: piece not in ("${?}", "${$}")), max_size=3).map("".join)
TEXTS = ["".join(letters) for length in range(7) for letters in product("ab*", repeat=length)]


def plainly_fits(text: str, pattern: str) -> bool:
    """The meaning of a pattern, without any thought of time."""
    for written, meant in (("${*}", "*"), ("${?}", "?"), ("${$}", "$")):
        if pattern.startswith(written):
            return text.startswith(meant) and plainly_fits(text[1:], pattern.removeprefix(written))
    for any_text in ("${aws:username}", "*"):
        if pattern.startswith(any_text):
            rest = pattern.removeprefix(any_text)
            return any(plainly_fits(text[index:], rest) for index in range(len(text) + 1))
    if not pattern:
        return not text
    return bool(text) and pattern[0] in (text[0], "?") and plainly_fits(text[1:], pattern[1:])


@given(patterns)
def test_a_text_fits_as_the_pattern_means(pattern: str) -> None:
    assert [text for text in TEXTS if fits(text, pattern)] == [text for text in TEXTS if plainly_fits(text, pattern)]


@given(short, short)
@example("a*ab", "ab")
def test_patterns_meet_exactly_if_a_text_fits_both(one: str, other: str) -> None:
    assert meet(one, other) == any(plainly_fits(text, one) and plainly_fits(text, other) for text in TEXTS)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("aba", "*b*", True),
        ("ab", "??", True),
        ("abc", "a??", True),
        ("*bb?", "ab?", False),
        ("*cb?", "ab?", False),
        ("*c?", "ab?", False),
        ("*b?", "ab?", True),
    ],
)
def test_meet(one: str, other: str, expected: bool) -> None:
    assert meet(one, other) is expected


@given(patterns, patterns)
def test_what_a_pattern_covers_fits_it(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(plainly_fits(text, wide) for text in TEXTS if plainly_fits(text, narrow))


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("a*", "ab?", True),
        ("a?", "a*", False),
        ("a?", "a${aws:username}", False),
        ("a*", "a${aws:username}", True),
        ("a/${aws:username}/*", "a/${aws:username}/b", True),
        ("a/${aws:username}/*", "a/${aws:userid}/b", False),
        ("a${*}", "ab", False),
        ("a${*}", "a${*}", True),
        ("a*b", "a*", False),
    ],
)
def test_covers(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


def test_time_grows_with_the_lengths_and_no_faster() -> None:
    """Sizes of IAM: a role's path has 512 characters, a policy 6,144. With backtracking, one of these takes years."""
    path, pattern = "a" * 512, "*a" * 100 + "b"
    assert not fits(path, pattern)
    assert not fits_any_case(path, pattern)
    assert not covers(pattern, path)
    assert not covers("*a" * 1000 + "b", "*a" * 1500)
    assert not meet("*a" * 1500 + "b", "a*" * 1500 + "c")
    assert meet("*a" * 1500, "?a*" * 1000)


@pytest.mark.parametrize(
    ("pattern", "expected"), [("a", False), ("${*}", False), ("a/${aws:username}", True), ("${", False), ("$a", False)]
)
def test_has_variable(pattern: str, expected: bool) -> None:
    assert has_variable(pattern) is expected


@pytest.mark.parametrize(
    ("text", "pattern", "exactly", "in_any_case"),
    [
        ("s3:GetObject", "s3:GetObject", True, True),
        ("s3:GetObject", "S3:getobject", False, True),
        ("s3:GetObject", "s3:Get*", True, True),
        ("s3:GetObject", "*", True, True),
        ("s3:GetObject", "s3:GetObjec?", True, True),
        ("s3:GetObject", "s3:?etobject", False, True),
        ("s3:GetObject", "s3:GetObject?", False, False),
        ("s3:GetObject", "s3:Get", False, False),
        ("s3:GetObject", "s3.GetObject", False, False),
        ("a\nb", "a*", True, True),
        ("[a]", "[a]", True, True),
        ("a", "[a]", False, False),
        ("labels/red/x", "labels/${aws:PrincipalTag/team}/*", True, True),
        ("a*", "a${*}", True, True),
        ("ab", "a${*}", False, False),
        ("a$", "a${$}", True, True),
        ("a?", "a${?}", True, True),
    ],
)
def test_fits(text: str, pattern: str, exactly: bool, in_any_case: bool) -> None:
    assert fits(text, pattern) is exactly
    assert fits_any_case(text, pattern) is in_any_case
