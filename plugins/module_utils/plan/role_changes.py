# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What is written of a role itself: its creation, trust policy, boundary, settings, tags and deletion. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..access.trust_intersection import intersection, loses_and_gains
from ..declare.policy_references import shown_names
from ..model import Role
from ..policy.document import PolicyDocument, dangling_principals
from ..policy.trust_policy import without_principals
from ..resolve.quarantine import INLINE_DENIAL, denials_that_change
from .change import Change, ChangeKey, ChangeKind, Dimension, Effect, Part, Stage
from .permission_changes import IdentityWriter
from .plan import Step
from .tag_changes import as_tags, tag_changes


def role_created(writer: IdentityWriter, role: Role, deferred: frozenset[str]) -> Iterator[Change]:
    trust = without_principals(role.trust, deferred) if deferred else role.trust
    parameters: dict[str, Any] = {
        "Path": role.path,
        "AssumeRolePolicyDocument": trust,
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
        "Tags": as_tags(role.tags),
    }
    if role.boundary:
        parameters["PermissionsBoundary"] = role.boundary
    yield writer.single(
        ChangeKind.CREATE_ROLE,
        "CreateRole",
        Stage.CREATE_ROLE,
        parameters,
        "absent",
        uses=writer.needed(trust, role.boundary),
        takes_up=writer.policies(role.boundary),
    )
    yield from _joined(writer, (), role.instance_profiles)
    if deferred:
        effect = Effect(Dimension.TRUST, True, writer.only)
        yield _trust(writer, (Part((effect,), role.trust),), Stage.ADMIT, "names principals created later")


def role_updated(writer: IdentityWriter, before: Role, after: Role) -> Iterator[Change]:
    if before.trust != after.trust:
        yield _trust_replaced(writer, before.trust, after.trust)
    if before.boundary != after.boundary:
        yield _boundary(writer, before.boundary, after.boundary)
    if (before.description, before.max_session_duration) != (after.description, after.max_session_duration):
        yield _settings(writer, before, after)
    yield from tag_changes(
        writer.owner.key,
        writer.resource,
        kind="Role",
        target={"RoleName": writer.owner.name},
        before=before.tags,
        after=after.tags,
        waits_for=_denials(writer, before, after),
        effects=lambda tags: writer.tested_tags.effects(before, tags),
    )
    yield from _joined(writer, before.instance_profiles, after.instance_profiles)


def role_deleted(writer: IdentityWriter, role: Role) -> Iterator[Change]:
    for profile in role.instance_profiles:
        yield writer.single(
            ChangeKind.REMOVE_FROM_INSTANCE_PROFILE,
            "RemoveRoleFromInstanceProfile",
            Stage.DELETE,
            {"InstanceProfileName": profile},
            f"role is to be deleted; instance profile {profile} stays",
            detail=profile,
        )
    lost = {
        "path": role.path,
        "assume_role_policy_document": role.trust,
        "description": role.description,
        "boundary": role.boundary,
        "max_session_duration": role.max_session_duration,
        "tags": dict(role.tags),
    }
    yield writer.single(
        ChangeKind.DELETE_ROLE,
        "DeleteRole",
        Stage.DELETE,
        {},
        "declared absent",
        uses=writer.policies(role.boundary),
        gives_up=writer.policies(role.boundary),
        removes=lost,
    )


def _joined(writer: IdentityWriter, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    for profile in after:
        if profile not in before:
            yield writer.single(
                ChangeKind.ADD_TO_INSTANCE_PROFILE,
                "AddRoleToInstanceProfile",
                Stage.ADMIT,
                {"InstanceProfileName": profile},
                f"not in instance profile {profile}",
                detail=profile,
            )


def _trust_replaced(writer: IdentityWriter, before: PolicyDocument, after: PolicyDocument) -> Change:
    # A deleted principal is not trusted any more: writing its id again removes no access.
    gone = frozenset(dangling_principals(before))
    effective = without_principals(before, gone) if gone else before
    loses, gains = loses_and_gains(effective, after)
    parts = []
    effects = [Effect(Dimension.TRUST, grows, writer.only) for grows in (False, True) if (loses, gains)[grows]]
    middle = intersection(effective, after).document
    if loses and gains and middle.size <= writer.quotas.trust_policy_size:
        parts.append(Part((effects.pop(0),), middle))
    if effects:
        parts.append(Part(tuple(effects), after))
    stage = Stage.RESTRICT if loses else Stage.ADMIT
    reason = "trust policy names a principal that was deleted" if gone else "trust policy differs"
    return _trust(writer, tuple(parts) or (Part((), after),), stage, reason, before)


def _settings(writer: IdentityWriter, before: Role, after: Role) -> Change:
    differing = [
        name
        for name, differs in (
            ("description", before.description != after.description),
            ("maximum session duration", before.max_session_duration != after.max_session_duration),
        )
        if differs
    ]
    parameters = {"Description": after.description, "MaxSessionDuration": after.max_session_duration}
    lost = {"description": before.description, "max_session_duration": before.max_session_duration}
    reason = f"{' and '.join(differing)} differs"
    return writer.single(ChangeKind.UPDATE_ROLE, "UpdateRole", Stage.DESCRIBE, parameters, reason, removes=lost)


def _denials(writer: IdentityWriter, before: Role, after: Role) -> frozenset[ChangeKey]:
    """Keys of the changes that begin or end a quarantine."""
    arns, inline = denials_that_change(before, after)
    names = shown_names(before.managed | after.managed)
    keys = {writer.key(ChangeKind.ATTACH if arn in after.managed else ChangeKind.DETACH, names[arn]) for arn in arns}
    return frozenset(keys | ({writer.key(ChangeKind.INLINE_POLICY, INLINE_DENIAL)} if inline else set()))


def _trust(
    writer: IdentityWriter,
    parts: tuple[Part, ...],
    stage: Stage,
    reason: str,
    old: PolicyDocument | None = None,
) -> Change:
    trust = parts[-1].document
    uses = (writer.needed(trust, None) if trust else frozenset()) | (writer.needed(old, None) if old else frozenset())

    def render(index: int, part: Part) -> tuple[Step, ...]:
        why = reason if part.document == trust else f"{reason}: intermediate document with only what both grant"
        lost = {"assume_role_policy_document": old} if old and not index else {}
        given = {"PolicyDocument": part.document}
        return (writer.step("UpdateAssumeRolePolicy", given, why, uses=uses, removes=lost),)

    return Change(
        key=writer.key(ChangeKind.TRUST_POLICY),
        stage=stage,
        parts=parts,
        render=render,
        subject=writer.owner.key,
        uses=uses,
    )


def _boundary(writer: IdentityWriter, old: str | None, new: str | None) -> Change:
    shrinks = (Effect(Dimension.BOUNDARY, False, writer.only),) if new else ()
    grows = (Effect(Dimension.BOUNDARY, True, writer.only),) if old else ()
    if new:
        action, parameters, stage = "PutRolePermissionsBoundary", {"PermissionsBoundary": new}, Stage.RESTRICT
    else:
        action, parameters, stage = "DeleteRolePermissionsBoundary", {}, Stage.ADMIT
    reason = "no boundary" if not old else f"boundary is {old}"
    uses = writer.policies(old) | writer.policies(new)
    return writer.single(
        ChangeKind.BOUNDARY,
        action,
        stage,
        parameters,
        reason,
        uses=uses,
        effects=shrinks + grows,
        removes={"boundary": old} if old else {},
        takes_up=writer.policies(new),
        gives_up=writer.policies(old),
    )
