# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Searches paths backwards, from the actors that can become administrators to those that can act as them. Pure.

A path whose steps are all sure counts more than a shorter one that depends on something. One search asks about each
pair of an actor and a role at most once, and stops when it has found enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..model import Role
from .assumers import Outsiders
from .candidates import Place
from .escalation_steps import Actor, EscalationStep, EscalationSteps

MOST_STEPS = 4


@dataclass(frozen=True)
class Way:
    """A path to administrator. `goal` is the key of its end, `through` has the keys of all actors on it.

    `keys` are the condition keys that the rights of the goal depend on.
    """

    goal: str
    steps: tuple[EscalationStep, ...]
    through: tuple[str, ...]
    sure: bool
    keys: frozenset[str] = frozenset()

    def after(self, start: str, step: EscalationStep) -> Way:
        return Way(self.goal, (step, *self.steps), (start, *self.through), self.sure and step.sure, self.keys)


class EscalationSearch:
    """`excluded` are the keys of the actors that start no path."""

    def __init__(
        self,
        actors: Mapping[str, Actor],
        steps: EscalationSteps,
        outsiders: Outsiders,
        excluded: Collection[str],
    ) -> None:
        self._actors = actors
        self._steps = steps
        self._outsiders = outsiders
        self._excluded = excluded
        self._edges: dict[tuple[str, str], EscalationStep | None] = {}

    def towards(self, ends: Mapping[str, Way], most: int | None = None) -> dict[str, Way]:
        """By key, the way of every actor that can act as one of the ends. `ends` has the ways from the ends on.

        Ways that are sure come before others, and shorter before longer. With `most`, it stops after so many.
        """
        return _Run(self, ends, most).found()

    def actor(self, key: str) -> Actor:
        return self._actors[key]

    def edge(self, start: str, end: str) -> EscalationStep | None:
        place = (start, end)
        if place not in self._edges:
            self._edges[place] = self._steps.best(self._actors[start], self._actors[end])
        return self._edges[place]

    def places(self, end: str) -> Iterator[Place]:
        return self._steps.places(self._actors[end])

    def at(self, place: Place) -> Collection[str]:
        return self._steps.candidates.at(place)

    def named_by(self, end: str) -> list[str]:
        return self._steps.named_by(self._actors[end])

    def from_outside(self, end: str) -> Iterator[tuple[str, EscalationStep]]:
        role = self._actors[end].identity
        if not isinstance(role, Role):
            return
        for outsider in self._outsiders.of(role):
            actor = Actor(outsider.key, outsider.resource)
            yield outsider.key, EscalationStep.of(actor, f"assume {role.resource}", outsider.permit, "sts-001")

    def is_excluded(self, key: str) -> bool:
        return key in self._excluded


class _Run:
    """One search. First only sure steps are taken, then all."""

    def __init__(self, search: EscalationSearch, ends: Mapping[str, Way], most: int | None) -> None:
        self._search = search
        self._ends = ends
        self._most = most
        self._ways: dict[str, Way] = {}
        self._left: dict[Place, list[str]] = {}
        self._only_sure = True

    def found(self) -> dict[str, Way]:
        self._go()
        if not self._is_enough():
            self._left.clear()
            self._only_sure = False
            self._go()
        return self._ways

    def _go(self) -> None:
        """Round by round, so that shorter ways are found first. A way that is known stays."""
        fronts: list[list[str]] = [[] for _round in range(MOST_STEPS)]
        fronts[0] = sorted(key for key, way in self._ends.items() if way.sure or not self._only_sure)
        for key, way in sorted(self._ways.items()):
            if len(way.through) <= MOST_STEPS and key in self._search._actors:
                fronts[len(way.through) - 1].append(key)
        for depth, front in enumerate(fronts):
            for end in sorted(front):
                if self._is_enough():
                    return
                way = self._best(end)
                for start, step in self._into(end):
                    self._ways[start] = way.after(start, step)
                    if depth + 1 < MOST_STEPS and not start.startswith("outside "):
                        fronts[depth + 1].append(start)

    def _best(self, end: str) -> Way:
        found = (way for way in (self._ends.get(end), self._ways.get(end)) if way is not None)
        return min(found, key=lambda way: (not way.sure, len(way.steps)))

    def _is_enough(self) -> bool:
        return self._most is not None and len(self._ways) >= self._most

    def _into(self, end: str) -> Iterator[tuple[str, EscalationStep]]:
        for start in self._starts(end):
            step = None if self._is_known(start) or start == end else self._search.edge(start, end)
            if step is not None and (step.sure or not self._only_sure):
                yield start, step
        for start, step in self._search.from_outside(end):
            if start not in self._ways and (step.sure or not self._only_sure):
                yield start, step

    def _starts(self, end: str) -> Iterator[str]:
        yield from self._search.named_by(end)
        for place in self._search.places(end):
            # Those who have a way are left out for good, so that no place is gone through whole for every end.
            left = self._left.get(place)
            if left is None:
                left = sorted(self._search.at(place))
            self._left[place] = left = [key for key in left if not self._is_known(key)]
            yield from left

    def _is_known(self, key: str) -> bool:
        end = self._ends.get(key)
        rises = end is not None and bool(end.steps) and (end.sure or not self._only_sure)
        return rises or key in self._ways or self._search.is_excluded(key)
