# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task runs: in the worker, or as a module because of what the playbook asks of it. The result is the same.

Two replacements are used for what a test machine may lack: a connection that claims to lead elsewhere (it is the local
one under another name), and a `sudo` that becomes nobody.
"""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

ELSEWHERE = """
DOCUMENTATION = '''
name: elsewhere
short_description: This machine, as if it were another
description: This machine, as if it were another.
author: aws_ml.permissions contributors
options: {}
'''
from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "elsewhere"
"""
SUDO = '#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    trust:
      Version: "2012-10-17"
      Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]
  tasks:
    - name: Make roles
      {task}
      loop: [one, two]
      register: made
      {keywords}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE = "aws_ml.permissions.iam_role: {name: '{{ item }}', assume_role_policy_document: '{{ trust }}'}"
BASELINE = ROLE.replace("iam_role: {", "iam_baseline: {roles: [{") + "]}"
OWN_PYTHON = "vars: {ansible_python_interpreter: '{{ ansible_playbook_python }}'}"
OTHER_PYTHON = "vars: {ansible_python_interpreter: '{{ other_python }}'}"
AS_MODULES = {
    "for another machine": "delegate_to: other",
    "as another user": f"become: true\n      {OWN_PYTHON}",
    "with another interpreter": OTHER_PYTHON,
}
IN_THE_WORKER = {
    "as it comes": "",
    "for this machine under another name": "delegate_to: here",
    "with the interpreter of Ansible": OWN_PYTHON,
}


@pytest.fixture
def inventory(tmp_path: Path) -> dict[str, Any]:
    """This machine, once more as `here`, and as `other` by the connection that claims to lead elsewhere."""
    (tmp_path / "sudo").write_text(SUDO, encoding="utf-8")
    (tmp_path / "sudo").chmod(0o755)
    (tmp_path / "connection_plugins").mkdir()
    (tmp_path / "connection_plugins/elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")
    python = str(ANSIBLE.executable(tmp_path / "python"))
    local = {"ansible_connection": "local"}
    hosts = {
        "localhost": {**local, "ansible_become_exe": str(tmp_path / "sudo"), "other_python": python},
        "here": local,
        "other": {"ansible_connection": "elsewhere", "ansible_python_interpreter": sys.executable},
    }
    return {"all": {"hosts": hosts}}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where Ansible writes what it does; every module that it starts is an EXEC line there."""
    return tmp_path / "ansible.log"


@pytest.fixture
def verbose(playbook: Playbook, log: Path, tmp_path: Path) -> Playbook:
    told = {
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_LOG_VERBOSITY": "3",
        "ANSIBLE_CONNECTION_PLUGINS": str(tmp_path / "connection_plugins"),
    }
    return Playbook(tmp_path, {**playbook.environment, **told})


def started_modules(log: Path) -> int:
    return sum("EXEC" in line and "AnsiballZ_iam_role" in line for line in log.read_text(encoding="utf-8").splitlines())


def plans(run: Run) -> list[list[str]]:
    made = run.results("Make roles")["localhost"]["results"]
    return [[step["resource"] for step in result["plan"]] for result in made]


@pytest.mark.parametrize("asked", [*IN_THE_WORKER, *AS_MODULES])
def test_a_task_runs_in_the_worker_unless_it_is_for_someone_or_somewhere_else(
    aws: LocalAws, verbose: Playbook, inventory: dict[str, Any], log: Path, asked: str
) -> None:
    keywords = {**IN_THE_WORKER, **AS_MODULES}[asked]
    run = verbose(PLAY.format(task=ROLE, keywords=keywords), inventory)
    assert run.failures() == {}
    assert plans(run) == [["role/one"], ["role/two"]]
    assert {role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]} >= {"one", "two"}
    assert (started_modules(log) > 0) == (asked in AS_MODULES)


@pytest.mark.parametrize(("checked_in", "applied_in"), [("", OTHER_PYTHON), (OTHER_PYTHON, "")])
def test_a_plan_is_the_same_in_the_worker_and_as_a_module(
    aws: LocalAws, verbose: Playbook, inventory: dict[str, Any], checked_in: str, applied_in: str
) -> None:
    for name in ("one", "two"):
        tags = [{"Key": "team", "Value": name}]
        aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=tags)
    checked = verbose(PLAY.format(task=ROLE, keywords=f"check_mode: true\n      {checked_in}"), inventory)
    approvals = [result["approval"] for result in checked.results("Make roles")["localhost"]["results"]]
    approved = ROLE.removesuffix("}") + f", approved_plan: '{{{{ {json.dumps(approvals)}[number] }}}}'}}"
    task = f"{approved}\n      loop_control: {{index_var: number}}"
    applied = verbose(PLAY.format(task=task, keywords=applied_in), inventory)
    assert applied.failures() == {}
    assert plans(applied) == plans(checked) == [["role/one"], ["role/two"]]


