# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identities that the cases of findings describe: a role or a user, with policies, boundary and groups."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ACCOUNT = Account("123456789012", "aws")
SOURCE = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT.id}}}


def document(statements: list[dict[str, Any]]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


def role(name: str, given: dict[str, Any]) -> Role:
    trusted = [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        | (SOURCE if given.get("source_account") else {})
        for service in given.get("trusts", [])
    ]
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        managed=managed(given),
        inline=inline(given),
        trust=document(given.get("statements", trusted)),
        boundary=boundary(given.get("boundary")),
    )


def boundary(given: Any) -> str | None:
    """The ARN of a boundary: that of AWS's policy of a name, or of the policy that `policies_of` makes."""
    if isinstance(given, str) and given != "unknown":
        return f"arn:aws:iam::aws:policy/{given}"
    return None if given is None else ACCOUNT.arn("policy", "/", "Boundary")


def policies_of(given: dict[str, Any]) -> dict[str, ManagedPolicy]:
    """The boundary, where its statements are given."""
    statements = given.get("boundary")
    if not isinstance(statements, list):
        return {}
    arn = ACCOUNT.arn("policy", "/", "Boundary")
    return {"boundary": ManagedPolicy("Boundary", "/", arn, document(statements))}


def groups_of(given: dict[str, Any]) -> list[Identity]:
    return [
        Identity("group", name, "/", ACCOUNT.arn("group", "/", name), inline={"own": document(statements)})
        for name, statements in given.get("groups", {}).items()
    ]


def managed(given: dict[str, Any]) -> frozenset[str]:
    return frozenset(f"arn:aws:iam::aws:policy/{policy}" for policy in given.get("managed", []))


def inline(given: dict[str, Any]) -> dict[str, PolicyDocument]:
    return {"own": document(given["inline"])} if "inline" in given else {}


def identity(given: dict[str, Any]) -> Identity:
    if "role" in given:
        return role("subject", given["role"])
    arn = ACCOUNT.arn("user", "/", "subject")
    user = given["user"]
    return Identity("user", "subject", "/", arn, managed(user), inline(user), groups=tuple(user.get("groups", ())))
