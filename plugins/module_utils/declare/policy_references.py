# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The managed policies that declarations name, by name or by ARN. Pure.

What a name means in one account is decided by `resolve.policy_arns`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..model import Declarations, Identity
from .parser import within

AWS_POLICY_PATHS = ("/", "/service-role/", "/job-function/", "/aws-service-role/", "/root-task/")
"""Every path of AWS managed policies (its catalog of 2026-09-30, see FACTS)."""


@dataclass(frozen=True)
class Reference:
    """A name or ARN of a managed policy, its place in the options, and the key of the identity that it is for.

    `wanted` is False if the policy is to be detached from the identity; then it need not exist.
    """

    place: str
    identity: str
    text: str
    wanted: bool = True

    @property
    def name(self) -> str:
        return policy_name(self.text)


def is_for_service_linked_roles(arn: str) -> bool:
    """Policies under this path can be attached only to their service's own role (FACTS A0)."""
    return is_aws_managed(arn) and ":policy/aws-service-role/" in arn


def policy_references(declarations: Declarations) -> Iterator[Reference]:
    """Every reference to a managed policy that is to be attached, detached or used as a boundary."""
    for role in declarations.roles:
        if not role.present:
            continue
        for index, text in enumerate(role.managed or ()):
            yield Reference(f"{within(role.place, 'managed_policies')}[{index}]", role.key, text)
        if role.boundary:
            yield Reference(within(role.place, "boundary"), role.key, role.boundary)
    for attachment in declarations.attachments:
        for index, text in enumerate(attachment.managed):
            place = f"{within(attachment.place, 'managed_policies')}[{index}]"
            yield Reference(place, attachment.key, text, attachment.present)


def policies_to_detach(declarations: Declarations, identities: Mapping[str, Identity]) -> frozenset[str]:
    """ARNs of the policies that the declarations detach from existing identities, and possibly of some that stay.

    If two policies have the same name, only the AWS managed policies tell whether it stays.
    """
    names: dict[str, set[str]] = {}
    for reference in policy_references(declarations):
        names.setdefault(reference.identity, set()).add(reference.name)
    own = {policy.name.lower() for policy in declarations.policies}
    arns: set[str] = set()
    for role in declarations.roles:
        identity = identities.get(role.key)
        if identity is not None and not (role.present and (role.managed is None or not role.purge_managed)):
            kept = names.get(role.key, set()) if role.present else set()
            arns |= {arn for arn in identity.managed if policy_name(arn) not in kept}
            arns |= {arn for arn in identity.managed if is_aws_managed(arn) and policy_name(arn).lower() in own}
    for attachment in declarations.attachments:
        identity = identities.get(attachment.key)
        if identity is not None and not attachment.present:
            gone = attachment.managed
            arns |= {arn for arn in identity.managed if any(may_mean(text, arn) for text in gone)}
    return frozenset(arns)


def is_aws_managed(arn: str) -> bool:
    """Whether a policy is an AWS managed policy."""
    return arn.split(":")[4:5] == ["aws"]


def policy_name(arn: str) -> str:
    """The name of a policy, from its ARN or from its name."""
    return arn.rpartition("/")[2]


def is_bound(reference: str, identity: Identity | None) -> bool:
    """Whether an identity has a policy attached, or as its boundary, that a name or ARN may mean."""
    return any(may_mean(reference, arn) for arn in bound_policies(identity))


def may_mean(text: str, arn: str) -> bool:
    """Whether a name or ARN can mean the policy of this ARN; names are unique regardless of case (FACTS C5).

    An AWS managed policy and a customer managed policy can have the same name. A `Resolver` says which one is meant.
    """
    return text == arn or text.lower() == policy_name(arn).lower()


def shown_names(arns: Iterable[str]) -> dict[str, str]:
    """What to call each of some policies: by its name, or by its ARN if another one has the same name."""
    found = sorted(set(arns))
    counts = Counter(policy_name(arn).lower() for arn in found)
    return {arn: policy_name(arn) if counts[policy_name(arn).lower()] == 1 else arn for arn in found}


def bound_policies(identity: Identity | None) -> frozenset[str]:
    """The ARNs of the policies that are attached to an identity, its boundary included."""
    if identity is None:
        return frozenset()
    return identity.managed | ({identity.boundary} if identity.boundary else set())
