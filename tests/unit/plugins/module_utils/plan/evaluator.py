# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small IAM: it does steps one by one and computes the granted requests after each.

It is independent of the planner. A request (role, principal, action) is granted if a statement allows it, none denies
it, the boundary allows it and the trust policy trusts the principal.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ACTIONS = ("s3:GetObject", "s3:PutObject", "iam:PassRole", "logs:PutLogEvents")
SERVICES = ("lambda.amazonaws.com", "sagemaker.amazonaws.com", "greengrass.amazonaws.com")

Request = tuple[str, str, str]


@dataclass
class SimulatedRole:
    trust: dict[str, Any]
    managed: set[str] = field(default_factory=set)
    inline: dict[str, dict[str, Any]] = field(default_factory=dict)
    boundary: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


class SimulatedAccount:
    def __init__(self, state: CurrentState) -> None:
        self.policies = {policy.arn: dict(policy.document.content) for policy in state.policies.values()}
        for candidates in state.aws_policies.values():
            for policy in candidates:
                assert policy.document is not None
                self.policies[policy.arn] = dict(policy.document.content)
        self.made: dict[str, str] = {}
        self.in_force: dict[str, str] = {}
        self.roles = {
            role.name: SimulatedRole(
                trust=dict(role.trust.content),
                managed=set(role.managed),
                inline={name: dict(document.content) for name, document in role.inline.items()},
                boundary=role.boundary,
                tags=dict(role.tags),
            )
            for role in state.identities.values()
            if isinstance(role, Role)
        }

    def take(self, step: Step, account_arn_prefix: str) -> None:
        """Make one write, as IAM would; fails where IAM would refuse it."""
        given = {
            key: copy.deepcopy(dict(value.content)) if isinstance(value, PolicyDocument) else value
            for key, value in step.parameters.items()
        }
        role = self.roles.get(given.get("RoleName", ""))
        match step.action:
            case "CreateRole":
                assert role is None
                boundary = given.get("PermissionsBoundary")
                assert boundary is None or boundary in self.policies
                self.roles[given["RoleName"]] = SimulatedRole(
                    given["AssumeRolePolicyDocument"], boundary=boundary, tags=_tags(given)
                )
            case "DeleteRole":
                assert role is not None and not role.managed and not role.inline
                del self.roles[given["RoleName"]]
            case "UpdateAssumeRolePolicy":
                assert role is not None and given["PolicyDocument"]["Statement"]
                role.trust = given["PolicyDocument"]
            case "AttachRolePolicy":
                assert role is not None and given["PolicyArn"] in self.policies
                role.managed.add(given["PolicyArn"])
            case "DetachRolePolicy":
                assert role is not None
                role.managed.remove(given["PolicyArn"])
            case "PutRolePolicy":
                assert role is not None
                role.inline[given["PolicyName"]] = given["PolicyDocument"]
            case "DeleteRolePolicy":
                assert role is not None
                del role.inline[given["PolicyName"]]
            case "PutRolePermissionsBoundary":
                assert role is not None and given["PermissionsBoundary"] in self.policies
                role.boundary = given["PermissionsBoundary"]
            case "DeleteRolePermissionsBoundary":
                assert role is not None and role.boundary
                role.boundary = None
            case "TagRole":
                assert role is not None
                role.tags |= _tags(given)
            case "UntagRole":
                assert role is not None
                role.tags = {key: value for key, value in role.tags.items() if key not in given["TagKeys"]}
            case "CreatePolicy":
                self.policies[account_arn_prefix + given["PolicyName"]] = given["PolicyDocument"]
            case "CreatePolicyVersion":
                assert given["PolicyArn"] in self.policies
                self.policies[given["PolicyArn"]] = given["PolicyDocument"]
                self.made[step.name] = self.in_force[given["PolicyArn"]] = step.name
            case "DeletePolicyVersion":
                made = given["VersionId"].step
                assert self.in_force[given["PolicyArn"]] != self.made.pop(made)
            case "DeletePolicy":
                assert not any(
                    given["PolicyArn"] in other.managed or other.boundary == given["PolicyArn"]
                    for other in self.roles.values()
                )
                del self.policies[given["PolicyArn"]]
            case _:
                raise AssertionError(f"unexpected step {step.action}")

    def granted(self) -> set[Request]:
        return {
            (name, service, action)
            for name, role in self.roles.items()
            for service in SERVICES
            if _decide([role.trust], "Service", service)
            for action in ACTIONS
            if self._permits(role, action)
        }

    def documents_of(self, role: SimulatedRole) -> list[dict[str, Any]]:
        return [*role.inline.values(), *(self.policies[arn] for arn in sorted(role.managed))]

    def _permits(self, role: SimulatedRole, action: str) -> bool:
        if not _decide(self.documents_of(role), "Action", action):
            return False
        return role.boundary is None or _decide([self.policies[role.boundary]], "Action", action)


def _tags(given: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in given.get("Tags", ())}


def _decide(documents: list[dict[str, Any]], element: str, value: str) -> bool:
    matching = [
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if any(fnmatchcase(value, pattern) for pattern in _patterns(statement, element))
    ]
    return "Allow" in matching and "Deny" not in matching


def _patterns(statement: dict[str, Any], element: str) -> list[str]:
    if element == "Action":
        found = statement["Action"]
    else:
        principal = statement["Principal"]
        found = ["*"] if principal in ("*", {"AWS": "*"}) else principal.get(element, [])
    return found if isinstance(found, list) else [found]
