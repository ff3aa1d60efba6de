# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From a backup and the state of its account to the desired state of the account. Pure.

Nothing that is newer than the backup is removed. What a run removed is restored; what others changed since is restored
only if it is chosen by its name. See `policies` and `trust_policies` for these two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..backup.attributes import BOUNDARY, TRUST, Piece, is_of_the_run, label, pieces_of, put_together, without_pieces
from ..backup.snapshot import Backup, Kept
from ..model import (
    AttachmentDeclaration,
    CurrentState,
    Declarations,
    Identity,
    PolicyDeclaration,
    Role,
    RoleDeclaration,
    TrustDeclaration,
    resource_name,
)
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import RETIRED_TAG, current_quarantine
from .instance_profiles import free_profiles
from .notes import OVERWRITE, Notes, by_name
from .policies import PolicyRestoration
from .quarantines import Ending, added_in_quarantine, ending
from .selection import Choice
from .trust_policies import PROTECTED, TrustRestoration, undecayed

_MARK: Piece = ("tag", RETIRED_TAG)
"""Shows that the removal of a role was begun. A restored role is not removed, so it loses this tag."""

_ABSENT = object()
"""Differs from every value. None would mean that the piece did not exist."""


@dataclass(frozen=True)
class Restoration:
    """The declared objects, for the result, their desired state, and what is to be reported."""

    declarations: Declarations
    desired: DesiredState
    notes: Notes


def restoration(backup: Backup, choice: Choice, state: CurrentState, profiles: Mapping[str, str | None]) -> Restoration:
    """What is to be restored. `profiles` maps each existing instance profile to its role, or None."""
    return _Restoring(backup, choice, state, profiles).outcome()


