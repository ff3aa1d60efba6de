# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the demonstration: their inventory, the playbook runs, and what IAM holds in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from local_aws import LocalAws

from . import screen

ROOT = Path(__file__).resolve().parent.parent
SERVICES: dict[str, dict[str, Any]] = {
    "vision-dev": {"deeplens_iam_profile": "documented"},
    "vision-prod": {"deeplens_iam_profile": "least_privilege"},
    "warehouse": {
        "deeplens_iam_profile": "least_privilege",
        "deeplens_iam_group_roles": [
            {
                "name": "AWSDeepLensGreengrassGroupRoleWarehouse",
                "statements": [
                    {
                        "Sid": "WarehouseInventory",
                        "Effect": "Allow",
                        "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
                        "Resource": "arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory",
                    }
                ],
            }
        ],
    },
}
READS = ("Get", "List", "AssumeRole")


class Fleet:
    """Member accounts of one local AWS, with an inventory file in `folder`."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws = aws
        self.accounts = {member["name"]: member for member in aws.members}
        self._inventory = folder / "inventory.yml"
        hosts = {
            name: {
                "aws_account_id": member["id"],
                "aws_assume_role_arn": member["role_arn"],
                **SERVICES[name],
            }
            for name, member in self.accounts.items()
        }
        variables = {"aws_ml_services": ["deeplens"], "deeplens_iam_tags": {"owner": "vision"}}
        self._inventory.write_text(yaml.safe_dump({"all": {"vars": variables, "hosts": hosts}}, sort_keys=False))

    def run_site(self, *options: str) -> int:
        """Run the site playbook and show its output as it comes. Returns the number of AWS calls it made."""
        before = len(self.aws.calls())
        arguments = ["ansible-playbook", "-i", str(self._inventory.name), "playbooks/site.yml", *options]
        screen.command(arguments)
        arguments[2] = str(self._inventory)
        environment = {
            **os.environ,
            **self.aws.environment(),
            "ANSIBLE_DISPLAY_OK_HOSTS": "false",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_FORCE_COLOR": "true" if screen.COLOURED else "false",
            "ANSIBLE_NOCOWS": "true",
        }
        outcome = subprocess.run(arguments, cwd=ROOT, env=environment, check=False)
        if outcome.returncode:
            sys.exit(f"The playbook failed with exit status {outcome.returncode}; the lines above say why.")
        return len(self.aws.calls()) - before

    def roles(self, account: str) -> list[dict[str, Any]]:
        """The DeepLens roles in an account, as IAM holds them."""
        iam = self.aws.client("iam", account=self.accounts[account]["id"])
        details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        return sorted(
            (role for role in details if role["RoleName"].startswith("AWSDeepLens")), key=lambda role: role["RoleName"]
        )

    def break_by_hand(self, account: str, role: str) -> None:
        """Do to a role what people do in a hurry."""
        iam = self.aws.client("iam", account=self.accounts[account]["id"])
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        iam.put_role_policy(
            RoleName=role,
            PolicyName="quick-fix",
            PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
            ),
        )
        iam.untag_role(RoleName=role, TagKeys=["owner"])

    def writes(self) -> int:
        """How many writes the playbook runs have made in all."""
        return sum(not call["action"].startswith(READS) for call in self.aws.calls())


def trusted(role: dict[str, Any]) -> str:
    """Who may assume a role, in a word."""
    services: set[str] = set()
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        found = statement["Principal"].get("Service", [])
        services.update([found] if isinstance(found, str) else found)
    return ", ".join(sorted(service.removesuffix(".amazonaws.com") for service in services))


def permissions(role: dict[str, Any]) -> Sequence[str]:
    """The names of the policies on a role."""
    attached = [policy["PolicyName"] for policy in role["AttachedManagedPolicies"]]
    return [*sorted(attached), *(f"{policy['PolicyName']} (inline)" for policy in role["RolePolicyList"])]
