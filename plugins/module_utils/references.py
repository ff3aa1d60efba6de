# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the name or ARN of a managed policy, as declared, to the ARN it has. Pure.

AWS's own documents give wrong ARNs for its policies (FACTS A0), and a name says nothing of the path. So what is
declared is never trusted: a name or an ARN counts if such a policy is attached already, is declared in the same
task, is in the account, or was found at AWS.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .declaration import within
from .errors import Problem
from .model import AccountState, Desired, Identity, PolicyDeclaration

AWS_POLICY_PATHS = ("/", "/service-role/", "/job-function/", "/aws-service-role/", "/root-task/")
"""Every path under which AWS keeps managed policies (its catalog of 2026-09-30, see FACTS)."""

WITHDRAWN = {
    "AWSLambdaFullAccess": "AWS has withdrawn it: a function's own role needs service-role/AWSLambdaBasicExecutionRole,"
    " people who manage functions need AWSLambda_FullAccess",
}
"""Policies that AWS's own guides still name, and what to use instead (FACTS A0)."""


@dataclass(frozen=True)
class Reference:
    """A name or ARN of a managed policy, where it stands, and the key of the identity that it is for.

    `wanted` is False where the policy is to be taken off the identity; it need not exist then.
    """

    place: str
    identity: str
    text: str
    wanted: bool = True

    @property
    def name(self) -> str:
        return self.text.rpartition("/")[2]


@dataclass(frozen=True)
class Resolver:
    """Answers what a reference of one task means in one account."""

    state: AccountState
    declared: Mapping[str, PolicyDeclaration]

    @classmethod
    def of(cls, desired: Desired, state: AccountState) -> Resolver:
        return cls(state, {policy.name.lower(): policy for policy in desired.policies})

    def arn_of_declared(self, policy: PolicyDeclaration) -> str:
        """The ARN a declared policy has, or will have; one that exists keeps its path and spelling."""
        there = self.state.policies.get(policy.name.lower())
        return there.arn if there else self.state.account.arn("policy", policy.path or "/", policy.name)

    def resolve(self, reference: str, place: str, identity: Identity | None) -> str | Problem:
        """The ARN that is meant, or why none is. `identity` is what it is (to be) attached to, if it is there."""
        if reference.startswith("arn:"):
            return self._resolve_arn(reference, place, identity)
        return self._resolve_name(reference, place, identity)

    def settled(self, reference: str, identity: Identity | None) -> bool:
        """Whether the reference can be resolved without asking AWS for its own policies."""
        if reference.startswith("arn:"):
            return not is_aws(reference) or reference in _bound(identity)
        return reference.lower() in self.declared or is_bound(reference, identity)

    def _resolve_name(self, name: str, place: str, identity: Identity | None) -> str | Problem:
        declared = self.declared.get(name.lower())
        if declared is not None:
            return self._of_same_task(declared, place)
        attached = sorted(arn for arn in _bound(identity) if arn.rpartition("/")[2] == name)
        if len(attached) == 1:
            return attached[0]
        own = self.state.policies.get(name.lower())
        aws = {policy.arn for policy in self.state.aws_policies.get(name, ())}
        candidates = sorted(aws | set(attached) | ({own.arn} if own else set()))
        if len(candidates) > 1:
            return Problem(place, f'"{name}" is ambiguous: give one of the ARNs {" or ".join(candidates)}')
        if not candidates:
            hint = self._hint(name)
            message = f"no managed policy is called \"{name}\", neither AWS's nor this account's{hint}"
            return Problem(place, message, "" if hint else self.state.account.arn("policy", "/", name))
        return self._attachable(candidates[0], place, identity)

    def _resolve_arn(self, arn: str, place: str, identity: Identity | None) -> str | Problem:
        partition, owner, name = arn.split(":")[1], arn.split(":")[4], arn.rpartition("/")[2]
        account = self.state.account
        if arn in _bound(identity):
            return arn
        if partition != account.partition:
            return Problem(
                place, f"{arn} is of partition {partition}, but account {account.id} is in {account.partition}"
            )
        if owner not in ("aws", account.id):
            return Problem(
                place,
                f"{arn} belongs to account {owner}; only policies of AWS or of account {account.id} can be attached",
            )
        if owner == "aws":
            known = [policy.arn for policy in self.state.aws_policies.get(name, ())]
        else:
            declared, own = self.declared.get(name.lower()), self.state.policies.get(name.lower())
            if declared is not None and arn == self.arn_of_declared(declared):
                return self._of_same_task(declared, place)
            known = [self.arn_of_declared(declared)] if declared else [own.arn] if own else []
        if arn in known:
            return self._attachable(arn, place, identity)
        if known:
            return Problem(place, f"{arn} does not exist; did you mean {' or '.join(sorted(known))}?")
        hint = self._hint(name)
        return Problem(place, f"{arn} does not exist{hint}", "" if hint or owner == "aws" else arn)

    def _of_same_task(self, declared: PolicyDeclaration, place: str) -> str | Problem:
        if not declared.present:
            return Problem(place, f"policy {declared.name} is to be deleted by the same task ({declared.place})")
        return self.arn_of_declared(declared)

    def _attachable(self, arn: str, place: str, identity: Identity | None) -> str | Problem:
        policy = self.state.aws_policy_at(arn)
        if policy is not None and not policy.attachable and arn not in _bound(identity):
            return Problem(place, f"{arn} was withdrawn by AWS and cannot be attached any more")
        return arn

    def _hint(self, name: str) -> str:
        if name in WITHDRAWN:
            return f"; {WITHDRAWN[name]}"
        suggestions = list(self.state.policy_suggestions.get(name, ()))
        own = self.state.own_policy_arns
        suggestions += [own[near] for near in difflib.get_close_matches(name, own, n=1, cutoff=0.8)]
        return f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""


