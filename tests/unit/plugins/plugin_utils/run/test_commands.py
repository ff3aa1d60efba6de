# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands can be copied into a shell, whatever the names and paths in them."""

from __future__ import annotations

import json
import shlex
from itertools import pairwise

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.commands import (
    audit_command,
    release_command,
    restore_command,
    retire_command,
)

pytestmark = pytest.mark.both_generations

WORDS = [
    (audit_command(), ["-i", "INVENTORY", "aws_ml.permissions.audit"]),
    (audit_command(["dev"], ["a", "b"]), ["-i", "a", "-i", "b", "aws_ml.permissions.audit", "--limit", "dev"]),
    (
        retire_command(["a", "b"], ["i"], check=True),
        ["-i", "i", "aws_ml.permissions.retire", "--check", "--limit", "a,b"],
    ),
    (
        restore_command("/backups/1.json", ["dev"], ["i"]),
        ["-i", "i", "aws_ml.permissions.restore", "-e", "aws_ml_restore_src=/backups/1.json", "--limit", "dev"],
    ),
]


@pytest.mark.parametrize(("command", "words"), WORDS)
def test_words(command: str, words: list[str]) -> None:
    assert shlex.split(command) == ["ansible-playbook", *words]


@pytest.mark.parametrize("name", ["it's", "a $(date) b", "x\\y", 'q"q', "a,b", "{{ x }}"])
def test_a_path_reaches_ansible_as_it_is(name: str) -> None:
    given = shlex.split(restore_command(name, [name], [name]))
    assert (given[2], given[-1]) == (name, name)
    assert json.loads(given[5]) == {"aws_ml_restore_src": name}


def test_a_release_names_roles_and_a_reason() -> None:
    words = shlex.split(release_command(["A", "B"], reason="needed by J. Doe", check=True))
    given = [json.loads(value) for word, value in pairwise(words) if word == "-e"]
    assert given == [{"aws_ml_release_roles": ["A", "B"]}, {"aws_ml_release_reason": "needed by J. Doe"}]
    assert "WHO NEEDS THEM" in release_command(["A"])
