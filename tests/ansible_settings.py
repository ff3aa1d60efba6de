# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs of Ansible have the same settings, which Ansible reads while it is imported."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAMS = {"ansible-doc", "ansible-inventory", "ansible-playbook"}
READ = {"EDITOR", "HOME", "LANG", "NO_COLOR", "PAGER", "TMPDIR", "TZ"}
"""Variables that Ansible reads while it is imported, beside those that begin with ANSIBLE_."""

Settings = frozenset[tuple[str, str]]


def settings_of(order: dict[str, Any]) -> Settings | None:
    """What Ansible reads while it is imported. None for other programs and what needs a process of its own.

    That is a program whose collections are beside its playbook, or whose output is a terminal, which has a width.
    """
    program, *arguments = order["arguments"]
    folder = Path(order["folder"])
    playbooks = [folder / argument for argument in arguments if argument.endswith((".yml", ".yaml"))]
    if (
        Path(program).name not in PROGRAMS
        or os.isatty(order["streams"][1])
        or any((playbook.parent / "collections").exists() for playbook in playbooks)
    ):
        return None
    environment = order["environment"]
    read = {
        name: value
        for name, value in environment.items()
        if name in READ or name.startswith(("ANSIBLE_", "_ANSIBLE_", "LC_"))
    }
    file = Path(environment.get("ANSIBLE_CONFIG") or folder / "ansible.cfg")
    if file.is_file():
        read |= {"settings": f"{file}\n{file.read_text(encoding='utf-8')}"}
    return frozenset(read.items())


def prepare() -> Callable[[], None]:
    """Import Ansible with the settings of this process. Returns what each program must begin with."""
    begin: Callable[[], None] = importlib.import_module("preloaded_controller").begin
    return begin
