# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequences of the README and of the page `retire` do what they say: in the end the account is as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.conftest import RolesIn
from integration.documented_blocks import Block, blocks
from integration.documented_commands import commands
from integration.playbook_runs import Playbook
from integration.shell_runs import typed, with_own_programs

from local_aws import LocalAws

RETIRE = "aws_ml.permissions.retire"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
DOCUMENTED = "111111111111"
SERVICE_POLICY = "arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy"


def of_page(page: str) -> list[Block]:
    return [block for block in blocks() if block.page == page]


def playbooks_of(block: Block) -> list[str]:
    """The commands of a block that run playbooks."""
    return [command.text for command in commands(block) if command.words[:1] == ["ansible-playbook"]]


def denied(roles: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, role in roles.items() if DENY_ALL in role["managed"]}


@pytest.fixture
def account(aws: LocalAws) -> str:
    return str(aws.members[0]["id"])


@pytest.fixture
def left(aws: LocalAws, account: str) -> None:
    """Old roles for DeepLens that were created by hand, and a role of another owner."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "deeplens.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    service = {"name": "AWSDeepLensServiceRole", "path": "/service-role/", "trust": trust}
    aws.seed(account, role={**service, "managed_policies": [SERVICE_POLICY], "tags": {"team": "vision"}})
    aws.seed(account, role={"name": "AWSDeepLensLambdaRole"})
    aws.seed(account, role={"name": "payroll"})


def test_the_readme_from_the_first_look_to_the_last_undoing(
    aws: LocalAws, account: str, roles_in: RolesIn, tmp_path: Path
) -> None:
    folder = tmp_path / "readme"
    folder.mkdir()
    environment = with_own_programs(aws.environment())
    inventory = folder / "inventory.yml"
    states = []
    for block in of_page("README"):
        if block.file == "inventory.yml":
            inventory.write_text(block.text.replace(DOCUMENTED, account), encoding="utf-8")
        for command in playbooks_of(block):
            if "permissions.audit" in command:
                # As the text says: what was created lately is refused.
                aws.seed(account, all_created="2021-06-01T00:00:00+00:00")
            typed(command, folder, environment)
            states.append((command.split("permissions.")[1].replace(" --diff", ""), roles_in(account)))
    assert [name.partition(" -e")[0] for name, _roles in states] == [
        "site --check", "site", "audit", "retire --check", "retire", "restore",
    ]  # fmt: skip
    _checked, converged, audited, planned, retired, restored = (roles for _name, roles in states)
    assert "AWSDeepLensServiceRole" in converged
    assert converged == audited == planned
    assert {name for name in converged if name.startswith("AWSDeepLens")} == denied(retired)
    assert restored == converged


def test_the_page_about_retirement(aws: LocalAws, account: str, left: None, roles_in: RolesIn, tmp_path: Path) -> None:
    folder = tmp_path / "retire"
    folder.mkdir()
    host = {"aws_account_id": account, "aws_assume_role_arn": aws.members[0]["role_arn"]}
    (folder / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": {"vision": host}}}), encoding="utf-8")
    before = roles_in(account)
    seen = []
    for block in of_page("retire"):
        for command in playbooks_of(block):
            typed(command, folder, with_own_programs(aws.environment()))
            seen.append((command.split("permissions.")[1].partition(" -e")[0], denied(roles_in(account))))
    both = {"AWSDeepLensServiceRole", "AWSDeepLensLambdaRole"}
    assert seen == [("retire --check", set()), ("retire", both), ("restore", set())]
    assert roles_in(account) == before


@pytest.mark.parametrize("name", ["plain", "it's a $(folder)"])
def test_the_command_that_a_retirement_shows(
    *,
    name: str,
    aws: LocalAws,
    account: str,
    left: None,
    playbook: Playbook,
    accounts: dict[str, Any],
    roles_in: RolesIn,
    tmp_path: Path,
) -> None:
    """It is for one account: the others, of which there is no backup in that file, take no part."""
    folder = tmp_path / name
    folder.mkdir()
    before = roles_in(account)
    retired = playbook(RETIRE, accounts, working_folder=folder)
    assert len(denied(roles_in(account))) == 2
    [shown] = retired.results("Summarize the run").values()
    [undo] = [one["command"] for one in shown["next_commands"] if one["purpose"] == "To undo this"]
    assert undo.startswith("ansible-playbook -i ")
    start = shown["lines"].index("To undo this:") + 1
    last = next(place for place, line in enumerate(shown["lines"][start:], start) if not line.endswith("\\"))
    printed = typed("\n".join(shown["lines"][start : last + 1]), tmp_path, with_own_programs(aws.environment()))
    assert roles_in(account) == before
    assert "written: 1 account" in printed and "role/AWSDeepLensServiceRole DetachRolePolicy, UntagRole" in printed
    assert aws.members[1]["name"] not in printed
