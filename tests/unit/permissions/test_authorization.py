# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local AWS with `authorize`, the permissions that it requires for calls, and its record of the modules' calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.inspection import inspecting
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import SHAPES, run
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction
from botocore.exceptions import ClientError

from local_aws import LocalAws

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
Enter = Callable[..., Any]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls")


@pytest.fixture(scope="module")
def running(calls: Path) -> Iterator[LocalAws]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_AWS_CALLS", str(calls))
        with LocalAws(members=1) as aws:
            yield aws


@pytest.fixture
def aws(running: LocalAws) -> Iterator[LocalAws]:
    running.reset()
    running.clear_calls()
    running.set(authorize=True)
    yield running
    running.set(authorize=False)


@pytest.fixture
def iam(aws: LocalAws) -> Any:
    """An observer, who may do everything."""
    return aws.client("iam", account=aws.members[0]["id"])


@pytest.fixture
def enter(aws: LocalAws, iam: Any) -> Enter:
    """Make a role with statements and give a client of its session."""

    def entered(*statements: dict[str, Any], service: str = "iam", policy: Any = None, **options: Any) -> Any:
        iam.create_role(RoleName="tried", AssumeRolePolicyDocument=TRUST, **options)
        if statements:
            iam.put_role_policy(RoleName="tried", PolicyName="own", PolicyDocument=of(*statements))
        given = {"Policy": of(policy)} if policy else {}
        arn = f"arn:aws:iam::{aws.members[0]['id']}:role/tried"
        keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="session", **given)["Credentials"]
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            endpoint_url=aws.endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return entered


