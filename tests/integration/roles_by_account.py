# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of any name, and a playbook whose roles tell which account each of its hosts wrote to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from integration.accounts_inventory import Organization

from local_aws import LocalAws

ROLE = """
- hosts: "{{ accounts | default('all') }}"
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: "made-{{ own | default('by-default') }}"
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
"""


def named(organization: Organization, name: str, **tags: str) -> str:
    """A new account, with an email that does not depend on its name."""
    status = organization.api.create_account(
        AccountName=name,
        Email=f"a{len(organization.api.list_accounts()['Accounts'])}@example.com",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )["CreateAccountStatus"]
    return str(status["AccountId"])


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def written(aws: LocalAws) -> Counter[str]:
    """How many roles were made in each account."""
    return Counter(call["account"] for call in aws.calls() if call["action"] == "CreateRole" and call["error"] is None)


def made(aws: LocalAws) -> dict[str, list[str]]:
    """The roles that `ROLE` has made, by account; those in accounts that a test has added are not read."""
    members = {member["id"] for member in aws.members}
    found: dict[str, list[str]] = {}
    for account in written(aws):
        if account not in members:
            found[account] = []
            continue
        roles = aws.client("iam", account=account).list_roles()["Roles"]
        found[account] = [role["RoleName"] for role in roles if role["RoleName"].startswith("made-")]
    return found
