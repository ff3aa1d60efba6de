# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The changes that turn one customer managed policy into its desired state. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..limits import POLICY_VERSION_LIMIT, Quotas
from ..model import ManagedPolicy, PolicyVersion
from .change import Change, ChangeKey, ChangeKind, Dimension, Effect, Part, Stage, always, document_parts
from .plan import MadeVersion, Step
from .tag_changes import as_tags, tag_changes


def policy_changes(
    before: ManagedPolicy | None,
    after: ManagedPolicy | None,
    *,
    granted_to: frozenset[str],
    bounding: frozenset[str],
    only_version: bool,
    quotas: Quotas,
) -> Iterator[Change]:
    """Everything that has to be written for one policy.

    `granted_to` and `bounding` are the keys of identities that have the policy attached, or as their boundary, before
    and after: replacing its document affects them.
    """
    if before is None and after is not None:
        yield _created(after)
        yield from _older_versions(after, ())
    elif before is not None and after is None:
        yield from _deleted(before)
    elif before is not None and after is not None:
        if before.document != after.document:
            yield _replaced(
                before,
                after,
                granted_to=granted_to,
                bounding=bounding,
                only_version=only_version,
                quotas=quotas,
            )
        if only_version:
            yield from _single_version(before, replaced=before.document != after.document)
        yield from _older_versions(after, before.versions)
        yield from tag_changes(
            after.key,
            after.resource,
            kind="Policy",
            target={"PolicyArn": after.arn},
            before=before.tags,
            after=after.tags,
        )


def _created(policy: ManagedPolicy) -> Change:
    parameters: dict[str, Any] = {
        "PolicyName": policy.name,
        "Path": policy.path,
        "PolicyDocument": policy.document,
        "Description": policy.description,
        "Tags": as_tags(policy.tags),
    }
    step = _step("CreatePolicy", policy, "absent", parameters)
    return _plain(ChangeKind.CREATE_POLICY, "", Stage.CREATE_POLICY, policy, step)


def _replaced(
    before: ManagedPolicy,
    after: ManagedPolicy,
    *,
    granted_to: frozenset[str],
    bounding: frozenset[str],
    only_version: bool,
    quotas: Quotas,
) -> Change:
    parts = document_parts(before.document, after.document, granted_to, quotas.managed_policy_size)
    if bounding or only_version:
        # Splitting the change of a boundary is not worth a version. And `only_version` deletes each older version once:
        # only the order of the writes shows which of them an intermediate version replaces.
        effects = tuple(effect for part in parts for effect in part.effects)
        effects += tuple(Effect(Dimension.BOUNDARY, grows, bounding) for grows in (False, True) if bounding)
        parts = (Part(effects, after.document),)

    def render(index: int, part: Part) -> tuple[Step, ...]:
        final = part.document == after.document
        reason = "document differs" if final else "document differs: intermediate document"
        parameters = {"PolicyArn": before.arn, "PolicyDocument": part.document, "SetAsDefault": True}
        created = _step("CreatePolicyVersion", before, reason, parameters, uses=granted_to | bounding)
        return (*_space_made(before, index), created)

    return Change(
        key=_key(before, ChangeKind.DOCUMENT),
        stage=Stage.REPLACE,
        parts=parts,
        render=render,
        closing=_transitions_deleted,
        subject=before.key,
        uses=granted_to | bounding,
        replaces_content_of=before.key,
    )


def _space_made(policy: ManagedPolicy, index: int) -> Iterator[Step]:
    """The deletion of the version that is in the way of the new version with this number, if one is."""
    in_the_way = 1 + len(policy.versions) + index - POLICY_VERSION_LIMIT
    if 0 <= in_the_way < len(policy.versions):
        version = policy.versions[in_the_way]
        yield _version_deleted(policy, version, f"version {version.id} is the oldest of {POLICY_VERSION_LIMIT}")


def _transitions_deleted(writes: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that delete intermediate versions, which grant what is granted before and what is granted after."""
    return tuple(
        Step(
            "DeletePolicyVersion",
            made.resource,
            "intermediate version is no longer the default version",
            made.subject,
            {"PolicyArn": made.parameters["PolicyArn"], "VersionId": MadeVersion(made.name)},
            name=f"{made.name}, deleted",
        )
        for made in writes[:-1]
    )


def _older_versions(after: ManagedPolicy, there: tuple[PolicyVersion, ...]) -> Iterator[Change]:
    """Versions besides the default one that the desired state has and the account does not have."""
    ids = {version.id for version in there}
    for number, version in enumerate(version for version in after.versions if version.id not in ids):
        reason = f"version {version.id} absent"
        parameters = {"PolicyArn": after.arn, "PolicyDocument": version.document, "SetAsDefault": False}
        step = _step("CreatePolicyVersion", after, reason, parameters)
        replaced = frozenset((_key(after, ChangeKind.DOCUMENT),))
        yield _plain(ChangeKind.ADD_OLDER_VERSION, str(number), Stage.DESCRIBE, after, step, after=replaced)


def _single_version(policy: ManagedPolicy, *, replaced: bool) -> Iterator[Change]:
    versions = policy.versions
    if replaced:
        # At the limit, the oldest version was already deleted to add the new one.
        versions = versions[1:] if len(versions) + 1 >= POLICY_VERSION_LIMIT else versions
        versions = (*versions, PolicyVersion(policy.default_version, policy.document))
    for version in versions:
        step = _version_deleted(policy, version, f"version {version.id} is not the only one")
        after = frozenset((_key(policy, ChangeKind.DOCUMENT),))
        yield _plain(ChangeKind.DELETE_VERSION, version.id, Stage.REVOKE, policy, step, after=after)


def _deleted(policy: ManagedPolicy) -> Iterator[Change]:
    for version in policy.versions:
        step = _version_deleted(policy, version, "policy is to be deleted")
        yield _plain(ChangeKind.DELETE_VERSION, version.id, Stage.DELETE, policy, step)
    lost = {
        "path": policy.path,
        "description": policy.description,
        "policy": policy.document,
        "tags": dict(policy.tags),
    }
    step = _step("DeletePolicy", policy, "declared absent", {"PolicyArn": policy.arn}, removes=lost)
    after = frozenset(_key(policy, ChangeKind.DELETE_VERSION, version.id) for version in policy.versions)
    yield _plain(ChangeKind.DELETE_POLICY, "", Stage.DELETE, policy, step, after=after)


def _version_deleted(policy: ManagedPolicy, version: PolicyVersion, reason: str) -> Step:
    return _step(
        "DeletePolicyVersion",
        policy,
        reason,
        {"PolicyArn": policy.arn, "VersionId": version.id},
        removes={"version_id": version.id, "policy": version.document},
    )


def _step(action: str, policy: ManagedPolicy, reason: str, parameters: dict[str, Any], **fields: Any) -> Step:
    return Step(action, policy.resource, reason, policy.key, parameters, **fields)


def _plain(kind: ChangeKind, detail: str, stage: Stage, policy: ManagedPolicy, step: Step, **fields: Any) -> Change:
    return Change(_key(policy, kind, detail), stage, (Part(()),), always(step), policy.key, **fields)


def _key(policy: ManagedPolicy, kind: ChangeKind, detail: str = "") -> ChangeKey:
    return ChangeKey(kind, policy.resource, detail)
