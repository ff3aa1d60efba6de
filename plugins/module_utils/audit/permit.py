# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What allows a call: the policies that decide, and what it depends on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..access.policies import CompiledStatement
from ..errors import brief

_BOUNDARY = "permissions boundary "
_TRUST = "trust policy of "


@dataclass(frozen=True)
class Permit:
    """The names of the policies, the condition keys, and in words what has to be done `before`, if anything."""

    policies: tuple[str, ...]
    keys: frozenset[str] = frozenset()
    before: str = ""

    @classmethod
    def of(cls, statements: Iterable[CompiledStatement], keys: frozenset[str] = frozenset()) -> Permit:
        """From the statements that decided. Boundaries do not grant anything, so they are not named."""
        names = (one.policy.name for one in statements if one.statement.effect == "Allow")
        told = ("its trust policy" if name.startswith(_TRUST) else name for name in names if not _is_limit(name))
        return cls(tuple(dict.fromkeys(told)), keys)

    def __and__(self, other: Permit) -> Permit:
        policies = tuple(dict.fromkeys((*self.policies, *other.policies)))
        return Permit(policies, self.keys | other.keys, self.before or other.before)

    def told(self, *depends: str) -> str:
        """For the end of a sentence: who allows it, and under which conditions."""
        under = [*sorted(map(brief, self.keys)), *filter(None, depends)]
        return " and ".join(self.policies) + (f"; depends on {', '.join(under)}" if under else "")


def _is_limit(name: str) -> bool:
    return name.startswith(_BOUNDARY)
