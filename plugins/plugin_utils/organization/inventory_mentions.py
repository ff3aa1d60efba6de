# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What an inventory contains about the user's own services, before a host is chosen and Ansible has its variables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.given_variables import (
    files_for,
    files_of,
    sources,
    variable_folders,
)


def value_for_all(loader: Any, name: str) -> Any:
    """The value of a variable in `group_vars/all`, beside the inventory or the playbook; None if it has no value."""
    found = None
    for folder in variable_folders(os.getcwd()):
        for file in files_for(loader, os.path.join(folder, "group_vars"), "all"):
            with suppress(AnsibleError):  # Ansible reports it
                content = loader.load_from_file(file, cache="none")
                found = content.get(name, found) if isinstance(content, Mapping) else found
    return found


def is_mentioned(name: str) -> bool:
    """Whether a file of the inventory, or one in its folders of variables, contains the name of a variable."""
    return any(name.encode() in content for content in _contents())


def _contents() -> Iterator[bytes]:
    files = [Path(file) for source in sources() if "," not in source for file in files_of(source)]
    for folder in variable_folders(os.getcwd()):
        files += [file for kind in ("group_vars", "host_vars") for file in Path(folder, kind).rglob("*")]
    for file in files:
        with suppress(OSError):
            yield file.read_bytes() if file.is_file() else b""
