# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of a module takes its account from the host, and what the controller knows from the collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from integration.playbook_runs import Playbook

from local_aws import LocalAws

PLAY = """
- hosts: all
  gather_facts: false
  connection: local
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    trust:
      Version: "2012-10-17"
      Statement: [{Effect: Allow, Principal: {Service: sagemaker.amazonaws.com}, Action: sts:AssumeRole}]
  tasks:
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: notebooks
        assume_role_policy_document: "{{ trust }}"
        managed_policies: [IAMFullAccess]
        account_id: "{{ own_account_id | default(omit) }}"
        assume_role: "{{ own_role | default(omit) }}"
"""


def test_the_host_says_where_and_as_whom_and_the_task_goes_first(playbook: Playbook, aws: LocalAws) -> None:
    first, second, third = aws.members[:3]
    hosts: dict[str, dict[str, Any]] = {
        "plain": {"aws_account_id": first["id"], "aws_assume_role_arn": "{{ arn }}", "arn": first["role_arn"]},
        "wrong": {"aws_account_id": first["id"], "aws_assume_role_arn": second["role_arn"]},
        "own": {
            "aws_account_id": first["id"],
            "aws_assume_role_arn": first["role_arn"],
            "own_account_id": third["id"],
            "own_role": {"role_arn": third["role_arn"]},
        },
        "octal": {"aws_account_id": 12345, "aws_assume_role_arn": first["role_arn"]},
        "half": {"aws_external_id": "not for your eyes"},
    }
    run = playbook(PLAY, {"all": {"hosts": hosts}}, environment={"ANSIBLE_VERBOSITY": "3"})
    results = run.results("Make a role")
    assert {name: result.get("account_id") for name, result in results.items() if result.get("changed")} == {
        "plain": first["id"],
        "own": third["id"],
    }
    failures = run.failures()
    assert set(failures) == {"wrong", "octal", "half"}
    assert f"belong to account {second['id']}, not to {first['id']}" in failures["wrong"]
    assert 'aws_account_id of host octal: "12345" is not an account id of 12 digits' in failures["octal"]
    assert "aws_external_id: needs aws_assume_role_arn" in failures["half"]
    assert "CreateRole" not in aws.call_counts(second["id"])
    assert "not for your eyes" not in run.stdout + run.stderr


def test_critical_findings_are_warnings_and_what_they_rest_on_is_not_shown(playbook: Playbook, aws: LocalAws) -> None:
    member = aws.members[0]
    host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    run = playbook(PLAY, {"all": {"hosts": {"one": host}}}, environment={"ANSIBLE_VERBOSITY": "3"})
    result = run.results("Make a role")["one"]
    assert [(finding["severity"], finding["code"]) for finding in result["findings"]] == [
        ("critical", "service_administers_iam"),
        ("low", "trusts_without_source"),
    ]
    warnings = " ".join(result["warnings"])
    assert "role/notebooks: Through managed policy IAMFullAccess" in warnings
    assert "without_source" not in warnings
    assert "_context" not in run.stdout + run.stderr
    assert result["invocation"]["module_args"]["name"] == "notebooks"


def test_a_profile_that_there_is_not_is_reported(playbook: Playbook, aws: LocalAws) -> None:
    member = aws.members[0]
    host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "nope"}
    run = playbook(PLAY, {"all": {"hosts": {"one": host, "two": {"aws_account_id": member["id"]}}}}, environment=nobody)
    failures = run.failures()
    assert set(failures) == {"one", "two"}
    for message in failures.values():
        assert "The config profile (nope) could not be found" in message
    assert "Traceback" not in run.stdout + run.stderr


