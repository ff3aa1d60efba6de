# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page `start`, followed from top to bottom in an empty folder by a shell, with a home and a profile of its own.

What is fetched from a network is not: pip finds its packages installed, and git takes this checkout for the repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from integration.documented_blocks import COLLECTION, blocks
from integration.documented_commands import commands
from integration.documented_pages import assert_installed, missing
from integration.shell_runs import typed

from local_aws import LocalAws

REPOSITORY = "https://github.com/aws-ml/permissions.git"
DOCUMENTED = "111111111111"
PROFILE = (
    "[profile automation]\naws_access_key_id = {AWS_ACCESS_KEY_ID}\naws_secret_access_key = {AWS_SECRET_ACCESS_KEY}\n"
)
WIDTH = "200"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository to clone: the current files of this checkout, in one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=COLLECTION,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a checkout of git")
    copy = tmp_path / "repository"
    for name in listed.stdout.split("\0"):
        if name and (COLLECTION / name).is_file() and not name.startswith(("tests/", "docs/", "bench/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(COLLECTION / name, copy / name)
    somebody = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"]
    for step in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"], [*somebody, "commit", "-qm", "All"]):
        subprocess.run(["git", *step], cwd=copy, env={**os.environ, "HOME": str(tmp_path)}, check=True)
    return copy


@pytest.fixture
def environment(aws: LocalAws, tmp_path: Path, repository: Path) -> dict[str, str]:
    """That of a newcomer: no collections but those that the package ansible brings, and a profile."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    given = aws.environment()
    (home / ".aws" / "config").write_text(PROFILE.format(**given), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "COLUMNS": WIDTH,
        "ANSIBLE_NOCOLOR": "1",
        "AWS_ENDPOINT_URL": given["AWS_ENDPOINT_URL"],
        "AWS_REGION": given["AWS_REGION"],
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }


def test_every_step_prints_what_the_page_shows(aws: LocalAws, environment: dict[str, str], tmp_path: Path) -> None:
    account = aws.members[0]["id"]
    folder = tmp_path / "empty"
    folder.mkdir()
    exported: list[str] = []
    followed = 0
    for block in blocks():
        if block.page != "start":
            continue
        if block.file:
            (folder / block.file).write_text(block.text.replace(DOCUMENTED, account), encoding="utf-8")
        elif block.language == "console":
            for command in commands(block):
                if command.words[0] == "pip":
                    assert_installed(command)
                elif command.words[0] == "export":
                    exported.append(command.text)
                else:
                    printed = typed("\n".join([*exported, command.text]), folder, environment)
                    followed += 1
                    assert not missing(command.output.replace(DOCUMENTED, account), printed), printed
    assert followed == 7
    writes = aws.call_counts(account)
    assert (writes["CreateRole"], writes["DeleteRole"]) == (3, 3)
