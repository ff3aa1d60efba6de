# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes a request, how policies name callers, and which keys follow from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Named, Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import principal_pairs

FILE = yaml.safe_load((Path(__file__).parent / "cases" / "principals.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("caller", "written", "named"), FILE["rows"])
def test_named(caller: str, written: Any, named: str) -> None:
    (pair,) = principal_pairs(written)
    assert Principal.parse(caller).named_by(pair) is Named[named]


@pytest.mark.parametrize(("caller", "keys"), FILE["keys"])
def test_keys_of_the_caller(caller: str, keys: dict[str, str | None]) -> None:
    there, absent = Principal.parse(caller).context()
    assert {**there, **dict.fromkeys(absent)} == keys


@pytest.mark.parametrize(
    "text", ["", "ann", "arn:aws:s3:::labels", "arn:aws:iam::1:user/ann", "arn:aws:iam::123456789012:group/g"]
)
def test_what_is_no_caller(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ARN of IAM or STS"):
        Principal.parse(text)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", True),
        ("arn:aws:iam::123456789012:role/AWSServiceRoleForX", False),
        ("arn:aws:iam::123456789012:user/aws-service-role/x", False),
    ],
)
def test_service_linked_roles(text: str, linked: bool) -> None:
    assert Principal.parse(text).is_service_linked_role is linked
