# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object's change, cut as finely as safety could ever need it.

A change is a row of parts. Each part has effects on what identities may do; consecutive parts can be joined into
one write, which is what happens wherever nothing stands against it (see the `write_order` room).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from ..policy.document import PolicyDocument, canonical_statement
from .change_key import ChangeKey, ChangeKind
from .plan import Step


class Stage(IntEnum):
    """The place of a write in the plan where safety leaves a choice."""

    RESTRICT = 1
    CREATE_POLICY = 2
    CREATE_ROLE = 3
    GRANT = 4
    REPLACE = 5
    DESCRIBE = 6
    REVOKE = 7
    ADMIT = 8
    DELETE = 9


class Dimension(Enum):
    """What has to say yes before a request is granted: an Allow, no Deny, the boundary, the trust policy.

    Tags decide in any of them where a policy tests them.
    """

    ALLOW = "allow"
    DENY = "deny"
    BOUNDARY = "boundary"
    TRUST = "trust"
    TAGS = "tags"


@dataclass(frozen=True)
class Effect:
    """A change to what identities may do. `statements` that come or go; None is unknown, so anything."""

    dimension: Dimension
    grows: bool
    identities: frozenset[str]
    statements: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True)
class Part:
    """One write of a change: the document it leaves behind, where it is about one, and its effects."""

    effects: tuple[Effect, ...]
    document: PolicyDocument | None = None


@dataclass(frozen=True)
class Change:
    """A row of parts and how to write them.

    `render(index, part)` gives the steps of the part that is written as number `index` of this change.
    `replaces_content_of`, `takes_up` and `gives_up` hold keys of policies, for the rule that a policy is updated
    before an identity takes it up (as a permission or as its boundary) and after one gives it up. `after` holds
    keys of changes to wait for. `closing(writes)` gives the steps that remove what the change itself has left over,
    from the last step of each of its writes; they affect nobody.
    """

    key: ChangeKey
    stage: Stage
    parts: tuple[Part, ...]
    render: Callable[[int, Part], tuple[Step, ...]]
    subject: str
    closing: Callable[[Sequence[Step]], tuple[Step, ...]] = lambda writes: ()
    uses: frozenset[str] = frozenset()
    replaces_content_of: str | None = None
    takes_up: frozenset[str] = frozenset()
    gives_up: frozenset[str] = frozenset()
    after: frozenset[ChangeKey] = frozenset()

    @property
    def creates(self) -> bool:
        return self.key.kind in (ChangeKind.CREATE_ROLE, ChangeKind.CREATE_POLICY)

    @property
    def deletes(self) -> bool:
        return self.key.kind in (ChangeKind.DELETE_ROLE, ChangeKind.DELETE_POLICY)


def always(step: Step) -> Callable[[int, Part], tuple[Step, ...]]:
    """Renders a change of one part: always the same step."""
    return lambda index, part: (step,)


def document_parts(
    old: PolicyDocument | None, new: PolicyDocument | None, identities: frozenset[str], size_limit: int
) -> tuple[Part, ...]:
    """The finest safe way from one document to the other: denials come, grants come, grants go, denials go.

    None on either side is no document. A row of one part comes back where a document in between would be longer
    than `size_limit`, or where only one kind of statement changes.
    """
    before = _by_effect(old)
    after = _by_effect(new)
    denials = {**before["Deny"], **after["Deny"]}
    grants = {**before["Allow"], **after["Allow"]}
    rows = (
        (Dimension.DENY, False, _added(before["Deny"], after["Deny"]), (denials, before["Allow"])),
        (Dimension.ALLOW, True, _added(before["Allow"], after["Allow"]), (denials, grants)),
        (Dimension.ALLOW, False, _added(after["Allow"], before["Allow"]), (denials, after["Allow"])),
        (Dimension.DENY, True, _added(after["Deny"], before["Deny"]), (after["Deny"], after["Allow"])),
    )
    parts: list[Part] = []
    for dimension, grows, statements, contents in rows:
        if statements:
            effect = Effect(dimension, grows, identities, tuple(statements))
            parts.append(Part((effect,), _assembled(old, new, contents)))
    if not parts:
        return (Part((), new),)
    parts[-1] = Part(parts[-1].effects, new)
    if any(part.document is not None and part.document.size > size_limit for part in parts):
        return (as_one_part(parts),)
    return tuple(parts)


def as_one_part(parts: Sequence[Part]) -> Part:
    """All parts as one write, with the document of the last."""
    return Part(tuple(effect for part in parts for effect in part.effects), parts[-1].document)


def attachment_effects(
    document: PolicyDocument | None, identities: frozenset[str], *, grows: bool
) -> tuple[Effect, ...]:
    """What attaching (or detaching) a policy with this document does; an unknown document may grant anything."""
    if document is None:
        return (Effect(Dimension.ALLOW, grows, identities, None),)
    by_effect = _by_effect(document)
    effects = []
    if by_effect["Allow"]:
        effects.append(Effect(Dimension.ALLOW, grows, identities, tuple(by_effect["Allow"].values())))
    if by_effect["Deny"]:
        effects.append(Effect(Dimension.DENY, not grows, identities, tuple(by_effect["Deny"].values())))
    return tuple(effects)


def _by_effect(document: PolicyDocument | None) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {"Allow": {}, "Deny": {}}
    for statement in document.statements if document else ():
        found[statement.get("Effect", "Allow")][canonical_statement(statement)] = statement
    return found


def _added(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [statement for key, statement in after.items() if key not in before]


def _assembled(
    old: PolicyDocument | None, new: PolicyDocument | None, contents: Sequence[Mapping[str, Mapping[str, Any]]]
) -> PolicyDocument:
    """A document in between. Sids are left out, since old and new may use one Sid for different statements."""
    frame = (new or old or PolicyDocument({})).content
    statements = [
        {key: value for key, value in statement.items() if key != "Sid"}
        for group in contents
        for statement in group.values()
    ]
    return PolicyDocument({**frame, "Statement": statements})
