# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there already is adopted, kept apart, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import (
    PolicyDocument,
    dangling_principals,
)

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import LAMBDA, reading, worker, writes

SAGEMAKER = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PASS_SELF = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "<role_arn:AWSDeepLensSageMakerRole>"}],
}


def allow(principal: dict[str, str], **more: str) -> dict[str, Any]:
    return {**more, "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize("section", ["roles", None])
def test_a_role_is_adopted_with_its_spelling_and_path(iam: Any, converge: Converge, section: str | None) -> None:
    iam.create_role(RoleName="AWSDeepLensSagemakerRole", AssumeRolePolicyDocument=str(SAGEMAKER).replace("'", '"'))
    role = {
        "name": "AWSDeepLensSageMakerRole",
        "path": "/service-role/",
        "assume_role_policy_document": SAGEMAKER,
        "inline_policies": {"pass": PASS_SELF},
    }
    options = role if section else {"roles": [role]}
    made = converge(section, **options)
    assert [(step["action"], step["resource"]) for step in made["plan"]] == [
        ("PutRolePolicy", "role/AWSDeepLensSagemakerRole")
    ]
    assert made["warnings"] == [
        "role AWSDeepLensSageMakerRole exists as AWSDeepLensSagemakerRole and is adopted under that name:"
        " IAM names are unique regardless of case",
        "role AWSDeepLensSagemakerRole stays at path /, not /service-role/:"
        " IAM cannot move it without giving it a new identity",
    ]
    passed = iam.get_role_policy(RoleName="AWSDeepLensSagemakerRole", PolicyName="pass")["PolicyDocument"]
    assert passed["Statement"][0]["Resource"] == iam.get_role(RoleName="AWSDeepLensSagemakerRole")["Role"]["Arn"]
    assert converge(section, **options)["plan"] == []
    gone = converge(section, **({**role, "state": "absent"} if section else {"roles": [role], "state": "absent"}))
    assert gone["plan"][-1]["action"] == "DeleteRole"


def test_a_policy_is_adopted_with_its_spelling_and_path(iam: Any, converge: Converge) -> None:
    document = str(reading("b")).replace("'", '"').replace("<partition>", "aws")
    arn = iam.create_policy(PolicyName="FrameReaders", Path="/vision/", PolicyDocument=document)["Policy"]["Arn"]
    options = {
        "managed_policies": [{"name": "framereaders", "policy": reading("b")}],
        "roles": [worker(managed_policies=["framereaders"])],
    }
    made = converge(**options)
    assert made["managed_policies"][0]["status"] == "unchanged"
    assert made["roles"][0]["managed_policies"] == [arn]
    assert converge(**options)["plan"] == []


def test_a_dangling_principal_is_repaired(iam: Any, converge: Converge, account: str) -> None:
    trusting = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:<partition>:iam::<account_id>:role/caller"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    caller = {"name": "caller", "assume_role_policy_document": LAMBDA}
    roles = [caller, {"name": "trusting", "assume_role_policy_document": trusting}]
    converge(roles=roles)
    iam.delete_role(RoleName="caller")
    decayed = iam.get_role(RoleName="trusting")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]
    assert decayed.startswith("AROA")
    made = converge(roles=roles)
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "UpdateAssumeRolePolicy"]
    assert [(finding["code"], finding["resource"]) for finding in made["findings"]] == [
        ("dangling_principal", "role/trusting")
    ]
    healed = iam.get_role(RoleName="trusting")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]
    assert healed == f"arn:aws:iam::{account}:role/caller"
    assert converge(roles=roles)["findings"] == []


def test_a_dangling_statement_of_others_has_to_go_first(aws: LocalAws, iam: Any, converge: Converge) -> None:
    converge("roles", name="caller", assume_role_policy_document=LAMBDA)
    trusting = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::<account_id>:role/caller"},
        "Action": "sts:AssumeRole",
    }
    theirs = {"Version": "2012-10-17", "Statement": [*LAMBDA["Statement"], trusting]}
    converge("roles", name="theirs", assume_role_policy_document=theirs)
    iam.delete_role(RoleName="caller")
    ours = allow({"Service": "sagemaker.amazonaws.com"}, Sid="Ours")
    with pytest.raises(InputError) as refused:
        converge("trust_statements", name="theirs", statements=[ours])
    assert writes(aws.call_counts()) == {}
    (problem,) = refused.value.problems
    (decayed,) = dangling_principals(
        PolicyDocument(iam.get_role(RoleName="theirs")["Role"]["AssumeRolePolicyDocument"])
    )
    assert str(problem) == (
        f"statements: statement 1 of the trust policy of role theirs names {decayed}, the id of a role or user that was"
        " deleted, and IAM does not accept it again: remove that statement first"
        " (iam_trust_statement with state: absent), or declare the whole trust policy"
    )
    gone = {**trusting, "Principal": {"AWS": decayed}}
    converge("trust_statements", name="theirs", statements=[gone], state="absent")
    converge("trust_statements", name="theirs", statements=[ours])
    statements = iam.get_role(RoleName="theirs")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statements == [*LAMBDA["Statement"], ours]


