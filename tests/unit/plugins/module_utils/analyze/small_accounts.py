# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small accounts from a short notation, for tables about access.

A statement is `s3:GetObject,s3:PutObject labels-1/*`, with `!` before a Deny, or a mapping as in a policy. A trusted
principal is `lambda` for a service, `role/NAME`, an account id or `*`, likewise with `!`, or a statement.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
    identity_key,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT = Account("123456789012", "aws")
KINDS = {"roles": "role", "users": "user", "groups": "group"}
AWS_DOCUMENTS = {"Reader": ["s3:GetObject *"], "Writer": ["s3:* *"], "Unread": None, "Hidden": None}
"""AWS managed policies, None for those whose documents are not known."""


def statement(given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    actions, _space, resource = given.lstrip("!").partition(" ")
    return {
        "Effect": "Deny" if given.startswith("!") else "Allow",
        "Action": actions.split(","),
        "Resource": resource if resource == "*" or resource.startswith("arn:") else f"arn:aws:s3:::{resource}",
    }


def document(statements: Any) -> PolicyDocument:
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [statement(one) for one in statements]})


def trusting(given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return {"Effect": "Allow", **({} if "NotAction" in given else {"Action": "sts:AssumeRole"}), **given}
    name = given.lstrip("!")
    if name.startswith("role/"):
        principal: Any = {"AWS": ACCOUNT.arn("role", "/", name.removeprefix("role/"))}
    elif name == "*" or name.isdigit():
        principal = {"AWS": name if name == "*" else f"arn:aws:iam::{name}:root"}
    else:
        principal = {"Service": f"{name}.amazonaws.com"}
    return {"Effect": "Deny" if given.startswith("!") else "Allow", "Action": "sts:AssumeRole", "Principal": principal}


def trust(given: list[Any]) -> PolicyDocument:
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [trusting(one) for one in given]})


def policy_arn(name: str) -> str:
    known = name in AWS_DOCUMENTS or name == "AWSDenyAll"
    return f"arn:aws:iam::aws:policy/{name}" if known else ACCOUNT.arn("policy", "/", name)


def identity(kind: Any, name: str, given: dict[str, Any]) -> Identity:
    common: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "path": "/",
        "arn": ACCOUNT.arn(kind, "/", name),
        "managed": frozenset(map(policy_arn, given.get("managed", []))),
        "inline": {"own": document(given["inline"])} if "inline" in given else {},
        "boundary": policy_arn(given["boundary"]) if "boundary" in given else None,
    }
    if kind == "role":
        return Role(**common, trust=trust(given.get("trust", ["lambda"])), tags=given.get("tags", {}))
    return Identity(**common, groups=tuple(given.get("groups", [])))


def policy(name: str, given: Any) -> ManagedPolicy:
    """A customer managed policy from its statements, or from a mapping with the number of its attachments."""
    told = given if isinstance(given, dict) else {"statements": given}
    return ManagedPolicy(
        name,
        "/",
        policy_arn(name),
        document(told["statements"]),
        attachments=told.get("attachments", 0),
        boundary_uses=told.get("boundary_uses", 0),
    )


def identities(given: dict[str, Any]) -> dict[str, Identity | None]:
    """The identities by their keys, None where nothing is given for a name."""
    return {
        identity_key(kind, name): None if one is None else identity(kind, name, one)
        for section, kind in KINDS.items()
        for name, one in given.get(section, {}).items()
    }


def state(given: dict[str, Any]) -> CurrentState:
    return CurrentState(
        ACCOUNT,
        identities={key: one for key, one in identities(given).items() if one is not None},
        policies={name.lower(): policy(name, one) for name, one in given.get("policies", {}).items()},
        aws_policies={
            name: (AwsManagedPolicy(name, policy_arn(name), document(said) if said else None),)
            for name, said in AWS_DOCUMENTS.items()
        },
    )


def desired(given: dict[str, Any]) -> DesiredState:
    policies = {
        name.lower(): None if one is None else policy(name, one) for name, one in given.get("policies", {}).items()
    }
    return DesiredState(identities(given), policies)
