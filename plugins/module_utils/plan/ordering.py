# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The order of writes.

Between the first write and the last, no state may grant what neither end grants (an excess), and none may lack
what both grant (a gap). A request is granted if a statement allows it, none denies it, the boundary allows it and
the trust policy trusts the caller. From that follows, for two writes that affect one identity:

- a removal in one dimension comes before an addition in another, or else there is an excess;
- a denial that moves from one document to another is added before it is removed, likewise;
- a policy is replaced before an identity gets it, and after an identity loses it, or else there is either;
- a grant that moves is added before it is removed, or else there is a gap.

Statements that cannot apply to the same request do not constrain each other. If the rules contradict each other for
complete writes, the changes are split into their parts. If they still do, gaps are preferred to excesses, and each
is reported in a warning.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from ..access.overlap import statements_overlap
from ..errors import EngineError
from .change import Change, ChangeKey, Dimension, Effect, Part, Stage
from .plan import Step


class Rule(IntEnum):
    """Why one write comes before another; the first rule that is given up comes first."""

    NO_GAP = 1
    NO_EXCESS = 2
    RIGHT_DOCUMENT = 3
    EXISTENCE = 4


@dataclass(frozen=True)
class _Node:
    """Consecutive parts of one change, joined into one write. Named, compared and hashed by these parts."""

    change: Change = field(compare=False)
    key: ChangeKey
    first: int
    last: int
    effects: tuple[Effect, ...] = field(compare=False)

    @classmethod
    def of(cls, change: Change, first: int, last: int) -> _Node:
        effects = tuple(effect for part in change.parts[first : last + 1] for effect in part.effects)
        return cls(change, change.key, first, last, effects)

    @property
    def priority(self) -> tuple[int, bool, str, int]:
        """The place among writes that no rule orders: by stage, denials are added first and removed last."""
        denies = any(effect.dimension is Dimension.DENY for effect in self.effects)
        grows = self.change.stage <= Stage.REPLACE
        return (self.change.stage, denies != grows, str(self.key), self.first)


@dataclass
class Order:
    """The steps in order, and the pairs of steps between which safety could not be kept."""

    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def ordered(changes: Sequence[Change], forced: Iterable[tuple[ChangeKey, ChangeKey]] = ()) -> Order:
    """Put the changes in order. `forced` contains pairs of change keys of which the first has to come first."""
    return _Ordering(changes, frozenset(forced)).order()


class _Ordering:
    def __init__(self, changes: Sequence[Change], forced: frozenset[tuple[ChangeKey, ChangeKey]]) -> None:
        self._changes = changes
        self._forced = forced
        self._reasons: dict[tuple[_Node, _Node], frozenset[Rule]] = {}

    def order(self) -> Order:
        whole = [_Node.of(change, 0, len(change.parts) - 1) for change in self._changes]
        row, stuck = self._sorted(whole, ())
        if not stuck:
            return self._rendered(row, ())
        contested = {node.key for node in stuck}
        nodes = [node for node in whole if node.key not in contested]
        for change in self._changes:
            if change.key in contested:
                nodes += [_Node.of(change, index, index) for index in range(len(change.parts))]
        for count in range(len(Rule)):
            yielding = tuple(Rule)[:count]
            row, stuck = self._sorted(nodes, yielding)
            if not stuck:
                return self._rendered(self._joined(nodes, row, yielding), yielding)
        raise EngineError("The declared objects depend on each other in a cycle. To fix: declare them in two tasks.")

    def _joined(self, nodes: list[_Node], row: list[_Node], yielding: tuple[Rule, ...]) -> list[_Node]:
        """The order with those parts joined again that were split without need."""
        index = 0
        while index < len(nodes) - 1:
            left, right = nodes[index], nodes[index + 1]
            if left.key == right.key:
                attempt = [*nodes[:index], _Node.of(left.change, left.first, right.last), *nodes[index + 2 :]]
                joined_row, stuck = self._sorted(attempt, yielding)
                if not stuck:
                    nodes, row = attempt, joined_row
                    continue
            index += 1
        return row

    def _sorted(self, nodes: Sequence[_Node], yielding: tuple[Rule, ...]) -> tuple[list[_Node], list[_Node]]:
        """The nodes in an order that keeps every rule, and those that no such order exists for.

        The rules in `yielding` apply only if they contradict nothing: they are dropped between nodes that could not be
        ordered otherwise.
        """
        edges = self._edges(nodes)
        row, stuck = _topological(nodes, edges)
        for rule in yielding:
            if not stuck:
                break
            trapped = set(stuck)
            edges = {
                (before, after): why
                for (before, after), why in edges.items()
                if why != rule or nodes[before] not in trapped or nodes[after] not in trapped
            }
            row, stuck = _topological(nodes, edges)
        return row, stuck

    def _edges(self, nodes: Sequence[_Node]) -> dict[tuple[int, int], Rule]:
        edges: dict[tuple[int, int], Rule] = {}
        for before, after in _neighbours(nodes):
            why = self._rule(nodes[before], nodes[after])
            if why is not None:
                edges[before, after] = why
        return edges

    def _rule(self, first: _Node, second: _Node) -> Rule | None:
        """The strongest reason for the first node to come before the second."""
        return max(self._why(first, second), default=None)

    def _why(self, first: _Node, second: _Node) -> frozenset[Rule]:
        """Every reason for the first node to come before the second."""
        if (first, second) not in self._reasons:
            self._reasons[first, second] = self._found_reasons(first, second)
        return self._reasons[first, second]

    def _found_reasons(self, first: _Node, second: _Node) -> frozenset[Rule]:
        before, after = first.change, second.change
        if before.key == after.key:
            return frozenset({Rule.EXISTENCE} if first.first < second.first else ())
        if (before.key, after.key) in self._forced or _has_to_exist(before, after):
            return frozenset({Rule.EXISTENCE})
        if (after.key, before.key) in self._forced:
            return frozenset()
        if before.replaces_content_of in after.takes_up or after.replaces_content_of in before.gives_up:
            return frozenset({Rule.RIGHT_DOCUMENT})
        rules = (_effect_rule(early, late) for early in first.effects for late in second.effects)
        return frozenset(rule for rule in rules if rule is not None)

    def _rendered(self, row: Sequence[_Node], yielding: tuple[Rule, ...]) -> Order:
        order = Order()
        numbers: dict[_Node, int] = {}
        written: dict[ChangeKey, list[Step]] = defaultdict(list)
        earlier = self._earlier(row)
        for position, node in enumerate(row):
            part = Part(node.effects, node.change.parts[node.last].document)
            writes = written[node.key]
            steps = node.change.render(len(writes), part)
            follows = frozenset(order.steps[numbers[row[before]] - 1].name for before in earlier[position])
            for number, step in enumerate(steps):
                name = f"{node.key}, write {len(writes)}.{number}"
                order.steps.append(replace(step, name=name, follows=follows))
            writes.append(order.steps[-1])
            numbers[node] = len(order.steps)
            if node.last == len(node.change.parts) - 1:
                order.steps += node.change.closing(writes)
        for position, late in enumerate(row):
            for early in row[:position] if yielding else ():
                if self._rule(late, early) in yielding:
                    order.warnings.append(_gap_warning(early, late, self._why(late, early), numbers))
        return order

    def _earlier(self, row: Sequence[_Node]) -> list[list[int]]:
        """For each node the earlier ones whose order to it matters.

        That includes rules that were given up: the warning about such a rule names what lies between the two writes.
        """
        found: list[list[int]] = [[] for _node in row]
        for before, after in _neighbours(row):
            if before < after and (self._why(row[before], row[after]) or self._why(row[after], row[before])):
                found[after].append(before)
        return found


