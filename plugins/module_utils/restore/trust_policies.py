# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Trust policies of a backup in a form that IAM accepts, and other trust policies with ids of deleted roles. Pure.

After a role is deleted, the trust policies that named it contain its unique id, even if a role of that name exists
again (FACTS C4). The id is replaced by the ARN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..backup.attributes import TRUST, Piece
from ..backup.snapshot import Backup, Kept
from ..model import CurrentState, Identity, Role, identity_key
from ..policy.document import PolicyDocument, dangling_principals
from ..policy.trust_policy import own_principals, with_principals, without_principals
from ..resolve.desired_state import DesiredState
from .notes import Notes
from .selection import Choice

PROTECTED = ("/aws-service-role/", "/aws-reserved/")
"""Paths of roles that belong to AWS."""


class TrustRestoration:
    """Computes the trust policies to write, and applies the corrected ones to `desired`.

    `withheld` contains the keys of roles that stay unchanged. It grows while the others are applied.
    """

    def __init__(
        self,
        backup: Backup,
        choice: Choice,
        state: CurrentState,
        desired: DesiredState,
        notes: Notes,
        *,
        withheld: set[str],
    ) -> None:
        self._backup = backup
        self._choice = choice
        self._state = state
        self._desired = desired
        self._notes = notes
        self._withheld = withheld

    def written(self, role: Role, *, told_of: bool = False) -> PolicyDocument:
        """The trust policy to write for a role of the backup, without principals that IAM would not accept."""
        trust = with_principals(role.trust, self.arns_of_ids())
        missing = own_principals(trust, self._state.account.id) & set(self._state.missing_principals)
        lost = frozenset(missing | set(dangling_principals(trust)))
        for principal in sorted(lost) if told_of else ():
            why = "does not exist any more" if principal in missing else "is the id of one that was deleted before"
            self._notes.leave(
                role.resource,
                f"its trust policy named {principal}, which {why}",
                "restore or create that role or user, then restore this role again by its name",
            )
        return without_principals(trust, lost) if lost else trust

    def is_half_made(self, kept: Kept[Identity], now: PolicyDocument) -> bool:
        """Whether a restore was interrupted before this trust policy trusted the roles that are created later."""
        if kept.left is not None or not isinstance(kept.before, Role):
            return False
        wanted = self.written(kept.before)
        late = frozenset(own_principals(wanted, self._state.account.id) - own_principals(now, self._state.account.id))
        return bool(late) and now == without_principals(wanted, late)

    def arns_of_ids(self) -> dict[str, str]:
        """The ARNs that roles of the backup have, or will have, by every unique id that they had."""
        arns = {}
        for key, kept in self._backup.identities.items():
            there = self._state.identities.get(key)
            is_back = there is not None or self._choice.is_whole(key)
            if isinstance(kept.before, Role) and is_back and key not in self._withheld:
                arn = there.arn if there else kept.before.arn
                arns.update(dict.fromkeys(kept.ids, arn))
        return arns

    def heal(self) -> None:
        """In every existing trust policy, replace the old ids of restored roles by their ARNs."""
        there = {**self._state.identities, **{key: role for key, role in self._desired.identities.items() if role}}
        keys = {arn: identity_key("role", arn.rpartition("/")[2]) for arn in self.arns_of_ids().values()}
        back = {arn for arn, key in keys.items() if key in there and self._choice.is_whole(key)}
        arns = {id_: arn for id_, arn in self.arns_of_ids().items() if arn in back}
        for key, role in there.items():
            if not isinstance(role, Role) or role.path.startswith(PROTECTED) or role.source_template:
                continue
            gone = set(dangling_principals(role.trust))
            if not gone & set(arns):
                continue
            if gone - set(arns):
                self._notes.leave(
                    role.resource,
                    f"its trust policy also names {', '.join(sorted(gone - set(arns)))}, the id of a role or user that"
                    " was deleted and is not restored; IAM refuses a trust policy that contains it",
                    "remove that principal (iam_trust_statement), then restore again",
                )
                continue
            self._desired.identities[key] = replace(role, trust=with_principals(role.trust, arns))


def undecayed(pieces: Mapping[Piece, Any], arns: Mapping[str, str]) -> dict[Piece, Any]:
    """The pieces, with ARNs in the trust policy instead of the ids of deleted roles."""
    return {piece: with_principals(value, arns) if piece == TRUST else value for piece, value in pieces.items()}
