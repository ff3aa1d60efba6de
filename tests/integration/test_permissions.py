# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with exactly the permissions of docs/permissions: the guide's identities, and IAM that checks permissions.

Local AWS refuses here what the policies of a session's role do not allow. Ansible runs as the central identity.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from integration.accounts_inventory import Inventory
from integration.documented_blocks import block
from integration.playbook_runs import Playbook, Run
from integration.whole_account import create, declared, held
from permissions.documents import FOLDER, document, listed

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
AUDIT = "aws_ml.permissions.audit"
RETIRE = "aws_ml.permissions.retire"
RESTORE = "aws_ml.permissions.restore"
CENTRAL = "ml-permissions/ml-permissions-central"
EXTERNAL_ID = "only-the-automation-knows"
SERVICES = list(catalogue())
PEOPLE: dict[str, Any] = {"users": {"line-engineer": {}}, "groups": {"inspectors": {}}}
BOUNDARY = "arn:<partition>:iam::<account_id>:policy/ml-permissions/ml-permissions-boundary"
WANTED: dict[str, Any] = {
    "aws_ml_services": SERVICES,
    "lookout_vision_iam_users": ["line-engineer"],
    "lookout_vision_iam_groups": ["inspectors"],
    "lookout_vision_iam_buckets": ["lookoutvision-us-east-1-<account_id>"],
    "groundtruth_lambda_iam_region": "us-east-1",
    "groundtruth_lambda_iam_pre_function": "before-annotation",
    "groundtruth_lambda_iam_post_function": "after-annotation",
    "groundtruth_lambda_iam_input_bucket": "labeling-<account_id>",
    "groundtruth_lambda_iam_output_bucket": "labeling-<account_id>",
}
BOUNDED: dict[str, Any] = {
    **{f"{service}_iam_boundary": BOUNDARY for service in SERVICES if "boundary" in catalogue()[service].variables},
    **{f"{service}_iam_path": "/ml-services/" for service in SERVICES if service != "panorama"},
    "lookout_vision_iam_buckets": [],  # their policy would be one of the account's own that people get
}
CHANGED: dict[str, Any] = {
    "deeplens_iam_profile": "least_privilege",
    "deeplens_iam_tags": {"owner": "vision"},
    "panorama_iam_max_session_duration": 7200,
    "groundtruth_lambda_iam_annotation_access": "s3",
}
LEFT_BEHIND = {
    "name": "AWSDeepLensServiceRole",
    "path": "/service-role/",
    "managed_policies": ["arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy"],
    "trust": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "deeplens.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    },
}
POLICY = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: A customer managed policy
      aws_ml.permissions.iam_managed_policy:
        name: of-the-services
        path: "{{ path | default('/ml-services/') }}"
        state: "{{ state | default('present') }}"
        tags: "{{ owners }}"
        policy:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Action: "{{ allowed | default('s3:GetObject') }}", Resource: "*"}]
