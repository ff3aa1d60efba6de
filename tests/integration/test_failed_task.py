# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that has failed is the task that ran, for a rescue and for the task debugger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

LEFT = ("AWSDeepLensLambdaRole", "AWSDeepLensServiceRole")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
RETIRE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Retire
      aws_ml.permissions.iam_retire:
        services: [deeplens]
        exclude: [AWSDeepLensServiceRole]
        unused_days: 0
      debugger: on_failed
      register: retired
    - name: Show
      ansible.builtin.debug: {var: retired.plan}
"""


def test_a_rescue_sees_the_arguments_whole(playbook: Playbook, aws: LocalAws, way: dict[str, str]) -> None:
    arguments = {
        "managed_policies": [{"name": "frames", "state": "absent"}],
        "roles": [{"name": "not a name", "assume_role_policy_document": TRUST, "tags": {"team": "vision"}}],
    }
    block = {
        "block": [{"aws_ml.permissions.iam_baseline": arguments}],
        "rescue": [{"name": "Rescue", "ansible.builtin.debug": {"msg": "{{ ansible_failed_task.args }}"}}],
    }
    play = yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [block]}])
    run = playbook(play, {"all": {"hosts": {"localhost": way}}})
    assert run.results("Rescue")["localhost"]["msg"] == arguments


def test_the_debugger_runs_the_same_task_again(aws: LocalAws, way: dict[str, str], tmp_path: Path) -> None:
    """The first try lacks the folder of the backup; the second is given it, and still has its exception."""
    for name in LEFT:
        aws.seed(aws.management, role={"name": name, "trust": TRUST})
    inventory: dict[str, Any] = {"all": {"hosts": {"localhost": way}}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    (tmp_path / "playbook.yml").write_text(RETIRE, encoding="utf-8")
    typed = [f"task.args['backup_dir'] = {json.dumps(str(tmp_path / 'backups'))}", "p task.args", "redo", "continue"]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.yml", "playbook.yml"],
        cwd=tmp_path,
        env={**os.environ, **aws.environment(), "ANSIBLE_NOCOLOR": "1"},
        input="\n".join(typed) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "backup_dir is not set, and nothing is retired without a backup" in done.stdout
    assert "'exclude': ['AWSDeepLensServiceRole']" in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    iam = aws.client("iam")
    attached = {name: iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] for name in LEFT}
    quarantined = {name for name, policies in attached.items() if policies}
    assert quarantined == {"AWSDeepLensLambdaRole"}
