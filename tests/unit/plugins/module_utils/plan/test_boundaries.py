# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether one boundary is within another; if that is not certain, it is not."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.boundaries import is_within
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ROLE = Principal.parse("arn:aws:iam::123456789012:role/bounded")
LABELS = "arn:aws:s3:::labels/*"
ELSEWHERE = {"Bool": {"aws:SecureTransport": "true"}}


def document(*statements: dict[str, Any]) -> PolicyDocument:
    filled = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*", **one} for one in statements]
    for one in filled:
        for element in ("Action", "Resource"):
            if f"Not{element}" in one:
                del one[element]
    return PolicyDocument({"Version": "2012-10-17", "Statement": filled})


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ([{}], [{}], True),
        ([{"Action": ["S3:Get*", "s3:PutObject"]}], [{}], True),
        ([{"Action": ["s3:Get*", "sqs:*"]}], [{}], False),
        ([{"Action": ["s3:Get*", "sqs:*"]}], [{}, {"Action": "sqs:*"}], True),
        ([{"Resource": LABELS}], [{"Resource": "arn:aws:s3:::*"}], True),
        ([{"Resource": "arn:aws:s3:::*"}], [{"Resource": LABELS}], False),
        ([{"Resource": "arn:aws:s3:::LABELS/*"}], [{"Resource": LABELS}], False),
        ([{"Condition": ELSEWHERE}], [{}], True),
        ([{"Condition": ELSEWHERE}], [{"Condition": ELSEWHERE}], True),
        ([{}], [{"Condition": ELSEWHERE}], False),
        ([{"NotAction": "iam:*"}], [{"Action": "*"}], True),
        ([{"NotAction": "iam:*"}], [{"NotAction": "iam:*"}], True),
        ([{"NotAction": "iam:*"}], [{"NotAction": ["iam:*", "sts:*"]}], False),
        ([{}], [{"NotAction": "iam:*"}], True),
        ([{"Action": "*"}], [{"NotAction": "iam:*"}], False),
        ([{}], [{}, {"Effect": "Deny", "Resource": LABELS}], False),
        ([{}, {"Effect": "Deny"}], [{}, {"Effect": "Deny", "Resource": LABELS}], True),
        ([{}, {"Effect": "Deny", "Condition": ELSEWHERE}], [{}, {"Effect": "Deny"}], False),
    ],
)
def test_within(new: list[dict[str, Any]], old: list[dict[str, Any]], expected: bool) -> None:
    assert is_within(document(*new), document(*old), ROLE) is expected


def test_what_is_not_known_is_not_within() -> None:
    assert not is_within(None, document({}), ROLE)
    assert not is_within(document({}), None, ROLE)


def test_documents_of_any_size_take_little_time() -> None:
    many = document(
        {"Action": [f"s3:*a*b{number}*" for number in range(200)], "Resource": [f"*/{one}*" for one in range(200)]}
    )
    begin = process_time()
    assert not is_within(many, document({"Action": [f"s3:*b{number}*c*" for number in range(300)]}), ROLE)
    assert process_time() - begin < 1
