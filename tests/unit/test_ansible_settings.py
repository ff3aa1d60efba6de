# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs of Ansible share a process that has imported Ansible, and that they leave nothing of each other."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_settings import settings_of
from preloaded_ansible import ANSIBLE

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ lookup('ansible.builtin.pipe', 'ls temporary') }}"}
    - ansible.builtin.copy: {content: one, dest: "{{ playbook_dir }}/written"}
"""


def order(folder: Path, *arguments: str, streams: tuple[int, ...] = (0, 1, 2), **environment: str) -> dict[str, Any]:
    program, *others = arguments or ("/bin/ansible-playbook", "play.yml")
    given = {"environment": environment, "folder": str(folder), "streams": streams}
    return {"arguments": [program, *others], **given}


@pytest.fixture
def output(tmp_path: Path) -> tuple[int, ...]:
    """Streams that are no terminal, whatever the tests run in."""
    descriptor = os.open(tmp_path / "output", os.O_RDWR | os.O_CREAT)
    return (descriptor, descriptor, descriptor)


def test_settings_are_what_ansible_reads(tmp_path: Path, output: tuple[int, ...]) -> None:
    def settings(*arguments: str, **environment: str) -> Any:
        return settings_of(order(tmp_path, *arguments, streams=output, **environment))

    same = settings(ANSIBLE_FORKS="5", HOME="/one", AWS_REGION="eu-west-1")
    assert same == settings(ANSIBLE_FORKS="5", HOME="/one", AWS_REGION="us-east-1")
    assert same == settings("/usr/bin/ansible-inventory", "--list", ANSIBLE_FORKS="5", HOME="/one")
    assert same != settings(ANSIBLE_FORKS="6", HOME="/one")
    assert same != settings(ANSIBLE_FORKS="5", HOME="/two")
    assert settings("/usr/bin/ansible-galaxy", ANSIBLE_FORKS="5") is None
    assert settings("-m", "local_aws") is None

    (tmp_path / "ansible.cfg").write_text("[defaults]\nforks = 7\n", encoding="utf-8")
    first = settings(ANSIBLE_FORKS="5", HOME="/one")
    assert first != same
    (tmp_path / "ansible.cfg").write_text("[defaults]\nforks = 8\n", encoding="utf-8")
    assert settings(ANSIBLE_FORKS="5", HOME="/one") != first


def test_a_playbook_with_collections_beside_it_has_a_process_of_its_own(
    tmp_path: Path, output: tuple[int, ...]
) -> None:
    play = ("/bin/ansible-playbook", "plays/play.yml")
    (tmp_path / "plays").mkdir()
    assert settings_of(order(tmp_path, *play, streams=output)) is not None
    (tmp_path / "plays/collections").mkdir()
    assert settings_of(order(tmp_path, *play, streams=output)) is None


def test_a_program_in_a_terminal_has_a_process_of_its_own(tmp_path: Path) -> None:
    other_end, terminal = pty.openpty()
    assert settings_of(order(tmp_path, streams=(terminal, terminal, terminal))) is None
    os.close(other_end)
    os.close(terminal)


@pytest.mark.both_generations
def test_runs_have_folders_of_their_own_and_leave_none(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(PLAYBOOK, encoding="utf-8")
    temporary = tmp_path / "temporary"
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "play.yml"]
    environment = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(temporary), "ANSIBLE_NOCOLOR": "1"}
    used = set()
    for number in range(4):
        done = ANSIBLE.run(command, cwd=tmp_path, env=environment, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("changed=1" in done.stdout) == (number == 0)
        used |= {line for line in done.stdout.splitlines() if "ansible-local-" in line}
        assert list(temporary.iterdir()) == []
    assert len(used) == 4
