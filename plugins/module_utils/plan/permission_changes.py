# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The changes of the managed and inline policies of one user, group or role. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..declare.policy_references import shown_names
from ..model import Identity
from ..policy.document import PolicyDocument
from ..resolve.quarantine import DENY_ALL, INLINE_DENIAL, is_denial, standing
from .change import Change, Part, Stage, attachment_effects
from .change_key import ChangeKind
from .identity_writer import IdentityWriter
from .inline_parts import inline_parts
from .plan import Step


def permission_changes(writer: IdentityWriter, before: Identity | None, after: Identity | None) -> Iterator[Change]:
    old_managed = before.managed if before else frozenset()
    new_managed = after.managed if after else frozenset()
    reason = "role is to be deleted" if after is None else "not declared"
    names = shown_names(old_managed | new_managed)
    is_lifted = after is not None and standing(before) is not None and standing(after) is None
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
        takes_away={} if attaches else {"policy_arn": arn},
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
        return (writer.step(f"{verb}{writer.kind}Policy", given, told, takes_away=lost),)

    return Change(writer.key(ChangeKind.INLINE_POLICY, name), stage, parts, render, writer.owner.key)
