# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What distinguishes a change of a plan from the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


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
