# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a workload in sync with boto3 and the fewest calls, in parallel: the practical minimum.

Usage: floor.py WORKLOAD.json [--check] [--absent] [--accounts ACCOUNTS.json]

It handles only its own documents: it has no rules, no safe order of writes, no retries of its own and no plan.
ACCOUNTS.json lists `account_id` and `role_arn` of each account; without it the caller's own account is used.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

THREADS = 20
CONFIG = Config(max_pool_connections=THREADS, retries={"mode": "standard", "total_max_attempts": 10})

Phases = tuple[list["Write"], ...]
_client_lock = threading.Lock()


class Write:
    """One write that is not done yet."""

    def __init__(self, action: str, **parameters: Any) -> None:
        self.action, self.parameters = action, parameters

    def __str__(self) -> str:
        return " ".join([self.action, *(str(value) for key, value in self.parameters.items() if key.endswith("Name"))])


def canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        items = sorted((canonical(item) for item in value), key=json.dumps)
        return items[0] if len(items) == 1 else items
    return value


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_dict(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def listing(method: Callable[..., Any], key: str, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = method(**parameters, MaxItems=1000)
        found.append(page)
        if not page["IsTruncated"]:
            return [entry for one in found for entry in one[key]] if key else found
        parameters["Marker"] = page["Marker"]


class Account:
    """One account: read, compared, written."""

    def __init__(self, iam: Any, wanted: dict[str, Any], calls: ThreadPoolExecutor) -> None:
        self.iam, self.wanted, self.calls = iam, wanted, calls

    def keep(self, check: bool, absent: bool) -> list[str]:
        """The writes that were done, or would be."""
        self.read(absent)
        phases = self.removal() if absent else self.convergence()
        for phase in phases:
            if not check:
                list(self.calls.map(lambda write: getattr(self.iam, write.action)(**write.parameters), phase))
        return [str(write) for phase in phases for write in phase]

    def read(self, absent: bool) -> None:
        sweep = self.calls.submit(
            listing, self.iam.get_account_authorization_details, "", Filter=["Role", "LocalManagedPolicy", "Group"]
        )
        roles = None if absent else self.calls.submit(listing, self.iam.list_roles, "Roles")
        pages = sweep.result()
        self.roles = {role["RoleName"]: role for page in pages for role in page["RoleDetailList"]}
        self.groups = {group["GroupName"]: group for page in pages for group in page["GroupDetailList"]}
        self.policies = {policy["Arn"].rpartition("/")[2]: policy for page in pages for policy in page["Policies"]}
        if roles is None:
            return
        mine = [policy["name"] for policy in self.wanted["managed_policies"] if policy["name"] in self.policies]
        tags = self.calls.map(lambda name: self.iam.list_policy_tags(PolicyArn=self.policies[name]["Arn"]), mine)
        self.policy_tags = {name: as_dict(page["Tags"]) for name, page in zip(mine, tags, strict=True)}
        self.descriptions = {role["RoleName"]: role.get("Description", "") for role in roles.result()}

    def convergence(self) -> Phases:
        objects: list[Write] = []
        trusting: list[Write] = []
        parts: list[Write] = []
        for policy in self.wanted["managed_policies"]:
            objects += self.policy(policy)
        for role in self.wanted["roles"]:
            trusts_roles = ":role/" in json.dumps(role["assume_role_policy_document"])
            is_new = role["name"] not in self.roles
            (parts if not is_new else trusting if trusts_roles else objects).extend(self.role_itself(role))
            parts += self.role_policies(role)
        for group in self.wanted.get("groups", ()):
            parts += self.group_policies(group)
        return objects, trusting, parts

    def policy(self, policy: dict[str, Any]) -> Iterable[Write]:
        there, document = self.policies.get(policy["name"]), json.dumps(policy["policy"])
        if there is None:
            about = {"Path": policy.get("path", "/"), "Tags": as_list(policy["tags"])}
            yield Write("create_policy", PolicyName=policy["name"], PolicyDocument=document, **about)
            return
        versions = there["PolicyVersionList"]
        [current] = (version["Document"] for version in versions if version["IsDefaultVersion"])
        if canonical(current) != canonical(policy["policy"]):
            if len(versions) == 5:
                oldest = min(
                    (one for one in versions if not one["IsDefaultVersion"]), key=lambda one: one["CreateDate"]
                )
                self.iam.delete_policy_version(PolicyArn=there["Arn"], VersionId=oldest["VersionId"])
            yield Write("create_policy_version", PolicyArn=there["Arn"], PolicyDocument=document, SetAsDefault=True)
        whose = {"PolicyArn": there["Arn"]}
        yield from tagging("policy", whose, self.policy_tags[policy["name"]], policy["tags"])

    def role_itself(self, role: dict[str, Any]) -> Iterable[Write]:
        name, trust = role["name"], role["assume_role_policy_document"]
        there = self.roles.get(name)
        if there is None:
            yield Write(
                "create_role",
                RoleName=name,
                Path=role.get("path", "/"),
                AssumeRolePolicyDocument=json.dumps(trust),
                Description=role["description"],
                Tags=as_list(role["tags"]),
            )
            return
        if canonical(there["AssumeRolePolicyDocument"]) != canonical(trust):
            yield Write("update_assume_role_policy", RoleName=name, PolicyDocument=json.dumps(trust))
        if self.descriptions[name] != role["description"]:
            yield Write("update_role", RoleName=name, Description=role["description"])
        yield from tagging("role", {"RoleName": name}, as_dict(there["Tags"]), role["tags"])

    def role_policies(self, role: dict[str, Any]) -> Iterable[Write]:
        name = role["name"]
        there = self.roles.get(name, {"AttachedManagedPolicies": [], "RolePolicyList": []})
        attached = {policy["PolicyArn"] for policy in there["AttachedManagedPolicies"]}
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in there["RolePolicyList"]}
        for arn in set(role["managed_policies"]) - attached:
            yield Write("attach_role_policy", RoleName=name, PolicyArn=arn)
        for policy, document in role["inline_policies"].items():
            if canonical(inline.get(policy)) != canonical(document):
                yield Write("put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        for arn in attached - set(role["managed_policies"]):
            yield Write("detach_role_policy", RoleName=name, PolicyArn=arn)
        for policy in set(inline) - set(role["inline_policies"]):
            yield Write("delete_role_policy", RoleName=name, PolicyName=policy)

    def group_policies(self, group: dict[str, Any]) -> Iterable[Write]:
        """The policies that the group lacks; other policies are ignored."""
        name, there = group["name"], self.groups[group["name"]]
        attached = {policy["PolicyArn"] for policy in there["AttachedManagedPolicies"]}
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in there["GroupPolicyList"]}
        for arn in set(group["managed_policies"]) - attached:
            yield Write("attach_group_policy", GroupName=name, PolicyArn=arn)
        for policy, document in group["inline_policies"].items():
            if canonical(inline.get(policy)) != canonical(document):
                yield Write("put_group_policy", GroupName=name, PolicyName=policy, PolicyDocument=json.dumps(document))

    def removal(self) -> Phases:
        parts, roles, policies = [], [], []
        for name in (role["name"] for role in self.wanted["roles"] if role["name"] in self.roles):
            for policy in self.roles[name]["AttachedManagedPolicies"]:
                parts.append(Write("detach_role_policy", RoleName=name, PolicyArn=policy["PolicyArn"]))
            for inline in self.roles[name]["RolePolicyList"]:
                parts.append(Write("delete_role_policy", RoleName=name, PolicyName=inline["PolicyName"]))
            roles.append(Write("delete_role", RoleName=name))
        for name in (one["name"] for one in self.wanted["managed_policies"] if one["name"] in self.policies):
            arn = self.policies[name]["Arn"]
            for version in self.policies[name]["PolicyVersionList"]:
                if not version["IsDefaultVersion"]:
                    parts.append(Write("delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"]))
            policies.append(Write("delete_policy", PolicyArn=arn))
        return parts, roles + policies


