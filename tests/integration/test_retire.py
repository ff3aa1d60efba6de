# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that retires, in many accounts: from the audit to the last role, and the backups that remain."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.filter.retirement_summary import retirement_summary
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import checksum
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

AUDIT = "aws_ml.permissions.audit"
RETIRE = "aws_ml.permissions.retire"
READS = ("Get", "List", "AssumeRole")
AWS_POLICY = "arn:aws:iam::aws:policy"
DENY_ALL = f"{AWS_POLICY}/AWSDenyAll"
LEFT = ("AWSDeepLensLambdaRole", "AWSDeepLensServiceRole")
LONG_AGO = "2026-01-01T00:00:00Z"
LOUD = {"ANSIBLE_VERBOSITY": "3"}


def trusting(*services: str) -> dict[str, Any]:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def fleet(aws: LocalAws) -> LocalAws:
    """Every account has what DeepLens left, and a role of its own."""
    for member in aws.members:
        service = {"name": LEFT[1], "path": "/service-role/", "trust": trusting("deeplens")}
        policy = f"{AWS_POLICY}/service-role/AWSDeepLensServiceRolePolicy"
        aws.seed(member["id"], role={**service, "managed_policies": [policy], "tags": {"team": "vision"}})
        aws.seed(member["id"], role={"name": LEFT[0], "trust": trusting("lambda")})
        aws.seed(member["id"], role={"name": "payroll", "trust": trusting("lambda")})
    aws.clear_calls()
    return aws


def writes(aws: LocalAws) -> list[str]:
    return [call["action"] for call in aws.calls() if not call["action"].startswith(READS)]


def tag_all(aws: LocalAws, account: str, tags: dict[str, str]) -> None:
    iam = aws.client("iam", account=account)
    for name in LEFT:
        iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def make_older(backups: Path) -> None:
    """Let the quarantines that are recorded so far have begun long ago."""
    for file in backups.iterdir():
        content = json.loads(file.read_text())
        for event in content["content"]["quarantine_events"]:
            event["at"] = LONG_AGO
        file.write_text(json.dumps({**content, "checksum": checksum(content)}))


def shown(run: Run, host: str, *, planned: bool = False) -> list[str]:
    lines: list[str] = retirement_summary(run.results("Retire")[host], planned)
    return lines


def plans(run: Run) -> dict[str, Any]:
    return {host: (result["plan"], result["plan_id"]) for host, result in run.results("Retire").items()}