def broken_rules(before: Change, after: Change) -> frozenset[Rule]:
    """Why the second change should have come first, if the other order is forced."""
    whole = [_Node.of(change, 0, len(change.parts) - 1) for change in (after, before)]
    return _Ordering((), frozenset())._found_reasons(*whole)


def _topological(nodes: Sequence[_Node], edges: Mapping[tuple[int, int], Rule]) -> tuple[list[_Node], list[_Node]]:
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


def _neighbours(nodes: Sequence[_Node]) -> set[tuple[int, int]]:
    """Pairs of nodes of which one writes, or affects, what the other touches; no others constrain each other."""
    touching: dict[str, set[int]] = defaultdict(set)
    owning: dict[str, set[int]] = defaultdict(set)
    for index, node in enumerate(nodes):
        affected = {key for effect in node.effects for key in effect.identities}
        for key in {node.change.subject, *affected}:
            owning[key].add(index)
        for key in {node.change.subject, *node.change.uses, *affected}:
            touching[key].add(index)
    return {
        pair
        for key, owners in owning.items()
        for owner in owners
        for other in touching[key] - {owner}
        for pair in ((owner, other), (other, owner))
    }


def _has_to_exist(before: Change, after: Change) -> bool:
    """Whether the second change needs what the first creates, or the first what the second removes."""
    return (
        before.key in after.after
        or (before.creates and (before.subject in after.uses or before.subject == after.subject))
        or (after.deletes and (after.subject in before.uses or after.subject == before.subject))
    )


def _effect_rule(early: Effect, late: Effect) -> Rule | None:
    if early.identities.isdisjoint(late.identities):
        return None
    if (early.dimension is Dimension.TAGS) != (late.dimension is Dimension.TAGS):
        return _tag_rule(early, late)
    if early.dimension is late.dimension is Dimension.ALLOW:
        rule = Rule.NO_GAP if early.grows and not late.grows else None
    elif early.dimension is late.dimension and early.dimension is not Dimension.DENY:
        rule = None
    else:
        rule = Rule.NO_EXCESS if late.grows and not early.grows else None
    if rule is not None and {early.dimension, late.dimension} <= {Dimension.ALLOW, Dimension.DENY}:
        return rule if statements_overlap(early.statements, late.statements) else None
    return rule


def _tag_rule(early: Effect, late: Effect) -> Rule | None:
    """Tags turn statements on and off, so what one grants before may be what another grants after."""
    if late.grows and not early.grows:
        return Rule.NO_EXCESS
    tags, other = (early, late) if early.dimension is Dimension.TAGS else (late, early)
    needed = other.grows if other is early else not other.grows
    if not needed or other.dimension is Dimension.TRUST:
        return None
    own = {statement.canonical for statement in other.statements or ()}
    tested = [statement for statement in tags.statements or () if statement.canonical not in own]
    return Rule.NO_GAP if statements_overlap(tested, other.statements) else None


def _gap_warning(early: _Node, late: _Node, why: frozenset[Rule], numbers: Mapping[_Node, int]) -> str:
    """What may be wrong between two writes of which the later one had reasons to come first."""
    concerned = {key for node in (early, late) for effect in node.effects for key in effect.identities}
    both = Rule.RIGHT_DOCUMENT in why
    wrong = [
        *(["lack permissions that it has before and after"] if both or Rule.NO_GAP in why else []),
        *(["have permissions that it has neither before nor after"] if both or Rule.NO_EXCESS in why else []),
    ]
    return (
        f"{' and '.join(sorted(concerned))} may {' or '.join(wrong)}, between step {numbers[early]} ({early.key})"
        f" and step {numbers[late]} ({late.key}) of the plan"
    )
