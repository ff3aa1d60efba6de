# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Versions of policies that a run has created and that are not needed. Pure.

They exist if a write was sent twice, or if another run wrote after it. That shows only after the plan was applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..model import CurrentState, ManagedPolicy, PolicyVersion
from ..plan.plan import Plan, Step
from ..plan.writes import Element
from ..policy.document import PolicyDocument


class Read(Protocol):
    """Reads versions of policies."""

    def __call__(self, arn: str, version: str) -> PolicyDocument | None:
        """The document of a version of the policy with this ARN; None if the version no longer exists."""


def spare_versions(before: CurrentState, there: CurrentState, done: Sequence[Step], read: Read) -> Plan:
    """The deletion of every version that is new since `before`, is not the default, and has a document of this run.

    `there` is the account after the steps that are `done`. The document of a version is read only if the version is new
    and was not read yet. So nothing is read if each write left one version and that version is the default.
    """
    steps: list[Step] = []
    for policy in there.policies.values():
        own = [step for step in done if step.subject == policy.key]
        written = _documents(own, in_force=True)
        if not written:
            continue
        kept = _documents(own, in_force=False)
        for version in reversed(_new_versions(before.policy_at(policy.arn), policy, own)):
            document = version.document or read(policy.arn, version.id)
            if document is None:
                continue
            if document in kept:
                kept.remove(document)
            elif document in written:
                steps.append(_deleted(policy, version))
    return Plan(there.account, tuple(steps))


def _documents(own: Sequence[Step], *, in_force: bool) -> list[Any]:
    """The documents that the run has written as the default version of a policy, or else as an older one."""
    return [
        step.parameters["PolicyDocument"]
        for step in own
        if step.write.adds is Element.POLICY_VERSION and step.parameters["SetAsDefault"] is in_force
    ]


def _new_versions(before: ManagedPolicy | None, now: ManagedPolicy, own: Sequence[Step]) -> list[PolicyVersion]:
    known = {before.default_version, *(version.id for version in before.versions)} if before else set()
    known |= {str(step.parameters["VersionId"]) for step in own if step.write.removes is Element.POLICY_VERSION}
    return [version for version in now.versions if version.id not in known]


def _deleted(policy: ManagedPolicy, version: PolicyVersion) -> Step:
    return Step(
        "DeletePolicyVersion",
        policy.resource,
        f"version {version.id} was created by this run and is not the default version",
        policy.key,
        {"PolicyArn": policy.arn, "VersionId": version.id},
        name=f"{policy.resource} {version.id}, spare",
    )
