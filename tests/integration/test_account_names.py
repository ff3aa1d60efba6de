# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts whose names, tags and OUs were chosen to mislead a run: the real ansible-playbook on a local AWS."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.accounts_inventory import Inventory, Organization
from integration.playbook_runs import Playbook
from integration.roles_by_account import ROLE, made, named, write, written

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
MEMBERS = {"include_management_account": False}
SERVICES = {"aws_ml_services": ["deeplens"]}


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def organization(aws: LocalAws) -> Organization:
    return Organization(aws)


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


SHOW = """
- hosts: odd
  gather_facts: false
  connection: local
  tasks:
    - name: Show
      ansible.builtin.debug: {msg: ["{{ own }}", "{{ joined }}", "{{ listed }}", "{{ aws_ou_path }}"]}
    - name: Show again
      ansible.builtin.debug: {var: own}
"""


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
    run = playbook(SHOW, inventory.source(source))
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
