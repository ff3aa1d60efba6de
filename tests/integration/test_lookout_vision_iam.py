# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service role lookout_vision_iam, run by its full name from a playbook that is not the collection's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run, play_of

from local_aws import LocalAws

PLAY = play_of("lookout_vision_iam")
AWS = "arn:aws:iam::aws:policy/"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
NARROW = {"profile": "least_privilege", "region": "us-east-1", "buckets": ["frames"]}
EVERYBODY = {"users": ["inspector"], "groups": ["engineers"], "roles": ["camera"]}


@pytest.fixture
def account(aws: LocalAws) -> str:
    return aws.members[0]["id"]


@pytest.fixture
def iam(aws: LocalAws, account: str) -> Any:
    """The account with a user, a group and a role."""
    client = aws.client("iam", account=account)
    client.create_user(UserName="inspector")
    client.create_group(GroupName="engineers")
    client.create_role(RoleName="camera", AssumeRolePolicyDocument=json.dumps(TRUST))
    aws.clear_calls()
    return client


@pytest.fixture
def converge(playbook: Playbook, aws: LocalAws) -> Callable[..., Run]:
    """Runs the role in one account; variables are given without their prefix."""
    member = aws.members[0]

    def run(**variables: Any) -> Run:
        given = {f"lookout_vision_iam_{name}": value for name, value in variables.items()}
        host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"], **given}
        return playbook(PLAY, {"all": {"hosts": {"account": host}}})

    return run


def result(run: Run) -> dict[str, Any]:
    assert run.rc == 0, run.failures() or run.stderr
    found: dict[str, Any] = run.results("Show the result")["account"]["lookout_vision_iam_result"]
    return found


def held(iam: Any) -> dict[str, set[str]]:
    """Names of the managed policies of all users, groups and roles, and of the account's own policies."""
    found = iam.get_account_authorization_details(Filter=["User", "Group", "Role", "LocalManagedPolicy"])
    named = {
        **{entry["UserName"]: entry for entry in found["UserDetailList"]},
        **{entry["GroupName"]: entry for entry in found["GroupDetailList"]},
        **{entry["RoleName"]: entry for entry in found["RoleDetailList"]},
    }
    del named["OrganizationAccountAccessRole"]
    policies = {name: {one["PolicyName"] for one in entry["AttachedManagedPolicies"]} for name, entry in named.items()}
    return {**policies, "": {policy["PolicyName"] for policy in found["Policies"]}}


def test_profiles_change_in_place_and_others_attachments_stay(converge: Any, iam: Any) -> None:
    iam.attach_user_policy(UserName="inspector", PolicyArn=f"{AWS}AmazonLookoutVisionReadOnlyAccess")
    iam.attach_role_policy(RoleName="camera", PolicyArn=f"{AWS}AmazonS3ReadOnlyAccess")
    documented = {"AmazonLookoutVisionFullAccess", "lookout-vision-s3"}
    first = result(converge(**EVERYBODY, buckets=["frames"]))
    assert "ended on 2025-10-31" in json.dumps(first["findings"])
    before = held(iam)
    assert before == {
        "inspector": documented | {"AmazonLookoutVisionReadOnlyAccess"},
        "engineers": documented,
        "camera": documented | {"AmazonS3ReadOnlyAccess"},
        "": {"lookout-vision-s3"},
    }

    tasks = {"lookout-vision-detect", "lookout-vision-create-model"}
    narrowed = result(converge(**EVERYBODY, **NARROW, tasks=["detect", "create_model"]))
    assert held(iam) == {
        "inspector": tasks | {"AmazonLookoutVisionReadOnlyAccess"},
        "engineers": tasks,
        "camera": tasks | {"AmazonS3ReadOnlyAccess"},
        "": tasks,
    }
    actions = [step["action"] for step in narrowed["plan"]]
    attached = max(index for index, action in enumerate(actions) if action.startswith("Attach"))
    assert attached < min(index for index, action in enumerate(actions) if action.startswith("Detach"))

    assert result(converge(**EVERYBODY, buckets=["frames"]))["changed"]
    assert held(iam) == before

    result(converge(state="absent", **EVERYBODY, profile="least_privilege"))
    assert held(iam) == {
        "inspector": {"AmazonLookoutVisionReadOnlyAccess"},
        "engineers": set(),
        "camera": {"AmazonS3ReadOnlyAccess"},
        "": set(),
    }


def test_a_policy_that_others_hold_is_not_deleted(converge: Any, iam: Any, account: str) -> None:
    result(converge(users=["inspector"], **NARROW, tasks=["detect"]))
    iam.attach_group_policy(GroupName="engineers", PolicyArn=f"arn:aws:iam::{account}:policy/lookout-vision-detect")
    before = held(iam)
    refused = converge(state="absent", users=["inspector"])
    assert "lookout-vision-detect is still used by group/engineers" in refused.failures()["account"]
    assert held(iam) == before


def test_bad_variables_are_reported_before_any_call(playbook: Playbook, aws: LocalAws) -> None:
    bad: dict[str, tuple[dict[str, Any], str]] = {
        "nobody": ({}, "there are no users, groups or roles to give permissions to"),
        "policy": ({"managed_policies": ["LookoutVisionFullAccess"]}, "AmazonLookoutVisionFullAccess"),
        "task": ({"grants": [{"users": ["a"], "tasks": ["train"]}]}, "edge_packaging"),
        "unknown": ({"grants": [{"user": ["a"]}]}, "lookout_vision_iam_grants.user"),
        "state": ({"state": "gone"}, "must be one of: present, absent, got: gone"),
        "missing": (
            {"users": ["a"], "profile": "least_privilege", "tasks": ["create_model"]},
            "lookout_vision_iam_region",
        ),
        "name": ({"users": ["a b"]}, 'lookout_vision_iam_users[0]: "a b" is not a user name'),
        "empty": ({"users": [""], "policy_prefix": ""}, "lookout_vision_iam_policy_prefix"),
        "many": ({"users": ["a"], **NARROW, "tasks": ["detect"], "component": "a b"}, "lookout_vision_iam_component"),
    }
    entrance = {"aws_assume_role_arn": aws.members[0]["role_arn"]}
    hosts = {
        name: {**entrance, **{f"lookout_vision_iam_{key}": value for key, value in given.items()}}
        for name, (given, _unused) in bad.items()
    }
    told = playbook(PLAY, {"all": {"hosts": hosts}}).failures()
    assert {name: part for name, (_unused, part) in bad.items() if part not in told.get(name, "")} == {}, told
    assert aws.calls() == []


def test_everyone_has_to_exist(converge: Any, iam: Any, aws: LocalAws) -> None:
    refused = converge(users=["inspector", "nobody"], groups=["nobodies"], buckets=["frames"]).failures()["account"]
    assert "user nobody does not exist; create it first" in refused
    assert "group nobodies does not exist; create it first" in refused
    assert not [action for action in aws.call_counts() if action.startswith(("Create", "Attach"))]
