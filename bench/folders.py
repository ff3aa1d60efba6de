# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The working folder of an alternative: inventory, group variables and workload, written before the measurement."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .alternatives import COLLECTIONS, Alternative, Variables
from .workload import Workload, filled

_CONFIGURATION = Path(__file__).parent / "playbooks" / "ansible.cfg"


@dataclass(frozen=True)
class Account:
    """`role_arn` is the role to assume in it, empty if the caller's credentials belong to it."""

    id: str
    role_arn: str = ""


def write_folder(
    root: Path, alternative: Alternative, accounts: Sequence[Account], variables: Variables, workload: Workload
) -> Path:
    """Write a new folder with everything that the alternative needs for these accounts; returns the folder.

    `variables` are those of all hosts, besides the alternative's own. `workload` has the placeholder for the account.
    """
    folder = root / alternative.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "group_vars").mkdir(parents=True)
    hosts = {f"account-{number}": _host(account) for number, account in enumerate(accounts, start=1)}
    python = str(_other_python(root)) if alternative.other_python else "{{ ansible_playbook_python }}"
    _write(folder / "inventory.json", {"all": {"hosts": hosts}})
    all_variables = {"ansible_python_interpreter": python, **variables, **alternative.variables(workload)}
    _write(folder / "group_vars" / "all.json", all_variables)
    own = len(accounts) == 1 and not accounts[0].role_arn
    _write(folder / "workload.json", filled(workload, accounts[0].id) if own else workload)
    _write(folder / "accounts.json", [{"account_id": account.id, "role_arn": account.role_arn} for account in accounts])
    return folder


def environment(root: Path, alternative: Alternative, aws: Mapping[str, str]) -> dict[str, str]:
    """The environment of an alternative, without the caller's settings of Ansible, AWS and Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON", "MITOGEN_"))
    }
    return {
        **kept,
        "ANSIBLE_CONFIG": str(_CONFIGURATION),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(root / "ansible"),
        **aws,
        **{name: value.format(root=root) for name, value in alternative.environment.items()},
    }


def _host(account: Account) -> dict[str, str]:
    entered = {"aws_assume_role_arn": account.role_arn} if account.role_arn else {}
    return {"aws_account_id": account.id, **entered}


def _other_python(root: Path) -> Path:
    """This environment's interpreter with another path, so that the collection's actions treat it as another one."""
    folder = root / "other-python"
    python = folder / "bin" / "python"
    if not python.exists():
        (folder / "bin").mkdir(parents=True)
        python.symlink_to(os.path.realpath(sys.executable))
        (folder / "lib").symlink_to(Path(sys.prefix) / "lib")
        shutil.copy(Path(sys.prefix) / "pyvenv.cfg", folder)
    return python


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")
