# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy that AWS has withdrawn works where it is attached and can be attached to nothing more (FACTS A0)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import LocalAws

ARN = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def test_a_withdrawn_policy_stays_where_it_is_and_goes_with_its_last_holder(aws: LocalAws) -> None:
    account = aws.members[0]["id"]
    iam: Any = aws.client("iam", account=account)
    for role in ("holder", "other"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="holder", PolicyArn=ARN)
    assert iam.get_policy(PolicyArn=ARN)["Policy"]["IsAttachable"] is True

    aws.seed(account, withdrawn_policy=ARN)
    assert iam.get_policy(PolicyArn=ARN)["Policy"]["IsAttachable"] is False
    with pytest.raises(ClientError, match="does not exist or is not attachable") as refused:
        iam.attach_role_policy(RoleName="other", PolicyArn=ARN)
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"

    iam.detach_role_policy(RoleName="holder", PolicyArn=ARN)
    with pytest.raises(ClientError, match="was not found"):
        iam.get_policy(PolicyArn=ARN)

    aws.reset()
    assert iam.get_policy(PolicyArn=ARN)["Policy"]["IsAttachable"] is True
