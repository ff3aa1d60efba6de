# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole audit of one account, from options to result, and what stops one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import audit_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import definitions
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction

from local_aws import LocalAws

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def audited(aws: LocalAws, role: str = "", declared: Sequence[Any] = (), **options: Any) -> dict[str, Any]:
    member = aws.members[0]
    role_arn = f"arn:aws:iam::{member['id']}:role/{role}" if role else member["role_arn"]
    return AccountAudit(
        Task(
            {
                **{name: option.get("default") for name, option in audit_options().items()},
                "assume_role": {"role_arn": role_arn},
                **options,
            },
            context=replace(AuditAction.context_with(()), declared=declared),
        )
    ).result()


def test_findings_are_of_the_services_or_of_the_whole_account(aws: LocalAws) -> None:
    iam = aws.client("iam", account=aws.members[0]["id"])
    everything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    changing = document({"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"})
    iam.create_role(RoleName="their-build", AssumeRolePolicyDocument=document(LAMBDA))
    iam.put_role_policy(RoleName="their-build", PolicyName="all", PolicyDocument=everything)
    iam.create_user(UserName="ada")
    iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=changing)
    iam.create_policy(PolicyName="unused", PolicyDocument=everything)
    narrow, whole = audited(aws), audited(aws, whole_account=True)
    told = {(one["resource"], one["code"]) for one in whole["findings"]}
    assert narrow["findings"] == narrow["escalation_paths"] == []
    assert {("role/their-build", "grants_everything"), ("policy/unused", "grants_everything")} <= told
    assert {one["from"] for one in whole["escalation_paths"]} == {"user/ada"}
    assert whole["objects"] == narrow["objects"]


def test_what_the_guide_has_left_is_found_with_its_tags_and_others_are_not(aws: LocalAws) -> None:
    account = aws.members[0]["id"]
    iam = aws.client("iam", account=account)
    for name in ("AWSDeepLensLambdaRole", "somebody-elses"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(LAMBDA))
    frames = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    tags = [{"Key": "aws_ml_service", "Value": "deeplens"}]
    arn = iam.create_policy(PolicyName="Frames", PolicyDocument=frames, Tags=tags)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="AWSDeepLensLambdaRole", PolicyArn=arn)
    aws.clear_calls()

    result = audited(aws, services=["deeplens"])

    assert (result["changed"], result["account_id"]) == (False, account)
    told = json.dumps(result)
    assert "AWSDeepLensLambdaRole" in told
    assert "somebody-elses" not in told
    assert result["api_calls"] == {name: count for name, count in aws.call_counts().items() if count}
    assert not [name for name in result["api_calls"] if not name.startswith(("Get", "List", "AssumeRole"))]


def test_every_service_is_looked_for_where_none_is_named(aws: LocalAws) -> None:
    assert "groundtruth_lambda" in json.dumps(audited(aws))
    assert "groundtruth_lambda" not in json.dumps(audited(aws, services=["panorama"]))


def test_another_account_than_is_meant(aws: LocalAws) -> None:
    with pytest.raises(EngineError, match="210987654321"):
        audited(aws, account_id="210987654321")


def test_a_caller_that_may_not_list_is_reported_what_it_needs(aws: LocalAws) -> None:
    trust = document({**LAMBDA, "Principal": {"AWS": aws.management}})
    aws.client("iam", account=aws.members[0]["id"]).create_role(RoleName="blind", AssumeRolePolicyDocument=trust)
    aws.set(authorize=True)
    try:
        with pytest.raises(
            EngineError, match=r"iam:GetAccountAuthorizationDetails, .* SecurityAudit allows\."
        ) as refused:
            audited(aws, role="blind")
    finally:
        aws.set(authorize=False)
    assert refused.value.fields["error_code"].startswith("AccessDenied")


def test_every_mistake_in_the_options_is_reported_at_once(aws: LocalAws) -> None:
    aws.clear_calls()
    with pytest.raises(InputError) as refused:
        audited(
            aws,
            services=["deeplens", "deepracer"],
            declared=[
                {"service": "panorama", "roles": [{"name": "a role"}]},
                {"service": "lookout_vision", "roles": [{"nmae": "worker"}]},
            ],
        )
    known = f"is not known; it is one of {', '.join(definitions())}"
    places = [problem.place for problem in refused.value.problems]
    assert places == [*["lookout_vision"] * 2, "panorama: role/a role.name", "services[1]"]
    assert f'services[1]: "deepracer" {known}' in refused.value.fields["problems"]
    assert aws.call_counts() == {}
