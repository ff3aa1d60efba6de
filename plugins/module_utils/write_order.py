# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of writes.

Between the first write and the last, no state may grant what neither end grants (an excess), and none may lack
what both grant (a gap). A request is granted where a statement allows it, none denies it, the boundary has room
for it and the trust policy lets the caller in. From that follows, for two writes that touch one identity:

- what takes away in one dimension comes before what gives in another, or else there is an excess;
- a denial that moves from one document to another is added before it is removed, likewise;
- a grant that moves is added before it is removed, or else there is a gap.

Statements that cannot speak of the same request do not constrain each other. Where the rules contradict each
other for whole writes, the changes are cut into their parts; where they still do, gaps are taken before
excesses, and each is told in a warning.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from .change import Change, Dimension, Effect, Part, Stage
from .overlap import statements_overlap
from .plan import Step


class Rule(IntEnum):
    """Why one write comes before another, the most yielding first."""

    NO_GAP = 1
    NO_EXCESS = 2
    EXISTENCE = 3


@dataclass(frozen=True)
class _Node:
    change: Change
    first: int
    last: int

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for part in self.change.parts[self.first : self.last + 1] for effect in part.effects)

    @property
    def priority(self) -> tuple[int, bool, str, int]:
        denies = any(effect.dimension is Dimension.DENY for effect in self.effects)
        grows = self.change.stage <= Stage.REPLACE
        return (self.change.stage, denies != grows, self.change.key, self.first)


@dataclass
class Order:
    """The steps in order, and what could not be kept safe between which of them."""

    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def ordered(changes: Sequence[Change], forced: Iterable[tuple[str, str]] = ()) -> Order:
    """Put the changes in order. `forced` holds pairs of change keys of which the first has to come first."""
    forced = frozenset(forced)
    whole = [_Node(change, 0, len(change.parts) - 1) for change in changes]
    row, stuck = _sorted(whole, forced, ())
    nodes = whole
    yielding: tuple[Rule, ...] = ()
    if stuck:
        contested = {node.change.key for node in stuck}
        nodes = [node for node in whole if node.change.key not in contested]
        nodes += [
            _Node(change, index, index)
            for change in changes
            if change.key in contested
            for index in range(len(change.parts))
        ]
        for yielding in ((), (Rule.NO_GAP,), (Rule.NO_GAP, Rule.NO_EXCESS)):
            row, stuck = _sorted(nodes, forced, yielding)
            if not stuck:
                break
        else:
            raise ValueError("the objects of a plan depend on each other in a circle")
        nodes, row = _joined(nodes, row, forced, yielding)
    return _rendered(row, forced, yielding)


def _joined(
    nodes: list[_Node], row: list[_Node], forced: frozenset[tuple[str, str]], yielding: tuple[Rule, ...]
) -> tuple[list[_Node], list[_Node]]:
    """Join parts that were cut without need."""
    index = 0
    while index < len(nodes) - 1:
        left, right = nodes[index], nodes[index + 1]
        if left.change.key == right.change.key:
            attempt = [*nodes[:index], _Node(left.change, left.first, right.last), *nodes[index + 2 :]]
            joined_row, stuck = _sorted(attempt, forced, yielding)
            if not stuck:
                nodes, row = attempt, joined_row
                continue
        index += 1
    return nodes, row


def _sorted(
    nodes: Sequence[_Node], forced: frozenset[tuple[str, str]], yielding: tuple[Rule, ...]
) -> tuple[list[_Node], list[_Node]]:
    """The nodes in an order that keeps every rule, and those that no such order exists for.

    The rules in `yielding` hold only where they contradict nothing: they are dropped for the nodes that would
    be stuck with them.
    """
    edges = _edges(nodes, forced)
    kept = dict(edges)
    row, stuck = _topological(nodes, kept)
    for rule in yielding:
        if not stuck:
            break
        trapped = {id(node) for node in stuck}
        kept = {
            (before, after): why
            for (before, after), why in kept.items()
            if why != rule or id(nodes[before]) not in trapped or id(nodes[after]) not in trapped
        }
        row, stuck = _topological(nodes, kept)
    return row, stuck


