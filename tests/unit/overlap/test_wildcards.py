# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texts IAM's patterns stand for."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.wildcards import fits, fits_any_case


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
    ],
)
def test_fits(text: str, pattern: str, exactly: bool, in_any_case: bool) -> None:
    assert fits(text, pattern) is exactly
    assert fits_any_case(text, pattern) is in_any_case
