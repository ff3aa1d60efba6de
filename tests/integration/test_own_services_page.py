# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page `own_services`, followed from top to bottom in an empty folder by a shell, mistakes included.

The files are the page's own blocks. Only the local AWS is not started as the page says: it is that of the tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from integration.conftest import RolesIn
from integration.documented_blocks import Block, blocks
from integration.documented_commands import commands
from integration.documented_pages import assert_installed, missing
from integration.shell_runs import typed, with_own_programs

from local_aws import LocalAws

DOCUMENTED = "111111111111"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
FILES = {
    *("own_services-check", "own_services-service", "own_services-variables", "own_services-documented"),
    *("own_services-least-privilege", "own_services-more-variables", "own_services-rules", "own_services-traces"),
    *("own_services-inventory", "own_services-documented-values", "own_services-narrow-values"),
    *("own_services-former-values", "own_services-role"),
}
"""Blocks that are the files of their captions, from there on."""

CHECK, SITE = "ansible-playbook check.yml", "ansible-playbook aws_ml.permissions.site"
SERVICE = "our_services/parcel_reader"
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "own_services-unquoted-day": (CHECK, f"{SERVICE}/service.yml", 'since: "2025-09-30"', "since: 2025-09-30"),
    "own_services-unknown-trust": (CHECK, f"{SERVICE}/documented.yml", "trust: lambda", "trust: lamda"),
    "own_services-unknown-variable": (CHECK, f"{SERVICE}/least_privilege.yml", "${bucket}\n", "${bukket}\n"),
    "own_services-unknown-choice": (CHECK, f"{SERVICE}/rules.yml", "'least_privilege'", "'least_privileges'"),
    "own_services-unknown-trace": (CHECK, f"{SERVICE}/traces.yml", "inline_policies", "inline_policy"),
    "own_services-wrong-values": (SITE, "group_vars/all.yml", "_bucket: parcel-images", '_job: "*"'),
}
"""By the block with the output: the command, the file, its correct text, and the mistake in it."""


@dataclass
class Reader:
    """Somebody who follows the page. `run` counts the commands that were typed."""

    folder: Path
    environment: dict[str, str]
    account: str
    run: int = field(default=0)

    def follow(self, block: Block) -> None:
        if block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text.replace(DOCUMENTED, self.account), encoding="utf-8")
        elif block.name in MISTAKES:
            self.make_mistake(block)
        elif block.language == "console":
            for command in commands(block):
                if command.words[0] == "pip":
                    assert_installed(command)
                elif command.words[0] not in ("git", "cd", "make"):
                    self.type(command.text, command.output, fails="[ERROR]" in command.output)

    def make_mistake(self, block: Block) -> None:
        command, file, right, wrong = MISTAKES[block.name]
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert right in text, f"{block.name}: {file} has no {right}"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        self.type(command, f"...\n{block.text}...\n", fails=True)
        path.write_text(text, encoding="utf-8")

    def type(self, command: str, shown: str, *, fails: bool) -> None:
        printed = typed(f"! {command}" if fails else command, self.folder, self.environment)
        self.run += 1
        piece = missing(shown.replace(DOCUMENTED, self.account), printed)
        assert not piece, f"{command}\n--- did not print\n{piece}\n--- but\n{printed}"


@pytest.fixture
def reader(aws: LocalAws, tmp_path: Path) -> Iterator[Reader]:
    account = aws.members[0]["id"]
    aws.client("iam", account=account).create_group(GroupName="model-trainers")
    folder = tmp_path / "empty"
    folder.mkdir()
    yield Reader(folder, with_own_programs({**aws.environment(), "COLUMNS": "200"}), account)
    shutil.rmtree(folder)


def test_every_step_does_what_the_page_says(reader: Reader, aws: LocalAws, roles_in: RolesIn) -> None:
    of_page = [block for block in blocks() if block.page == "own_services"]
    assert {block.name for block in of_page if block.name} == FILES | MISTAKES.keys()
    for block in of_page:
        reader.follow(block)
    assert reader.run == len(MISTAKES) + 9
    writes = aws.call_counts(reader.account)
    assert (writes["CreateRole"], writes["PutGroupPolicy"], writes["DeleteGroupPolicy"]) == (2, 2, 1)
    roles = roles_in(reader.account)
    assert all(DENY_ALL in roles[f"ParcelReader{name}Role"]["managed"] for name in ("Function", "Training"))
