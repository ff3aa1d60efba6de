# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What folders host_vars and other sources give to names, read as Ansible reads it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import context
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.utils.context_objects import CLIArgs
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization import given_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.given_variables import (
    Elsewhere,
    elsewhere,
    given_by_files,
    later_inventory,
    stated_id,
)

pytestmark = pytest.mark.both_generations

ONE, TWO = "000000000001", "000000000002"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def sources(monkeypatch: pytest.MonkeyPatch, *paths: Path | str) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"inventory": [str(path) for path in paths]}))


def found_in(folder: Path) -> dict[str, str]:
    return {each.name: each.account_id for each in given_by_files(DataLoader(), [str(folder)])}


@pytest.mark.parametrize(
    ("value", "stated"),
    [
        (ONE, ONE),
        (111111111111, "111111111111"),
        (1, ""),  # 000000000001 without quotes
        ("1111111111", ""),
        (f"{ONE}\n", ""),
        ("{{ id }}", ""),
        (None, ""),
        (True, ""),
        ([ONE], ""),
    ],
)
def test_an_account_is_stated_by_twelve_digits(value: Any, stated: str) -> None:
    assert stated_id({"aws_account_id": value}) == stated
    assert stated_id([value]) == ""


def test_files_and_folders_of_a_name_are_read_as_ansible_reads_them(folder: Path) -> None:
    hosts = folder / "host_vars"
    write(hosts / "one.yml", f'aws_account_id: "{ONE}"')
    write(hosts / "two" / "b.yml", f'aws_account_id: "{TWO}"')
    write(hosts / "two" / "a.yml", f'aws_account_id: "{ONE}"')
    write(hosts / "two" / "c.json", '{"x": 1}')
    write(hosts / "none", "x: 1")
    write(hosts / "json.json", f'{{"aws_account_id": "{ONE}"}}')
    write(hosts / "broken.yml", "x: [")
    write(hosts / "vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n00")
    write(hosts / "a.b.yaml", f'aws_account_id: "{ONE}"')
    write(hosts / ".hidden.yml", "x: 1")
    write(hosts / "old.yml~", "x: 1")
    os.mkfifo(hosts / "pipe.yml")
    assert found_in(folder) == {
        "one": ONE,
        "two": TWO,
        "none": "",
        "json": ONE,
        "broken": "",
        "vault": "",
        "a.b": ONE,
    }
    assert found_in(folder / "nowhere") == {}


def test_places_are_beside_each_source_and_each_playbook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder / "sources" / "org.aws_accounts.yml", "plugin: x")
    write(folder / "sources" / "host_vars" / "inside.yml", "x: 1")
    write(folder / "other" / "host_vars" / "other.yml", "x: 1")
    write(folder / "playbooks" / "host_vars" / "playbook.yml", "x: 1")
    write(folder / "host_vars" / "here.yml", "x: 1")
    write(folder / "other" / "group_vars" / "ou_x.yml", "x: 1")
    playbooks = SimpleNamespace(playbook_paths=[str(folder / "playbooks" / "collections")])  # as Ansible keeps them
    monkeypatch.setattr(given_variables, "AnsibleCollectionConfig", playbooks)
    sources(monkeypatch, folder / "sources", write(folder / "other" / "static.yml", "all: {}"), "a,b")
    found = elsewhere(DataLoader(), InventoryData(), str(path))
    assert [each.name for each in found.given if not each.is_host] == ["inside", "other", "playbook"]
    assert found.group_place(DataLoader(), "ou_x") == str(folder / "other" / "group_vars" / "ou_x.yml")
    assert found.group_place(DataLoader(), "all") == "the group all of another source"
    assert found.group_place(DataLoader(), "nothing") == ""


def test_later_sources_are_read_for_their_hosts_and_groups(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "hosts" / "10.yml", "all: {hosts: {before: {}}}")
    path = write(folder / "hosts" / "20.aws_accounts.yml", "plugin: aws_ml.permissions.aws_accounts")
    write(folder / "hosts" / "30.yml", f"prod: {{hosts: {{after: {{aws_account_id: '{ONE}'}}}}}}")
    write(folder / "hosts" / "40.yml", "plugin: ansible.builtin.constructed")
    write(folder / "hosts" / "50.yml", "not: [an inventory")
    write(folder / "hosts" / "60.sh", f"#!/bin/sh\ntouch {folder}/ran\necho '{{}}'").chmod(0o700)
    write(folder / "hosts" / "host_vars" / "x.yml", "x: 1")
    last = write(folder / "last.ini", f"[more]\nlast aws_account_id={TWO}\n")
    sources(monkeypatch, folder / "hosts", last, "listed,")
    later = later_inventory(DataLoader(), str(path))
    assert set(later.hosts) == {"after", "last", "listed"}
    assert {"prod", "more"} <= set(later.groups)
    assert not (folder / "ran").exists()


def test_hosts_of_earlier_and_later_sources_are_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder / "org.aws_accounts.yml", "plugin: x")
    later = write(folder / "later.yml", f"all: {{hosts: {{both: {{aws_account_id: '{ONE}'}}, later: {{}}}}}}")
    sources(monkeypatch, path, later)
    inventory = InventoryData()
    for name in ("both", "earlier"):
        inventory.add_host(name)
    found = elsewhere(DataLoader(), inventory, str(path))
    assert isinstance(found, Elsewhere)
    assert {each.name: (each.account_id, each.is_host) for each in found.given} == {
        "both": (ONE, True),
        "earlier": ("", True),
        "later": ("", True),
    }
    assert {each.place for each in found.given if each.name == "later"} == {f"host later of {later}"}
