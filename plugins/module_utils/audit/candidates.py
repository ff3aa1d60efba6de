# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which identities may be able to act as a role, found without looking at all of them. Pure.

An account has thousands of roles, and few of them can act on another. What they may act on is indexed by the pattern of
the resource: each pattern is compared with a role once, however many identities have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ..model import Role
from ..policy.wildcards import fits

_ANY_SERVICE = ""


class Candidates:
    """`arns` maps the ARN of every identity to its key."""

    def __init__(self, arns: Mapping[str, str]) -> None:
        self._arns = arns
        self._by_name: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._by_pattern: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def may_reach(self, key: str, patterns: Iterable[str], service: str = _ANY_SERVICE) -> None:
        """Record that an identity may act on roles whose ARN matches, with `service` on those that trust it."""
        for pattern in patterns:
            kept = self._by_pattern if set(pattern) & set("*?$") else self._by_name
            kept[service][pattern].add(key)

    def of(self, role: Role, services: Iterable[str]) -> list[str]:
        """The keys of all that may be able to act as a role, sorted. `services` are those that it trusts."""
        found = {self._arns[arn] for arn in _named_in(role) if arn in self._arns}
        for service in (_ANY_SERVICE, *services):
            found |= self._by_name[service].get(role.arn, set())
            for pattern, keys in self._by_pattern[service].items():
                if fits(role.arn, pattern):
                    found |= keys
        return sorted(found)


def _named_in(role: Role) -> Iterable[Any]:
    return (value for statement in role.trust.allowing for kind, value in statement.principals or () if kind == "AWS")
