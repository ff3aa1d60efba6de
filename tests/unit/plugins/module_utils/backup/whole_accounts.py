# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole accounts: generated, made by hand with the plain SDK, seen, and declared absent.

An account is `policies`, `roles`, `users` and `groups`; names stand for the objects of the account, `aws/NAME` for
policies of AWS, and `role/NAME` in a trust policy for a role of the account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Spec = dict[str, Any]

ENTRANCE = "OrganizationAccountAccessRole"
"""The role by which everybody enters an account; it stays out of what is seen."""

BYSTANDER = "bystander"
"""A role of another owner, which is not declared, and trusts the first of the generated roles."""

POLICIES = ("Alpha", "Beta", "Gamma")
ROLES = ("one", "two", "three")

_IDS = {"RoleId", "UserId", "GroupId", "PolicyId", "InstanceProfileId", "VersionId", "DefaultVersionId"}
_MOMENTS = {"CreateDate", "UpdateDate", "ResponseMetadata", "RoleLastUsed"}
_ACTIONS = ("s3:GetObject", "s3:PutObject", "logs:PutLogEvents", "iam:PassRole", "sqs:SendMessage", "sns:Publish")


def document(actions: list[str], effect: str = "Allow") -> dict[str, Any]:
    statement = {"Effect": effect, "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(principals: list[str], account_id: str, paths: Mapping[str, str]) -> dict[str, Any]:
    """A trust policy with a statement for each principal: a service, `root`, or `role/NAME`."""
    statements = []
    for principal in principals:
        name = principal.removeprefix("role/")
        if principal.startswith("role/"):
            who = {"AWS": f"arn:aws:iam::{account_id}:role{paths[name]}{name}"}
        elif principal == "root":
            who = {"AWS": f"arn:aws:iam::{account_id}:root"}
        else:
            who = {"Service": f"{principal}.amazonaws.com"}
        statements.append({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})
    return {"Version": "2012-10-17", "Statement": statements}


_documents = st.builds(
    document,
    st.lists(st.sampled_from(_ACTIONS), min_size=1, max_size=3, unique=True),
    st.sampled_from(["Allow", "Allow", "Deny"]),
)


def _meaning(content: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """What a document says. Of versions that say the same, a restore brings back one."""
    (statement,) = content["Statement"]
    return statement["Effect"], frozenset(statement["Action"])


_tags = st.dictionaries(st.sampled_from(["team", "stage", "Cost Centre"]), st.text("abc é=", max_size=6), max_size=2)
_paths = st.sampled_from(["/", "/service-role/", "/a/b/"])
_inline = st.dictionaries(st.sampled_from(["S3", "Logs"]), _documents, max_size=2)


@st.composite
def accounts(draw: st.DrawFn) -> Spec:
    """An account with roles that name each other, policies with versions, users and groups."""
    policies = draw(st.lists(st.sampled_from(POLICIES), unique=True, max_size=3))
    roles = draw(st.lists(st.sampled_from(ROLES), unique=True, min_size=1, max_size=3))
    attachable = st.lists(
        st.sampled_from([*policies, "aws/IAMFullAccess", "aws/ReadOnlyAccess"]), unique=True, max_size=3
    )
    principals = st.lists(
        st.sampled_from(["lambda", "sagemaker", "root", *(f"role/{name}" for name in roles)]),
        unique=True,
        min_size=1,
        max_size=3,
    )
    return {
        "policies": {
            name: {
                "path": draw(_paths),
                "description": draw(st.sampled_from(["", "What it is for."])),
                "tags": draw(_tags),
                "documents": draw(st.lists(_documents, min_size=1, max_size=4, unique_by=_meaning)),
                "default": draw(st.integers(0, 3)),
            }
            for name in policies
        },
        "roles": {
            name: {
                "path": draw(_paths),
                "description": draw(st.sampled_from(["", "Runs the jobs."])),
                "max_session_duration": draw(st.sampled_from([3600, 7200, 43200])),
                "tags": draw(_tags),
                "trust": draw(principals),
                "managed": draw(attachable),
                "inline": draw(_inline),
                "boundary": draw(st.sampled_from([None, *policies])),
                "instance_profile": draw(st.booleans()),
            }
            for name in roles
        },
        "users": {"alice": {"managed": draw(attachable), "inline": draw(_inline)}},
        "groups": {"labelers": {"managed": draw(attachable), "inline": draw(_inline)}},
    }


def policy_arn(name: str, spec: Spec, account_id: str) -> str:
    if name.startswith("aws/"):
        return f"arn:aws:iam::aws:policy/{name.removeprefix('aws/')}"
    return f"arn:aws:iam::{account_id}:policy{spec['policies'][name]['path']}{name}"


def make(iam: Any, spec: Spec, account_id: str) -> None:
    """Make the account, and a bystander in it."""
    paths = {name: role["path"] for name, role in spec["roles"].items()}
    for name, policy in spec["policies"].items():
        first, *others = policy["documents"]
        iam.create_policy(
            PolicyName=name,
            Path=policy["path"],
            PolicyDocument=json.dumps(first),
            Description=policy["description"],
            Tags=_pairs(policy["tags"]),
        )
        arn = policy_arn(name, spec, account_id)
        for other in others:
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(other))
        default = min(policy["default"], len(others)) + 1
        if default > 1:
            iam.set_default_policy_version(PolicyArn=arn, VersionId=f"v{default}")
    for name, role in spec["roles"].items():
        bounded = {"PermissionsBoundary": policy_arn(role["boundary"], spec, account_id)} if role["boundary"] else {}
        iam.create_role(
            RoleName=name,
            Path=role["path"],
            AssumeRolePolicyDocument=json.dumps(trust(["lambda"], account_id, paths)),
            Description=role["description"],
            MaxSessionDuration=role["max_session_duration"],
            Tags=_pairs(role["tags"]),
            **bounded,
        )
        if role["instance_profile"]:
            iam.create_instance_profile(InstanceProfileName=f"{name}-profile")
            iam.add_role_to_instance_profile(InstanceProfileName=f"{name}-profile", RoleName=name)
    for name, role in spec["roles"].items():
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust(role["trust"], account_id, paths)))
    first_role = next(iter(spec["roles"]))
    named = trust(["lambda", f"role/{first_role}"], account_id, paths)
    iam.create_role(RoleName=BYSTANDER, AssumeRolePolicyDocument=json.dumps(named))
    for name in spec["users"]:
        iam.create_user(UserName=name)
    for name in spec["groups"]:
        iam.create_group(GroupName=name)
    for kind in ("role", "user", "group"):
        for name, identity in spec[f"{kind}s"].items():
            whose = {f"{kind.capitalize()}Name": name}
            for policy_name in identity["managed"]:
                getattr(iam, f"attach_{kind}_policy")(**whose, PolicyArn=policy_arn(policy_name, spec, account_id))
            for policy_name, content in identity["inline"].items():
                put = getattr(iam, f"put_{kind}_policy")
                put(**whose, PolicyName=policy_name, PolicyDocument=json.dumps(content))