"""


@pytest.fixture(scope="module")
def organization() -> Iterator[LocalAws]:
    """Accounts in which the guide's example has made the automation's identities."""
    with LocalAws(members=14) as aws:
        yield aws


@pytest.fixture(scope="module")
def deployed(organization: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> LocalAws:
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copytree(FOLDER, folder / "permissions")
    inventory = {
        "all": {
            "vars": {"ml_permissions_external_id": EXTERNAL_ID},
            "children": {
                "automation": {"hosts": {"automation": {"aws_account_id": organization.management}}},
                "accounts": {
                    "hosts": {
                        member["name"]: {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
                        for member in organization.members
                    }
                },
            },
        }
    }
    run = Playbook(folder, organization.environment())
    for changed in (1, 0):
        done = run(block("permissions-deploy").text, inventory)
        assert done.rc == 0, (done.failures(), done.stderr)
        assert {host["changed"] for host in done.stats.values()} == {changed}
    return organization


@pytest.fixture(autouse=True)
def minds(deployed: LocalAws) -> Iterator[None]:
    deployed.set(authorize=True)
    yield
    deployed.set(authorize=False)


@pytest.fixture
def run(deployed: LocalAws, tmp_path: Path) -> Playbook:
    """ansible-playbook as the central identity."""
    return Playbook(tmp_path, {**deployed.environment(), **session(deployed, CENTRAL)})


def session(aws: LocalAws, role: str) -> dict[str, str]:
    arn = f"arn:aws:iam::{aws.management}:role/{role}"
    answer = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="pipeline")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


def host(member: dict[str, str], role: str, **variables: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{member['id']}:role/ml-permissions/ml-permissions-{role}"
    return {
        "aws_account_id": member["id"],
        "aws_assume_role_arn": arn,
        "aws_external_id": EXTERNAL_ID,
        **variables,
    }


def inventory_of(*hosts: dict[str, Any]) -> dict[str, Any]:
    return {"all": {"hosts": {f"account-{number}": one for number, one in enumerate(hosts)}}}


def passed(done: Run) -> Run:
    assert done.rc == 0, (done.failures(), done.stderr)
    return done


def test_site_from_the_first_role_to_the_last(run: Playbook, deployed: LocalAws) -> None:
    """In an account by `converge`, in another by `converge_bounded`; what check mode plans, in both by `audit`."""
    members = deployed.members[:2]
    clients = [deployed.client("iam", account=member["id"]) for member in members]
    for iam, member in zip(clients, members, strict=True):
        create(iam, declared(PEOPLE, member["id"]))
    before = [held(iam) for iam in clients]
    deployed.seed(members[1]["id"], role={**LEFT_BEHIND, "managed_policies": []})  # it gets the boundary
    wanted = (WANTED, {**WANTED, **BOUNDED})

    def inventory(*roles: str) -> dict[str, Any]:
        return inventory_of(*(host(*one, **more) for *one, more in zip(members, roles, wanted, strict=True)))

    planning, writing = inventory("audit", "audit"), inventory("converge", "converge_bounded")
    assert passed(run(SITE, planning, check=True)).total("changed") == 2
    assert passed(run(SITE, writing)).total("changed") == 2
    assert all(len(held(iam)["roles"]) > len(was["roles"]) + 10 for iam, was in zip(clients, before, strict=True))
    assert passed(run(SITE, planning, check=True)).total("changed") == 0
    for variables in (CHANGED, {}):
        assert passed(run(SITE, writing, variables)).total("changed") == 2
    gone = {f"{service}_iam_state": "absent" for service in SERVICES}
    assert passed(run(SITE, writing, gone)).total("changed") == 2
    assert [held(iam) for iam in clients] == before


def test_policies_of_the_path_within_the_boundary(run: Playbook, deployed: LocalAws) -> None:
    inventory = inventory_of(host(deployed.members[1], "converge_bounded"))
    states = ({"owners": {"owner": "vision"}}, {"allowed": "s3:PutObject"}, {"state": "absent"})
    for state in states:
        assert passed(run(POLICY, inventory, {"owners": {}, **state})).total("changed") == 1
    elsewhere = run(POLICY, inventory, {"owners": {}, "path": "/"})
    assert "The caller needs iam:CreatePolicy." in elsewhere.failures()["account-0"]


def test_audit_retirement_and_restore(run: Playbook, deployed: LocalAws, tmp_path: Path) -> None:
    member = deployed.members[2]
    deployed.seed(member["id"], role=LEFT_BEHIND)
    before = held(deployed.client("iam", account=member["id"]))
    backups = {"aws_ml_backup_dir": str(tmp_path / "backups")}
    auditing, retiring, restoring = (inventory_of(host(member, mode)) for mode in ("audit", "retire", "restore"))

    found = passed(run(AUDIT, auditing)).results("Audit the account")["account-0"]
    assert LEFT_BEHIND["name"] in {one["name"] for one in found["objects"]}
    assert passed(run(RETIRE, auditing, backups, check=True)).total("changed") == 1
    assert passed(run(RETIRE, retiring, backups)).total("changed") == 1
    assert passed(run(RETIRE, retiring, {**backups, "aws_ml_retire_skip_quarantine": True})).total("changed") == 1
    assert LEFT_BEHIND["name"] not in held(deployed.client("iam", account=member["id"]))["roles"]
    assert passed(run(RESTORE, auditing, backups, check=True)).total("changed") == 1
    assert passed(run(RESTORE, restoring, backups)).total("changed") == 1
    restored = held(deployed.client("iam", account=member["id"]))["roles"][LEFT_BEHIND["name"]]
    assert restored["trust"] == before["roles"][LEFT_BEHIND["name"]]["trust"]


def test_the_inventory(deployed: LocalAws, tmp_path: Path) -> None:
    inventory = Inventory(tmp_path, {**deployed.environment(), **session(deployed, CENTRAL)})
    listed_accounts = inventory({"assume_role_name": "ml-permissions/ml-permissions-audit"})
    assert len(listed_accounts.hosts) == len(deployed.members) + 1


def without(mode: str, action: str) -> str:
    """The document of a mode that lacks one action."""
    whole = document(mode, "<account_id>")
    for statement in whole["Statement"]:
        if "Action" in statement:
            statement["Action"] = [one for one in listed(statement["Action"]) if one != action]
    whole["Statement"] = [one for one in whole["Statement"] if one.get("Action") != []]
    return json.dumps(whole)


def reduced(aws: LocalAws, mode: str, action: str, number: int) -> dict[str, Any]:
    """A host whose role may do all of a mode but one action."""
    member = aws.members[number]
    iam = aws.client("iam", account=member["id"])
    name = f"less-{mode}-{re.sub('[^A-Za-z]', '', action)}"
    trust = iam.get_role(RoleName=f"ml-permissions-{mode}")["Role"]["AssumeRolePolicyDocument"]
    iam.create_role(RoleName=name, Path="/ml-permissions/", AssumeRolePolicyDocument=json.dumps(trust))
    text = without(mode, action).replace("<account_id>", member["id"])
    iam.put_role_policy(RoleName=name, PolicyName="less", PolicyDocument=text)
    given = host(member, mode)
    return {**given, "aws_assume_role_arn": re.sub("[^/]+$", name, given["aws_assume_role_arn"])}


def test_a_site_that_lacks_a_permission_names_it_or_does_without(run: Playbook, deployed: LocalAws) -> None:
    lacking = ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:CreatePolicy"]
    lacking += ["iam:AttachUserPolicy", "iam:ListRoles"]
    dispensable = ["iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary"]
    hosts = []
    for number, action in enumerate([*lacking, *dispensable], start=4):
        member = deployed.members[number]
        create(deployed.client("iam", account=member["id"]), declared(PEOPLE, member["id"]))
        hosts.append({**reduced(deployed, "converge", action, number), **WANTED})
    done = run(SITE, inventory_of(*hosts), {"deeplens_iam_tags": {"owner": "vision"}, **CHANGED})
    told = {action: done.failures().get(f"account-{number}", "") for number, action in enumerate(lacking)}
    assert {action: text for action, text in told.items() if f"The caller needs {action}." not in text} == {}
    assert len(done.failures()) == len(lacking)
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("playbook", "mode", "action"),
    [
        (AUDIT, "audit", "iam:GetAccountAuthorizationDetails"),
        (AUDIT, "audit", "iam:ListRoles"),
        (RETIRE, "retire", "iam:AttachRolePolicy"),
        (RETIRE, "retire", "iam:TagRole"),
    ],
)
def test_a_playbook_that_lacks_a_permission_names_it(
    run: Playbook, deployed: LocalAws, playbook: str, mode: str, action: str
) -> None:
    member = deployed.members[13]
    if LEFT_BEHIND["name"] not in held(deployed.client("iam", account=member["id"]))["roles"]:
        deployed.seed(member["id"], role=LEFT_BEHIND)
    inventory = inventory_of(reduced(deployed, mode, action, 13))
    done = run(playbook, inventory, {"aws_ml_backup_dir": str(run.folder / "backups")})
    assert f"The caller needs {action}." in done.failures()["account-0"]


def test_converging_is_not_for_the_audit(run: Playbook, deployed: LocalAws) -> None:
    """As the guide shows it."""
    member = deployed.members[3]
    failures = run(SITE, inventory_of(host(member, "audit", aws_ml_services=["deeplens"]))).failures()
    begins, ends = block("permissions-denied").text.strip().replace("111111111111", member["id"]).split("…")
    assert re.sub("role/[A-Za-z]+ in", "role/AWSDeepLensServiceRole in", failures["account-0"]).startswith(
        begins.strip()
    )
    assert failures["account-0"].endswith(ends.strip())


def test_the_bounded_one_makes_no_role_without_the_boundary(run: Playbook, deployed: LocalAws) -> None:
    inventory = inventory_of(host(deployed.members[3], "converge_bounded", aws_ml_services=["deeplens"]))
    assert "The caller needs iam:CreateRole." in run(SITE, inventory).failures()["account-0"]


def test_another_identity_or_external_id_enters_no_account(run: Playbook, deployed: LocalAws, tmp_path: Path) -> None:
    wrong = host(deployed.members[3], "audit") | {"aws_external_id": "guessed"}
    other = host(deployed.members[3], "audit")
    other["aws_assume_role_arn"] = deployed.members[3][
        "role_arn"
    ]  # outside the path that the central identity may enter
    failures = run(AUDIT, inventory_of(wrong, other)).failures()
    assert all("The caller needs sts:AssumeRole." in failures[f"account-{number}"] for number in (0, 1)), failures
    assert os.path.basename(wrong["aws_external_id"]) not in "".join(failures.values())
