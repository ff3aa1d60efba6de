# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts whose names, tags and OUs were chosen to mislead a run: the real ansible-playbook on a local AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.accounts_inventory import Inventory, Organization
from integration.documented_entries import named_blocks
from integration.playbook_runs import Playbook

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
SERVICES = {"aws_ml_services": ["deeplens"]}
MEMBERS = {"include_management_account": False}

ROLE = """
- hosts: "{{ accounts | default('all') }}"
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: "made-{{ own | default('by-default') }}"
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
"""


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def organization(aws: LocalAws) -> Organization:
    return Organization(aws)


def named(organization: Organization, name: str, **tags: str) -> str:
    """A new account, with an email that does not depend on its name."""
    status = organization.api.create_account(
        AccountName=name,
        Email=f"a{len(organization.api.list_accounts()['Accounts'])}@example.com",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )["CreateAccountStatus"]
    return str(status["AccountId"])


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def written(aws: LocalAws) -> Counter[str]:
    """How many roles were made in each account."""
    return Counter(call["account"] for call in aws.calls() if call["action"] == "CreateRole" and call["error"] is None)


def made(aws: LocalAws) -> dict[str, list[str]]:
    """The roles that `ROLE` has made, by account; those in accounts that a test has added are not read."""
    members = {member["id"] for member in aws.members}
    found: dict[str, list[str]] = {}
    for account in written(aws):
        if account not in members:
            found[account] = []
            continue
        roles = aws.client("iam", account=account).list_roles()["Roles"]
        found[account] = [role["RoleName"] for role in roles if role["RoleName"].startswith("made-")]
    return found


NAMES = ["ou_Operations", "all", "ungrouped", "localhost", "127.0.0.1", "::1", ".", "..", "twin", "twin", "stage_dev"]


@pytest.mark.parametrize("kind", ["name", "id", "email"])
def test_no_name_leads_a_run_into_another_account(
    aws: LocalAws, inventory: Inventory, organization: Organization, playbook: Playbook, kind: str
) -> None:
    ids = [named(organization, name) for name in NAMES]
    source = {**MEMBERS, "hostname": kind, "keyed_groups": [{"key": "aws_account_tags.stage", "prefix": "stage"}]}
    listed = inventory(source)
    found = {each["aws_account_id"]: host for host, each in listed.variables.items()}
    if kind == "name":
        assert [found[each] for each in ids] == [
            *(f"{name}-{each}" for name, each in zip(NAMES[:5], ids, strict=False)),
            f"1-{ids[5]}",
            ids[6],
            ids[7],
            *(f"{name}-{each}" for name, each in zip(NAMES[8:], ids[8:], strict=True)),
        ]
        assert "hosts are called NAME-ID if the name is reserved" in listed.told
    aws.clear_calls()
    run = playbook(SITE, inventory.source(source), SERVICES)
    assert run.rc == 0, run.stdout + run.stderr
    members = [member["id"] for member in aws.members]
    assert written(aws) == dict.fromkeys([*members, *ids], 5)
    assert len(run.stats) == len(members) + len(ids)
    assert "Found both group and host with same name" not in run.stderr


def test_a_run_for_an_ou_takes_the_accounts_in_it_and_no_other(
    aws: LocalAws, inventory: Inventory, organization: Organization, playbook: Playbook
) -> None:
    named(organization, "ou_Operations")
    named(organization, "warehouse", stage="ou_Operations")
    source = {**MEMBERS, "keyed_groups": [{"key": "aws_account_tags.stage", "prefix": "", "separator": ""}]}
    run = playbook(ROLE, inventory.source(source), {"accounts": "ou_Operations"})
    assert run.rc == 0, run.stdout + run.stderr
    assert set(made(aws)) == {aws.members[2]["id"]}


@pytest.mark.parametrize("stage", ["ou_Operations", "all", "ungrouped", "warehouse", "stages"])
def test_a_tag_does_not_choose_the_group_of_an_ou_or_the_name_of_a_host(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path, stage: str
) -> None:
    other = named(Organization(aws), "other", stage=stage)
    victim = aws.members[2]["id"]
    write(tmp_path / "host_vars" / "warehouse.yml", {"aws_account_id": victim, "own": "warehouse"})
    entry = {"key": "aws_account_tags.stage", "prefix": "", "separator": "", "parent_group": "stages"}
    run = playbook(ROLE, inventory.source({**MEMBERS, "keyed_groups": [entry]}))
    assert run.rc == 2, run.stdout + run.stderr
    assert set(run.failures()) == {"other"}
    assert "keyed_groups" in run.failures()["other"]
    assert "To fix: change its tags" in run.failures()["other"]
    assert made(aws)[victim] == ["made-warehouse"]
    assert other not in made(aws)


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


def test_texts_of_the_organization_are_no_templates_and_no_lines(
    aws: LocalAws, inventory: Inventory, organization: Organization, playbook: Playbook, tmp_path: Path
) -> None:
    template = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "touched") + "') }}"
    named(organization, template, stage=template, **{template: "x"})
    for name in ("x\n\x1b[31mok: [vision-dev]", "x\n\x1b[31mok: (vision-dev]"):
        organization.unit(f"/{name}")
    source = {
        **MEMBERS,
        "compose": {
            "own": "aws_account_tags.stage | default('none')",
            "joined": "'{{ 7 * 7 }}' ~ aws_account_tags.stage | default('none')",
            "listed": "[aws_account_name, aws_account_tags]",
        },
        "keyed_groups": [{"key": "aws_account_tags.stage", "prefix": "stage", "parent_group": "stages"}],
        "groups": {"odd": "'lookup' in aws_account_name"},
    }
    text = """
- hosts: odd
  gather_facts: false
  connection: local
  tasks:
    - name: Show
      ansible.builtin.debug: {msg: ["{{ own }}", "{{ joined }}", "{{ listed }}", "{{ aws_ou_path }}"]}
    - name: Show again
      ansible.builtin.debug: {var: own}
"""
    run = playbook(text, inventory.source(source))
    (shown,) = run.results("Show").values()
    assert shown["msg"][0] == template
    assert shown["msg"][1] == "{{ 7 * 7 }}" + template
    assert shown["msg"][2][0] == template
    listed = inventory(source)
    graph = inventory(source, "--graph")
    for said in (listed, graph):
        assert "\x1b" not in said.stdout + said.stderr
        assert "ok: [vision-dev]" not in said.stderr.splitlines()
    assert r'"/x\n\u001b[31mok: [vision-dev]" (ou_x___31mok___vision_dev___ou_' in listed.stderr
    refused = inventory({**source, "ous": ["nowhere"]})
    assert "\x1b" not in refused.stderr
    assert not (tmp_path / "touched").exists()


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
