# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The variables of an account as a host of an inventory. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

from .account_filters import OrganizationAccount
from .account_selection import Selection
from .units import Unit


def role_problem(name: str) -> str:
    """What is wrong with `assume_role_name`, or nothing."""
    if name.startswith("arn:"):
        return (
            f"assume_role_name: {shown(name)} is an ARN; give the role's name, from which each account's ARN is created"
        )
    if not re.fullmatch(r"[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*", name):
        return (
            f"assume_role_name: {shown(name)} is not the name of a role, or a path and a name such as automation/deploy"
        )
    return ""


def host_variables(
    account: OrganizationAccount, unit: Unit, organization_id: str, management_id: str, role_name: str
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


def variables_of_hosts(selection: Selection, options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of the host of each account, by the account's ID."""
    units = {unit.id: unit for unit in selection.units}
    found = {}
    for account in selection.accounts:
        found[account.id] = variables = host_variables(
            account,
            units[account.unit_id],
            selection.organization_id,
            selection.management_id,
            options["assume_role_name"],
        )
        if options["read_tags"]:
            variables["aws_account_tags"] = dict(account.tags)
        if options["external_id"] and "aws_assume_role_arn" in variables:
            variables["aws_external_id"] = options["external_id"]
    return found
