# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page `start`, followed from top to bottom in an empty folder by a shell, with a home and a profile of its own.

The virtual environment is that of the tests, in which pip finds the packages installed. The collection is built in a
copy of this checkout, as its reader would.
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

DOCUMENTED = "111111111111"
PROFILE = (
    "[profile automation]\naws_access_key_id = {AWS_ACCESS_KEY_ID}\naws_secret_access_key = {AWS_SECRET_ACCESS_KEY}\n"
)
WIDTH = "80"
FOLLOWED_DEEPLENS = (
    ("AWSDeepLensServiceRole", "deeplens.amazonaws.com", ["service-role/AWSDeepLensServiceRolePolicy"]),
    ("AWSDeepLensSagemakerRole", "sagemaker.amazonaws.com", ["AmazonSageMakerFullAccess", "IAMFullAccess"]),
)
"""What someone left, as the page says: role, trusted service, policies of AWS."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout: the current files of this one."""
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
    return copy


@pytest.fixture
def environment(aws: LocalAws, tmp_path: Path) -> dict[str, str]:
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
    }


@pytest.fixture
def account(aws: LocalAws) -> str:
    """An account in which someone followed the guide of DeepLens, years ago."""
    account = str(aws.members[0]["id"])
    for name, service, policies in FOLLOWED_DEEPLENS:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        arns = [f"arn:aws:iam::aws:policy/{policy}" for policy in policies]
        aws.seed(account, role={"name": name, "trust": trust, "managed_policies": arns})
    aws.seed(account, all_created="2021-06-01T00:00:00+00:00")
    return account


def test_every_step_prints_what_the_page_shows(
    aws: LocalAws, account: str, environment: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    exported: list[str] = []
    followed = 0
    for block in blocks():
        if block.page != "start":
            continue
        if block.file:
            (folder / block.file).parent.mkdir(exist_ok=True)
            (folder / block.file).write_text(block.text.replace(DOCUMENTED, account), encoding="utf-8")
        elif block.language == "console":
            for command in commands(block):
                if command.words[0] == "pip":
                    assert_installed(command)
                elif command.words[0] == "export":
                    exported.append(command.text)
                elif command.words[0] not in ("python3", "."):
                    place = repository if command.words[0] == "ansible-galaxy" else folder
                    printed = typed("\n".join([*exported, command.text]), place, environment)
                    followed += 1
                    assert not missing(command.output.replace(DOCUMENTED, account), printed), printed
    assert followed == 9
    writes = aws.call_counts(account)
    assert (writes["CreateRole"], writes["AttachRolePolicy"], writes["DetachRolePolicy"]) == (3, 5, 1)
