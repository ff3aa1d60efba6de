# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts before and after the service roles have been at work, without any I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.policy_references import policy_references
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    AwsManagedPolicy,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.account_problems import (
    quota_problems,
    state_problems,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import desired_state_of
from moto.iam.aws_managed_policies import aws_managed_policies_data

from .variants import ACCOUNT, VARIANTS, declarations, options_of

_FOREIGN = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Foreign", "Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}],
    }
)
_BOUNDARY = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        ],
    }
)
_FOREIGN_TRUST = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@dataclass(frozen=True)
class Converged:
    """A declaration applied to a state: the steps, and the state at their end."""

    plan: Plan
    goal: CurrentState
    warnings: tuple[str, ...]


class Refused(Exception):
    """What the engine has against a declaration in an account; the problems are the argument."""


@lru_cache(maxsize=1)
def aws_policies() -> dict[str, tuple[AwsManagedPolicy, ...]]:
    """AWS's own policies, as moto has them from AWS."""
    prefix = f"arn:{ACCOUNT.partition}:iam::aws:policy"
    return {
        name: (AwsManagedPolicy(name, f"{prefix}{policy['Path']}{name}", PolicyDocument(policy["Document"])),)
        for name, policy in json.loads(aws_managed_policies_data).items()
    }


@cache
def ground(role: str) -> CurrentState:
    """An account in which nothing was declared yet, with what the variants of a role take to be there."""
    every_declaration = [declarations(options_of(role, variant)) for variant in VARIANTS[role]]
    identities = [identity for declaration in every_declaration for identity in _foreign_identities(declaration)]
    return CurrentState(
        ACCOUNT,
        {identity.key: identity for identity in identities},
        {policy.name.lower(): policy for policy in _foreign_policies(every_declaration)},
        aws_policies(),
    )


def converged(options: Mapping[str, Any], state: CurrentState) -> Converged:
    """What the engine would do, in the order in which it does it. Raises Refused."""
    state = replace(state, policy_users=_policy_users(state))
    declaration = declarations(options, state)
    desired = desired_state_of(declaration, state)
    quotas = Quotas()
    problems = state_problems(declaration, state, desired) + quota_problems(declaration, state, desired, quotas)
    if problems:
        raise Refused([str(problem) for problem in problems])
    made = plan(state, desired, quotas)
    identities = {**state.identities, **desired.identities}
    policies = {**state.policies, **desired.policies}
    goal = replace(
        state,
        identities={key: identity for key, identity in identities.items() if identity is not None},
        policies={name: policy for name, policy in policies.items() if policy is not None},
    )
    return Converged(made, goal, made.warnings)


def _foreign_identities(declaration: Declarations) -> list[Identity]:
    own = {role.key for role in declaration.roles}
    there: list[Identity] = []
    for attachment in declaration.attachments:
        if attachment.key not in own:
            arn = ACCOUNT.arn(attachment.kind, "/", attachment.name)
            made = Identity(attachment.kind, attachment.name, "/", arn, inline={"Foreign": _FOREIGN})
            there.append(_role(attachment.name) if attachment.kind == "role" else made)
    return there + [_role(trust.role) for trust in declaration.trust_statements if trust.key not in own]


def _role(name: str) -> Role:
    arn = ACCOUNT.arn("role", "/", name)
    return Role("role", name, "/", arn, inline={"Foreign": _FOREIGN}, trust=_FOREIGN_TRUST)


def _foreign_policies(every_declaration: list[Declarations]) -> list[ManagedPolicy]:
    """The customer managed policies that every_declaration want and none holds itself."""
    own = {policy.name for declaration in every_declaration for policy in declaration.policies}
    wanted = {
        reference.name
        for declaration in every_declaration
        for reference in policy_references(declaration)
        if reference.wanted
    }
    names = sorted(wanted - own - aws_policies().keys())
    return [ManagedPolicy(name, "/", ACCOUNT.arn("policy", "/", name), _BOUNDARY) for name in names]


def _policy_users(state: CurrentState) -> dict[str, tuple[str, ...]]:
    """Who holds each customer managed policy, or is bounded by it."""
    return {
        policy.arn: tuple(
            sorted(
                key
                for key, identity in state.identities.items()
                if policy.arn in identity.managed or policy.arn == identity.boundary
            )
        )
        for policy in state.policies.values()
    }
