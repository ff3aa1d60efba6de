# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a workload in sync in one account with boto3, one call after the other, as scripts usually do.

Usage: one_by_one.py WORKLOAD.json [--check] [--absent]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import boto3

Tags = dict[str, str]


def canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        items = sorted((canonical(item) for item in value), key=json.dumps)
        return items[0] if len(items) == 1 else items
    return value


def as_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_dict(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags}


class Keeper:
    """One account; in check mode the writes are only reported."""

    def __init__(self, check: bool) -> None:
        self.iam = boto3.client("iam")
        self.account = ""
        self.check = check

    def write(self, action: str, **parameters: Any) -> None:
        print(action, parameters.get("RoleName") or parameters.get("PolicyName") or parameters.get("PolicyArn"))
        if not self.check:
            getattr(self.iam, action)(**parameters)

    def arn(self, name: str) -> str:
        self.account = self.account or boto3.client("sts").get_caller_identity()["Account"]
        return f"arn:aws:iam::{self.account}:policy/{name}"

    def policy(self, wanted: dict[str, Any]) -> None:
        arn, document = self.arn(wanted["name"]), json.dumps(wanted["policy"])
        try:
            there = self.iam.get_policy(PolicyArn=arn)["Policy"]
        except self.iam.exceptions.NoSuchEntityException:
            tags = as_list(wanted["tags"])
            self.write("create_policy", PolicyName=wanted["name"], PolicyDocument=document, Tags=tags)
            return
        version = self.iam.get_policy_version(PolicyArn=arn, VersionId=there["DefaultVersionId"])["PolicyVersion"]
        if canonical(version["Document"]) != canonical(wanted["policy"]):
            versions = self.iam.list_policy_versions(PolicyArn=arn)["Versions"]
            if len(versions) == 5:
                oldest = min(
                    (one for one in versions if not one["IsDefaultVersion"]), key=lambda one: one["CreateDate"]
                )
                self.write("delete_policy_version", PolicyArn=arn, VersionId=oldest["VersionId"])
            self.write("create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        self.tags("policy", {"PolicyArn": arn}, as_dict(there.get("Tags", [])), wanted["tags"])

    def tags(self, kind: str, whose: dict[str, str], there: Tags, wanted: Tags) -> None:
        if gone := sorted(set(there) - set(wanted)):
            self.write(f"untag_{kind}", **whose, TagKeys=gone)
        if new := {key: value for key, value in wanted.items() if there.get(key) != value}:
            self.write(f"tag_{kind}", **whose, Tags=as_list(new))

    def role(self, wanted: dict[str, Any]) -> None:
        name, trust = wanted["name"], wanted["assume_role_policy_document"]
        attached: set[str] = set()
        inline: dict[str, Any] = {}
        try:
            there = self.iam.get_role(RoleName=name)["Role"]
        except self.iam.exceptions.NoSuchEntityException:
            self.write(
                "create_role",
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(trust),
                Description=wanted["description"],
                Tags=as_list(wanted["tags"]),
            )
        else:
            if canonical(there["AssumeRolePolicyDocument"]) != canonical(trust):
                self.write("update_assume_role_policy", RoleName=name, PolicyDocument=json.dumps(trust))
            if there.get("Description") != wanted["description"]:
                self.write("update_role_description", RoleName=name, Description=wanted["description"])
            self.tags("role", {"RoleName": name}, as_dict(there.get("Tags", [])), wanted["tags"])
            attached = self.attached(name)
            inline = {
                policy: self.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in self.inline_names(name)
            }
        for arn in sorted(set(wanted["managed_policies"]) - attached):
            self.write("attach_role_policy", RoleName=name, PolicyArn=arn)
        for policy, document in wanted["inline_policies"].items():
            if canonical(inline.get(policy)) != canonical(document):
                self.write("put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        for arn in sorted(attached - set(wanted["managed_policies"])):
            self.write("detach_role_policy", RoleName=name, PolicyArn=arn)
        for policy in sorted(set(inline) - set(wanted["inline_policies"])):
            self.write("delete_role_policy", RoleName=name, PolicyName=policy)

    def attached(self, role: str) -> set[str]:
        pages = self.iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        return {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}

    def inline_names(self, role: str) -> list[str]:
        pages = self.iam.get_paginator("list_role_policies").paginate(RoleName=role)
        return [name for page in pages for name in page["PolicyNames"]]

    def remove_role(self, name: str) -> None:
        try:
            attached = self.attached(name)
        except self.iam.exceptions.NoSuchEntityException:
            return
        for arn in sorted(attached):
            self.write("detach_role_policy", RoleName=name, PolicyArn=arn)
        for policy in self.inline_names(name):
            self.write("delete_role_policy", RoleName=name, PolicyName=policy)
        self.write("delete_role", RoleName=name)

    def remove_policy(self, name: str) -> None:
        arn = self.arn(name)
        try:
            versions = self.iam.list_policy_versions(PolicyArn=arn)["Versions"]
        except self.iam.exceptions.NoSuchEntityException:
            return
        for version in versions:
            if not version["IsDefaultVersion"]:
                self.write("delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
        self.write("delete_policy", PolicyArn=arn)


def main() -> None:
    parser = argparse.ArgumentParser(prog="one_by_one.py")
    parser.add_argument("workload", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--absent", action="store_true")
    options = parser.parse_args()
    wanted = json.loads(options.workload.read_text(encoding="utf-8"))
    keeper = Keeper(options.check)
    if options.absent:
        for role in wanted["roles"]:
            keeper.remove_role(role["name"])
        for policy in wanted["managed_policies"]:
            keeper.remove_policy(policy["name"])
        return
    for policy in wanted["managed_policies"]:
        keeper.policy(policy)
    for role in wanted["roles"]:
        keeper.role(role)


if __name__ == "__main__":
    main()
