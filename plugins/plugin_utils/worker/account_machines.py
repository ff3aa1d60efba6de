# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Distinguishes a host that is an account from one that is a machine, before Ansible connects to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES_A_MACHINE = ("ansible_connection", "ansible_host", "ansible_ssh_host")
"""Variables with which an inventory says explicitly that the host is a machine."""

LOCAL = "Add connection: local to the play, or set ansible_connection to local for the host."


def machine_problem(host: str, variables: Mapping[str, Any], transport: str) -> str | None:
    """The problem if Ansible would connect to an account as if it were a machine; None if it may connect.

    `variables` are those of the inventory, `transport` is how Ansible would connect, not `local`.
    """
    is_account = bool(variables.get("aws_account_id"))
    if not is_account or any(variables.get(name) for name in NAMES_A_MACHINE):
        return None
    return (
        f"{host} is an account, and Ansible would connect to a machine of that name by {transport}: nothing was done."
        f" {LOCAL} To run the modules on another machine, set ansible_host."
    )
