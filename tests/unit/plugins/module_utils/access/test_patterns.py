# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns against concrete values, and how long that takes."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.patterns import (
    arn_pattern,
    resource_pattern,
    text_pattern,
    variable_keys,
)
from hypothesis import given
from hypothesis import strategies as st

GROUPS = yaml.safe_load((Path(__file__).parent / "cases" / "patterns.yml").read_text(encoding="utf-8"))
KINDS = {"text": text_pattern, "resource": resource_pattern, "arn": arn_pattern}
ROWS = [(group["kind"], *row) for group in GROUPS for row in group["rows"]]
SLOW = 5.0
"""Seconds of CPU that a comparison never takes: one that tries again and again takes hours."""


@pytest.mark.parametrize(("kind", "pattern", "value", "matches"), ROWS)
def test_pattern(kind: str, pattern: str, value: str, matches: bool | list[str]) -> None:
    expected = frozenset(matches) if isinstance(matches, list) else matches
    assert KINDS[kind](pattern, variables=True)(value, Context()) == expected


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=14))
def test_wildcards_are_those_of_a_plain_regular_expression(pattern: str, value: str) -> None:
    plain = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    assert text_pattern(pattern, variables=True)(value, Context()) is (re.fullmatch(plain, value) is not None)


@given(
    st.lists(st.text("ab*?", max_size=5), min_size=6, max_size=7),
    st.lists(st.text("ab", max_size=4), min_size=5, max_size=8),
)
def test_resources_are_matched_as_each_field_says(fields: list[str], values: list[str]) -> None:
    pattern, value = ":".join(("arn", *fields)), ":".join(("arn", *values))
    plain = "arn"
    for place, field in enumerate(fields, start=2):
        inside = "." if place > 5 else "[^:]"
        characters = [
            ".*" if text == "*" and (place > 5 or number == len(field) - 1)
            else {"*": inside + "*", "?": inside}.get(text, text)
            for number, text in enumerate(field)
        ]  # fmt: skip
        plain += ":" + "".join(characters)
    assert resource_pattern(pattern, variables=True)(value, Context()) is (re.fullmatch(plain, value) is not None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("repeated", ["*a", "a*", "?*", "*:a", "*?a", "**", "${k:v}*a"])
def test_a_long_pattern_takes_no_long_time(kind: str, repeated: str) -> None:
    pattern = ("arn:aws:s3:::" + repeated * 2000)[:2000] + "b"
    began = time.process_time()
    for value in ("arn:aws:s3:::" + "a" * 2000, "arn:aws:s3:::" + "a:" * 1000, "arn:" + "aa:" * 700):
        assert KINDS[kind](pattern, variables=True)(value, Context({"k:v": "a"})) is False
    assert time.process_time() - began < SLOW


@pytest.mark.parametrize("pattern", ["arn:aws:s" + "*a" * 1000 + ":::x", "arn:" + "a*:" * 4 + "*a" * 900 + "?b"])
def test_wildcards_within_fields_take_no_long_time(pattern: str) -> None:
    began = time.process_time()
    assert resource_pattern(pattern, variables=True)("arn:aws:s" + "a" * 1500 + "::x", Context()) is False
    assert time.process_time() - began < SLOW


def test_the_keys_of_variables() -> None:
    assert variable_keys("${AWS:userid}/${ k:v , 'x'}/${*}${?}${$}/*") == {"aws:userid", "k:v"}
