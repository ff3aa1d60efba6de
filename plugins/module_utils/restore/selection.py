# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which part of a backup is restored: everything, or chosen roles, policies and attachments. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..backup.attributes import BOUNDARY, Piece
from ..backup.snapshot import Backup
from ..declare.policy_references import is_aws_managed, may_mean
from ..errors import Problem
from ..model import (
    AttachmentDeclaration,
    Declarations,
    IdentityKind,
    PolicyDeclaration,
    RoleDeclaration,
    identity_key,
    resource_name,
)

RESTORED = "-restored"
"""Suffix of the name of the customer managed policy that replaces a policy that AWS has withdrawn."""


@dataclass(frozen=True)
class ChosenAttachment:
    """Policies of one identity. If none is named, all that were saved."""

    kind: IdentityKind
    name: str
    managed: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return identity_key(self.kind, self.name)

    def takes(self, piece: Piece) -> bool:
        kind, name = piece
        if not self.managed and not self.inline:
            return kind in ("managed", "inline")
        if kind == "managed":
            return any(may_mean(text, name) for text in self.managed)
        return kind == "inline" and name in self.inline


@dataclass(frozen=True)
class Choice:
    """What is to be restored. If nothing is chosen, everything is. Names are compared regardless of case.

    With `overwrite`, what was changed since the backup is restored as if it had been chosen by its name.
    """

    roles: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    attachments: tuple[ChosenAttachment, ...] = ()
    overwrite: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Choice:
        """The choice in the options of `iam_restore`."""
        attachments = tuple(
            ChosenAttachment(
                item["iam_type"],
                item["iam_name"],
                tuple(item.get("managed_policies") or ()),
                tuple(item.get("inline_policies") or ()),
            )
            for item in options.get("attachments") or ()
        )
        return cls(
            frozenset(name.lower() for name in options.get("roles") or ()),
            frozenset(name.lower() for name in options.get("policies") or ()),
            attachments,
            bool(options.get("overwrite")),
        )

    @property
    def everything(self) -> bool:
        return not (self.roles or self.policies or self.attachments)

    def is_whole(self, key: str) -> bool:
        """Whether an identity is to be restored completely."""
        return self.everything or key in {identity_key("role", name) for name in self.roles}

    def is_named(self, key: str) -> bool:
        """Whether an identity may be restored although it was changed since the backup."""
        return self.overwrite or (self.is_whole(key) and not self.everything)

    def takes(self, key: str, piece: Piece, value: Any) -> bool:
        """Whether a piece of an identity is chosen."""
        if self.is_whole(key) or any(one.key == key and one.takes(piece) for one in self.attachments):
            return True
        # A policy is attached again to the identities that had it, or had it as their boundary.
        arn = value if piece == BOUNDARY else piece[1] if piece[0] == "managed" else ""
        return bool(arn) and not is_aws_managed(arn) and arn.rpartition("/")[2].lower() in self.policies

    def names_piece(self, key: str, piece: Piece) -> bool:
        """Whether a single attachment may be restored although it was changed since the backup."""
        return self.is_named(key) or any(one.key == key and one.takes(piece) for one in self.attachments)


def choice_problems(options: Mapping[str, Any], choice: Choice, backup: Backup) -> Iterator[Problem]:
    """What is chosen but not in the backup."""
    roles = {kept.before.name for kept in backup.identities.values() if kept.before.kind == "role"}
    policies = {kept.before.name for kept in backup.policies.values()}
    for option, there in (("roles", roles), ("policies", policies)):
        for index, name in enumerate(options.get(option) or ()):
            if name.lower() not in {known.lower() for known in there}:
                yield Problem(f"{option}[{index}]", _not_there(name, there))
    for index, one in enumerate(choice.attachments):
        kept = backup.identities.get(one.key)
        if kept is None:
            known = {item.before.name for item in backup.identities.values() if item.before.kind == one.kind}
            yield Problem(f"attachments[{index}].iam_name", _not_there(one.name, known))
            continue
        managed = {arn.rpartition("/")[2] for arn in kept.before.managed}
        for number, text in enumerate(one.managed):
            place = f"attachments[{index}].managed_policies[{number}]"
            meant = sorted(arn for arn in kept.before.managed if may_mean(text, arn))
            if not meant:
                yield Problem(place, _not_there(text, managed))
            elif len(meant) > 1:
                yield Problem(place, f'"{text}" is ambiguous: give one of the ARNs {" or ".join(meant)}')
        for number, text in enumerate(one.inline):
            if text not in kept.before.inline:
                where = f"attachments[{index}].inline_policies[{number}]"
                yield Problem(where, _not_there(text, set(kept.before.inline)))


def to_read(backup: Backup) -> Declarations:
    """What must be read of the account to restore any part of the backup, as declarations that change nothing."""
    roles, attachments = [], []
    for key in sorted(backup.identities):
        identity = backup.identities[key].before
        managed = tuple(sorted(identity.managed))
        if identity.kind == "role":
            boundary = identity.boundary
            roles.append(
                RoleDeclaration(key, identity.name, True, managed=managed, boundary=boundary, purge_managed=False)
            )
        else:
            attachments.append(AttachmentDeclaration(key, identity.kind, identity.name, True, managed))
    names = {kept.before.name for kept in backup.policies.values()}
    names |= {stand_in(policy.name) for policy in backup.aws_policies.values()}
    policies = tuple(PolicyDeclaration(resource_name("policy", name), name, True) for name in sorted(names))
    return Declarations(policies, tuple(roles), tuple(attachments))


def stand_in(name: str) -> str:
    """The name of the customer managed policy with the content of a policy that AWS has withdrawn."""
    return name[: 128 - len(RESTORED)] + RESTORED


def _not_there(name: str, there: set[str]) -> str:
    if not there:
        return f"{name} is not in the backup, which contains nothing of its kind"
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else f"; it contains {', '.join(sorted(there))}"
    return f"{name} is not in the backup{hint}"
