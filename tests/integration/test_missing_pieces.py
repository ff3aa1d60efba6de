# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is missing around a task is named, with the command or the line that helps."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook
from preloaded_ansible import ANSIBLE

TASK = {"name": "Keep a role", "aws_ml.permissions.iam_role": {"name": "worker", "state": "absent"}}


def play(**keywords: Any) -> str:
    return "\n" + yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [{**TASK, **keywords}]}])


def test_without_amazon_aws(tmp_path: Path) -> None:
    """Only the folder with this collection is searched. The result is on stdout, as ansible.posix is missing too."""
    (tmp_path / "play.yml").write_text(play(), encoding="utf-8")
    (tmp_path / "hosts.yml").write_text("all: {hosts: {dev: {ansible_connection: local}}}\n", encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    done = ANSIBLE.run(
        [program, "-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml")],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false", "COLUMNS": "4000"},
        timeout=120,
    )
    said = (
        "The collection amazon.aws is missing, which this one builds on: ansible-galaxy collection install amazon.aws"
    )
    assert done.returncode == 2
    assert said in " ".join(done.stdout.split())
    assert "probably a bug" not in done.stdout + done.stderr


def test_without_boto3_in_the_interpreter_of_the_task(playbook: Playbook, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    hosts = {"dev": {"ansible_connection": "local", "ansible_python_interpreter": str(python)}}
    (message,) = playbook(play(), {"all": {"hosts": hosts}}).failures().values()
    assert "Failed to import the required Python library (boto3 and botocore)" in message
    assert "-m pip install boto3, or set another interpreter." in message


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"aws_account_id": "111111111111"},
            "dev is an account, and Ansible would connect to a machine of that name by ssh: nothing was done. Add"
            " connection: local to the play",
        ),
        (
            {"ansible_host": "127.0.0.1", "ansible_port": 9, "aws_account_id": "111111111111"},
            "If dev is an account and not a machine: Add connection: local to the play",
        ),
        (
            {"ansible_host": "127.0.0.1", "ansible_port": 9},
            "If dev is an account and not a machine: Add connection: local",
        ),
    ],
    ids=["an account", "an account behind a machine", "a machine"],
)
def test_without_connection_local(playbook: Playbook, variables: dict[str, Any], said: str) -> None:
    (message,) = playbook(play(), {"all": {"hosts": {"dev": variables}}}).failures().values()
    assert said in message


def test_delegated_to_an_account(playbook: Playbook) -> None:
    hosts = {"dev": {"ansible_connection": "local"}, "prod": {"aws_account_id": "222222222222"}}
    run = playbook(play(delegate_to="prod", run_once=True), {"all": {"hosts": hosts}})
    assert run.failures()["dev"].startswith("prod is an account, and Ansible would connect to a machine of that name")
