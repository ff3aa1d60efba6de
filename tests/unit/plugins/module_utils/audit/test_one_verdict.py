# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role has the same findings in a check, in the next check and in an audit, in many accounts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import Finding
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.findings import all_findings
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import audit
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.services_source import typed
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    AwsManagedPolicy,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
    RoleDeclaration,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

from .accounts import ACCOUNT, KNOWLEDGE

OF_AUDITS = {"escalation_path", "reached_by_escalation", "escalation_chain", "grants_ended_service"}
"""Codes of audits alone, or that an audit reports as an escalation path."""

PRINCIPALS: list[dict[str, Any]] = [
    *({"Service": f"{name}.amazonaws.com"} for name in ("sagemaker", "lambda", "greengrass", "ec2", "panorama")),
    {"AWS": "210987654321"},
    {"AWS": "*"},
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT.id}},
    {"StringEquals": {"sts:ExternalId": "agreed"}},
    {"Bool": {"aws:SecureTransport": "true"}},
]
AWS_POLICIES = (
    "AdministratorAccess",
    "IAMFullAccess",
    "AmazonS3FullAccess",
    "AWSLambda_FullAccess",
    "AmazonSageMakerFullAccess",
    "AWSGreengrassResourceAccessRolePolicy",
    "AWSDenyAll",
    "ReadOnlyAccess",
)
STATEMENTS: list[dict[str, Any]] = [
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {"Effect": "Allow", "Action": ["iam:CreateRole", "iam:AttachRolePolicy"], "Resource": "*"},
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::labels-*"},
    {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
]


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


def some_policies(source: random.Random) -> dict[str, ManagedPolicy]:
    found = [
        ManagedPolicy(name, "/", ACCOUNT.arn("policy", "/", name), document(*source.sample(STATEMENTS, 2)))
        for name in ("one", "two", "three")
    ]
    return {policy.name: policy for policy in found}


def some_role(source: random.Random, name: str, policies: Iterable[ManagedPolicy]) -> Role:
    own = [policy.arn for policy in policies]
    trust = [
        {"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole", "Condition": source.choice(CONDITIONS)}
        for one in source.sample(PRINCIPALS, source.choice((1, 1, 2)))
    ]
    managed = [f"arn:aws:iam::aws:policy/{one}" for one in source.sample(AWS_POLICIES, source.choice((0, 1, 2)))]
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        managed=frozenset((*managed, *source.sample(own, source.choice((0, 1))))),
        inline={"own": document(source.choice(STATEMENTS))} if source.random() < 0.5 else {},
        trust=document(*trust),
        boundary=source.choice((None, None, None, *own)),
    )


def shown(found: Iterable[Finding], roles: Iterable[str]) -> set[tuple[str, str, str]]:
    return {
        (one.severity.text, one.code, one.resource)
        for one in found
        if one.code not in OF_AUDITS and one.resource in roles
    }


@pytest.mark.parametrize("seed", range(40))
def test_check_next_check_and_audit_report_the_same_of_a_role(seed: int) -> None:
    source = random.Random(seed)
    policies = some_policies(source)
    roles = {one.key: one for one in (some_role(source, f"role-{index}", policies.values()) for index in range(5))}
    there: dict[str, Identity] = {
        key: replace(role, managed=frozenset(), inline={}) for key, role in roles.items() if source.random() < 0.5
    }
    others = [some_role(source, f"other-{index}", policies.values()) for index in range(3)]
    rest: dict[str, Identity] = {one.key: one for one in others}
    declarations = Declarations(roles=tuple(RoleDeclaration("", role.name, True) for role in roles.values()))
    desired = DesiredState(identities=dict(roles), policies=dict(policies))
    # A run that attaches a policy of AWS has asked IAM for it; the next one has only seen it attached.
    asked = {"IAMFullAccess": (AwsManagedPolicy("IAMFullAccess", "arn:aws:iam::aws:policy/IAMFullAccess", document()),)}
    facts = KNOWLEDGE.knowledge
    check = all_findings(facts, declarations, CurrentState(ACCOUNT, {**rest, **there}, aws_policies=asked), desired)
    after = CurrentState(ACCOUNT, {**rest, **roles}, policies)
    again = all_findings(facts, declarations, after, desired)
    assert check == again
    options = [{"name": role.name, "assume_role_policy_document": role.trust.content} for role in roles.values()]
    declared, problems = typed([{"service": "panorama", "profile": "", "state": "present", "roles": options}])
    assert not problems
    audited = audit(KNOWLEDGE, after, ("panorama",), declared).findings
    names = {role.resource for role in roles.values()}
    assert shown(audited, names) == shown(again, names)
    # A chain is at least as severe in the audit, under whichever code.
    severities = {one.resource: one.severity for one in reversed(audited) if one.code in OF_AUDITS}
    for one in again:
        if one.code == "escalation_chain" and one.resource in names:
            assert severities[one.resource] <= one.severity
