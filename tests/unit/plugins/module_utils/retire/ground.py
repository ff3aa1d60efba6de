# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of the tests of retirements, at a fixed time."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import Event, quarantine_tag
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.snapshot import Backup
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.store import BackupFile
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import retire_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction

from local_aws import LocalAws

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
AWS_POLICY = "arn:aws:iam::aws:policy/"
DENY_ALL = f"{AWS_POLICY}AWSDenyAll"
READS = ("Get", "List", "AssumeRole")

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(*services: str, account: str = "") -> Statement:
    principal: dict[str, Any] = {"Service": [f"{service}.amazonaws.com" for service in services]} if services else {}
    return {
        "Effect": "Allow",
        "Principal": principal | ({"AWS": account} if account else {}),
        "Action": "sts:AssumeRole",
    }


CONTEXT = AuditAction.context_with(())


class Ground:
    """One member account of the local AWS."""

    def __init__(self, aws: LocalAws, backups: Path) -> None:
        self.aws = aws
        self.backups = backups
        self.member = aws.members[0]
        self.account = str(self.member["id"])
        self.iam = aws.client("iam", account=self.account)

    def give(self, given: Mapping[str, Any]) -> None:
        """Bring the account to the state that a case starts from, and empty the log of calls.

        `roles`: name, trusts (services), trusted_roles, managed (names of AWS's policies, or of the account's own),
        inline (name: statements), tags, path, template, quarantined (ISO 8601; by a run that recorded it), used and
        created (ISO 8601), instance_profile. `policies`: name and statements, created. `users`: name, managed, inline.
        `linked`: services with a service-linked role. `key`: what quarantines are signed with besides. What no
        `created` is given for is some years old.
        """
        given = json.loads(json.dumps(given).replace("<account_id>", self.account))
        for policy in given.get("policies", ()):
            self.iam.create_policy(PolicyName=policy["name"], PolicyDocument=document(*policy["statements"]))
        own = {policy["PolicyName"]: policy["Arn"] for policy in self.iam.list_policies(Scope="Local")["Policies"]}
        for service in given.get("linked", ()):
            self.aws.seed(self.account, service_linked_role={"service": f"{service}.amazonaws.com"})
        for role in given.get("roles", ()):
            self._make_role(role, own)
        for user in given.get("users", ()):
            self.iam.create_user(UserName=user["name"])
            for name in user.get("managed", ()):
                self.iam.attach_user_policy(UserName=user["name"], PolicyArn=own.get(name, AWS_POLICY + name))
            for name, statements in user.get("inline", {}).items():
                text = document(*statements)
                self.iam.put_user_policy(UserName=user["name"], PolicyName=name, PolicyDocument=text)
        self.aws.seed(self.account, all_created="2021-06-01T00:00:00+00:00")
        for thing in (*given.get("roles", ()), *given.get("policies", ())):
            if "created" in thing:
                self.aws.seed(self.account, created={"name": thing["name"], "date": thing["created"]})
        self._record([role for role in given.get("roles", ()) if "quarantined" in role], given.get("key", ""))
        self.aws.clear_calls()

    def record(self, *events: Event) -> None:
        """Keep events in a backup of an earlier run."""
        backup = Backup(Account(self.account, "aws"), "2026-01-01T00:00:00+00:00", events=events)
        BackupFile(str(self.backups), secrets.token_hex(6)).keep(backup)

    def files(self) -> dict[str, bytes]:
        """The backups that there are."""
        return {file.name: file.read_bytes() for file in self.backups.iterdir()} if self.backups.exists() else {}

    def role_id(self, name: str) -> str:
        return str(self.iam.get_role(RoleName=name)["Role"]["RoleId"])

    def retire(
        self, *, check_mode: bool = False, later: timedelta = timedelta(), declared: Sequence[Any] = (), **options: Any
    ) -> dict[str, Any]:
        """Retire with the module's defaults, that much later. The result, with the warnings; raises EngineError."""
        work = retiring(
            Task(
                {**self.defaults(), **options},
                check_mode=check_mode,
                diff_mode=True,
                clock=lambda: NOW + later,
                context=replace(CONTEXT, declared=declared),
            )
        )
        return {**work.result(), "warnings": work.task.warnings}

    def defaults(self) -> dict[str, Any]:
        """The options of a task in this account."""
        return {
            **{name: option.get("default") for name, option in retire_options().items()},
            "backup_dir": str(self.backups),
            "assume_role": {"role_arn": self.member["role_arn"]},
        }

    def writes(self) -> list[str]:
        return [call["action"] for call in self.aws.calls() if not call["action"].startswith(READS)]

    def snapshot(self) -> dict[str, Any]:
        """Everything in the account apart from ids and times."""
        details = self.iam.get_account_authorization_details()
        found: dict[str, Any] = {}
        for role in details["RoleDetailList"]:
            found[f"role/{role['RoleName']}"] = {
                "trust": role["AssumeRolePolicyDocument"],
                "managed": sorted(policy["PolicyArn"] for policy in role["AttachedManagedPolicies"]),
                "inline": {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["RolePolicyList"]},
                "tags": sorted(tag["Key"] for tag in role.get("Tags", ())),
                "profiles": [profile["InstanceProfileName"] for profile in role["InstanceProfileList"]],
            }
        for policy in self.iam.list_policies(Scope="Local")["Policies"]:
            found[f"policy/{policy['PolicyName']}"] = policy["AttachmentCount"]
        for user in details["UserDetailList"]:
            found[f"user/{user['UserName']}"] = [policy["PolicyName"] for policy in user["AttachedManagedPolicies"]]
        return found

    def sign(self, name: str, since: str, key: str, *, like: str = "", account: str = "") -> None:
        """Sign the quarantine of a role, as if its id were that of the role `like` or it were of another account."""
        role = Role("role", name, "/", "", id=self.role_id(like or name))
        value = quarantine_tag(role, Account(account or self.account, "aws"), since, key)
        self.tag(name, **{"aws_ml_permissions:quarantine_record": value})

    def tag(self, name: str, **tags: str) -> None:
        self.iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    def _record(self, roles: Sequence[Mapping[str, Any]], key: str) -> None:
        """Earlier runs put these roles into quarantine."""
        for role in roles if key else ():
            self.sign(role["name"], role["quarantined"], key)
        if roles:
            self.record(
                *(Event("quarantined", role["name"], self.role_id(role["name"]), role["quarantined"]) for role in roles)
            )

    def _make_role(self, role: Mapping[str, Any], policies: Mapping[str, str]) -> None:
        roles = [trusting(account=f"arn:aws:iam::{self.account}:role/{name}") for name in role.get("trusted_roles", ())]
        service = [trusting(*role["trusts"])] if role.get("trusts") else []
        account = [trusting(account=name) for name in role.get("trusted_accounts", ())]
        tags = dict(role.get("tags", {}))
        tags.update({f"tag{number}": "" for number in range(role.get("more_tags", 0))})
        managed = [policies.get(name, AWS_POLICY + name) for name in role.get("managed", ())]
        if "quarantined" in role:
            tags["aws_ml_permissions:quarantined"] = role["quarantined"]
            managed.append(DENY_ALL)
        seeded = {
            "name": role["name"],
            "path": role.get("path", "/"),
            "trust": json.loads(document(*service, *roles, *account)),
            "tags": tags,
            "managed_policies": managed,
        }
        if "template" in role:
            seeded["source_role_template"] = role["template"]
        self.aws.seed(self.account, role=seeded)
        for name, statements in role.get("inline", {}).items():
            text = document(*statements)
            self.iam.put_role_policy(RoleName=role["name"], PolicyName=name, PolicyDocument=text)
        if "used" in role:
            self.aws.seed(self.account, role_last_used={"name": role["name"], "date": role["used"]})
        if "instance_profile" in role:
            self.iam.create_instance_profile(InstanceProfileName=role["instance_profile"])
            self.iam.add_role_to_instance_profile(InstanceProfileName=role["instance_profile"], RoleName=role["name"])
