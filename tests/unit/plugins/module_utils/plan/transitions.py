# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated changes of an account in which everything takes part that decides about access.

Statements with resources, policy variables and conditions on tags; trust policies of services, accounts and users with
conditions; policies that several roles hold, declared or not; boundaries; tags; quotas that leave little room.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT = Account("123456789012", "aws")
OWN = "arn:aws:iam::123456789012:policy/"
USER = "arn:aws:iam::123456789012:user/ana"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:*", "s3:Get*", "dynamodb:GetItem", "*")
RESOURCES = (
    "*",
    "arn:aws:s3:::labels/*",
    "arn:aws:s3:::labels/red/*",
    "arn:aws:s3:::labels/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::images/*",
    "arn:aws:dynamodb:*:*:table/*",
)
TEAMS = ("red", "blue")


@dataclass(frozen=True)
class Transition:
    state: CurrentState
    desired: DesiredState
    goal: CurrentState
    quotas: Quotas


def transition(source: random.Random) -> Transition:
    """An account, a target for it, the account as it is to be, and its quotas."""
    names = ("one", "two", "three")
    ends = [_policies(names, source), _policies(names, source)]
    if source.random() < 0.3:
        ends[1] = _exchanged(ends[0], source)
    changing = [_role(name, source) for name in ("left", "right")]
    before = {role.key: role for role in changing if source.random() < 0.85}
    after = {key: _changed(role, source) for key, role in before.items() if source.random() < 0.9}
    after |= {role.key: role for role in changing if role.key not in before}
    bystander = _role("bystander", source)
    state = CurrentState(ACCOUNT, {**before, bystander.key: bystander}, ends[0])
    goal = CurrentState(ACCOUNT, {**after, bystander.key: bystander}, ends[1])
    declared: dict[str, Identity | None] = {key: after.get(key) for key in {*before, *after}}
    desired = DesiredState(identities=declared, policies={name: ends[1].get(name) for name in names})
    return Transition(state, desired, goal, _quotas(state, goal, source))


def _quotas(state: CurrentState, goal: CurrentState, source: random.Random) -> Quotas:
    """Quotas that both ends keep; half of the time with no room beside them."""
    if source.random() < 0.5:
        return Quotas()
    roles = [role for end in (state, goal) for role in end.identities.values() if isinstance(role, Role)]
    attached = max(len(role.managed) for role in roles)
    inline = max(sum(document.size for document in role.inline.values()) for role in roles)
    trust = max(role.trust.size for role in roles)
    return Quotas(
        attached_policies={"role": max(attached, 1), "user": 10, "group": 10},
        inline_size={"role": max(inline, 1), "user": 2048, "group": 5120},
        trust_policy_size=trust,
    )


def _policies(names: tuple[str, ...], source: random.Random) -> dict[str, ManagedPolicy]:
    return {name: ManagedPolicy(name, "/", OWN + name, _document(source)) for name in names}


def _exchanged(policies: dict[str, ManagedPolicy], source: random.Random) -> dict[str, ManagedPolicy]:
    """The same policies, each with the statements of another."""
    names = list(policies)
    source.shuffle(names)
    return {
        name: replace(policies[name], document=policies[other].document)
        for name, other in zip(policies, names, strict=True)
    }


def _role(name: str, source: random.Random) -> Role:
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        trust=_trust(source),
        managed=frozenset(OWN + policy for policy in source.sample(("one", "two", "three"), source.randint(0, 3))),
        inline={inline: _document(source) for inline in source.sample(("a", "b"), source.randint(0, 2))},
        boundary=source.choice([None, None, None, OWN + "one"]),
        tags={"team": source.choice(TEAMS)} if source.random() < 0.7 else {},
    )


def _changed(role: Role, source: random.Random) -> Role:
    """The role with some of what it has exchanged for what another has."""
    other = _role(role.name, source)
    changed = {name: getattr(other, name) for name in ("trust", "managed", "inline", "tags") if source.random() < 0.6}
    if source.random() < 0.2:
        changed["boundary"] = other.boundary
    return replace(role, **changed)


def _document(source: random.Random) -> PolicyDocument:
    return PolicyDocument(
        {"Version": "2012-10-17", "Statement": [_statement(source) for _number in range(source.randint(1, 2))]}
    )


def _statement(source: random.Random) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Deny" if source.random() < 0.3 else "Allow",
        "Action": source.choice(ACTIONS),
        "Resource": source.choice(RESOURCES),
    }
    if source.random() < 0.2:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": source.choice(TEAMS)}}
    return statement


def _trust(source: random.Random) -> PolicyDocument:
    principals: list[dict[str, Any]] = [
        {"Service": "lambda.amazonaws.com"},
        {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]},
        {"AWS": USER},
        {"AWS": ACCOUNT.id},
        {"AWS": "*"},
    ]
    conditions: list[dict[str, Any]] = [
        {},
        {},
        {"StringEquals": {"sts:ExternalId": "known"}},
        {"StringEquals": {"sts:ExternalId": ["known", "other"]}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"StringLike": {"sts:RoleSessionName": "work-*"}},
    ]
    actions: list[Any] = ["sts:AssumeRole", "sts:*", ["sts:AssumeRole", "sts:TagSession"]]
    statements = []
    for _number in range(source.randint(1, 2)):
        condition = source.choice(conditions)
        statement = {
            "Effect": "Allow",
            "Principal": source.choice(principals),
            "Action": source.choice(actions),
            **({"Condition": condition} if condition else {}),
        }
        statements.append(statement)
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})