def declared_absent(spec: Spec, account_id: str) -> dict[str, Any]:
    """The options of `iam_baseline` with which nothing of the account is left but its users, its groups and others'."""
    attachments = [
        {
            "iam_type": kind,
            "iam_name": name,
            "managed_policies": [policy_arn(policy, spec, account_id) for policy in identity["managed"]],
            "inline_policies": identity["inline"],
        }
        for kind in ("user", "group")
        for name, identity in spec[f"{kind}s"].items()
        if identity["managed"] or identity["inline"]
    ]
    return {
        "state": "absent",
        "managed_policies": [{"name": name} for name in spec["policies"]],
        "roles": [{"name": name} for name in spec["roles"]],
        "attachments": attachments,
    }


def seen(iam: Any) -> dict[str, Any]:
    """Everything in the account but ids and dates, in a form in which equal accounts are equal."""
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "Role", "Group", "LocalManagedPolicy"]
    )
    whole: dict[str, Any] = {}
    for page in pages:
        for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            whole.setdefault(kind, []).extend(page[kind])
    for policy in whole["Policies"]:
        policy["Tags"] = iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"]
    whole["Listed"] = iam.list_roles(MaxItems=1000)["Roles"]
    whole["InstanceProfiles"] = iam.list_instance_profiles()["InstanceProfiles"]
    for roles in ("RoleDetailList", "Listed"):
        whole[roles] = [role for role in whole[roles] if role["RoleName"] != ENTRANCE]
    settled: dict[str, Any] = json.loads(re.sub(r"AROA[A-Z0-9]+", "an id", json.dumps(_settled(whole))))
    return settled


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _settled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _settled(item) for key, item in value.items() if key not in _IDS | _MOMENTS}
    if isinstance(value, list):
        settled = sorted((_settled(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        # IAM shows a list of one as its only value, or not.
        return settled[0] if len(settled) == 1 and isinstance(settled[0], str) else settled
    return value
