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
ACCOUNTS = Path(__file__).with_name("accounts.yml")
REPORTS = Path(__file__).with_name("output")
GROUPS = ("vision-engineers", "labeling-developers")
READS = ("Get", "List", "AssumeRole")


class Fleet:
    """Member accounts of one local AWS, with an inventory file in `folder`."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws = aws
        self.accounts = {member["name"]: member for member in aws.members}
        self._inventory = folder / "inventory.yml"
        asked = yaml.safe_load(ACCOUNTS.read_text(encoding="utf-8"))
        hosts = {
            name: {
                "aws_account_id": member["id"],
                "aws_assume_role_arn": member["role_arn"],
                **asked[name],
            }
            for name, member in self.accounts.items()
        }
        variables = {"deeplens_iam_tags": {"owner": "vision"}, "aws_ml_backup_dir": str(folder / "repairs")}
        self._inventory.write_text(yaml.safe_dump({"all": {"vars": variables, "hosts": hosts}}, sort_keys=False))

    def run_site(self, *options: str) -> int:
        """Run the site playbook. Returns the number of AWS calls it made."""
        return self.run("site", *options)

    def run(
        self,
        playbook: str,
        *options: str,
        refuses: bool = False,
        only_summary: bool = False,
        hidden: bool = False,
    ) -> int:
        """Run a playbook and show its output immediately; with `only_summary` only its summary, with `hidden` nothing.

        Returns the number of AWS calls it made. Its report is in `REPORTS`. Ends the demonstration if the playbook
        fails, or, with `refuses`, if it does not.
        """
        before = len(self.aws.calls())
        arguments = ["ansible-playbook", "-i", str(self._inventory.name), f"aws_ml.permissions.{playbook}", *options]
        if not hidden:
            screen.command(arguments)
        quiet = only_summary or hidden
        outcome = subprocess.run(
            arguments,
            cwd=self._inventory.parent,
            env={**os.environ, **self.aws.environment(), **_settings(playbook, quiet=quiet)},
            stdout=subprocess.PIPE if hidden else None,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
            check=False,
        )
        if outcome.returncode != (2 if refuses else 0):
            sys.exit(
                f"{outcome.stdout or ''}{outcome.stderr or ''}"
                f"The playbook failed with exit status {outcome.returncode}; the lines above say why."
            )
        return len(self.aws.calls()) - before

    def make_groups(self) -> None:
        """The groups that get permissions. The collection does not create them."""
        for account in self.accounts.values():
            iam = self.aws.client("iam", account=account["id"])
            for group in GROUPS:
                iam.create_group(GroupName=group)

    def held(self, account: str) -> dict[str, Any]:
        """What IAM contains in an account, without the role that all runs assume."""
        iam = self.aws.client("iam", account=self.accounts[account]["id"])
        pages = iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role", "Group", "LocalManagedPolicy"]
        )
        details: dict[str, Any] = pages.build_full_result()
        roles = [role for role in details["RoleDetailList"] if role["RoleName"] != "OrganizationAccountAccessRole"]
        return {**details, "RoleDetailList": sorted(roles, key=lambda role: str(role["RoleName"]))}

    def break_by_hand(self, account: str, role: str) -> None:
        """Make manual changes to a role."""
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
        """The number of writes of all playbook runs."""
        return sum(not call["action"].startswith(READS) for call in self.aws.calls())


def _settings(playbook: str, *, quiet: bool) -> dict[str, str]:
    """Settings of Ansible for a run; `quiet` leaves only what the summary prints."""
    settings = {
        "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.progress,aws_ml.permissions.report",
        "AWS_ML_REPORT_DIRECTORY": str(REPORTS),
        "AWS_ML_REPORT_NAME": playbook,
        "AWS_ML_REPORT_FORMATS": "html",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_FORCE_COLOR": "true" if screen.COLOURED else "false",
        "ANSIBLE_NOCOWS": "true",
    }
    return {**settings, "ANSIBLE_STDOUT_CALLBACK": "community.general.null"} if quiet else settings


def trusted(role: dict[str, Any]) -> str:
    """The principals that can assume a role."""
    services: set[str] = set()
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        found = statement["Principal"].get("Service", [])
        services.update([found] if isinstance(found, str) else found)
        roles = statement["Principal"].get("AWS", [])
        services.update(arn.rpartition("/")[2] for arn in ([roles] if isinstance(roles, str) else roles))
    return ", ".join(sorted(service.removesuffix(".amazonaws.com") for service in services))


def permissions(identity: dict[str, Any]) -> Sequence[str]:
    """The names of the policies on a role or a group."""
    attached = [policy["PolicyName"] for policy in identity["AttachedManagedPolicies"]]
    inline = identity.get("RolePolicyList", identity.get("GroupPolicyList", []))
    return [*sorted(attached), *(f"{policy['PolicyName']} (inline)" for policy in inline)]
