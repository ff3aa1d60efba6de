# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that is delegated to another account writes only there, with the role of that account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

NAMES = ("dev", "prod", "lab")
HEAD = """
- hosts: {hosts}
  gather_facts: false
  vars:
    aws_assume_role_arn: "arn:aws:iam::{{{{ aws_account_id }}}}:role/OrganizationAccountAccessRole"
    trust:
      Version: "2012-10-17"
      Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]
  tasks:
"""
ROLE = """
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: from-{{ inventory_hostname }}
        assume_role_policy_document: "{{ trust }}"
        managed_policies: [IAMFullAccess]
"""
TO_ANOTHER = "      delegate_to: prod\n"
IN_A_LOOP = '      delegate_to: "{{ item }}"\n      loop: "{{ groups.all }}"\n'
OF_MANY = """      delegate_to: "{{ account }}"
      loop: "{{ groups.all }}"
      loop_control: {loop_var: account, index_var: number}
      run_once: true
"""


@pytest.fixture
def hosts(aws: LocalAws) -> dict[str, dict[str, Any]]:
    return {name: {"aws_account_id": member["id"]} for name, member in zip(NAMES, aws.members, strict=True)}


def written(aws: LocalAws) -> dict[str, list[str]]:
    """The roles that were made, by the account in which AWS saw it."""
    found: dict[str, list[str]] = {}
    for account in (aws.management, *(member["id"] for member in aws.members)):
        roles = aws.client("iam", account=account).list_roles()["Roles"]
        names = sorted(role["RoleName"] for role in roles if role["RoleName"].startswith("from-"))
        assert aws.call_counts(account).get("CreateRole", 0) == len(names)
        found.update({account: names} if names else {})
    return found


def item(result: dict[str, Any]) -> str:
    return str(result[result["ansible_loop_var"]])


def ran(playbook: Playbook, hosts: dict[str, Any], way: dict[str, str], play: str, **how: Any) -> Run:
    run = playbook(play, {"all": {"hosts": hosts, "vars": way}}, **how)
    assert run.failures() == {}, run.stdout
    return run


def test_to_an_account_and_to_none(
    playbook: Playbook, aws: LocalAws, hosts: dict[str, dict[str, Any]], way: dict[str, str]
) -> None:
    prod = hosts["prod"]["aws_account_id"]
    play = HEAD.format(hosts="dev") + ROLE + TO_ANOTHER
    run = ran(playbook, hosts, way, play, environment={"ANSIBLE_VERBOSITY": "1"})
    assert written(aws) == {prod: ["from-dev"]}
    result = run.results("Make a role")["dev"]
    assert result["account_id"] == prod
    assert [warning.partition(": ")[0] for warning in result["warnings"]] == [f"prod ({prod})"]
    assert "<dev -> prod> CreateRole role/from-dev (absent)" in run.stdout + run.stderr
    # Neither a host without an account nor one that the inventory does not know has one to work in.
    for number, delegate in enumerate(("localhost", "bastion", "nowhere"), 2):
        play = HEAD.format(hosts="dev") + ROLE.replace("from-", f"from-{number}-") + f"      delegate_to: {delegate}\n"
        ran(playbook, {**hosts, "bastion": {}}, way, play.replace("  tasks:", "  connection: local\n  tasks:"))
    expected = {prod: ["from-dev"], hosts["dev"]["aws_account_id"]: ["from-2-dev", "from-3-dev", "from-4-dev"]}
    assert written(aws) == expected


@pytest.mark.parametrize("loop", [IN_A_LOOP, OF_MANY], ids=["each host", "run once"])
def test_a_loop_over_accounts_writes_into_each(
    playbook: Playbook, aws: LocalAws, hosts: dict[str, dict[str, Any]], way: dict[str, str], loop: str
) -> None:
    run = ran(playbook, hosts, way, HEAD.format(hosts="dev:prod") + ROLE + loop)
    made = ["from-dev"] if "run_once" in loop else ["from-dev", "from-prod"]
    assert written(aws) == {host["aws_account_id"]: made for host in hosts.values()}
    told = {item(result): result["account_id"] for result in run.results("Make a role")["dev"]["results"]}
    assert told == {name: host["aws_account_id"] for name, host in hosts.items()}


def test_a_loop_of_included_roles_writes_into_each(
    playbook: Playbook, aws: LocalAws, hosts: dict[str, dict[str, Any]]
) -> None:
    play = (
        HEAD.format(hosts="dev")
        + """
    - name: Include
      ansible.builtin.include_role:
        name: aws_ml.permissions.panorama_iam
        apply: {delegate_to: "{{ account }}"}
      loop: "{{ groups.all }}"
      loop_control: {loop_var: account}
"""
    )
    ran(playbook, hosts, {"ansible_connection": "local"}, play)
    for host in hosts.values():
        counts = aws.call_counts(host["aws_account_id"])
        assert counts["CreateRole"] > 0
    assert len({aws.call_counts(host["aws_account_id"])["CreateRole"] for host in hosts.values()}) == 1


@pytest.mark.both_generations
def test_the_delegate_says_as_whom_too(
    playbook: Playbook, aws: LocalAws, hosts: dict[str, dict[str, Any]], way: dict[str, str]
) -> None:
    """By a template of its own, an external id of its own, or a fact that was set for it."""
    first, second, third = aws.members[:3]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": aws.management},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "of-prod"}},
            }
        ],
    }
    iam = aws.client("iam", account=second["id"])
    iam.create_role(RoleName="own", AssumeRolePolicyDocument=json.dumps(trust))
    aws.clear_calls()
    hosts["dev"] = {**hosts["dev"], "aws_external_id": "of-dev", "role": "OrganizationAccountAccessRole"}
    hosts["prod"] = {**hosts["prod"], "aws_external_id": "of-prod", "role": "own"}
    hosts["lab"] = {"role": "OrganizationAccountAccessRole"}
    play = (
        HEAD.format(hosts="dev").replace("role/OrganizationAccountAccessRole", "role/{{ role }}")
        + f"""
    - name: Say where
      ansible.builtin.set_fact:
        aws_account_id: "{third["id"]}"
      delegate_to: lab
      delegate_facts: true
"""
        + ROLE
        + IN_A_LOOP
    )
    ran(playbook, hosts, way, play)
    assert written(aws) == {member["id"]: ["from-dev"] for member in (first, second, third)}


def test_a_delegate_whose_account_comes_to_nothing_is_no_reason_to_write_into_another(
    playbook: Playbook, aws: LocalAws, hosts: dict[str, dict[str, Any]], way: dict[str, str]
) -> None:
    hosts["prod"] = {"aws_account_id": "{{ nowhere | default('') }}"}
    hosts["lab"] = {"aws_account_id": "{{ {'dev': '111111111111'}[inventory_hostname] }}"}
    run = playbook(HEAD.format(hosts="dev") + ROLE + IN_A_LOOP, {"all": {"hosts": hosts, "vars": way}})
    told = {item(result): result.get("msg", "") for result in run.results("Make a role")["dev"]["results"]}
    assert "aws_account_id of host prod: is empty" in told["prod"]
    assert "aws_account_id of host lab cannot be evaluated" in told["lab"]
    assert written(aws) == {hosts["dev"]["aws_account_id"]: ["from-dev"]}