def of(*statements: dict[str, Any]) -> str:
    filled = [{"Effect": "Allow", "Resource": "*", **one} for one in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def refused(function: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] in ("AccessDenied", "AccessDeniedException")
    return str(error["Message"])


def test_what_no_policy_allows_is_refused_in_the_words_of_aws(aws: LocalAws, enter: Enter) -> None:
    account = aws.members[0]["id"]
    mine = enter({"Action": "iam:GetRole"})
    assert mine.get_role(RoleName="tried")["Role"]["RoleName"] == "tried"
    assert refused(mine.delete_role, RoleName="tried") == (
        f"User: arn:aws:sts::{account}:assumed-role/tried/session is not authorized to perform: iam:DeleteRole"
        f" on resource: arn:aws:iam::{account}:role/tried"
        " because no identity-based policy allows the iam:DeleteRole action"
    )
    assert "on resource: *" in refused(mine.list_roles)


def test_a_denial_a_boundary_and_the_policy_of_the_session_count(aws: LocalAws, iam: Any, enter: Enter) -> None:
    policy = iam.create_policy(PolicyName="edge", PolicyDocument=of({"Action": ["iam:GetRole", "iam:TagRole"]}))
    arn = policy["Policy"]["Arn"]
    session = {"Action": ["iam:GetRole", "iam:ListRoles"]}
    mine = enter(
        {"Action": "iam:*"}, {"Effect": "Deny", "Action": "iam:DeleteRole"}, policy=session, PermissionsBoundary=arn
    )
    mine.get_role(RoleName="tried")
    assert "explicit deny in an identity-based policy" in refused(mine.delete_role, RoleName="tried")
    assert "no permissions boundary allows" in refused(mine.list_roles)
    assert "no session policy allows" in refused(mine.tag_role, RoleName="tried", Tags=[{"Key": "a", "Value": "b"}])


def test_attached_policies_count_and_conditions_see_the_call(aws: LocalAws, iam: Any, enter: Enter) -> None:
    only = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDenyAll"}}
    mine = enter({"Action": "iam:AttachRolePolicy", "Condition": only})
    assert "AttachRolePolicy" in refused(
        mine.attach_role_policy, RoleName="tried", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    mine.attach_role_policy(RoleName="tried", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    assert "explicit deny" in refused(mine.list_roles)


def test_a_creation_with_tags_needs_to_tag_and_an_instance_profile_needs_to_pass(
    aws: LocalAws, iam: Any, enter: Enter
) -> None:
    mine = enter({"Action": ["iam:CreateRole", "iam:CreatePolicy", "iam:AddRoleToInstanceProfile"]})
    tags = [{"Key": "owner", "Value": "vision"}]
    mine.create_role(RoleName="plain", AssumeRolePolicyDocument=TRUST)
    assert "iam:TagRole" in refused(mine.create_role, RoleName="new", AssumeRolePolicyDocument=TRUST, Tags=tags)
    document = of({"Action": "s3:GetObject"})
    assert "iam:TagPolicy" in refused(mine.create_policy, PolicyName="new", PolicyDocument=document, Tags=tags)
    iam.create_instance_profile(InstanceProfileName="machines")
    told = refused(mine.add_role_to_instance_profile, InstanceProfileName="machines", RoleName="plain")
    assert "iam:PassRole on resource: arn:aws:iam::" in told and told.count("role/plain") == 1


def test_the_tags_of_a_call_are_what_conditions_see(enter: Enter) -> None:
    only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["owner"]}, "Null": {"aws:TagKeys": "false"}}
    vision = {"StringEquals": {"aws:RequestTag/owner": "vision"}}
    mine = enter(
        {"Action": ["iam:TagRole", "iam:UntagRole"], "Condition": only},
        {"Action": "iam:CreateRole", "Condition": vision},
    )
    owner, team = {"Key": "owner", "Value": "vision"}, {"Key": "team", "Value": "vision"}
    mine.tag_role(RoleName="tried", Tags=[owner])
    assert "iam:TagRole" in refused(mine.tag_role, RoleName="tried", Tags=[team])
    assert "iam:TagRole" in refused(mine.tag_role, RoleName="tried", Tags=[owner, team])
    mine.untag_role(RoleName="tried", TagKeys=["owner"])
    assert "iam:UntagRole" in refused(mine.untag_role, RoleName="tried", TagKeys=["team"])
    mine.create_role(RoleName="new", AssumeRolePolicyDocument=TRUST, Tags=[owner])
    more = {"RoleName": "newer", "AssumeRolePolicyDocument": TRUST, "Tags": [owner, team]}
    assert "iam:TagRole" in refused(mine.create_role, **more)
    assert "iam:CreateRole" in refused(mine.create_role, RoleName="newest", AssumeRolePolicyDocument=TRUST)


def test_a_path_belongs_to_what_is_there(aws: LocalAws, iam: Any, enter: Enter) -> None:
    iam.create_role(RoleName="deep", Path="/far/away/", AssumeRolePolicyDocument=TRUST)
    mine = enter({"Action": "iam:*", "Resource": f"arn:aws:iam::{aws.members[0]['id']}:role/far/*"})
    mine.delete_role(RoleName="deep")
    assert "role/deep because" in refused(mine.delete_role, RoleName="deep")  # deleted, so its path is unknown


def test_everyone_may_ask_who_he_is(enter: Enter) -> None:
    assert enter(service="sts").get_caller_identity()["Arn"].endswith("assumed-role/tried/session")


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("module", ["iam_role", "iam_baseline", "iam_baseline_info", "iam_audit"])
def test_calls_say_which_module_makes_them(
    aws: LocalAws, calls: Path, monkeypatch: pytest.MonkeyPatch, module: str, check_mode: bool
) -> None:
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    audits = module == "iam_audit"
    options = {
        "assume_role": {"role_arn": aws.members[0]["role_arn"]},
        "name": "tried",
        "state": "absent",
        "quarantine_days": 30,
    }
    task = {"begin": AccountAudit, "context": AuditAction.context_with(())} if audits else {}
    if module == "iam_baseline_info":
        task = {"begin": inspecting}
    outcome = run(module, options, check_mode=check_mode, diff_mode=False, **task)  # type: ignore[arg-type]
    assert not outcome.failed, outcome.values
    expected = f"{module} check_mode" if check_mode and not SHAPES[module].read_only else module
    assert {call["caller"] for call in aws.calls()} == {expected}
    lines = [json.loads(line) for file in calls.glob("*.jsonl") for line in file.read_text().splitlines()]
    noted = [line for line in lines if line["caller"] == expected]
    assert {"sts:AssumeRole"} < {line["action"] for line in noted}
    assert len({json.dumps(line, sort_keys=True) for line in lines}) == len(lines)
