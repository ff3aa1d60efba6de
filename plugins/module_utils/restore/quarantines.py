# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The quarantine of a role that is restored. Pure.

A restore lifts the quarantine that the run of the backup began. Any other quarantine began later and is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..backup.attributes import Piece, label, pieces_of
from ..backup.snapshot import Kept, quarantine_of_run
from ..model import Identity, Quarantine
from ..resolve.quarantine import (
    INLINE_DENIAL,
    QUARANTINED_TAG,
    REASON_TAG,
    RECORD_TAG,
    current_quarantine,
    is_denial,
    is_denied,
    tagged,
)
from .notes import by_name


@dataclass(frozen=True)
class Ending:
    """The pieces of a quarantine to remove, and the quarantine. Without pieces: why it is kept, and what to do."""

    pieces: frozenset[Piece] = frozenset()
    quarantine: Quarantine | None = None
    stays: str = ""
    remedy: str = "the playbook release ends a quarantine"


def ending(kept: Kept[Identity], current: Identity, *, is_named: bool) -> Ending:
    """What a role loses of its quarantine. `is_named`: the role was chosen by its name, or `overwrite` is set."""
    of_run, now = quarantine_of_run(kept), tagged(current)
    if of_run is None:
        came_later = current_quarantine(current) is not None and current_quarantine(kept.before) is None
        return Ending(stays=_others(now)) if came_later else Ending()
    there, before = pieces_of(current), pieces_of(kept.before)
    pieces = frozenset(piece for piece in pieces_of(kept.left) if _is_denying(piece) and piece not in before)
    pieces &= there.keys()
    is_same_role = not (kept.ids and current.id) or current.id in kept.ids
    if not pieces:
        return Ending()
    if now == of_run and is_same_role:
        return Ending(pieces, of_run)
    if now is None and is_denied(current) and is_named and is_same_role:
        return Ending(pieces, of_run)
    if now is None and is_denied(current):
        return Ending(
            stays="is denied everything, without tags that show which quarantine that is",
            remedy=f"{by_name(current.name)}, or detach AWSDenyAll, if it is not needed",
        )
    return Ending(stays=_others(now))


def added_in_quarantine(kept: Kept[Identity], current: Identity) -> list[str]:
    """Policies that a role got since the backup. They grant nothing until its quarantine is lifted."""
    known = {*pieces_of(kept.before), *pieces_of(kept.left)}
    return sorted(
        label(piece)
        for piece in pieces_of(current)
        if piece[0] in ("managed", "inline") and piece not in known and not _is_denying(piece)
    )


def _is_denying(piece: Piece) -> bool:
    kind, name = piece
    return (
        (kind == "managed" and is_denial(name))
        or piece == ("inline", INLINE_DENIAL)
        or (kind == "tag" and name.lower() in (QUARANTINED_TAG, REASON_TAG, RECORD_TAG))
    )


def _others(now: Quarantine | None) -> str:
    since = f" since {now.since}" if now else ""
    return f"is in quarantine{since}, which is not that of the backup"
