# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists in accounts becomes files of an inventory, which change nothing and can make it again elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run
from integration.watched_runs import watched

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

ADOPT, SITE = "aws_ml.permissions.adopt", "aws_ml.permissions.site"
WRITE = "Write the declarations"
DEEPLENS = {
    "aws_ml_services": ["deeplens"],
    "deeplens_iam_profile": "least_privilege",
    "deeplens_iam_bucket": "frames-*",
}
HOSTILE = "{{ lookup('pipe', 'touch evaluated') }} <account_id> {% raw %}: # 'x' \u00e9"
EXTERNAL_ID = "k7-{}-orchid"


def trust(external_id: str) -> dict[str, Any]:
    principal = {"AWS": "arn:aws:iam::999999999999:root"}
    condition = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def users(aws: LocalAws) -> None:
    """Who is managed elsewhere, and stays."""
    for member in aws.members[:2]:
        aws.client("iam", account=member["id"]).create_user(UserName="ada")


def fill(aws: LocalAws) -> None:
    """Two accounts with what no service declares: alike but for an id, and a role that only the first has."""
    users(aws)
    for number, member in enumerate(aws.members[:2]):
        iam = aws.client("iam", account=member["id"])
        read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::data-{member['id']}/*"}
        policy = iam.create_policy(
            PolicyName="read-data", Path="/data/", PolicyDocument=document(read), Tags=[{"Key": "team", "Value": "yes"}]
        )["Policy"]["Arn"]
        given = document(trust(EXTERNAL_ID.format(number)))
        iam.create_role(
            RoleName="partner", Description=HOSTILE, AssumeRolePolicyDocument=given, PermissionsBoundary=policy
        )
        iam.attach_role_policy(RoleName="partner", PolicyArn=policy)
        iam.attach_user_policy(UserName="ada", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    own = aws.client("iam", account=aws.members[0]["id"])
    service = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    own.create_role(
        RoleName="only-here", Path="/a/", MaxSessionDuration=7200, AssumeRolePolicyDocument=document(service)
    )
    of_tag = {"StringEquals": {"aws:PrincipalTag/{{ team }}": ["${aws:username}", "{{ 7 * 7 }}"]}}
    statement = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": of_tag}
    own.put_role_policy(RoleName="only-here", PolicyName="yes", PolicyDocument=document(statement))


def adopted(playbook: Playbook, accounts: dict[str, Any], **variables: Any) -> Run:
    return playbook(
        ADOPT, accounts, {"aws_ml_adopt_exclude": ["OrganizationAccountAccessRole"], **variables}, diff=True
    )


def require_files(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> None:
    """That the files have what both accounts share, what each has of its own, and what is left out."""
    shared = (folder / "group_vars/aws_ml_adopted/aws_ml_adopted.yml").read_text(encoding="utf-8")
    own = [(folder / f"host_vars/{member['name']}/aws_ml_adopted.yml").read_text("utf-8") for member in (first, second)]
    assert "deeplens_iam_bucket: frames-*" in shared and "aws_ml_services:\n  - deeplens\n" in shared
    assert "- name: partner" in shared and "- name: only-here" in own[0]
    assert "It has nothing that is not shared" in own[1]
    assert "<account_id>" in shared and first["id"] not in shared
    assert "OrganizationAccountAccessRole: it is excluded" in own[0]
    ids = folder / f"host_vars/{first['name']}/aws_ml_adopted_external_ids.yml"
    assert EXTERNAL_ID.format(0) in ids.read_text(encoding="utf-8") and ids.stat().st_mode & 0o077 == 0
    assert "orchid" not in shared + "".join(own)


def test_what_is_adopted_changes_nothing_and_can_be_made_again(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, roles_in: RolesIn, tmp_path: Path
) -> None:
    first, second, third = aws.members
    hosts = accounts["all"]["hosts"]
    del hosts[third["name"]]
    fill(aws)
    made = playbook(SITE, {"all": {"hosts": hosts, "vars": DEEPLENS}})
    assert made.rc == 0, made.failures()
    before = {member["id"]: roles_in(member["id"]) for member in (first, second)}

    aws.clear_calls()
    run = adopted(playbook, accounts)
    assert run.rc == 0, run.failures()
    assert aws.call_counts(first["id"]) == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1, "ListPolicyTags": 1}
    told = run.results(WRITE)[first["name"]]
    folder = tmp_path / "aws_ml_adopted"
    assert (told["changed"], told["dest"], told["not_read"]) == (True, str(folder), [])
    require_files(folder, first, second)
    assert "orchid" not in run.stdout + run.stderr

    inventory = ["-i", str(folder)]
    aws.clear_calls()
    check = playbook(SITE, accounts, check=True, arguments=inventory)
    assert check.rc == 0, check.failures()
    assert check.total("changed") == 0, check.results("Converge the services")
    assert not (tmp_path / "evaluated").exists()
    counts = aws.call_counts(first["id"])
    assert counts == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1, "ListPolicyTags": 1}

    again = adopted(playbook, accounts)
    assert again.rc == 0, again.failures()
    assert again.results(WRITE)[first["name"]]["written"] == []

    aws.reset()
    users(aws)
    applied = playbook(SITE, accounts, arguments=inventory)
    assert applied.rc == 0, applied.failures()
    assert {member["id"]: roles_in(member["id"]) for member in (first, second)} == before


def test_a_terminal_shows_no_external_id_and_files_are_never_replaced_unasked(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    fill(aws)
    shown = watched(
        tmp_path, ADOPT, accounts, ["-vvv", "-e", f"aws_ml_adopt_dir={tmp_path}/aws_ml_adopted"], aws.environment()
    )
    text = "\n".join(shown.lines) + shown.stderr
    assert (shown.rc, [line for line in text.splitlines() if "orchid" in line or "FAILED" in line]) == (0, [])
    following = shown.lines.index("Next, this must show no change:") + 1
    assert shown.lines[following].startswith("  ansible-playbook -i ")

    aws.client("iam", account=aws.members[1]["id"]).tag_role(RoleName="partner", Tags=[{"Key": "a", "Value": "b"}])
    kept = {path: path.read_bytes() for path in tmp_path.glob("aws_ml_adopted/**/*.yml")}
    refused = playbook(ADOPT, accounts)
    (message,) = refused.failures().values()
    assert "has another content; give a new folder in aws_ml_adopt_dir, or aws_ml_adopt_overwrite: true" in message
    assert {path: path.read_bytes() for path in tmp_path.glob("aws_ml_adopted/**/*.yml")} == kept
    replaced = playbook(ADOPT, accounts, {"aws_ml_adopt_overwrite": True}, check=True)
    assert replaced.total("changed") == 1
    assert {path: path.read_bytes() for path in tmp_path.glob("aws_ml_adopted/**/*.yml")} == kept


def test_a_baseline_that_is_no_dictionary_is_refused_without_showing_it(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws
) -> None:
    accounts["all"]["vars"] = {"aws_ml_baseline": "orchid", "aws_ml_external_id": {}}
    run = playbook(SITE, accounts)
    for message in run.failures().values():
        assert "aws_ml_baseline: must be a dictionary" in message and "did you mean aws_ml_external_ids?" in message
    assert len(run.failures()) == len(aws.members)
    assert aws.call_counts() == {}
    assert "orchid" not in "".join(run.failures().values())
