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
from integration.documented_commands import SHELLS, commands
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
    if block.language not in SHELLS:
        return []
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


def test_the_readme_from_the_first_look_to_the_second_run(
    aws: LocalAws, account: str, left: None, roles_in: RolesIn, tmp_path: Path
) -> None:
    folder = tmp_path / "readme"
    folder.mkdir()
    environment = with_own_programs(aws.environment())
    states = [("at first", roles_in(account))]
    for block in of_page("README"):
        if block.file:
            (folder / block.file).parent.mkdir(exist_ok=True)
            (folder / block.file).write_text(block.text.replace(DOCUMENTED, account), encoding="utf-8")
        for command in playbooks_of(block):
            typed(command, folder, environment)
            states.append((command.split("permissions.")[1].replace(" --diff", ""), roles_in(account)))
    assert [name.partition(" -e")[0] for name, _roles in states[1:]] == [
        "audit", "retire --check", "retire", "release", "restore", "site --check", "site",
    ]  # fmt: skip
    first, audited, planned, retired, released, _restored, checked, converged = (roles for _name, roles in states)
    assert first == audited == planned
    assert denied(retired) == {"AWSDeepLensServiceRole", "AWSDeepLensLambdaRole"}
    assert denied(released) == denied(checked) == set()
    assert "AWSDeepLensSageMakerRole" in converged
    assert "AWSDeepLensSageMakerRole" not in checked


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
    released = {"AWSDeepLensServiceRole"}
    assert seen == [("retire --check", set()), ("retire", both), ("release", released), ("restore", set())]
    after = roles_in(account)
    for role in after.values():
        role["tags"] = {key: value for key, value in role["tags"].items() if "aws_ml_permissions:release" not in key}
    assert after == before


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
