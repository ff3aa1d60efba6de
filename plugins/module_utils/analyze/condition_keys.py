# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Condition keys by who decides their values, from `condition_keys.yml`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class KeyNames:
    """Names of condition keys, in any case. One that ends in `/*` stands for all that begin like it."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        lower = [name.lower() for name in names]
        self._exact = frozenset(name for name in lower if not name.endswith("/*"))
        self._beginnings = tuple(name[:-1] for name in lower if name.endswith("/*"))

    def __contains__(self, key: str) -> bool:
        """Whether a key, given in lower case, has one of the names."""
        return key in self._exact or key.startswith(self._beginnings)

    def __or__(self, other: KeyNames) -> KeyNames:
        both = KeyNames()
        both._exact = self._exact | other._exact
        both._beginnings = self._beginnings + other._beginnings
        return both

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyNames) and (self._exact, self._beginnings) == (other._exact, other._beginnings)

    def __hash__(self) -> int:
        return hash((self._exact, self._beginnings))


@dataclass(frozen=True)
class ConditionKeys:
    """Which keys a caller chooses, and the values that keys have for those whom a policy means to keep out.

    `chosen` are the keys of which every caller chooses the value. An outsider, from an account that no policy names,
    also chooses `chosen_by_outsiders`. `organizations` has the keys that follow from an outsider's organization;
    `sources` those of a service that acts for an outsider, and `providers` by host the claims of somebody else's tokens
    of an identity provider that gives tokens to anybody.
    """

    chosen: KeyNames = field(default_factory=KeyNames)
    chosen_by_outsiders: KeyNames = field(default_factory=KeyNames)
    absent_for_outsiders: tuple[str, ...] = ()
    organizations: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ConditionKeys:
        outsiders = content.get("outsiders", {})
        return cls(
            chosen=KeyNames(content.get("chosen", ())),
            chosen_by_outsiders=KeyNames(outsiders.get("chosen", ())),
            absent_for_outsiders=tuple(outsiders.get("absent", ())),
            organizations=outsiders.get("organizations", {}),
            sources=outsiders.get("sources", {}),
            providers=outsiders.get("providers", {}),
        )
