# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies what a run has already written to what it reads. Pure.

IAM may show an older state for a while (FACTS C3). If a plan was interrupted and is planned again, the half of a change
that was written must not be treated as unwritten, or the other half would never follow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model import CurrentState, Identity, Role
from ..plan.plan import Step


def with_own_writes(state: CurrentState, steps: Iterable[Step]) -> CurrentState:
    """The state with the documents, attachments and boundaries that the steps wrote, in their order."""
    identities = dict(state.identities)
    policies = dict(state.policies)
    for step in steps:
        identity = identities.get(step.subject)
        if identity is not None:
            identities[step.subject] = _written(identity, step)
        if step.action == "CreatePolicyVersion" and step.parameters["SetAsDefault"]:
            for name, policy in policies.items():
                if policy.key == step.subject:
                    policies[name] = replace(policy, document=step.parameters["PolicyDocument"])
    return replace(state, identities=identities, policies=policies)


def _written(identity: Identity, step: Step) -> Identity:
    given = step.parameters
    if isinstance(identity, Role):
        identity = _role_written(identity, step)
    if step.action.startswith("Attach"):
        return replace(identity, managed=identity.managed | {given["PolicyArn"]})
    if step.action.startswith("Detach"):
        return replace(identity, managed=identity.managed - {given["PolicyArn"]})
    if step.action.startswith("Put") and "PolicyDocument" in given:
        return replace(identity, inline={**identity.inline, given["PolicyName"]: given["PolicyDocument"]})
    if step.action.startswith("Delete") and "PolicyName" in given:
        kept = {name: document for name, document in identity.inline.items() if name != given["PolicyName"]}
        return replace(identity, inline=kept)
    return identity


def _role_written(role: Role, step: Step) -> Role:
    given = step.parameters
    if step.action == "UpdateAssumeRolePolicy":
        return replace(role, trust=given["PolicyDocument"])
    if step.action == "PutRolePermissionsBoundary":
        return replace(role, boundary=given["PermissionsBoundary"])
    if step.action == "DeleteRolePermissionsBoundary":
        return replace(role, boundary=None)
    if step.action == "AddRoleToInstanceProfile":
        joined = {*role.instance_profiles, given["InstanceProfileName"]}
        return replace(role, instance_profiles=tuple(sorted(joined)))
    return role