def tagging(kind: str, whose: dict[str, str], there: dict[str, str], wanted: dict[str, str]) -> Iterable[Write]:
    if gone := sorted(set(there) - set(wanted)):
        yield Write(f"untag_{kind}", **whose, TagKeys=gone)
    if new := {key: value for key, value in wanted.items() if there.get(key) != value}:
        yield Write(f"tag_{kind}", **whose, Tags=as_list(new))


def client(session: Any, service: str, keys: dict[str, str]) -> Any:
    with _client_lock:  # boto3's clients are safe across threads, their creation is not
        return session.client(service, config=CONFIG, **keys)


def entered(session: Any, sts: Any, account: dict[str, str]) -> Any:
    given = sts.assume_role(RoleArn=account["role_arn"], RoleSessionName="floor")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    return client(session, "iam", keys)


def main() -> None:
    parser = argparse.ArgumentParser(prog="floor.py")
    parser.add_argument("workload", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--absent", action="store_true")
    parser.add_argument("--accounts", type=Path)
    options = parser.parse_args()
    text = options.workload.read_text(encoding="utf-8")
    session = boto3.Session()
    with ThreadPoolExecutor(THREADS) as calls, ThreadPoolExecutor(THREADS) as accounts:
        if options.accounts is None:
            account = Account(client(session, "iam", {}), json.loads(text), calls)
            print("\n".join(account.keep(options.check, options.absent)))
            return
        sts = client(session, "sts", {})

        def keep(place: dict[str, str]) -> list[str]:
            wanted = json.loads(text.replace("<account_id>", place["account_id"]))
            return Account(entered(session, sts, place), wanted, calls).keep(options.check, options.absent)

        places = json.loads(options.accounts.read_text(encoding="utf-8"))
        for place, writes in zip(places, accounts.map(keep, places), strict=True):
            print(place["account_id"], len(writes), "writes")


if __name__ == "__main__":
    main()
