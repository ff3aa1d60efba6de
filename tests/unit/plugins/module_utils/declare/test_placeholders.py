# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placeholders are filled in once, and any text can be written so that it stays as it is."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders, literal
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.portable import portable
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

ACCOUNT = Account("123456789012", "aws")
PLACEHOLDERS = Placeholders(ACCOUNT, {"role-123456789012": "arn:aws:iam::123456789012:role/x/role-123456789012"})
PARTS = [
    "<",
    ">",
    "<account_id>",
    "<partition>",
    "<lt>",
    "lt",
    "<role_arn:",
    "role-",
    "123456789012",
    "arn:aws:",
    ":1",
    "",
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("<account_id> in <partition>", "123456789012 in aws"),
        ("<role_arn:Role-<account_id>>", "arn:aws:iam::123456789012:role/x/role-123456789012"),
        ("<role_arn:nobody>", "<role_arn:nobody>"),
        ("<lt>account_id>", "<account_id>"),
        ("<lt>lt>", "<lt>"),
        ("<lt", "<lt"),
        ({"<account_id>": ["<lt>lt>"]}, {"123456789012": ["<lt>"]}),
    ],
)
def test_placeholders_are_filled_in_once(text: object, filled: object) -> None:
    assert PLACEHOLDERS.fill(text) == filled


@examples(5)
@given(text=TEXTS)
def test_a_literal_text_stays_as_it_is(text: str) -> None:
    assert PLACEHOLDERS.fill(literal(text)) == text
    assert PLACEHOLDERS.fill(portable(text, ACCOUNT)) == text


def test_only_the_own_account_is_replaced() -> None:
    assert portable("arn:aws:s3:::a-123456789012-1123456789012-210987654321", ACCOUNT) == (
        "arn:<partition>:s3:::a-<account_id>-1123456789012-210987654321"
    )
