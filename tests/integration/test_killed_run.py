# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-playbook that is killed: its tasks begin no more writes, and a rerun ends what they began."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook

from local_aws import LocalAws

ROLES = 30
AT_ONCE = 8
"""How many writes of one task are under way at once."""

LATENCY = 0.25
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
BASELINE = {"roles": [{"name": f"role{number:02}", "assume_role_policy_document": TRUST} for number in range(ROLES)]}
PLAY = f"""
- hosts: all
  gather_facts: false
  tasks:
    - name: Write
      {json.dumps({"aws_ml.permissions.iam_baseline": BASELINE})[1:-1]}
"""
WRITES = {"CreateRole"}


def kill_parent(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def kill_group(process: int) -> None:
    os.killpg(process, signal.SIGKILL)


@pytest.fixture(params=["worker", "module"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """As in conftest, but a module is a process of the run that is killed, not a fork of another process."""
    if request.param == "worker":
        return {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return {"ansible_connection": "local", "ansible_python_interpreter": str(python)}


@pytest.fixture
def inventory(way: dict[str, str]) -> dict[str, Any]:
    return {"all": {"hosts": {"localhost": way}}}


def writes(aws: LocalAws) -> list[dict[str, Any]]:
    return [call for call in aws.calls() if call["action"] in WRITES]


def killed_after(
    aws: LocalAws, playbook: Playbook, inventory: dict[str, Any], answered: int, kill: Callable[[int], None]
) -> float:
    """Start a run, kill it when so many writes are answered, and return the moment of that, by the clock of all."""
    folder: Path = playbook.folder
    (folder / "playbook.yml").write_text(PLAY, encoding="utf-8")
    (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.json", "playbook.yml"]
    settings = {**os.environ, **playbook.environment}
    with subprocess.Popen(
        command, cwd=folder, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as run:
        deadline = time.monotonic() + 60
        while len(writes(aws)) < answered:
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        kill(run.pid)
        moment = time.time()
    return moment


@pytest.mark.parametrize(("kill", "answered"), [(kill_parent, 1), (kill_group, 9), (kill_parent, 12)])
def test_no_write_is_begun_after_the_run_was_killed(
    aws: LocalAws, playbook: Playbook, inventory: dict[str, Any], kill: Callable[[int], None], answered: int
) -> None:
    aws.set(latency=LATENCY)
    moment = killed_after(aws, playbook, inventory, answered, kill)
    time.sleep(LATENCY * 6)
    made = writes(aws)
    # Those that were past the check when the run was killed may arrive just afterwards. Without the check, the others
    # would follow, as many at once each LATENCY seconds.
    late = [call for call in made if call["time"] > moment + LATENCY]
    assert late == []
    assert answered <= len(made) <= answered + 2 * AT_ONCE
    aws.set(latency=0)
    rerun = playbook(PLAY, inventory)
    assert rerun.failures() == {}
    assert len(rerun.results("Write")["localhost"]["plan"]) == ROLES - len(made)
    assert len(writes(aws)) == ROLES


def test_a_task_in_the_background_outlives_its_run(aws: LocalAws, playbook: Playbook) -> None:
    aws.set(latency=LATENCY)
    jobs = playbook.folder / "jobs"
    text = PLAY + "      async: 120\n      poll: 0\n"
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    run = playbook(text, {"all": {"hosts": {"localhost": host}}}, environment={"ANSIBLE_ASYNC_DIR": str(jobs)})
    assert run.failures() == {}
    assert len(writes(aws)) < ROLES
    (job,) = jobs.iterdir()
    deadline = time.monotonic() + 60
    while "changed" not in (result := json.loads(job.read_text(encoding="utf-8") or "{}")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(result["plan"]) == len(writes(aws)) == ROLES
