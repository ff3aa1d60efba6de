# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""An object as it is after one declaration is applied to it: the one place that says what a declaration does. Pure.

A converge plans from it, and an audit compares with it, so that what an audit reports as drift is what a converge
would change. First the names of managed policies become ARNs (`role_by_arns`, `attachment_by_arns`), then the
declaration is applied. What IAM cannot change (name, path, a policy's description) stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ..declare.parser import within
from ..model import (
    AttachmentDeclaration,
    Identity,
    ManagedPolicy,
    PolicyDeclaration,
    Role,
    RoleDeclaration,
    TrustDeclaration,
)
from ..policy.trust_policy import merged, without

ArnsOf = Callable[[str, str], frozenset[str]]
"""The ARNs that a name or ARN of a managed policy means, given the place where it is declared. Empty if none is known,
several only if all of them are already attached.
"""

IdentityT = TypeVar("IdentityT", bound=Identity)


def role_by_arns(declared: RoleDeclaration, arns_of: ArnsOf) -> RoleDeclaration:
    """The declaration with the ARNs of its managed policies and of its boundary ("" for no boundary)."""
    managed, boundary = declared.managed, declared.boundary
    if managed is not None:
        managed = _arns(managed, within(declared.place, "managed_policies"), arns_of)
    if boundary:
        boundary = min(arns_of(boundary, within(declared.place, "boundary")), default="")
    return replace(declared, managed=managed, boundary=boundary)


def attachment_by_arns(declared: AttachmentDeclaration, arns_of: ArnsOf) -> AttachmentDeclaration:
    """The declaration with the ARNs of its managed policies."""
    return replace(declared, managed=_arns(declared.managed, within(declared.place, "managed_policies"), arns_of))


def applied_role(role: Role, declared: RoleDeclaration) -> Role:
    """The role with a declaration applied that names policies by their ARNs. None in it keeps the current value."""
    managed, inline = role.managed, role.inline
    if declared.managed is not None:
        managed = frozenset(declared.managed) | (frozenset() if declared.purge_managed else role.managed)
    if declared.inline is not None:
        inline = {**({} if declared.purge_inline else role.inline), **declared.inline}
    return replace(
        role,
        trust=declared.trust or role.trust,
        managed=managed,
        inline=inline,
        boundary=role.boundary if declared.boundary is None else declared.boundary or None,
        description=role.description if declared.description is None else declared.description,
        max_session_duration=declared.max_session_duration or role.max_session_duration,
        tags=_applied_tags(role.tags, declared.tags, declared.purge_tags),
    )


def applied_policy(policy: ManagedPolicy, declared: PolicyDeclaration) -> ManagedPolicy:
    """The customer managed policy with a declaration applied."""
    return replace(
        policy,
        document=declared.document or policy.document,
        tags=_applied_tags(policy.tags, declared.tags, declared.purge_tags),
    )


def applied_attachment(identity: IdentityT, declared: AttachmentDeclaration) -> IdentityT:
    """The identity with a declaration applied that names policies by their ARNs."""
    inline = {name: document for name, document in identity.inline.items() if name not in declared.inline}
    if not declared.present:
        return replace(identity, managed=identity.managed.difference(declared.managed), inline=inline)
    inline.update({name: document for name, document in declared.inline.items() if document is not None})
    return replace(identity, managed=identity.managed.union(declared.managed), inline=inline)


def applied_trust(role: Role, declared: TrustDeclaration) -> Role:
    """The role with the declared statements in its trust policy or out of it, which may leave it without a statement.

    IAM refuses such a trust policy; the caller must check that before a write.
    """
    change = merged if declared.present else without
    return replace(role, trust=change(role.trust, declared.statements))


def _arns(references: tuple[str, ...], place: str, arns_of: ArnsOf) -> tuple[str, ...]:
    found = (arns_of(reference, f"{place}[{index}]") for index, reference in enumerate(references))
    return tuple(dict.fromkeys(arn for arns in found for arn in sorted(arns)))


def _applied_tags(there: Mapping[str, str], declared: Mapping[str, str] | None, purge: bool) -> Mapping[str, str]:
    """A declared key takes the place of one with another case, because IAM takes both for one key."""
    if declared is None:
        return there
    if purge:
        return dict(declared)
    folded = {key.lower() for key in declared}
    return {**{key: value for key, value in there.items() if key.lower() not in folded}, **declared}
