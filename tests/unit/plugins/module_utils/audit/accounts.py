# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of the cases, and the results of an audit of them.

An account has `roles`, `users`, `groups` and `policies` by name. A user has `groups`. A role has `trusts` (services),
`assumed_by` (AWS principals) or `trust` (statements); `managed` and `boundary` (AWS's by what follows policy/, the
account's own as own:NAME), `inline` (statements by name), `path`, `tags`, `instance_profiles`. `aws_has` are policies
that AWS was asked for, by what follows policy/. `<account_id>` stands for the account.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import AuditedAccount, audit
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts

ACCOUNT = Account("123456789012", "aws")
KNOWLEDGE = AuditFacts.parse(audit_facts())
SERVICES = tuple(KNOWLEDGE.traces)

Given = Mapping[str, Any]


def audited(account: Given, declared: Sequence[Given] = (), services: Sequence[str] = SERVICES) -> AuditedAccount:
    return audit(KNOWLEDGE, state_of(account), services, declared)


def found(result: AuditedAccount) -> dict[str, str]:
    """The service and status of each object that is there, by kind and name."""
    return {one.resource: f"{one.service} {one.status}" for one in result.objects if one.status != "absent"}


def state_of(account: Given) -> CurrentState:
    filled = json.loads(json.dumps(account).replace("<account_id>", ACCOUNT.id))
    identities = [
        *(_role(name, given or {}) for name, given in filled.get("roles", {}).items()),
        *(_other("user", name, given or {}) for name, given in filled.get("users", {}).items()),
        *(_other("group", name, given or {}) for name, given in filled.get("groups", {}).items()),
    ]
    policies = [_policy(name, statements) for name, statements in filled.get("policies", {}).items()]
    return CurrentState(
        ACCOUNT,
        {identity.key: identity for identity in identities},
        {policy.name.lower(): policy for policy in policies},
        {one.name: (one,) for one in map(_of_aws, filled.get("aws_has", ()))},
    )


def _of_aws(path: str) -> AwsManagedPolicy:
    return AwsManagedPolicy(path.rpartition("/")[2], f"arn:aws:iam::aws:policy/{path}")


def document(statements: Any) -> PolicyDocument:
    listed = statements if isinstance(statements, list) else [statements]
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in listed]})


def _role(name: str, given: Given) -> Role:
    trust = [{"Principal": {"Service": service}, "Action": "sts:AssumeRole"} for service in given.get("trusts", ())]
    trust += [{"Principal": {"AWS": arn}, "Action": "sts:AssumeRole"} for arn in given.get("assumed_by", ())]
    path = given.get("path", "/")
    return Role(
        "role",
        name,
        path,
        ACCOUNT.arn("role", path, name),
        managed=_managed(given),
        boundary=_arn(given["boundary"]) if "boundary" in given else None,
        inline=_inline(given),
        trust=document(given.get("trust", trust)),
        tags=given.get("tags", {}),
        instance_profiles=tuple(given.get("instance_profiles", ())),
    )


def _other(kind: Any, name: str, given: Given) -> Identity:
    boundary = _arn(given["boundary"]) if "boundary" in given else None
    groups = tuple(given.get("groups", ()))
    return Identity(
        kind, name, "/", ACCOUNT.arn(kind, "/", name), _managed(given), _inline(given), boundary, groups=groups
    )


def _policy(name: str, statements: Any) -> ManagedPolicy:
    return ManagedPolicy(name, "/", ACCOUNT.arn("policy", "/", name), document(statements))


def _managed(given: Given) -> frozenset[str]:
    return frozenset(map(_arn, given.get("managed", ())))


def _arn(name: str) -> str:
    own = name.startswith("own:")
    return ACCOUNT.arn("policy", "/", name.removeprefix("own:")) if own else f"arn:aws:iam::aws:policy/{name}"


def _inline(given: Given) -> dict[str, PolicyDocument]:
    return {name: document(statements) for name, statements in given.get("inline", {}).items()}
