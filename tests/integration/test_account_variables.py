# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables for accounts whose names others choose: files beside an inventory, groups of OUs, and other sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.accounts_inventory import Inventory, Organization
from integration.documented_entries import named_blocks
from integration.playbook_runs import Playbook
from integration.roles_by_account import ROLE, made, named, write

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
SERVICES = {"aws_ml_services": ["deeplens"]}
MEMBERS = {"include_management_account": False}


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def organization(aws: LocalAws) -> Organization:
    return Organization(aws)


def test_a_file_without_an_account_is_for_no_one_who_chose_its_name(
    aws: LocalAws, inventory: Inventory, organization: Organization, playbook: Playbook, tmp_path: Path
) -> None:
    file = write(tmp_path / "host_vars" / "warehouse.yml", {"own": "warehouse"})
    source = inventory.source(MEMBERS)
    run = playbook(ROLE, source)
    assert run.rc == 2
    assert run.failures() == {
        "warehouse": f"warehouse is refused: {file} does not say which account it is for, and account"
        f" {aws.members[2]['id']} chose the name warehouse itself. To fix: add aws_account_id:"
        f' "{aws.members[2]["id"]}" there if it is for this account, or that of the account it is for.'
    }
    assert set(made(aws)) == {aws.members[0]["id"], aws.members[1]["id"]}
    assert not any(call["account"] == aws.members[2]["id"] for call in aws.calls())
    assert aws.call_counts()["AssumeRole"] == 2
    twin = named(organization, "warehouse")
    again = playbook(ROLE, source)
    assert set(again.failures()) == {f"warehouse-{aws.members[2]['id']}", f"warehouse-{twin}"}


@pytest.mark.parametrize("beside", ["source", "playbook"])
def test_a_file_with_an_account_stays_with_it_whatever_accounts_are_called(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path, beside: str
) -> None:
    organization = Organization(aws)
    victim = aws.members[2]["id"]
    folder = tmp_path if beside == "source" else tmp_path / "playbooks"
    write(folder / "host_vars" / "store" / "main.yml", {"aws_account_id": victim, "own": "store"})
    play = write(folder / "play.yml", yaml.safe_load(ROLE))
    first, second = named(organization, "store"), named(organization, "STORE")
    run = playbook(play, inventory.source(MEMBERS))
    assert run.rc == 0, run.stdout + run.stderr
    assert made(aws) == {
        victim: ["made-store"],
        **{member["id"]: ["made-by-default"] for member in aws.members[:2]},
        first: [],
        second: [],
    }
    assert set(run.stats) == {"store", "vision-dev", "vision-prod", f"store-{first}", f"STORE-{second}"}


def test_what_does_not_reach_its_account_fails_that_account_alone(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path
) -> None:
    dev, prod, store = (member["id"] for member in aws.members)
    write(tmp_path / "host_vars" / f"{dev}.yml", {"own": "dev"})
    write(tmp_path / "host_vars" / "vision-prod.yml", {"aws_account_id": prod, "own": "prod"})
    write(tmp_path / "host_vars" / f"{store}.yml", {"aws_account_id": "999999999999"})
    run = playbook(ROLE, inventory.source({**MEMBERS, "hostname": "id"}))
    assert set(run.failures()) == {prod, store}
    assert f"vision-prod.yml is for account {prod}, whose host is {prod}" in run.failures()[prod]
    assert f"{store}.yml is for account 999999999999. To fix: remove it from {store}." in run.failures()[store]
    assert made(aws) == {dev: ["made-dev"]}


def test_a_group_that_says_another_account_is_refused(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path
) -> None:
    other = aws.members[0]["id"]
    write(tmp_path / "group_vars" / "ou_Operations.yml", {"aws_account_id": other})  # has no effect: a host goes first
    source = inventory.source({**MEMBERS, "ous": ["Operations"]})
    assert playbook(ROLE, source, {"aws_account_id": other}).failures() == {
        "warehouse": f'warehouse is refused: aws_account_id is "{other}", but aws_account_arn belongs to account'
        f" {aws.members[2]['id']}. To fix: remove what overrides aws_account_id, such as a file in host_vars or"
        " group_vars that is for another account."
    }
    assert playbook(ROLE, source).rc == 0
    assert set(made(aws)) == {aws.members[2]["id"]}


@pytest.mark.parametrize("order", ["before", "after"])
def test_hosts_of_other_sources_are_joined_by_the_account_that_they_state(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path, order: str
) -> None:
    dev, prod, store = (member["id"] for member in aws.members)
    hosts: Mapping[str, Any] = {
        "mine": {"aws_account_id": dev, "own": "mine"},
        "vision-prod": {"own": "prod"},
        "warehouse": {"aws_account_id": "999999999999", "own": "nobodys"},
    }
    folder = tmp_path / "sources"
    write(folder / ("1.yml" if order == "before" else "9.yml"), {"labelled": {"hosts": hosts}})
    inventory.source(MEMBERS).rename(folder / "5.aws_accounts.yml")
    run = playbook(ROLE, folder, {"accounts": "aws_organization"})
    assert set(run.stats) == {"mine", f"vision-prod-{prod}", f"warehouse-{store}"}
    assert set(run.failures()) == {f"vision-prod-{prod}"}
    assert "host vision-prod of " in run.failures()[f"vision-prod-{prod}"]
    assert made(aws) == {dev: ["made-mine"], store: ["made-by-default"]}


def test_variables_for_the_group_of_an_ou_are_not_lost_in_silence(
    aws: LocalAws, inventory: Inventory, organization: Organization, playbook: Playbook, tmp_path: Path
) -> None:
    file = write(tmp_path / "group_vars" / "ou_Machine_Learning.yml", {"own": "ml"})
    source = inventory.source(MEMBERS)
    assert playbook(ROLE, source).rc == 0
    assert made(aws)[aws.members[0]["id"]] == ["made-ml"]
    organization.unit("/Machine Learning")
    failures = playbook(ROLE, source).failures()
    assert set(failures) == {"vision-dev", "vision-prod"}
    assert f"{file} is for the group ou_Machine_Learning, which is the name of several OUs" in failures["vision-dev"]


def test_numbers_are_names_that_can_be_written_everywhere(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path
) -> None:
    dev, prod, store = (member["id"] for member in aws.members)
    folder = tmp_path / "sources"
    folder.mkdir()
    documented = named_blocks()["accounts-by-id"].text.replace("111111111111", dev).replace("012345678901", prod)
    inventory.source({**MEMBERS, "hostname": "id"}).rename(folder / "5.aws_accounts.yml")
    (folder / "9.yml").write_text(documented, encoding="utf-8")
    write(folder / "host_vars" / f"{dev}.yml", {"own": "host"})
    for pattern in (dev, f"pilots:!{prod}", f"aws_organization:!{prod}:!{store}"):
        run = playbook(ROLE, folder, {"accounts": pattern})
        assert list(run.stats) == [dev]
        assert run.rc == 0
    assert made(aws) == {dev: ["made-host"]}
    limited = playbook(SITE, folder, {**SERVICES, "aws_ml_accounts": dev})
    assert limited.rc == 0
    assert list(limited.stats) == [dev]
