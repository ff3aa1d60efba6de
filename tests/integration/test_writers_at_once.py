# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks that write one account at the same time: in the end, what each declares is there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook

from local_aws import LocalAws

HOSTS = 20
HALF = HOSTS // 2
MODULES = 6
"""Hosts whose tasks are modules of their own: processes that import everything, and take the same lock."""
LATENCY = 0.03
"""Seconds of each call: long enough for all tasks to read before the first has written."""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
IN_WORKER = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Write
      {task}
"""
STATEMENT = {
    "Sid": "{{ inventory_hostname }}",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::{{ account }}:root"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "{{ inventory_hostname }}"}},
}
TRUST_STATEMENT = {"name": "shared", "statements": [STATEMENT]}
ATTACHMENT = {"iam_type": "role", "iam_name": "shared", "managed_policies": ["{{ inventory_hostname }}"]}
TASKS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "trust statements": ("iam_trust_statement", TRUST_STATEMENT),
    "trust statements of baselines": ("iam_baseline", {"trust_statements": [TRUST_STATEMENT]}),
    "attachments": ("iam_policy_attachment", ATTACHMENT),
}


def play(kind: str, state: str = "present") -> str:
    module, options = TASKS[kind]
    if module == "iam_baseline":
        options = {section: [{**item, "state": state} for item in items] for section, items in options.items()}
    elif state != "present":
        options = {**options, "state": state}
    return PLAY.format(task=json.dumps({f"aws_ml.permissions.{module}": options})[1:-1])


@pytest.fixture
def shared(aws: LocalAws) -> Any:
    """A client of the management account, where there is a role for everyone, and a policy for each host."""
    iam = aws.client("iam")
    iam.create_role(RoleName="shared", AssumeRolePolicyDocument=json.dumps(TRUST))
    for host in names():
        iam.create_policy(PolicyName=host, PolicyDocument=json.dumps(READING))
    aws.clear_calls()
    aws.set(latency=LATENCY, quotas={"AttachedPoliciesPerRoleQuota": HOSTS, "AssumeRolePolicySizeQuota": 4096})
    return iam


def names() -> list[str]:
    return [f"host{number:02}" for number in range(1, HOSTS + 1)]


def inventory(aws: LocalAws, way: Mapping[str, str], hosts: list[str]) -> dict[str, Any]:
    return {"all": {"hosts": {host: {} for host in hosts}, "vars": {**way, "account": aws.management}}}


def arrived(iam: Any, kind: str) -> list[str]:
    """What the hosts have put on the role."""
    if kind.startswith("trust"):
        statements = iam.get_role(RoleName="shared")["Role"]["AssumeRolePolicyDocument"]["Statement"]
        found = [statement["Sid"] for statement in statements if "Sid" in statement]
    else:
        attached = iam.list_attached_role_policies(RoleName="shared")["AttachedPolicies"]
        found = [policy["PolicyName"] for policy in attached]
    return sorted(found)


def test_each_host_of_a_run_changes_one_trust_policy(
    aws: LocalAws, playbook: Playbook, shared: Any, way: dict[str, str]
) -> None:
    kind = "trust statements"
    writers = names() if way == IN_WORKER else names()[:MODULES]
    hosts = inventory(aws, way, writers)
    for state, there in (("present", writers), ("absent", [])):
        run = playbook(play(kind, state), hosts, arguments=["--forks", str(HOSTS)])
        assert (run.rc, run.failures()) == (0, {})
        assert arrived(shared, kind) == there
        assert {host for host, result in run.results("Write").items() if result["changed"]} == {*writers}


@pytest.mark.parametrize("kind", [kind for kind in TASKS if kind != "trust statements"])
def test_each_host_of_a_run_changes_one_role(aws: LocalAws, playbook: Playbook, shared: Any, kind: str) -> None:
    run = playbook(play(kind), inventory(aws, IN_WORKER, names()), arguments=["--forks", str(HOSTS)])
    assert (run.rc, run.failures()) == (0, {})
    assert arrived(shared, kind) == names()


def test_two_runs_at_once_change_one_trust_policy(
    aws: LocalAws, playbook: Playbook, shared: Any, tmp_path: Path
) -> None:
    kind = "trust statements"
    halves = [names()[:HALF], names()[HALF:]]
    folders = [tmp_path / "one", tmp_path / "other"]
    for state, there in (("present", names()), ("absent", [])):
        with ThreadPoolExecutor(2) as pool:
            begun = []
            for folder, half in zip(folders, halves, strict=True):
                folder.mkdir(exist_ok=True)
                run = Playbook(folder, playbook.environment)
                hosts = inventory(aws, IN_WORKER, half)
                begun.append(pool.submit(run, play(kind, state), hosts, arguments=["--forks", str(HALF)]))
            runs = [one.result() for one in begun]
        assert [(run.rc, run.failures()) for run in runs] == [(0, {})] * 2
        assert arrived(shared, kind) == there


def test_a_wait_is_reported(aws: LocalAws, playbook: Playbook, shared: Any) -> None:
    told = {"ANSIBLE_LOG_PATH": str(playbook.folder / "ansible.log"), "ANSIBLE_LOG_VERBOSITY": "3"}
    hosts = inventory(aws, IN_WORKER, names()[:2])
    playbook(play("trust statements"), hosts, arguments=["-v"], environment=told)
    lines = (playbook.folder / "ansible.log").read_text(encoding="utf-8").splitlines()
    (waiting,) = {line.partition("| ")[2] for line in lines if "waits for process" in line}
    assert re.fullmatch(rf"<host0[12]> waits for process [0-9]+, which writes account {aws.management}", waiting)