class _Restoring:
    def __init__(self, backup: Backup, choice: Choice, state: CurrentState, profiles: Mapping[str, str | None]) -> None:
        self.backup = backup
        self.choice = choice
        self.state = state
        self.profiles = profiles
        self.desired = DesiredState()
        self.notes = Notes()
        self.policies = PolicyRestoration(backup, choice, state, self.desired, self.notes)
        self.withheld: set[str] = set()
        self.trusts = TrustRestoration(backup, choice, state, self.desired, self.notes, withheld=self.withheld)

    def outcome(self) -> Restoration:
        self.policies.restore()
        for key in sorted(self.backup.identities):
            self._restore(key, self.backup.identities[key])
        self.trusts.heal()
        self.desired.warnings += self.notes.warnings
        return Restoration(self._declarations(), self.desired, self.notes)

    def _restore(self, key: str, kept: Kept[Identity]) -> None:
        before, resource = kept.before, kept.before.resource
        wanted = {
            piece: value
            for piece, value in pieces_of(before).items()
            if piece != _MARK and self.choice.takes(key, piece, value)
        }
        current = self.state.identities.get(key)
        if not wanted:
            return
        if current is not None:
            self.desired.identities[key] = self._put_back(key, kept, current, wanted)
        elif not isinstance(before, Role):
            self.notes.leave(resource, f"the {before.kind} no longer exists", "create it, then restore again")
        elif not self.choice.is_whole(key):
            self.notes.leave(
                resource, "the role no longer exists", f"restore it too: roles: [{before.name}] (aws_ml_restore_roles)"
            )
        else:
            self._create(key, before)

    def _create(self, key: str, before: Role) -> None:
        resource = before.resource
        widened = self._widened(key, self.backup.identities[key], pieces_of(before))
        if widened:
            self._hold_back(key, before.name, widened.values())
            return
        managed, missing = self._attachable(before.managed)
        boundary, why = self.policies.arn_now(before.boundary) if before.boundary else (None, "")
        if why:
            self.notes.leave(resource, f"its boundary cannot be set: {why}", "create that policy, then restore again")
            self.withheld.add(key)
            return
        if missing and not self.choice.is_named(key):
            self.notes.leave(resource, "; ".join(missing), f"{by_name(before.name)}, to restore it without them")
            self.withheld.add(key)
            return
        for why in missing:
            self.notes.leave(resource, why, "attach a replacement")
        self.desired.identities[key] = replace(
            before,
            managed=managed,
            boundary=boundary,
            tags=_without_mark(before.tags),
            trust=self.trusts.written(before, told_of=True),
            instance_profiles=free_profiles(before, self.profiles, self.notes),
            id="",
        )
        self._note_new_id(key, before)

    def _attachable(self, arns: Iterable[str]) -> tuple[frozenset[str], list[str]]:
        """The ARNs that policies of the backup have now, and why others cannot be attached."""
        found = [self.policies.arn_now(arn) for arn in sorted(arns)]
        return frozenset(now for now, _why in found if now), [why for now, why in found if not now]

    def _note_new_id(self, key: str, before: Role) -> None:
        resource = before.resource
        ids = ", ".join(self.backup.identities[key].ids) or "its unique id"
        self.notes.lose(
            resource,
            f"{ids}: IAM gives it a new unique id. Policies of resources and of other accounts that named the role"
            " show the old one, and have to be written again",
        )
        quarantine = current_quarantine(before)
        if quarantine is not None:
            self.notes.warnings.append(
                f"{resource} is restored as it was when it was removed, in quarantine since {quarantine.since}, and"
                " there is no record of the new role: iam_policy_attachment with state: absent detaches AWSDenyAll"
            )

    def _put_back(self, key: str, kept: Kept[Identity], current: Identity, wanted: Mapping[Piece, Any]) -> Identity:
        resource = current.resource
        if isinstance(current, Role) and (current.path.startswith(PROTECTED) or current.source_template):
            self.notes.leave(resource, "the role of that name belongs to AWS now", "leave it out")
            self.withheld.add(key)
            return current
        todo, changed = self._differing(key, kept, current, wanted)
        if isinstance(current, Role) and current.path != kept.before.path:
            self.notes.leave(
                resource,
                f"a role of that name is at path {current.path} now, not {kept.before.path}",
                "delete that one, if it is not needed, then restore again",
            )
            self.withheld.add(key)
            return current
        reasons = [f"changed since the backup: {', '.join(sorted(map(label, changed)))}"] if changed else []
        if not isinstance(current, Role):
            widened = self._widened(key, kept, todo)
            for reason in (*reasons, *widened.values()):
                remedy = f"choose it with attachments (aws_ml_restore_attachments), or {OVERWRITE}, to put it back"
                self.notes.leave(resource, reason, remedy)
            return self._with(current, kept, {piece: value for piece, value in todo.items() if piece not in widened})
        end = self._ending(key, kept, current)
        reasons += self._widened(key, kept, pieces_of(kept.before) if end.pieces else todo).values()
        added = added_in_quarantine(kept, current) if end.pieces and not self.choice.is_named(key) else []
        if added:
            reasons.append(f"given while it was in quarantine: {', '.join(added)}")
        if reasons:
            self._hold_back(key, current.name, reasons)
            return current
        if end.quarantine is not None:
            self.notes.lifted.append({"name": current.name, **end.quarantine.shown()})
        return self._with(without_pieces(current, end.pieces), kept, todo)

    def _hold_back(self, key: str, name: str, reasons: Iterable[str]) -> None:
        """Keep a role unchanged, because it was changed since the backup."""
        remedy = f"{by_name(name)}, or {OVERWRITE}, to put it back"
        self.notes.leave(resource_name("role", name), "; ".join(reasons), remedy)
        self.withheld.add(key)

    def _ending(self, key: str, kept: Kept[Identity], current: Role) -> Ending:
        """What the role loses of its quarantine, reported in the notes."""
        end = ending(kept, current, is_named=self.choice.is_named(key))
        resource = current.resource
        if end.pieces and not self.choice.is_whole(key):
            self.notes.leave(
                resource, "is in quarantine", f"restore it whole: roles: [{current.name}] (aws_ml_restore_roles)"
            )
            return Ending()
        if end.stays:
            self.notes.leave(resource, end.stays, end.remedy)
        return end

    def _widened(self, key: str, kept: Kept[Identity], pieces: Mapping[Piece, Any]) -> dict[Piece, str]:
        """Why policies that are not chosen by name would grant more than at the backup."""
        found = {}
        for piece, value in pieces.items():
            if piece[0] != "managed" and piece != BOUNDARY:
                continue
            why = self.policies.widened(kept, value if piece == BOUNDARY else piece[1])
            if why and self.choice.names_piece(key, piece):
                remedy = "compare it with its document in the backup, and restore or replace it"
                self.notes.leave(kept.before.resource, why, remedy)
            elif why:
                found[piece] = why
        return found

    def _differing(
        self, key: str, kept: Kept[Identity], current: Identity, wanted: Mapping[Piece, Any]
    ) -> tuple[dict[Piece, Any], list[Piece]]:
        """The pieces to restore, and those that others changed since the backup and that are not chosen."""
        arns = self.trusts.arns_of_ids()
        left, now = undecayed(pieces_of(kept.left), arns), pieces_of(current)
        seen, before = undecayed(now, arns), undecayed(wanted, arns)
        todo: dict[Piece, Any] = {}
        changed = []
        for piece, value in wanted.items():
            kind, name = piece
            if kind == "managed" and ("managed", self.policies.stand_in_of(name)) in now:
                continue
            if piece == TRUST and isinstance(kept.before, Role):
                whole = self.trusts.written(kept.before)
                in_place = now[TRUST] == whole
                of_the_run = seen[TRUST] == whole or self.trusts.is_half_made(kept, seen[TRUST])
            else:
                in_place = now.get(piece) == value
                of_the_run = piece not in now and piece not in left
            if in_place:
                continue
            of_the_run = of_the_run or is_of_the_run(piece, before[piece], left.get(piece), seen.get(piece, _ABSENT))
            if of_the_run or self.choice.names_piece(key, piece):
                todo[piece] = value
            else:
                changed.append(piece)
        return todo, changed

    def _with(self, current: Identity, kept: Kept[Identity], todo: Mapping[Piece, Any]) -> Identity:
        """The object with the pieces that can be restored."""
        resource = current.resource
        pieces = pieces_of(current)
        for piece, value in todo.items():
            kind, name = piece
            if kind == "managed" or piece == BOUNDARY:
                arn, why = self.policies.arn_now(name if kind == "managed" else value)
                if arn is None:
                    self.notes.leave(resource, why, "attach a replacement")
                elif kind == "managed":
                    pieces["managed", arn] = True
                else:
                    pieces[BOUNDARY] = arn
            elif piece == TRUST and isinstance(kept.before, Role):
                pieces[TRUST] = self.trusts.written(kept.before, told_of=True)
            elif kind != "instance_profile":
                pieces[piece] = value
        restored = put_together(current, pieces)
        if isinstance(restored, Role) and isinstance(kept.before, Role):
            wanted = {name for kind, name in todo if kind == "instance_profile"}
            role = replace(kept.before, instance_profiles=tuple(sorted(wanted)))
            free = free_profiles(role, self.profiles, self.notes)
            joined = {*restored.instance_profiles, *free}
            restored = replace(restored, instance_profiles=tuple(sorted(joined)))
        if isinstance(restored, Role) and self.choice.is_whole(restored.key):
            restored = replace(restored, tags=_without_mark(restored.tags))
        return restored

    def _declarations(self) -> Declarations:
        roles, attachments, trusts = [], [], []
        for key, identity in self.desired.identities.items():
            if identity is None:
                continue
            place = identity.resource
            if key not in self.backup.identities or not self._was_wanted(key):
                trusts.append(TrustDeclaration(place, identity.name, True, ()))
            elif identity.kind == "role" and self.choice.is_whole(key):
                roles.append(RoleDeclaration(place, identity.name, True))
            else:
                attachments.append(AttachmentDeclaration(place, identity.kind, identity.name, True))
        policies = [
            PolicyDeclaration(policy.resource, policy.name, True)
            for policy in self.desired.policies.values()
            if policy is not None
        ]
        return Declarations(tuple(policies), tuple(roles), tuple(attachments), tuple(trusts))

    def _was_wanted(self, key: str) -> bool:
        pieces = pieces_of(self.backup.identities[key].before)
        return any(self.choice.takes(key, piece, value) for piece, value in pieces.items())


def _without_mark(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key != RETIRED_TAG}