def is_for_service_linked_roles(arn: str) -> bool:
    """Policies under this path attach only to their service's own role (FACTS A0)."""
    return is_aws(arn) and ":policy/aws-service-role/" in arn


def policy_references(desired: Desired) -> Iterator[Reference]:
    """Every reference to a managed policy that is to be attached, detached or used as a boundary."""
    for role in desired.roles:
        if not role.present:
            continue
        for index, text in enumerate(role.managed or ()):
            yield Reference(f"{within(role.place, 'managed_policies')}[{index}]", role.key, text)
        if role.boundary:
            yield Reference(within(role.place, "boundary"), role.key, role.boundary)
    for attachment in desired.attachments:
        for index, text in enumerate(attachment.managed):
            place = f"{within(attachment.place, 'managed_policies')}[{index}]"
            yield Reference(place, attachment.key, text, attachment.present)


def policies_to_detach(desired: Desired, identities: Mapping[str, Identity]) -> frozenset[str]:
    """ARNs of the policies that the declarations take off identities that are there."""
    names: dict[str, set[str]] = {}
    for reference in policy_references(desired):
        names.setdefault(reference.identity, set()).add(reference.name)
    arns: set[str] = set()
    for role in desired.roles:
        identity = identities.get(role.key)
        if identity is not None and not (role.present and (role.managed is None or not role.purge_managed)):
            kept = names.get(role.key, set()) if role.present else set()
            arns |= {arn for arn in identity.managed if arn.rpartition("/")[2] not in kept}
    for attachment in desired.attachments:
        identity = identities.get(attachment.key)
        if identity is not None and not attachment.present:
            gone = attachment.managed
            arns |= {arn for arn in identity.managed if any(is_reference(text, arn) for text in gone)}
    return frozenset(arns)


def is_aws(arn: str) -> bool:
    """Whether a policy is AWS's own."""
    return arn.split(":")[4:5] == ["aws"]


def is_bound(reference: str, identity: Identity | None) -> bool:
    """Whether a name or ARN is that of a policy which the identity holds, or has as its boundary."""
    return any(is_reference(reference, arn) for arn in _bound(identity))


def is_reference(text: str, arn: str) -> bool:
    """Whether a name or ARN means the policy of this ARN; names are unique whatever their case (FACTS C5)."""
    return text == arn or text.lower() == arn.rpartition("/")[2].lower()


def _bound(identity: Identity | None) -> frozenset[str]:
    if identity is None:
        return frozenset()
    return identity.managed | ({identity.boundary} if identity.boundary else set())
