# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes that turn one user, group or role into its desired state. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..declare.policy_references import shown_names
from ..limits import Quotas
from ..model import CurrentState, Identity, Role, identity_key, policy_key
from ..policy.document import PolicyDocument, dangling_principals
from ..policy.trust_intersection import intersection, loses_and_gains
from ..policy.trust_policy import own_principals, without_principals
from ..resolve.quarantine import DENY_ALL, INLINE_DENIAL, denials_that_change, is_denial, standing
from .change import Change, Dimension, Effect, Part, Stage, always, attachment_effects
from .inline_parts import inline_parts
from .plan import Step
from .tag_changes import as_tags, tag_changes
from .tag_conditions import TestedTags


def identity_changes(
    before: Identity | None,
    after: Identity | None,
    *,
    state: CurrentState,
    new_documents: Mapping[str, PolicyDocument],
    quotas: Quotas,
    tested_tags: TestedTags,
    deferred: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """Everything that has to be written for one identity.

    `new_documents` contains, by ARN, the documents of policies that the same plan creates or replaces. `deferred`
    contains ARNs of principals that do not exist when a new role is created; the trust policy gets them at the end.
    `tested_tags` says which tags decide what an identity may do.
    """
    owner = before or after
    if owner is None:
        return
    writer = _IdentityWriter(owner, state, new_documents, quotas, tested_tags)
    if isinstance(after, Role) and before is None:
        yield from writer.created(after, deferred)
    elif isinstance(before, Role) and isinstance(after, Role):
        yield from writer.updated(before, after)
    yield from writer.permissions(before, after)
    if isinstance(before, Role) and after is None:
        yield from writer.deleted(before)


class _IdentityWriter:
    def __init__(
        self,
        owner: Identity,
        state: CurrentState,
        new_documents: Mapping[str, PolicyDocument],
        quotas: Quotas,
        tested_tags: TestedTags,
    ) -> None:
        self.owner = owner
        self.state = state
        self.new_documents = new_documents
        self.quotas = quotas
        self.tested_tags = tested_tags
        self.only = frozenset((owner.key,))
        self.kind = owner.kind.capitalize()
        self.resource = f"{owner.kind}/{owner.name}"

    def created(self, role: Role, deferred: frozenset[str]) -> Iterator[Change]:
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
        yield self._single(
            "CreateRole",
            "",
            Stage.CREATE_ROLE,
            parameters,
            "absent",
            uses=self._needed(trust, role.boundary),
            creates=True,
            takes_up=self._policies(role.boundary),
        )
        yield from self._joined((), role.instance_profiles)
        if deferred:
            effect = Effect(Dimension.TRUST, True, self.only)
            yield self._trust((Part((effect,), role.trust),), Stage.ADMIT, role.trust, "names principals created later")

    def updated(self, before: Role, after: Role) -> Iterator[Change]:
        if before.trust != after.trust:
            # A deleted principal is not trusted any more: writing its id again removes no access.
            gone = frozenset(dangling_principals(before.trust))
            effective = without_principals(before.trust, gone) if gone else before.trust
            loses, gains = loses_and_gains(effective, after.trust)
            parts = []
            effects = [Effect(Dimension.TRUST, grows, self.only) for grows in (False, True) if (loses, gains)[grows]]
            middle = intersection(effective, after.trust).document
            if loses and gains and middle.size <= self.quotas.trust_policy_size:
                parts.append(Part((effects.pop(0),), middle))
            if effects:
                parts.append(Part(tuple(effects), after.trust))
            stage = Stage.RESTRICT if loses else Stage.ADMIT
            reason = "trust policy differs"
            if dangling_principals(before.trust):
                reason = "trust policy names a principal that was deleted"
            yield self._trust(tuple(parts) or (Part((), after.trust),), stage, after.trust, reason, before.trust)
        if before.boundary != after.boundary:
            yield self._boundary(before.boundary, after.boundary)
        if (before.description, before.max_session_duration) != (after.description, after.max_session_duration):
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
            yield self._single("UpdateRole", "", Stage.DESCRIBE, parameters, reason, takes_away=lost)
        arns, inline = denials_that_change(before, after)
        names = shown_names(before.managed | after.managed)
        denials = {f"{self.resource} {'attach' if arn in after.managed else 'detach'} {names[arn]}" for arn in arns}
        yield from tag_changes(
            self.owner.key,
            self.resource,
            kind="Role",
            target={"RoleName": self.owner.name},
            before=before.tags,
            after=after.tags,
            waits_for=frozenset(denials | ({f"{self.resource} inline {INLINE_DENIAL}"} if inline else set())),
            effects=lambda tags: self.tested_tags.effects(before, tags),
        )
        yield from self._joined(before.instance_profiles, after.instance_profiles)

    def _joined(self, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
        for profile in after:
            if profile not in before:
                yield self._single(
                    "AddRoleToInstanceProfile",
                    f"joins {profile}",
                    Stage.ADMIT,
                    {"InstanceProfileName": profile},
                    f"not in instance profile {profile}",
                )

    def permissions(self, before: Identity | None, after: Identity | None) -> Iterator[Change]:
        old_managed = before.managed if before else frozenset()
        new_managed = after.managed if after else frozenset()
        reason = "role is to be deleted" if after is None else "not declared"
        names = shown_names(old_managed | new_managed)
        is_lifted = after is not None and standing(before) is not None and standing(after) is None
        lifts = f"lifts the quarantine of {self.resource}" if is_lifted else reason
        for arn in sorted(new_managed - old_managed):
            stage = Stage.RESTRICT if is_denial(arn) else Stage.GRANT
            yield self._managed(arn, names[arn], "Attach", stage, "not attached")
        for arn in sorted(old_managed - new_managed):
            yield self._managed(arn, names[arn], "Detach", Stage.REVOKE, lifts if is_denial(arn) else reason)
        old_inline = before.inline if before else {}
        new_inline = after.inline if after else {}
        for name, parts in inline_parts(
            old_inline, new_inline, self.only, self.quotas.inline_size[self.owner.kind]
        ).items():
            why = lifts if name == INLINE_DENIAL else reason
            yield self._inline(name, old_inline.get(name), new_inline.get(name), parts, why)

    def deleted(self, role: Role) -> Iterator[Change]:
        for profile in role.instance_profiles:
            yield self._single(
                "RemoveRoleFromInstanceProfile",
                profile,
                Stage.DELETE,
                {"InstanceProfileName": profile},
                f"role is to be deleted; instance profile {profile} stays",
            )
        lost = {
            "path": role.path,
            "assume_role_policy_document": role.trust,
            "description": role.description,
            "boundary": role.boundary,
            "max_session_duration": role.max_session_duration,
            "tags": dict(role.tags),
        }
        yield self._single(
            "DeleteRole",
            "",
            Stage.DELETE,
            {},
            "declared absent",
            uses=self._policies(role.boundary),
            deletes=True,
            gives_up=self._policies(role.boundary),
            takes_away=lost,
        )

    def _trust(
        self,
        parts: tuple[Part, ...],
        stage: Stage,
        trust: PolicyDocument,
        reason: str,
        old: PolicyDocument | None = None,
    ) -> Change:
        uses = self._needed(trust, None) | (self._needed(old, None) if old else frozenset())

        def render(index: int, part: Part) -> tuple[Step, ...]:
            why = reason if part.document == trust else f"{reason}: intermediate document with only what both grant"
            lost = {"assume_role_policy_document": old} if old and not index else {}
            given = {"PolicyDocument": part.document}
            return (self._step("UpdateAssumeRolePolicy", given, why, uses=uses, takes_away=lost),)

        return Change(
            key=f"{self.resource} trust policy",
            stage=stage,
            parts=parts,
            render=render,
            subject=self.owner.key,
            uses=uses,
        )

    def _boundary(self, old: str | None, new: str | None) -> Change:
        shrinks = (Effect(Dimension.BOUNDARY, False, self.only),) if new else ()
        grows = (Effect(Dimension.BOUNDARY, True, self.only),) if old else ()
        if new:
            action, parameters, stage = "PutRolePermissionsBoundary", {"PermissionsBoundary": new}, Stage.RESTRICT
        else:
            action, parameters, stage = "DeleteRolePermissionsBoundary", {}, Stage.ADMIT
        reason = "no boundary" if not old else f"boundary is {old}"
        uses = self._policies(old) | self._policies(new)
        return self._single(
            action,
            "boundary",
            stage,
            parameters,
            reason,
            uses=uses,
            effects=shrinks + grows,
            takes_away={"boundary": old} if old else {},
            takes_up=self._policies(new),
            gives_up=self._policies(old),
        )

    def _managed(self, arn: str, name: str, verb: str, stage: Stage, reason: str) -> Change:
        key = self._policies(arn)
        # A policy is attached with the document it will have, and detached with the document it had.
        document = DENY_ALL if is_denial(arn) else self.new_documents.get(arn) if verb == "Attach" else None
        effects = attachment_effects(document or self.state.document_of(arn), self.only, grows=verb == "Attach")
        return self._single(
            f"{verb}{self.kind}Policy",
            f"{verb.lower()} {name}",
            stage,
            {"PolicyArn": arn},
            f"{name} {reason}" if reason.startswith("not") else f"{name}: {reason}",
            uses=key,
            effects=effects,
            takes_away={"policy_arn": arn} if verb == "Detach" else {},
            takes_up=key if verb == "Attach" else frozenset(),
            gives_up=key if verb == "Detach" else frozenset(),
        )

    def _inline(
        self, name: str, old: PolicyDocument | None, new: PolicyDocument | None, parts: tuple[Part, ...], reason: str
    ) -> Change:
        if new is None:
            why, stage = f"inline policy {name}: {reason}", Stage.REVOKE
        elif old is None:
            why, stage = f"inline policy {name} absent", Stage.RESTRICT if new == DENY_ALL else Stage.GRANT
        else:
            why, stage = f"inline policy {name} differs", Stage.REPLACE

        def render(index: int, part: Part) -> tuple[Step, ...]:
            given = {"PolicyName": name, **({"PolicyDocument": part.document} if part.document else {})}
            verb = "Put" if part.document else "Delete"
            told = why if part.document == new else f"{why}: intermediate document"
            lost = {"policy_name": name, "policy": old} if old and not index else {}
            return (self._step(f"{verb}{self.kind}Policy", given, told, takes_away=lost),)

        return Change(f"{self.resource} inline {name}", stage, parts, render, self.owner.key)

    def _single(
        self,
        action: str,
        about: str,
        stage: Stage,
        parameters: Mapping[str, Any],
        reason: str,
        *,
        uses: frozenset[str] = frozenset(),
        effects: tuple[Effect, ...] = (),
        takes_away: Mapping[str, Any] | None = None,
        **of_change: Any,
    ) -> Change:
        """A change of one step. `about` distinguishes it from others of the same role; the default is the action."""
        step = self._step(action, parameters, reason, uses=uses, takes_away=takes_away or {})
        step = replace(step, creates=of_change.get("creates", False), deletes=of_change.get("deletes", False))
        key = f"{self.resource} {about or action}"
        return Change(key, stage, (Part(effects),), always(step), self.owner.key, uses=uses, **of_change)

    def _step(self, action: str, parameters: Mapping[str, Any], reason: str, **fields: Any) -> Step:
        named = {f"{self.kind}Name": self.owner.name, **parameters}
        return Step(action, self.resource, reason, self.owner.key, named, **fields)

    def _needed(self, trust: PolicyDocument, boundary: str | None) -> frozenset[str]:
        """Keys of what has to exist for this trust policy and boundary, except the role itself."""
        named = own_principals(trust, self.state.account.id)
        keys = {identity_key("role", arn.rpartition("/")[2]) for arn in named if ":role/" in arn}
        return frozenset(keys - {self.owner.key}) | self._policies(boundary)

    @staticmethod
    def _policies(arn: str | None) -> frozenset[str]:
        return frozenset((policy_key(arn),)) if arn else frozenset()
