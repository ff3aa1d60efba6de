# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The changes of the managed and inline policies of one user, group or role, and what all changes of one are made with.
Pure.

IAM counts all inline policies of an identity together (FACTS C1), so all intermediate documents must fit together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..declare.policy_references import shown_names
from ..limits import Quotas
from ..model import CurrentState, Identity, identity_key, policy_key
from ..policy.document import PolicyDocument
from ..policy.trust_policy import own_principals
from ..resolve.quarantine import DENY_ALL, INLINE_DENIAL, current_quarantine, is_denial
from .change import (
    Change,
    ChangeKey,
    ChangeKind,
    Effect,
    Part,
    Stage,
    always,
    as_one_part,
    attachment_effects,
    document_parts,
)
from .plan import Step
from .tag_changes import TestedTags


class IdentityWriter:
    """Creates changes of one identity: their keys, their steps, and what has to exist for them."""

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
        self.resource = owner.resource

    def single(
        self,
        kind: ChangeKind,
        action: str,
        stage: Stage,
        parameters: Mapping[str, Any],
        reason: str,
        *,
        detail: str = "",
        uses: frozenset[str] = frozenset(),
        effects: tuple[Effect, ...] = (),
        removes: Mapping[str, Any] | None = None,
        **of_change: Any,
    ) -> Change:
        """A change of one step. `detail` distinguishes it from others of the same kind and role."""
        step = self.step(action, parameters, reason, uses=uses, removes=removes or {})
        return Change(
            self.key(kind, detail), stage, (Part(effects),), always(step), self.owner.key, uses=uses, **of_change
        )

    def key(self, kind: ChangeKind, detail: str = "") -> ChangeKey:
        return ChangeKey(kind, self.resource, detail)

    def step(self, action: str, parameters: Mapping[str, Any], reason: str, **fields: Any) -> Step:
        named = {f"{self.kind}Name": self.owner.name, **parameters}
        return Step(action, self.resource, reason, self.owner.key, named, **fields)

    def needed(self, trust: PolicyDocument, boundary: str | None) -> frozenset[str]:
        """Keys of what has to exist for this trust policy and boundary, except the role itself."""
        named = own_principals(trust, self.state.account.id)
        keys = {identity_key("role", arn.rpartition("/")[2]) for arn in named if ":role/" in arn}
        return frozenset(keys - {self.owner.key}) | self.policies(boundary)

    @staticmethod
    def policies(arn: str | None) -> frozenset[str]:
        return frozenset((policy_key(arn),)) if arn else frozenset()


Documents = Mapping[str, PolicyDocument]


def inline_parts(
    before: Documents, after: Documents, identities: frozenset[str], quota: int
) -> dict[str, tuple[Part, ...]]:
    """The parts of each inline policy that changes, by its name; whole writes if parts could exceed the quota."""
    cut = {
        name: document_parts(before.get(name), after.get(name), identities, quota)
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
    unchanged = sum(document.size for name, document in before.items() if name not in cut)
    # The order of these writes is not known yet, so each policy counts with its largest document.
    most = unchanged + sum(_most(before.get(name), parts) for name, parts in cut.items())
    return cut if most <= quota else {name: (as_one_part(parts),) for name, parts in cut.items()}


def _most(old: PolicyDocument | None, parts: tuple[Part, ...]) -> int:
    """The size of the largest document that a policy has at any time."""
    return max(document.size if document else 0 for document in (old, *(part.document for part in parts)))


def permission_changes(writer: IdentityWriter, before: Identity | None, after: Identity | None) -> Iterator[Change]:
    old_managed = before.managed if before else frozenset()
    new_managed = after.managed if after else frozenset()
    reason = "role is to be deleted" if after is None else "not declared"
    names = shown_names(old_managed | new_managed)
    is_lifted = after is not None and current_quarantine(before) is not None and current_quarantine(after) is None
    lifts = f"lifts the quarantine of {writer.resource}" if is_lifted else reason
    for arn in sorted(new_managed - old_managed):
        stage = Stage.RESTRICT if is_denial(arn) else Stage.GRANT
        yield _managed(writer, arn, names[arn], ChangeKind.ATTACH, stage=stage, reason="not attached")
    for arn in sorted(old_managed - new_managed):
        why = lifts if is_denial(arn) else reason
        yield _managed(writer, arn, names[arn], ChangeKind.DETACH, stage=Stage.REVOKE, reason=why)
    old_inline = before.inline if before else {}
    new_inline = after.inline if after else {}
    for name, parts in inline_parts(
        old_inline, new_inline, writer.only, writer.quotas.inline_size[writer.owner.kind]
    ).items():
        why = lifts if name == INLINE_DENIAL else reason
        yield _inline(writer, name, old_inline.get(name), parts, why)


def _managed(writer: IdentityWriter, arn: str, name: str, kind: ChangeKind, *, stage: Stage, reason: str) -> Change:
    attaches = kind is ChangeKind.ATTACH
    policy = writer.policies(arn)
    # A policy is attached with the document it will have, and detached with the document it had.
    document = DENY_ALL if is_denial(arn) else writer.new_documents.get(arn) if attaches else None
    effects = attachment_effects(document or writer.state.document_of(arn), writer.only, grows=attaches)
    return writer.single(
        kind,
        f"{'Attach' if attaches else 'Detach'}{writer.kind}Policy",
        stage,
        {"PolicyArn": arn},
        f"{name} {reason}" if reason.startswith("not") else f"{name}: {reason}",
        detail=name,
        uses=policy,
        effects=effects,
        removes={} if attaches else {"policy_arn": arn},
        takes_up=policy if attaches else frozenset(),
        gives_up=frozenset() if attaches else policy,
    )


def _inline(
    writer: IdentityWriter,
    name: str,
    old: PolicyDocument | None,
    parts: tuple[Part, ...],
    reason: str,
) -> Change:
    new = parts[-1].document
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
        return (writer.step(f"{verb}{writer.kind}Policy", given, told, removes=lost),)

    return Change(writer.key(ChangeKind.INLINE_POLICY, name), stage, parts, render, writer.owner.key)
