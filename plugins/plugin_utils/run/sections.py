# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Fits the sections of a summary into a number of lines: the worst is shown whole first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import WIDTH, entry, shortened, wrapped

ALL = 1_000_000
"""More lines than any summary has."""

_RESERVED = 3
"""The lines that a section keeps for itself while worse ones get theirs."""


@dataclass(frozen=True)
class Group:
    """A text that is the same for the accounts `names`."""

    text: str
    names: Sequence[str]
    is_sentence: bool = False

    def entry(self, most: int) -> list[str]:
        return entry(self.text, self.names, most, self.is_sentence)


@dataclass(frozen=True)
class Bundle:
    """Groups that have something in common, and the one group that takes their place where there are too few lines."""

    groups: Sequence[Group]
    merged: Group


@dataclass(frozen=True)
class Section:
    """A title, and bundles of groups, the most important first.

    The section with the lowest `rank` gets its lines first.
    """

    title: str
    bundles: Sequence[Bundle]
    rank: int

    def reserved(self) -> int:
        return min(_RESERVED, 1 + sum(len(bundle.groups) for bundle in self.bundles))

    def lines(self, most: int) -> list[str]:
        """The section in at most `most` lines. What is left out is counted."""
        groups, is_merged = self._that_fit(most - 1)
        more = ", -v shows each" if is_merged or len(groups) >= most else ""
        title = f"{shortened(self.title, WIDTH - len(more))}{more}"
        if most <= 1:
            return [title][:most]
        if len(groups) >= most:
            shown = [line for group in groups[: most - 2] for line in group.entry(1)]
            return [title, *shown, *wrapped(f"and {len(groups) - most + 2} more", "  ")]
        per_group = next((number for number in (3, 2) if self._count(groups, number) < most), 1)
        return [title, *(line for group in groups for line in group.entry(per_group))]

    def _that_fit(self, most: int) -> tuple[list[Group], bool]:
        """As few groups merged as it takes to have at most `most`, and whether any is."""
        number = sum(len(bundle.groups) for bundle in self.bundles)
        merged: set[int] = set()
        for place in sorted(range(len(self.bundles)), key=lambda place: -len(self.bundles[place].groups)):
            size = len(self.bundles[place].groups)
            if number <= most or size == 1:
                break
            merged.add(place)
            number += 1 - size
        return [
            group
            for place, bundle in enumerate(self.bundles)
            for group in ([bundle.merged] if place in merged else bundle.groups)
        ], bool(merged)

    @staticmethod
    def _count(groups: Sequence[Group], per_group: int) -> int:
        return sum(len(group.entry(per_group)) for group in groups)


def fitted(sections: Sequence[Section], most: int) -> list[str]:
    """The lines of all sections, in their order, at most `most`. The most important ones get their lines first."""
    reserved = [section.reserved() for section in sections]
    if sum(reserved) > most:
        reserved = [1] * len(sections)
    free = most - sum(reserved)
    shown: dict[int, list[str]] = {}
    for number in sorted(range(len(sections)), key=lambda number: sections[number].rank):
        shown[number] = sections[number].lines(free + reserved[number])
        free += reserved[number] - len(shown[number])
    return [line for number in range(len(sections)) for line in shown[number]]
