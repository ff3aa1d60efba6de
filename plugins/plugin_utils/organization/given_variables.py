# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Other origins of variables of hosts: the folders host_vars, and the other sources of the inventory.

Ansible reads both by the name of the host, and most of it after this source: files when a task runs, other sources in
the order of the command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.manager import IGNORED, InventoryManager
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.utils.path import unfrackpath

from .account_names import GivenVariables


@dataclass(frozen=True)
class Elsewhere:
    """The variables of hosts and groups from outside one source of accounts, and the existing groups."""

    given: Sequence[GivenVariables]
    groups: frozenset[str]
    folders: Sequence[str]

    def group_place(self, loader: Any, group: str) -> str:
        """The place of a group's variables, for messages; empty if it has none."""
        files = [file for each in self.folders for file in files_for(loader, os.path.join(each, "group_vars"), group)]
        return files[0] if files else f"the group {group} of another source" if group in self.groups else ""


def elsewhere(loader: Any, inventory: Any, path: str) -> Elsewhere:
    """The variables from outside the source at `path`; `inventory` is what the sources before it created."""
    later, folders = later_inventory(loader, path), variable_folders(path)
    given = given_by_hosts(inventory.hosts, later.hosts) + given_by_files(loader, folders)
    return Elsewhere(given, frozenset({*inventory.groups, *later.groups}), folders)


def sources() -> list[str]:
    """The sources of the inventory, as Ansible gives them to plugins."""
    given = [str(source) for source in context.CLIARGS.get("inventory") or ()]
    return [source if "," in source else unfrackpath(source, follow=False) for source in given]


def variable_folders(path: str) -> list[str]:
    """The folders whose host_vars and group_vars Ansible reads: those of the sources, and of the playbooks."""
    given = [source for source in sources() if os.path.exists(source)] or [path]
    beside = [source if os.path.isdir(source) else os.path.dirname(source) for source in given]
    playbooks = [os.path.dirname(collections) for collections in AnsibleCollectionConfig.playbook_paths]
    return list(dict.fromkeys(os.path.realpath(folder) for folder in (*beside, *playbooks)))


def files_for(loader: Any, folder: str, name: str) -> list[str]:
    """The files that Ansible reads for a name in a folder host_vars or group_vars."""
    return [file for file in loader.find_vars_files(folder, name) if os.path.isfile(file)]


def given_by_files(loader: Any, folders: Iterable[str]) -> list[GivenVariables]:
    """The names for which there are files in a folder host_vars, with the account that they state."""
    return [
        GivenVariables(name, _stated_in(loader, files), files[0] if len(files) == 1 else os.path.join(folder, name))
        for folder in (os.path.join(each, "host_vars") for each in folders)
        for name in _names_in(folder)
        if (files := files_for(loader, folder, name))
    ]


def given_by_hosts(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[GivenVariables]:
    """The names of the hosts of the sources that Ansible reads before and after this one."""
    found = []
    for name in {**earlier, **later}:
        there = [hosts[name].vars for hosts in (earlier, later) if name in hosts]
        variables = {key: value for each in there for key, value in each.items()}
        source = variables.get("inventory_file") or "another source"
        found.append(GivenVariables(name, stated_id(variables), f"host {name} of {source}", is_host=True))
    return found


def later_inventory(loader: Any, path: str) -> Any:
    """The hosts and groups of the sources that Ansible reads after this one and that are written by hand.

    They are read separately. Sources with a plugin are skipped, because they take hosts from elsewhere or only change
    existing hosts. Programs are skipped too.
    """
    files = [file for source in sources() for file in files_of(source)]
    after = files[files.index(path) + 1 :] if path in files else []
    manager = InventoryManager(loader=loader, parse=False)
    for source in after:
        if "," in source or not (os.access(source, os.X_OK) or _has_plugin(loader, source)):
            with suppress(AnsibleError):  # Ansible reads it again, and reports the problem
                manager.parse_source(source)
    return manager


def stated_id(variables: Any) -> str:
    """The `aws_account_id` of twelve digits among variables, or nothing."""
    value = variables.get("aws_account_id") if isinstance(variables, Mapping) else None
    return str(value) if re.fullmatch(r"\d{12}", str(value)) else ""


def _stated_in(loader: Any, files: Sequence[str]) -> str:
    """The account that files state together; a later one overrides an earlier one, as it does in Ansible."""
    stated = ""
    for file in files:
        with suppress(AnsibleError):  # such as a vault without its password; Ansible reports it when the file is needed
            stated = stated_id(loader.load_from_file(file, cache="none")) or stated
    return stated


def _names_in(folder: str) -> list[str]:
    """The names of hosts that have files in a folder host_vars."""
    found = {
        stem if ending in C.YAML_FILENAME_EXTENSIONS else entry
        for entry in (os.listdir(folder) if os.path.isdir(folder) else ())
        for stem, ending in [os.path.splitext(entry)]
        if not entry.startswith(".") and not entry.endswith("~")
    }
    return sorted(found)


def files_of(source: str) -> Iterator[str]:
    """The files of a source in Ansible's order."""
    if not os.path.isdir(source):
        yield source
        return
    for entry in sorted(os.listdir(source)):
        if not IGNORED.search(os.fsencode(entry)):
            yield from files_of(os.path.join(source, entry))


def _has_plugin(loader: Any, source: str) -> bool:
    if not source.endswith((".yml", ".yaml", ".json")):
        return False
    try:
        content = loader.load_from_file(source, cache="none")
    except AnsibleError:
        return False
    return isinstance(content, Mapping) and "plugin" in content
