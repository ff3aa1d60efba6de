# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that takes connections and never answers: a playbook and an inventory report it immediately."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from integration.accounts_inventory import Inventory
from preloaded_ansible import ANSIBLE
from silent_servers import taking_connections

KEYS = {"AWS_ACCESS_KEY_ID": "AKIALOCALAWSOPERATOR", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "us-east-1"}
SHORT = {"connect_timeout": 1, "read_timeout": 1}
TRIES = [
    f"aws_ml.permissions: {{whom}}: no reply to {{call}} from {{endpoint}} within 1 s; trying again ({number} of 2)"
    for number in (1, 2)
]


@pytest.fixture(params=["worker", "module"])
def python(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The interpreter of the tasks: Ansible's own, or one that makes them modules."""
    return sys.executable if request.param == "worker" else str(ANSIBLE.executable(tmp_path / "python"))


def command(folder: Path, python: str, endpoint: str) -> list[str]:
    """ansible-playbook on a task in one account behind the endpoint."""
    role = {"name": "worker", "state": "absent", "endpoint_url": endpoint, "aws_config": SHORT}
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": python},
        "tasks": [{"name": "Remove a role", "aws_ml.permissions.iam_role": role}],
    }
    (folder / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    return [program, "-i", "prod,", str(folder / "play.yml")]


def test_a_playbook(python: str, tmp_path: Path) -> None:
    begun = time.monotonic()
    with taking_connections() as endpoint:
        done = ANSIBLE.run(command(tmp_path, python, endpoint), cwd=tmp_path, env={**os.environ, **KEYS}, timeout=60)
    assert time.monotonic() - begun < 30
    assert done.returncode == 2
    assert "GetRole failed: ReadTimeoutError" in done.stdout + done.stderr
    lines = [line.format(whom="prod", call="iam:GetRole", endpoint=endpoint) for line in TRIES]
    if python == sys.executable:
        assert [line for line in done.stderr.splitlines() if "trying again" in line] == lines
    else:
        told = " ".join((done.stdout + done.stderr).split())
        assert all(line.partition("prod: ")[2] in told for line in lines)


def test_it_is_reported_at_once(tmp_path: Path) -> None:
    with taking_connections() as endpoint:
        started = subprocess.Popen(
            command(tmp_path, sys.executable, endpoint),
            cwd=tmp_path,
            env={**os.environ, **KEYS},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert started.stderr is not None
        told = [time.monotonic() for line in started.stderr if "trying again" in line]
        started.wait(timeout=60)
        ended = time.monotonic()
    assert [ended - moment > 1 for moment in told] == [True, True]


def test_an_inventory(tmp_path: Path) -> None:
    begun = time.monotonic()
    with taking_connections() as endpoint:
        inventory = Inventory(tmp_path, KEYS)
        going_on = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "false"}
        listed = inventory({"endpoint_url": endpoint, "aws_config": SHORT}, environment=going_on)
    assert time.monotonic() - begun < 30
    assert listed.hosts == []
    call = "organizations:DescribeOrganization"
    assert [line for line in listed.stderr.splitlines() if line.startswith("aws_ml.permissions: ")] == [
        line.format(whom="aws_accounts", call=call, endpoint=endpoint) for line in TRIES
    ]
    assert "DescribeOrganization failed: ReadTimeoutError" in listed.told