def test_trust_statements_keep_those_of_others(iam: Any, converge: Converge) -> None:
    converge("roles", **worker())
    theirs = iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    ours = allow({"Service": "sagemaker.amazonaws.com"}, Sid="Ours")
    converge("trust_statements", name="worker", statements=[ours])
    statements = iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statements == [*theirs, ours]
    assert converge("trust_statements", name="worker", statements=[ours])["plan"] == []
    converge("trust_statements", name="worker", statements=[{"Sid": "Ours"}], state="absent")
    assert iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]["Statement"] == theirs
    with pytest.raises(InputError, match="would leave the trust policy of role worker empty"):
        converge("trust_statements", name="worker", statements=LAMBDA["Statement"], state="absent")


def test_attachments_for_every_kind_of_identity(iam: Any, converge: Converge) -> None:
    iam.create_user(UserName="operator")
    iam.create_group(GroupName="operators")
    converge("roles", **worker(managed_policies=["PowerUserAccess"]))
    attachments = [
        {
            "iam_type": kind,
            "iam_name": name,
            "managed_policies": ["AmazonS3ReadOnlyAccess"],
            "inline_policies": {"read": reading("b")},
        }
        for kind, name in (("user", "operator"), ("group", "operators"), ("role", "worker"))
    ]
    made = converge(attachments=attachments)
    assert len(made["plan"]) == 6
    assert converge(attachments=attachments)["plan"] == []
    for attachment in attachments:
        assert converge("attachments", **attachment)["plan"] == []
    gone = converge(attachments=attachments, state="absent")
    assert len(gone["plan"]) == 6
    assert [item["PolicyName"] for item in iam.list_attached_role_policies(RoleName="worker")["AttachedPolicies"]] == [
        "PowerUserAccess"
    ]


def test_another_account_than_stated_is_refused(aws: LocalAws, converge: Converge, account: str) -> None:
    with pytest.raises(EngineError, match=f"belong to account {account}, not to 999999999999"):
        converge("roles", **worker(), account_id="999999999999")
    assert writes(aws.call_counts()) == {}


def test_only_the_approved_plan_is_applied(aws: LocalAws, iam: Any, converge: Converge) -> None:
    options = {"roles": [worker(inline_policies={"read": reading("b")})]}
    approved = converge(**options, check_mode=True)["plan_id"]
    with pytest.raises(EngineError, match="was approved: nothing was written"):
        converge(roles=[worker(inline_policies={"read": reading("other")})], approved_plan=approved)
    assert writes(aws.call_counts()) == {}
    assert converge(**options, approved_plan=approved)["changed"] is True
    assert converge(**options, approved_plan=approved)["changed"] is False


def test_the_fifth_version_makes_space_and_is_kept_in_the_result(iam: Any, converge: Converge) -> None:
    for number in range(6):
        made = converge("managed_policies", name="Frames", policy=reading(f"b{number}"))
    assert [step["action"] for step in made["plan"]] == ["DeletePolicyVersion", "CreatePolicyVersion"]
    (deleted,) = made["deleted"]
    assert deleted["version_id"] == "v1"
    assert deleted["policy"]["Statement"][0]["Resource"] == "arn:aws:s3:::b0/*"


def test_what_is_deleted_is_in_the_result(converge: Converge) -> None:
    role = worker(inline_policies={"read": reading("b")}, description="Works", tags={"owner": "vision"})
    converge("roles", **role)
    gone = converge("roles", **role, state="absent")
    assert [(item["action"], item["resource"]) for item in gone["deleted"]] == [
        ("DeleteRolePolicy", "role/worker"),
        ("DeleteRole", "role/worker"),
    ]
    assert gone["deleted"][1]["assume_role_policy_document"]["Statement"][0]["Principal"] == {
        "Service": "lambda.amazonaws.com"
    }
    assert gone["deleted"][1]["tags"] == {"owner": "vision"}
    assert gone["roles"][0]["status"] == "deleted"
    assert converge("roles", **role, state="absent")["roles"][0]["status"] == "absent"


def test_line_ends_of_a_description_are_not_written_again(converge: Converge) -> None:
    role = worker(description="first line\r\nsecond line\rthird line")
    assert converge(roles=[role])["changed"]
    assert converge(roles=[role])["plan"] == []
