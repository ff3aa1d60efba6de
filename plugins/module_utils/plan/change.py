# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One object's change, split as finely as safety can require.

A change is a sequence of parts. Each part has effects on what identities may do. Consecutive parts can be joined into
one write, which is what happens wherever no rule prevents it (see `ordering`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from .plan import Step


class ChangeKind(Enum):
    """What a change does to its object."""

    CREATE_ROLE = auto()
    CREATE_POLICY = auto()
    UPDATE_ROLE = auto()
    TRUST_POLICY = auto()
    BOUNDARY = auto()
    ATTACH = auto()
    DETACH = auto()
    INLINE_POLICY = auto()
    ADD_TO_INSTANCE_PROFILE = auto()
    REMOVE_FROM_INSTANCE_PROFILE = auto()
    TAG = auto()
    UNTAG = auto()
    DOCUMENT = auto()
    ADD_OLDER_VERSION = auto()
    DELETE_VERSION = auto()
    DELETE_ROLE = auto()
    DELETE_POLICY = auto()


_WORDS = {
    ChangeKind.CREATE_ROLE: "CreateRole",
    ChangeKind.CREATE_POLICY: "CreatePolicy",
    ChangeKind.UPDATE_ROLE: "UpdateRole",
    ChangeKind.TRUST_POLICY: "trust policy",
    ChangeKind.BOUNDARY: "boundary",
    ChangeKind.ATTACH: "attach {}",
    ChangeKind.DETACH: "detach {}",
    ChangeKind.INLINE_POLICY: "inline {}",
    ChangeKind.ADD_TO_INSTANCE_PROFILE: "joins {}",
    ChangeKind.REMOVE_FROM_INSTANCE_PROFILE: "{}",
    ChangeKind.TAG: "tags",
    ChangeKind.UNTAG: "removed tags",
    ChangeKind.DOCUMENT: "document",
    ChangeKind.ADD_OLDER_VERSION: "older version {}",
    ChangeKind.DELETE_VERSION: "{}",
    ChangeKind.DELETE_ROLE: "DeleteRole",
    ChangeKind.DELETE_POLICY: "DeletePolicy",
}


@dataclass(frozen=True)
class ChangeKey:
    """The kind of a change, the object it writes to, and which part of that object.

    `resource` is the object as results name it, such as `role/worker`. `detail` is the name of the managed or inline
    policy or of the instance profile, the id of the version, or the number of the older version; empty for other kinds.
    """

    kind: ChangeKind
    resource: str
    detail: str = ""

    def __str__(self) -> str:
        """The key as it is shown in messages. Writes that no rule orders are sorted by it."""
        return f"{self.resource} {_WORDS[self.kind].format(self.detail)}"


class Stage(IntEnum):
    """The place of a write in the plan if the safety rules leave a choice."""

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
    """What a request needs before it is granted: an Allow, no Deny, the boundary, the trust policy.

    Tags count in any of them if a policy tests tags.
    """

    ALLOW = "allow"
    DENY = "deny"
    BOUNDARY = "boundary"
    TRUST = "trust"
    TAGS = "tags"


@dataclass(frozen=True)
class Effect:
    """A change to what identities may do. `statements` are added or removed; None is unknown, so it may be anything."""

    dimension: Dimension
    grows: bool
    identities: frozenset[str]
    statements: tuple[Statement, ...] | None = None


@dataclass(frozen=True)
class Part:
    """One write of a change: the document that it leaves, if it writes one, and its effects."""

    effects: tuple[Effect, ...]
    document: PolicyDocument | None = None


@dataclass(frozen=True)
class Change:
    """A sequence of parts and how to write them.

    `render(index, part)` gives the steps of the part that is written as number `index` of this change.
    `replaces_content_of`, `takes_up` and `gives_up` contain keys of policies, for the rule that a policy is updated
    before an identity gets it (as a permission or as its boundary) and after an identity loses it. `after` contains
    keys of changes to wait for. `closing(writes)` gives the steps that remove what the change itself has left over,
    from the last step of each of its writes; they affect no identity.
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
    """The finest safe sequence from one document to the other: add denials, add grants, remove grants, remove denials.

    None on either side is no document. The result has a single part if an intermediate document would be longer than
    `size_limit`, or if only one kind of statement changes.
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
    """The effect of attaching (or detaching) a policy with this document; an unknown document may grant anything."""
    if document is None:
        return (Effect(Dimension.ALLOW, grows, identities, None),)
    by_effect = _by_effect(document)
    effects = []
    if by_effect["Allow"]:
        effects.append(Effect(Dimension.ALLOW, grows, identities, tuple(by_effect["Allow"].values())))
    if by_effect["Deny"]:
        effects.append(Effect(Dimension.DENY, not grows, identities, tuple(by_effect["Deny"].values())))
    return tuple(effects)


def _by_effect(document: PolicyDocument | None) -> dict[str, dict[str, Statement]]:
    found: dict[str, dict[str, Statement]] = {"Allow": {}, "Deny": {}}
    for statement in document.parsed if document else ():
        found[statement.effect or "Allow"][statement.canonical] = statement
    return found


def _added(before: Mapping[str, Statement], after: Mapping[str, Statement]) -> list[Statement]:
    return [statement for key, statement in after.items() if key not in before]


def _assembled(
    old: PolicyDocument | None, new: PolicyDocument | None, contents: Sequence[Mapping[str, Statement]]
) -> PolicyDocument:
    """An intermediate document. It has no Sids, since old and new may use one Sid for different statements."""
    frame = (new or old or PolicyDocument({})).content
    statements = [
        {key: value for key, value in statement.content.items() if key != "Sid"}
        for group in contents
        for statement in group.values()
    ]
    return PolicyDocument({**frame, "Statement": statements})