@pytest.mark.parametrize("other_python", [False, True], ids=["worker", "module"])
def test_until_asks_again_with_a_new_look_at_the_account(
    aws: LocalAws, verbose: Playbook, inventory: dict[str, Any], other_python: bool
) -> None:
    keywords = "until: made is not changed\n      retries: 2\n      delay: 0"
    keywords += f"\n      {AS_MODULES['with another interpreter']}" if other_python else ""
    run = verbose(PLAY.format(task=BASELINE, keywords=keywords), inventory)
    assert run.failures() == {}
    made = run.results("Make roles")["localhost"]["results"]
    assert [(result["attempts"], result["changed"], result["plan"]) for result in made] == [(2, False, [])] * 2
    assert [role["name"] for result in made for role in result["roles"]] == ["one", "two"]


@pytest.mark.parametrize("other_python", [False, True], ids=["worker", "module"])
def test_the_environment_of_a_task_says_who_calls_and_where(
    aws: LocalAws, verbose: Playbook, inventory: dict[str, Any], other_python: bool
) -> None:
    account = aws.members[0]["id"]
    entered = aws.client("sts").assume_role(RoleArn=aws.members[0]["role_arn"], RoleSessionName="test")["Credentials"]
    environment = {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": entered["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": entered["SecretAccessKey"],
        "AWS_SESSION_TOKEN": entered["SessionToken"],
    }
    keywords = f"environment: {environment}"
    keywords += f"\n      {AS_MODULES['with another interpreter']}" if other_python else ""
    nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIANOBODY"}
    run = verbose(PLAY.format(task=ROLE, keywords=keywords), inventory, environment=nobody)
    assert run.failures() == {}
    assert {result["account_id"] for result in run.results("Make roles")["localhost"]["results"]} == {account}
    names = {role["RoleName"] for role in aws.client("iam", account=account).list_roles()["Roles"]}
    assert names >= {"one", "two"}
    assert entered["SecretAccessKey"] not in run.stdout + run.stderr


SENT = """
- hosts: localhost
  gather_facts: false
  vars:
    deeplens_iam_profile: least_privilege
    panorama_iam_generation: released
  tasks:
    - name: Look in the worker
      aws_ml.permissions.iam_services: {services: [deeplens, panorama]}
    - name: Look as a module
      aws_ml.permissions.iam_services: {services: [deeplens, panorama]}
      vars: {ansible_python_interpreter: "{{ other_python }}"}
    - name: Look at a role
      aws_ml.permissions.iam_role: {name: one, state: absent}
      vars: {ansible_python_interpreter: "{{ other_python }}"}
    - name: Audit
      aws_ml.permissions.iam_audit: {declared_services: [deeplens, panorama]}
      vars: {ansible_python_interpreter: "{{ other_python }}"}
"""


def sent_files(folder: Path) -> dict[str, list[str]]:
    """What Ansible packs for each module that it sent."""
    found = {}
    for file in folder.glob("*/AnsiballZ_*.py"):
        packed = max(re.findall("[A-Za-z0-9+/=]+", file.read_text(encoding="utf-8")), key=len)
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))) as archive:
            found[file.stem.removeprefix("AnsiballZ_")] = archive.namelist()
    return found


def test_services_are_the_same_as_a_module_which_is_sent_no_definitions(
    aws: LocalAws, playbook: Playbook, inventory: dict[str, Any], tmp_path: Path
) -> None:
    kept = {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TMP": str(tmp_path / "remote")}
    run = Playbook(tmp_path, {**playbook.environment, **kept})(SENT, inventory, check=True)
    assert run.failures() == {}
    here, sent = (run.results(task)["localhost"] for task in ("Look in the worker", "Look as a module"))
    assert len(here["plan"]) > 5
    same = ("plan", "plan_id", "roles", "attachments", "findings", "services", "warnings", "api_calls")
    assert {key: sent.get(key) for key in same} == {key: here.get(key) for key in same}

    files = sent_files(tmp_path / "remote")
    assert files.keys() == {"iam_services", "iam_role", "iam_audit"}
    for module, names in files.items():
        assert [name for name in names if "/catalogue/" in name or name.endswith((".yml", ".json"))] == [], module
    own = {module: sum("/aws_ml/permissions/" in name for name in names) for module, names in files.items()}
    assert own["iam_role"] < own["iam_services"] <= own["iam_role"] + 14
