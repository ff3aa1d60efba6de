# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A role, user, group or policy split into pieces, and the change of each piece between a backup and now. Pure.

A piece has a kind and a name: `("managed", ARN)`, `("inline", name)`, `("tag", key)`, `("instance_profile", name)`,
`("version", canonical document)`, and, with an empty name, `trust`, `description`, `max_session_duration`, `boundary`
and `document`. What is absent is not among the pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ..access.trust_intersection import intersection
from ..model import Identity, ManagedPolicy, PolicyVersion, Role
from ..plan.change import document_parts
from ..policy.document import PolicyDocument, dangling_principals
from ..policy.trust_policy import without_principals

Piece = tuple[str, str]
Pieces = Mapping[Piece, Any]
Thing = TypeVar("Thing", Identity, ManagedPolicy)

TRUST: Piece = ("trust", "")
DESCRIPTION: Piece = ("description", "")
MAX_SESSION_DURATION: Piece = ("max_session_duration", "")
BOUNDARY: Piece = ("boundary", "")
DOCUMENT: Piece = ("document", "")

_NO_LIMIT = 2**31
_replaced: Callable[..., Any] = replace


def pieces_of(thing: Identity | ManagedPolicy | None) -> dict[Piece, Any]:
    """The pieces of an object; none if there is no object."""
    if thing is None:
        return {}
    if isinstance(thing, ManagedPolicy):
        found: dict[Piece, Any] = {DOCUMENT: thing.document, DESCRIPTION: thing.description}
        for version in thing.versions:
            if version.document is not None:
                found["version", version.document.canonical] = version
        return {**found, **{("tag", key): value for key, value in thing.tags.items()}}
    found = {("managed", arn): True for arn in thing.managed}
    found.update({("inline", name): document for name, document in thing.inline.items()})
    if thing.boundary is not None:
        found[BOUNDARY] = thing.boundary
    if isinstance(thing, Role):
        found.update({TRUST: thing.trust, DESCRIPTION: thing.description})
        found[MAX_SESSION_DURATION] = thing.max_session_duration
        found.update({("tag", key): value for key, value in thing.tags.items()})
        found.update({("instance_profile", name): True for name in thing.instance_profiles})
    return found


def put_together(thing: Thing, pieces: Pieces) -> Thing:
    """The object with these pieces and no others; name, path, ARN and id stay."""
    of_kind: dict[str, dict[str, Any]] = {}
    for (kind, name), value in pieces.items():
        of_kind.setdefault(kind, {})[name] = value
    fields: dict[str, Any] = {"tags": of_kind.get("tag", {})}
    if isinstance(thing, ManagedPolicy):
        versions = of_kind.get("version", {}).values()
        fields.update(document=pieces[DOCUMENT], description=pieces[DESCRIPTION])
        fields["versions"] = tuple(sorted(versions, key=_age))
    else:
        fields.update(managed=frozenset(of_kind.get("managed", ())), inline=of_kind.get("inline", {}))
        fields["boundary"] = pieces.get(BOUNDARY)
    if isinstance(thing, Role):
        fields.update(trust=pieces[TRUST], description=pieces[DESCRIPTION])
        fields["max_session_duration"] = pieces[MAX_SESSION_DURATION]
        fields["instance_profiles"] = tuple(sorted(of_kind.get("instance_profile", ())))
    elif isinstance(thing, Identity):
        del fields["tags"]
    changed: Thing = _replaced(thing, **fields)
    return changed


def without_pieces(thing: Thing, gone: Collection[Piece]) -> Thing:
    return put_together(thing, {piece: value for piece, value in pieces_of(thing).items() if piece not in gone})


def is_of_the_run(piece: Piece, before: Any, left: Any, now: Any) -> bool:
    """Whether a piece is as it was before a run, as the run was to leave it, or in an intermediate state.

    None means that the piece does not exist.
    """
    if now in (before, left):
        return True
    if not isinstance(before, PolicyDocument) or not isinstance(left, PolicyDocument):
        return False
    if piece == TRUST:
        gone = frozenset(dangling_principals(before))
        return bool(now == intersection(without_principals(before, gone) if gone else before, left).document)
    return any(part.document == now for part in document_parts(before, left, frozenset(), _NO_LIMIT))


def label(piece: Piece) -> str:
    """A piece as it is named in a message."""
    kind, name = piece
    if kind == "managed":
        return f"managed policy {name.rpartition('/')[2]}"
    if kind == "version":
        return "an older version"
    words = {"trust": "trust policy", "max_session_duration": "maximum session duration", "inline": "inline policy"}
    return f"{words.get(kind, kind.replace('_', ' '))} {name}".strip()


def _age(version: PolicyVersion) -> tuple[int, str]:
    number = version.id.lstrip("v")
    return (int(number) if number.isdigit() else 0, version.id)