def test_what_the_audit_finds_goes_into_quarantine(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    variables = {"aws_ml_backup_dir": str(backups)}
    found = playbook(AUDIT, accounts).results("Audit the account")
    for result in found.values():
        there = {one["name"] for one in result["objects"] if one["kind"] == "role" and one["status"] != "absent"}
        assert there == set(LEFT)

    before = {member["name"]: roles_in(member["id"]) for member in fleet.members}
    check = playbook(RETIRE, accounts, variables, check=True)
    assert (check.rc, check.failures(), writes(fleet), backups.exists()) == (0, {}, [], False)
    for member in fleet.members:
        assert shown(check, member["name"], planned=True)[0] == f"account {member['id']}: 2 would be quarantined"

    first = playbook(RETIRE, accounts, variables)
    assert (first.rc, first.stderr) == (0, "")
    assert plans(first) == plans(check)
    for member in fleet.members:
        check_quarantined(roles_in(member["id"]), before[member["name"]])
        lines = shown(first, member["name"])
        assert lines[0].startswith(f"account {member['id']}: 2 quarantined; backup in {backups}/{member['id']}-")
        assert all(line.startswith("quarantined  role/AWSDeepLens") for line in lines[1:])
        assert all("until 20" in line and line.endswith("AWS DeepLens ended on 2024-01-31") for line in lines[1:])
    files = sorted(backups.iterdir())
    assert len(files) == len(fleet.members)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_roles_go_after_quarantine_and_not_before(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    variables = {"aws_ml_backup_dir": str(backups)}
    before = {member["name"]: roles_in(member["id"]) for member in fleet.members}
    assert playbook(RETIRE, accounts, variables).total("changed") == len(fleet.members)
    files = sorted(backups.iterdir())

    fleet.clear_calls()
    waiting = playbook(RETIRE, accounts, variables)
    assert (waiting.rc, waiting.total("changed"), writes(fleet)) == (0, 0, [])
    assert shown(waiting, fleet.members[0]["name"])[0] == f"account {fleet.members[0]['id']}: 2 waiting"

    for member in fleet.members:
        tag_all(fleet, member["id"], {"aws_ml_permissions:quarantined": LONG_AGO})
    assert playbook(RETIRE, accounts, variables).total("changed") == 0
    make_older(backups)
    last = playbook(RETIRE, accounts, variables)
    assert last.rc == 0
    for member in fleet.members:
        assert set(LEFT) & set(roles_in(member["id"])) == set()
        assert roles_in(member["id"])["payroll"] == before[member["name"]]["payroll"]
        assert shown(last, member["name"])[0].startswith(f"account {member['id']}: 2 removed; backup in ")
    newest = [json.loads(file.read_text()) for file in backups.iterdir() if file not in files]
    assert {content["account_id"] for content in newest} == {member["id"] for member in fleet.members}
    assert all(name in json.dumps(content) for content in newest for name in LEFT)

    assert playbook(RETIRE, accounts, variables).total("changed") == 0


def check_quarantined(roles: dict[str, Any], before: dict[str, Any]) -> None:
    assert roles["payroll"] == before["payroll"]
    for name in LEFT:
        assert set(roles[name]["managed"]) == {*before[name]["managed"], DENY_ALL}
        assert {key: roles[name][key] for key in ("trust", "inline")} == {
            key: before[name][key] for key in ("trust", "inline")
        }


def test_one_account_refuses_and_the_others_go_on(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    refusing = fleet.members[0]
    iam = fleet.client("iam", account=refusing["id"])
    lambda_arn = iam.get_role(RoleName=LEFT[0])["Role"]["Arn"]
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": lambda_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [passing]})
    iam.put_role_policy(RoleName="payroll", PolicyName="pass", PolicyDocument=document)
    before = roles_in(refusing["id"])
    variables = {"aws_ml_backup_dir": str(tmp_path / "backups"), "aws_ml_retire_skip_quarantine": True}
    messages = []
    for check in (True, False):
        run = playbook(RETIRE, accounts, variables, check=check)
        assert set(run.failures()) == {refusing["name"]}
        messages.append(run.failures()[refusing["name"]])
        assert shown(run, refusing["name"]) == [
            f"account {refusing['id']}: nothing was written, 1 refusal",
            f"role/{LEFT[0]}  depended_on: role/payroll depends on it:"
            " may pass it to lambda.amazonaws.com (inline policy pass)",
            "    allow: [depended_on] (aws_ml_retire_allow)",
        ]
    assert messages[0] == messages[1]
    assert [call for call in fleet.calls(account=refusing["id"]) if not call["action"].startswith(READS)] == []
    assert roles_in(refusing["id"]) == before
    for member in fleet.members[1:]:
        assert set(LEFT) & set(roles_in(member["id"])) == set()

    again = playbook(RETIRE, accounts, {**variables, "aws_ml_retire_allow": "depended_on"})
    assert (again.rc, set(LEFT) & set(roles_in(refusing["id"]))) == (0, set())


def test_backups_go_where_the_playbook_is_run_from(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], tmp_path: Path
) -> None:
    run = playbook(RETIRE, accounts, {"aws_ml_accounts": fleet.members[0]["name"]}, working_folder=tmp_path)
    assert run.rc == 0
    assert len(list((tmp_path / "aws_ml_backups").iterdir())) == 1
    assert list(run.results("Retire")) == [fleet.members[0]["name"]]


def test_what_the_variables_of_a_host_name(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], tmp_path: Path
) -> None:
    """A role that only the host's own declaration knows belongs to the service too, and goes once it is absent."""
    member = fleet.members[0]
    fleet.seed(member["id"], role={"name": "sensors", "trust": trusting("sagemaker")})
    hosts = accounts["all"]["hosts"]
    hosts[member["name"]].update(
        aws_ml_services=["lookout_equipment"],
        lookout_equipment_iam_role_name="sensors",
        aws_ml_retire_exclude="AWSDeepLens*",
    )
    variables = {"aws_ml_backup_dir": str(tmp_path), "aws_ml_accounts": member["name"]}
    refused = playbook(RETIRE, accounts, variables, check=True)
    assert shown(refused, member["name"])[1:] == [
        "role/sensors  declared_present: is declared present, so the playbook site would create it again;"
        " lookout_equipment_iam_state: absent declares it absent",
        "    allow: [declared_present] (aws_ml_retire_allow)",
    ]
    hosts[member["name"]]["lookout_equipment_iam_state"] = "absent"
    run = playbook(RETIRE, accounts, variables, check=True)
    assert (run.rc, run.failures()) == (0, {})
    retired = run.results("Retire")[member["name"]]["retired"]
    assert [(item["resource"], item["services"]) for item in retired] == [("role/sensors", ["lookout_equipment"])]


def test_site_says_which_quarantine_it_lifts(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    """Once what was retired is declared present again, and not before."""
    member = fleet.members[0]
    variables = {"aws_ml_backup_dir": str(tmp_path), "aws_ml_accounts": member["name"]}
    accounts["all"]["hosts"][member["name"]]["aws_ml_services"] = ["deeplens"]
    assert playbook(RETIRE, accounts, {**variables, "deeplens_iam_state": "absent"}).rc == 0
    waiting = playbook(RETIRE, accounts, variables)
    assert (waiting.rc, waiting.total("changed")) == (0, 0)
    since = {role["tags"]["aws_ml_permissions:quarantined"] for role in roles_in(member["id"]).values() if role["tags"]}
    for check in (True, False):
        run = playbook("aws_ml.permissions.site", accounts, variables, check=check)
        results = [task["hosts"].get(member["name"], {}) for play in run.plays for task in play["tasks"]]
        (result,) = [one for one in results if "lifted_quarantines" in one]
        assert [one["name"] for one in result["lifted_quarantines"]] == sorted(LEFT)
        assert {one["since"] for one in result["lifted_quarantines"]} <= since
        for name in LEFT:
            assert f"lifts the quarantine of role/{name}, in quarantine since " in str(result["warnings"])
    assert DENY_ALL not in json.dumps(roles_in(member["id"]))


def test_a_key_in_the_place_of_a_folder_that_lasts(
    fleet: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    """As in a job of AWX, whose container goes with it. The key is shown nowhere."""
    member = fleet.members[0]
    key = "0123456789abcdef" * 4
    variables = {"aws_ml_accounts": member["name"], "aws_ml_retire_record_key": key, "aws_ml_retire_quarantine_days": 0}
    output = ""
    for job in ("first", "second"):
        run = playbook(RETIRE, accounts, {**variables, "aws_ml_backup_dir": str(tmp_path / job)}, environment=LOUD)
        assert run.rc == 0
        output += run.stdout + run.stderr
    assert set(LEFT) & set(roles_in(member["id"])) == set()
    assert shown(run, member["name"])[0].startswith(f"account {member['id']}: 2 removed")
    assert key not in output
    assert key not in "".join(file.read_text() for file in tmp_path.rglob("*.json"))
