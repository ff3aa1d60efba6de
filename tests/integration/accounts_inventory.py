# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible-inventory on a source of aws_accounts, and grows the organization of the local AWS."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

PLUGIN = "aws_ml.permissions.aws_accounts"
COLUMNS = "4000"
"""Wide enough for every message to stay on its line."""


@dataclass(frozen=True)
class Listed:
    """What `ansible-inventory --list` says."""

    rc: int
    stdout: str
    stderr: str

    @property
    def told(self) -> str:
        """The warnings and errors, without the line breaks that depend on the width of the terminal."""
        return " ".join(self.stderr.split())

    @property
    def data(self) -> dict[str, Any]:
        assert self.rc == 0, self.stderr
        found: dict[str, Any] = json.loads(self.stdout, object_hook=lambda each: each.get("__ansible_unsafe", each))
        return found

    @property
    def variables(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.data["_meta"]["hostvars"]
        return found

    @property
    def hosts(self) -> list[str]:
        return sorted(self.data.get("_meta", {}).get("hostvars", {}))

    def hosts_of(self, group: str) -> list[str]:
        """The hosts of a group and of all below it."""
        listed = self.data[group]
        below = [host for child in listed.get("children", []) if child in self.data for host in self.hosts_of(child)]
        return sorted({*listed.get("hosts", []), *below})


@dataclass(frozen=True)
class Inventory:
    """`inventory(options)` lists a source with these options, or with this text, and fails where it cannot be read."""

    folder: Path
    environment: Mapping[str, str]

    def source(self, options: str | Mapping[str, Any] | None = None, name: str = "org.aws_accounts.yml") -> Path:
        path = self.folder / name
        text = options if isinstance(options, str) else yaml.safe_dump({"plugin": PLUGIN, **(options or {})})
        path.write_text(text, encoding="utf-8")
        return path

    def __call__(
        self,
        options: str | Mapping[str, Any] | None = None,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        name: str = "org.aws_accounts.yml",
    ) -> Listed:
        program = str(Path(sys.executable).with_name("ansible-inventory"))
        strict = {"COLUMNS": COLUMNS, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
        done = ANSIBLE.run(
            [program, "-i", str(self.source(options, name)), "--list", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment, **strict, **(environment or {})},
            timeout=120,
        )
        return Listed(done.returncode, done.stdout, done.stderr)


class Organization:
    """Grows the organization of the local AWS through its API."""

    def __init__(self, aws: LocalAws) -> None:
        self.api = aws.client("organizations")
        self.root = self.api.list_roots()["Roots"][0]["Id"]
        below = self.api.list_organizational_units_for_parent(ParentId=self.root)["OrganizationalUnits"]
        self.units = {"/": self.root, **{f"/{unit['Name']}": unit["Id"] for unit in below}}

    def unit(self, path: str) -> str:
        parent, _unused, name = path.rpartition("/")
        made = self.api.create_organizational_unit(ParentId=self.units[parent or "/"], Name=name)
        self.units[path] = made["OrganizationalUnit"]["Id"]
        return self.units[path]

    def account(self, name: str, path: str = "/", closed: bool = False, **tags: str) -> str:
        status = self.api.create_account(
            AccountName=name,
            Email=f"aws+{name.replace(' ', '')}@example.com",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["CreateAccountStatus"]
        account_id = str(status["AccountId"])
        if path != "/":
            self.api.move_account(AccountId=account_id, SourceParentId=self.root, DestinationParentId=self.units[path])
        if closed:
            self.api.close_account(AccountId=account_id)
        return account_id
