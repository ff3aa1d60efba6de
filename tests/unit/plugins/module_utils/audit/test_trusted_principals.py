# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may assume a role."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import ACCOUNT, audited

ROLE = f"arn:aws:iam::{ACCOUNT.id}:role/service-role/reader"
PRINCIPALS: list[tuple[Any, dict[str, str | None]]] = [
    ({"Service": ["deeplens.amazonaws.com"]}, {"deeplens.amazonaws.com": "service ended"}),
    ({"Service": "sagemaker.amazonaws.com"}, {"sagemaker.amazonaws.com": "service open"}),
    ({"Service": "ec2.amazonaws.com"}, {"ec2.amazonaws.com": "service None"}),
    ("*", {"*": "anyone None"}),
    ({"AWS": "*"}, {"*": "anyone None"}),
    ({"AWS": ["210987654321", ROLE]}, {"210987654321": "account None", ROLE: "role None"}),
    ({"AWS": "arn:aws-cn:iam::210987654321:root"}, {"arn:aws-cn:iam::210987654321:root": "account None"}),
    ({"AWS": "arn:aws:iam::210987654321:user/ana"}, {"arn:aws:iam::210987654321:user/ana": "user None"}),
    ({"AWS": "AROAQ3GAMK474BO5RAHC4"}, {"AROAQ3GAMK474BO5RAHC4": "deleted None"}),
    ({"Federated": "cognito-identity.amazonaws.com"}, {"cognito-identity.amazonaws.com": "federated None"}),
]


@pytest.mark.parametrize(("principal", "told"), PRINCIPALS, ids=str)
def test_principals(principal: Any, told: dict[str, str]) -> None:
    account = {"roles": {"AWSDeepLensServiceRole": {"trust": {"Principal": principal, "Action": "sts:AssumeRole"}}}}
    (one,) = (one for one in audited(account).objects if one.subject)
    assert {it["principal"]: f"{it['kind']} {it['state']}" for it in one.trusted} == told
    assert {tuple(it["conditions"]) for it in one.trusted} == {()}
    assert bool(one.dangling) == ("deleted None" in told.values())


def test_conditions_are_reported_and_denials_are_not() -> None:
    service = {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    condition = {"StringEquals": {"aws:SourceAccount": "1"}, "ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*:1:*"}}
    denied = {"Effect": "Deny", "Principal": {"AWS": "210987654321"}, "Action": "sts:AssumeRole"}
    trust = [{**service, "Condition": condition}, service, service, denied]
    (one,) = (one for one in audited({"roles": {"AWSDeepLensX": {"trust": trust}}}).objects if one.subject)
    assert [it["conditions"] for it in one.trusted] == [[], ["aws:SourceAccount", "aws:SourceArn"]]
    assert {it["principal"] for it in one.trusted} == {"sagemaker.amazonaws.com"}


def test_everyone_but_some_is_anyone() -> None:
    trust = {"NotPrincipal": {"AWS": "210987654321"}, "Action": "sts:AssumeRole"}
    (one,) = (one for one in audited({"roles": {"AWSDeepLensX": {"trust": trust}}}).objects if one.subject)
    assert [(it["principal"], it["kind"]) for it in one.trusted] == [("*", "anyone")]