def test_an_ini_inventory_makes_numbers_of_account_ids(playbook: Playbook, aws: LocalAws, tmp_path: Path) -> None:
    member = next(member for member in aws.members if not member["id"].startswith("0"))
    variables = f"aws_account_id={member['id']} aws_assume_role_arn={member['role_arn']}"
    inventory = tmp_path / "accounts.ini"
    inventory.write_text(f"[accounts]\nvision {variables}\n", encoding="utf-8")
    principal = '{AWS: "{{ aws_account_id }}"}'
    condition = '{StringEquals: {aws:PrincipalAccount: "{{ aws_account_id }}"}}'
    play = PLAY.replace("{Service: sagemaker.amazonaws.com}", principal)
    run = playbook(play.replace("sts:AssumeRole}", f"sts:AssumeRole, Condition: {condition}}}"), inventory)
    assert run.failures() == {}
    role = aws.client("iam", account=member["id"]).get_role(RoleName="notebooks")["Role"]
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{member['id']}:root"}
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": member["id"]}}
    assert playbook(PLAY.replace("{Service: sagemaker.amazonaws.com}", principal), inventory).total("failures") == 0


NO_ACCOUNT: dict[str, Any] = {
    "empty": "",
    "nothing": None,
    "zero": 0,
    "false": False,
    "defaulted": "{{ nowhere | default('') }}",
    "none": "{{ none }}",
    "eleven": 12345678901,
}
GUARDED = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Write
      aws_ml.permissions.iam_role: {name: worker, state: absent, account_id: "{{ own if own is defined else omit }}"}
      ignore_errors: true
    - name: Read
      aws_ml.permissions.iam_audit: {account_id: "{{ own if own is defined else omit }}"}
      ignore_errors: true
"""


def test_an_account_id_that_comes_to_nothing_is_refused_before_any_call(
    playbook: Playbook, aws: LocalAws, way: dict[str, str]
) -> None:
    omitted = "{{ nowhere | default(omit) }}"
    hosts: dict[str, dict[str, Any]] = {
        **{name: {"aws_account_id": value} for name, value in {**NO_ACCOUNT, "omitted": omitted}.items()},
        **{f"{name}-task": {"own": value, "aws_account_id": aws.management} for name, value in NO_ACCOUNT.items()},
        "undefined": {"aws_account_id": "{{ nowhere }}"},
    }
    run = playbook(GUARDED, {"all": {"hosts": hosts, "vars": way}})
    for results in (run.results("Write"), run.results("Read")):
        messages = {host: result["msg"] for host, result in results.items()}
        unknown = "aws_account_id of host undefined cannot be evaluated: 'nowhere' is undefined"
        assert messages.pop("undefined").endswith(unknown)
        for host, message in messages.items():
            place = "account_id" if host.endswith("-task") else f"aws_account_id of host {host}"
            assert message.startswith(f"1 problem found, nothing was written:\n- {place}: ")
        assert len(messages) == len(hosts) - 1
    assert aws.calls() == []


def test_without_any_account_id_a_role_is_assumed_with_a_warning_and_nothing_else_changes(
    playbook: Playbook, aws: LocalAws, way: dict[str, str]
) -> None:
    first, second = aws.members[:2]
    hosts: dict[str, dict[str, Any]] = {
        "by-host": {"aws_assume_role_arn": first["role_arn"]},
        "by-task": {"own_role": {"role_arn": second["role_arn"]}},
        "without": {},
        "with": {"aws_assume_role_arn": first["role_arn"], "own_account_id": first["id"]},
    }
    play = PLAY.replace("  connection: local\n", "").replace(
        '    ansible_python_interpreter: "{{ ansible_playbook_python }}"\n', ""
    )
    run = playbook(play, {"all": {"hosts": hosts, "vars": way}})
    results = run.results("Make a role")
    assert {host: result["account_id"] for host, result in results.items()} == {
        "by-host": first["id"],
        "by-task": second["id"],
        "without": aws.management,
        "with": first["id"],
    }
    warned = {host for host, result in results.items() if "assume_role without account_id: " in str(result["warnings"])}
    assert warned == {"by-host", "by-task"}
