# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a host of an inventory: its name, unique and fit for patterns, and its variables. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, shown

from .account_filters import Account
from .organization_units import Unit

HOSTNAMES: Mapping[str, Callable[[Account], str]] = {
    "name": lambda account: account.name,
    "id": lambda account: account.id,
    "email": lambda account: account.email,
}


def host_names(accounts: Sequence[Account], kind: str) -> tuple[dict[str, str], list[str]]:
    """The host of each account, by the account's ID, and the names that several accounts wanted."""
    wanted = {account.id: _safe(HOSTNAMES[kind](account)) or account.id for account in accounts}
    count = Counter(wanted.values())
    names = {account: name if count[name] == 1 else f"{name}-{account}" for account, name in wanted.items()}
    if len(set(names.values())) < len(names):
        raise EngineError("The names of the accounts cannot be told apart even with their IDs. Set hostname to id.")
    return names, sorted(name for name, times in count.items() if times > 1)


def role_problem(name: str) -> str:
    """What is wrong with `assume_role_name`, or nothing."""
    if name.startswith("arn:"):
        return f"assume_role_name: {shown(name)} is an ARN; give the role's name, from which each account's ARN is made"
    if not re.fullmatch(r"[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*", name):
        return (
            f"assume_role_name: {shown(name)} is not the name of a role, or a path and a name such as automation/deploy"
        )
    return ""


def host_variables(
    account: Account, unit: Unit, organization_id: str, management_id: str, role_name: str
) -> dict[str, Any]:
    """The variables of the host, without its tags and its external ID."""
    variables: dict[str, Any] = {
        "aws_account_id": account.id,
        "aws_account_name": account.name,
        "aws_account_email": account.email,
        "aws_account_arn": account.arn,
        "aws_account_status": account.status,
        "aws_account_joined": account.joined,
        "aws_account_joined_method": account.joined_method,
        "aws_account_is_management": account.id == management_id,
        "aws_organization_id": organization_id,
        "aws_ou_id": unit.id,
        "aws_ou_name": unit.name,
        "aws_ou_path": unit.path,
    }
    if role_name and account.id != management_id:
        partition = account.arn.split(":")[1]
        variables["aws_assume_role_arn"] = f"arn:{partition}:iam::{account.id}:role/{role_name}"
    return variables


def _safe(name: str) -> str:
    """The name with a hyphen for all that means something in Ansible's host patterns, or in a shell."""
    return re.sub(r"[^A-Za-z0-9_.@+-]+", "-", name).strip("-@")
