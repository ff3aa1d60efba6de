# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The commands that messages, summaries and the report propose, quoted for a shell. Pure.

`hosts` are names of hosts of the inventory, none for all of them; `inventory` are its sources, as given with -i.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[\w./@%+:-]+")
"""A value that -e NAME=VALUE keeps as it is: VALUE is split at spaces, and quotes and backslashes have a meaning."""

_NEEDED = "WHO NEEDS THEM - AND WHY"
"""A placeholder for the reason of a release, which only the operator knows."""


def command(
    playbook: str,
    variables: Mapping[str, Any] | None = None,
    *,
    hosts: Sequence[str] = (),
    inventory: Sequence[str] = (),
    check: bool = False,
) -> str:
    """The command that runs a playbook of this collection, given by its name, such as `retire`."""
    words = ["ansible-playbook"]
    words += [word for source in inventory or ["INVENTORY"] for word in ("-i", source)]
    words += [f"aws_ml.permissions.{playbook}", *(["--check"] if check else [])]
    words += [word for name, value in (variables or {}).items() for word in ("-e", _extra_variable(name, value))]
    words += ["--limit", ",".join(hosts)] if hosts else []
    return shlex.join(words)


def audit_command(hosts: Sequence[str] = (), inventory: Sequence[str] = ()) -> str:
    """Audit these accounts."""
    return command("audit", hosts=hosts, inventory=inventory)


def retire_command(hosts: Sequence[str] = (), inventory: Sequence[str] = (), *, check: bool = False) -> str:
    """Retire what services left in these accounts, or with `check` show what would be retired."""
    return command("retire", hosts=hosts, inventory=inventory, check=check)


def release_command(
    roles: Sequence[str],
    hosts: Sequence[str] = (),
    inventory: Sequence[str] = (),
    *,
    reason: str = _NEEDED,
    check: bool = False,
) -> str:
    """Take these roles out of quarantine; without a `reason` the command has a placeholder for it."""
    variables = {"aws_ml_release_roles": list(roles), "aws_ml_release_reason": reason}
    return command("release", variables, hosts=hosts, inventory=inventory, check=check)


def restore_command(
    source: str, hosts: Sequence[str] = (), inventory: Sequence[str] = (), *, check: bool = False
) -> str:
    """Restore what a run removed, from its backup or a folder of backups."""
    return command("restore", {"aws_ml_restore_src": source}, hosts=hosts, inventory=inventory, check=check)


def _extra_variable(name: str, value: Any) -> str:
    """A variable as a value of -e: NAME=VALUE if that keeps it as it is, else JSON."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return f"{name}={value}"
    return json.dumps({name: value})