def _topological(nodes: Sequence[_Node], edges: dict[tuple[int, int], Rule]) -> tuple[list[_Node], list[_Node]]:
    followers: dict[int, list[int]] = defaultdict(list)
    waiting_for = [0] * len(nodes)
    for before, after in edges:
        followers[before].append(after)
        waiting_for[after] += 1
    ready = [(node.priority, index) for index, node in enumerate(nodes) if not waiting_for[index]]
    heapq.heapify(ready)
    row: list[_Node] = []
    done: set[int] = set()
    while ready:
        index = heapq.heappop(ready)[1]
        row.append(nodes[index])
        done.add(index)
        for follower in followers[index]:
            waiting_for[follower] -= 1
            if not waiting_for[follower]:
                heapq.heappush(ready, (nodes[follower].priority, follower))
    return row, [node for index, node in enumerate(nodes) if index not in done]


def _edges(nodes: Sequence[_Node], forced: frozenset[tuple[str, str]]) -> dict[tuple[int, int], Rule]:
    edges: dict[tuple[int, int], Rule] = {}
    for before, after in _neighbours(nodes):
        why = _rule(nodes[before], nodes[after], forced)
        if why is not None:
            edges[before, after] = why
    return edges


def _neighbours(nodes: Sequence[_Node]) -> set[tuple[int, int]]:
    """Pairs of nodes that share an object; all others cannot constrain each other."""
    touching: dict[str, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        keys = {node.change.subject, *node.change.uses}
        keys.update(key for effect in node.effects for key in effect.identities)
        for key in keys:
            touching[key].append(index)
    owners: dict[str, set[int]] = defaultdict(set)
    for index, node in enumerate(nodes):
        owners[node.change.subject].add(index)
        for effect in node.effects:
            for key in effect.identities:
                owners[key].add(index)
    return {
        pair
        for key, members in touching.items()
        for owner in owners[key]
        for member in members
        if member != owner
        for pair in ((owner, member), (member, owner))
    }


def _rule(first: _Node, second: _Node, forced: frozenset[tuple[str, str]]) -> Rule | None:
    """The strongest reason for the first node to come before the second."""
    before, after = first.change, second.change
    if before.key == after.key:
        return Rule.EXISTENCE if first.first < second.first else None
    if (
        (before.key, after.key) in forced
        or before.key in after.after
        or (before.creates and (before.subject in after.uses or before.subject == after.subject))
        or (after.deletes and (after.subject in before.uses or after.subject == before.subject))
        or (before.replaces_content_of in after.takes_up)
        or (after.replaces_content_of in before.gives_up)
    ):
        return Rule.EXISTENCE
    if (after.key, before.key) in forced:
        return None
    strongest: Rule | None = None
    for early in first.effects:
        for late in second.effects:
            why = _effect_rule(early, late)
            if why is not None and (strongest is None or why > strongest):
                strongest = why
    return strongest


def _effect_rule(early: Effect, late: Effect) -> Rule | None:
    if early.identities.isdisjoint(late.identities):
        return None
    speak_of_statements = {early.dimension, late.dimension} <= {Dimension.ALLOW, Dimension.DENY}
    if speak_of_statements and not statements_overlap(early.statements, late.statements):
        return None
    if early.dimension is late.dimension is Dimension.ALLOW:
        return Rule.NO_GAP if early.grows and not late.grows else None
    if early.grows or not late.grows:
        return None
    if early.dimension is late.dimension and early.dimension is not Dimension.DENY:
        return None
    return Rule.NO_EXCESS


def _rendered(row: Sequence[_Node], forced: frozenset[tuple[str, str]], yielding: tuple[Rule, ...]) -> Order:
    order = Order()
    numbers: dict[int, int] = {}
    written: dict[str, int] = defaultdict(int)
    for node in row:
        index = written[node.change.key]
        written[node.change.key] += 1
        part = Part(node.effects, node.change.parts[node.last].document)
        order.steps += node.change.render(index, part)
        numbers[id(node)] = len(order.steps)
    for position, late in enumerate(row):
        for early in row[:position] if yielding else ():
            why = _rule(late, early, forced)
            if why in yielding:
                order.warnings.append(_told(early, late, why, numbers))
    return order


def _told(early: _Node, late: _Node, why: Rule, numbers: dict[int, int]) -> str:
    shared = {key for effect in early.effects for key in effect.identities} & {
        key for effect in late.effects for key in effect.identities
    }
    what = (
        "lack permissions that it has before and after"
        if why is Rule.NO_GAP
        else "have permissions that it has neither before nor after"
    )
    return (
        f"{', '.join(sorted(shared))} may {what}, between step {numbers[id(early)]} ({early.change.key}) "
        f"and step {numbers[id(late)]} ({late.change.key}) of the plan"
    )
