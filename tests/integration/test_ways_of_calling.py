# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as users call them: with defaults of amazon.aws, async, in a loop, and as README.md shows."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
NO_AWS = {
    "AWS_ENDPOINT_URL": "",
    "AWS_URL": "",
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "AWS_SESSION_TOKEN": "",
}
PLAY = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    {group}:
      endpoint_url: "{{{{ endpoint }}}}"
      access_key: AKIAFROMTHEDEFAULTS
      secret_key: a-secret-from-the-defaults
      region: eu-west-1
  vars:
    trust:
      Version: "2012-10-17"
      Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]
  tasks:
    - name: Make roles
      aws_ml.permissions.iam_role:
        name: "{{{{ item }}}}"
        assume_role_policy_document: "{{{{ trust }}}}"
      loop: [one, two]
      register: made
    - name: In the background
      aws_ml.permissions.iam_role:
        name: three
        assume_role_policy_document: "{{{{ trust }}}}"
      async: 60
      poll: 1
    - name: Use what was predicted
      ansible.builtin.debug:
        msg: "{{{{ made.results[1].roles[0].arn }}}}"
"""


@pytest.fixture
def here(tmp_path: Path) -> dict[str, Any]:
    """An inventory of this machine. Ansible's async stands no space in a path, so it gets none."""
    python = ANSIBLE.executable(tmp_path / "python")
    return {"all": {"hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": str(python)}}}}


@pytest.mark.both_generations
@pytest.mark.parametrize("group", ["group/amazon.aws.aws", "group/aws_ml.permissions.aws"])
def test_defaults_of_both_groups_reach_the_modules(
    aws: LocalAws, playbook: Playbook, here: dict[str, Any], tmp_path: Path, group: str
) -> None:
    environment = {**NO_AWS, "ANSIBLE_ASYNC_DIR": str(tmp_path / "async")}
    run = playbook(PLAY.format(group=group), here, {"endpoint": aws.endpoint}, environment=environment)
    assert run.failures() == {}
    names = [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]]
    assert {"one", "two", "three"} <= set(names)
    assert "a-secret-from-the-defaults" not in run.stdout + run.stderr


@pytest.mark.both_generations
def test_predicted_arns_can_be_used_in_check_mode(aws: LocalAws, playbook: Playbook, here: dict[str, Any]) -> None:
    text = re.sub(r"    - name: In the background.*?poll: 1\n", "", PLAY, flags=re.DOTALL)
    play = text.format(group="group/amazon.aws.aws")
    run = playbook(play, here, {"endpoint": aws.endpoint}, check=True, environment=NO_AWS)
    assert run.results("Use what was predicted")["localhost"]["msg"] == f"arn:aws:iam::{aws.management}:role/two"
    assert [call for call in aws.calls() if call["action"].startswith("Create")] == []


CHAIN = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Make a policy
      aws_ml.permissions.iam_managed_policy:
        name: Frames
        path: /vision/
        policy:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:<partition>:s3:::frames/*"}]
      register: frames
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: reader
        path: /vision/
        managed_policies: ["{{ frames.managed_policies[0].arn }}"]
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      register: reader
    - name: Give it more
      aws_ml.permissions.iam_policy_attachment:
        iam_type: role
        iam_name: reader
        managed_policies: [AWSLambdaBasicExecutionRole]
    - name: Let it into another role
      aws_ml.permissions.iam_role:
        name: writer
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {AWS: "{{ reader.roles[0].arn }}"}, Action: sts:AssumeRole}]
"""


def test_a_chain_of_tasks_comes_through_in_check_mode_and_is_then_written(
    aws: LocalAws, playbook: Playbook, here: dict[str, Any]
) -> None:
    checked = playbook(CHAIN, here, check=True)
    assert checked.failures() == {}
    assert checked.total("changed") == 4
    assert [call["action"] for call in aws.calls() if call["action"].startswith(("Create", "Attach"))] == []
    written = playbook(CHAIN, here)
    assert written.failures() == {}
    for task in ("Make a policy", "Make a role", "Let it into another role"):
        assert checked.results(task)["localhost"]["plan"] == written.results(task)["localhost"]["plan"]
    assert playbook(CHAIN, here, check=True).total("changed") == 1  # Make a role: purges what Give it more attached


@pytest.mark.both_generations
def test_the_task_wins_over_the_defaults(
    aws: LocalAws, playbook: Playbook, here: dict[str, Any], tmp_path: Path
) -> None:
    elsewhere = ("name: three", "endpoint_url: http://127.0.0.1:9", "aws_config: {retries: {max_attempts: 0}}")
    wrong = PLAY.format(group="group/amazon.aws.aws").replace("name: three", "\n        ".join(elsewhere))
    environment = {**NO_AWS, "ANSIBLE_ASYNC_DIR": str(tmp_path / "async")}
    run = playbook(wrong, here, {"endpoint": aws.endpoint}, environment=environment)
    assert "http://127.0.0.1:9" in run.failures()["localhost"]


def test_the_play_in_the_readme(aws: LocalAws, playbook: Playbook, here: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL)
    (play,) = [block for block in blocks if "tasks:" in block]
    run: Any = playbook(play, here)
    assert run.failures() == {}
    assert [step["action"] for step in run.results("What was written")["localhost"]["labelling.plan"]] == [
        "CreateRole",
        "AttachRolePolicy",
        "PutRolePolicy",
    ]
    assert playbook(play, here).total("changed") == 0


@pytest.mark.both_generations
def test_a_task_that_outlives_its_run_keeps_its_pace_and_says_what_it_did(
    aws: LocalAws, playbook: Playbook, here: dict[str, Any], tmp_path: Path
) -> None:
    """The folder of the run, in which the pace is kept, goes with the run."""
    play = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Begin
      aws_ml.permissions.iam_role:
        name: worker
        state: absent
        call_rate: {iam: 0.7}
        backup_dir: "{{ backups }}"
      async: 60
      poll: 0
"""
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.seed(aws.management, role={"name": "worker", "trust": {"Version": "2012-10-17", "Statement": [lambdas]}})
    environment = {"ANSIBLE_ASYNC_DIR": str(tmp_path / "async")}
    begun = playbook(play, here, {"backups": str(tmp_path / "backups")}, environment=environment).results("Begin")
    file = Path(begun["localhost"]["results_file"])
    result: dict[str, Any] = {}
    for _look in range(120):
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        result = json.loads(text) if text.endswith("}") else {}
        if "changed" in result:
            break
        time.sleep(0.25)
    assert [step["action"] for step in result["plan"]] == ["DeleteRole"]
    assert Path(result["backup"]["path"]).exists()
    (warning,) = result["warnings"]
    assert "call_rate applies to each task alone" in str(warning)
