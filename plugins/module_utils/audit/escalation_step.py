# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One step of an escalation path. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import printable
from ..model import Identity
from .permit import Permit


@dataclass(frozen=True)
class Actor:
    """Somebody who can act: a user, a role, a group for all of its members, or somebody outside of the account.

    `identity` asks in its place; it is None outside of the account, as `arn` is empty. `resource` is how it is shown.
    """

    key: str
    resource: str
    identity: Identity | None = None
    arn: str = ""


@dataclass(frozen=True)
class EscalationStep:
    """`id` is the row of the facts. A step that is not `sure` depends on condition `keys`, or on what is there."""

    text: str
    id: str = ""
    sure: bool = True
    keys: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    @classmethod
    def of(cls, actor: Actor, can: str, permit: Permit, row: str, *depends: str) -> EscalationStep:
        """`can` goes after "can"; `depends` are the things that have to be there, in words."""
        before = f"{permit.before} and then " if permit.before else ""
        sure = not permit.keys and not any(depends)
        return cls(f"{actor.resource} can {before}{can} ({permit.told(*depends)})", row, sure, permit.keys)


def surest(steps: Iterable[EscalationStep]) -> EscalationStep | None:
    return min(steps, key=lambda step: (not step.sure, step.text), default=None)


def listed(actions: Iterable[str]) -> str:
    """Actions in a sentence."""
    *first, last = actions
    return f"{', '.join(first)} and {last}" if first else last
