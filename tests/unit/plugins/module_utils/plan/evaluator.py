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
        if step.action == "CreateRole":
            self._create_role(given)
        elif "RoleName" in given:
            assert given["RoleName"] in self.roles
            self._write_to(self.roles[given["RoleName"]], step.action, given)
        else:
            self._write_policy(step, given, account_arn_prefix)

    def _create_role(self, given: dict[str, Any]) -> None:
        assert given["RoleName"] not in self.roles
        boundary = given.get("PermissionsBoundary")
        assert boundary is None or boundary in self.policies
        self.roles[given["RoleName"]] = SimulatedRole(
            given["AssumeRolePolicyDocument"], boundary=boundary, tags=_tags(given)
        )

    def _write_to(self, role: SimulatedRole, action: str, given: dict[str, Any]) -> None:
        match action:
            case "DeleteRole":
                assert not role.managed and not role.inline
                del self.roles[given["RoleName"]]
            case "UpdateAssumeRolePolicy":
                assert given["PolicyDocument"]["Statement"]
                role.trust = given["PolicyDocument"]
            case "AttachRolePolicy":
                assert given["PolicyArn"] in self.policies
                role.managed.add(given["PolicyArn"])
            case "DetachRolePolicy":
                role.managed.remove(given["PolicyArn"])
            case "PutRolePolicy":
                role.inline[given["PolicyName"]] = given["PolicyDocument"]
            case "DeleteRolePolicy":
                del role.inline[given["PolicyName"]]
            case "PutRolePermissionsBoundary":
                assert given["PermissionsBoundary"] in self.policies
                role.boundary = given["PermissionsBoundary"]
            case "DeleteRolePermissionsBoundary":
                assert role.boundary
                role.boundary = None
            case "TagRole":
                role.tags |= _tags(given)
            case "UntagRole":
                role.tags = {key: value for key, value in role.tags.items() if key not in given["TagKeys"]}
            case _:
                raise AssertionError(f"unexpected step {action}")

    def _write_policy(self, step: Step, given: dict[str, Any], account_arn_prefix: str) -> None:
        match step.action:
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
