# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which identities may be able to do something to an object of IAM, found without asking about all of them. Pure.

An account has thousands of roles, and few of them can act on another. What the policies name narrows down whom to ask
about: what is not named is not allowed, and what is named can still be denied. Patterns of resources are indexed by the
text before their first wildcard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from ..access.context import Context
from ..access.patterns import resource_pattern, text_pattern
from ..access.policies import CompiledStatement, Policy
from ..analyze.account_access import AccountAccess
from ..model import Identity

Held = Mapping[str, tuple[str, ...]]
"""The patterns of the resources, by the action."""

_NOTHING = Context()
_EVERYTHING = ("*",)


class HeldActions:
    """`actions` are those that matter. Managed policies are read once for all identities."""

    def __init__(self, actions: Iterable[str], access: AccountAccess) -> None:
        self._access = access
        self._names = {action.lower(): action for action in actions}
        self._expanded: dict[str, tuple[str, ...]] = {}
        self._of_policy: dict[Policy, Held] = {}
        self._of_identity: dict[str, Held] = {}

    def of(self, identity: Identity) -> Held:
        known = self._of_identity.get(identity.key)
        if known is None:
            policies = self._access.policies_of(identity).identity
            known = self._of_identity[identity.key] = _merged([self._held_by(policy) for policy in policies])
        return known

    @cached_property
    def all(self) -> dict[str, Held]:
        """Those of every identity that holds any."""
        found = {key: self.of(identity) for key, identity in self._access.identities.items()}
        return {key: held for key, held in found.items() if held}

    def _held_by(self, policy: Policy) -> Held:
        known = self._of_policy.get(policy)
        if known is None:
            held: dict[str, tuple[str, ...]] = {}
            for statement in policy.allowing:
                resources = statement.statement.resources or _EVERYTHING
                for action in self._named_by(statement):
                    held[action] = (*held.get(action, ()), *resources)
            known = self._of_policy[policy] = held
        return known

    def _named_by(self, statement: CompiledStatement) -> Iterable[str]:
        named = statement.statement.actions
        if statement.statement.not_actions is not None or named is None:
            return [action for lower, action in self._names.items() if statement.names_action(lower)]
        found: dict[str, None] = {}
        for pattern in map(str.lower, named):
            if pattern in self._names:
                found[self._names[pattern]] = None
            elif "*" in pattern or "?" in pattern:
                found.update(dict.fromkeys(self._matching(pattern)))
        return found

    def _matching(self, pattern: str) -> tuple[str, ...]:
        known = self._expanded.get(pattern)
        if known is None:
            matches = text_pattern(pattern, variables=False)
            known = tuple(action for lower, action in self._names.items() if matches(lower, _NOTHING) is True)
            self._expanded[pattern] = known
        return known


def _merged(many: list[Held]) -> Held:
    many = [held for held in many if held]
    if len(many) <= 1:
        return many[0] if many else {}
    merged: dict[str, tuple[str, ...]] = {}
    for held in many:
        for action, resources in held.items():
            merged[action] = (*merged.get(action, ()), *resources)
    return {action: tuple(dict.fromkeys(resources)) for action, resources in merged.items()}


_WILD = re.compile(r"[*?$]")
_NOTHING = Context()

Place = tuple[str, str]
"""What is asked for, such as an action, and the pattern. All keys of a place are recorded together."""


class Candidates:
    """Keys of identities by what they may do (`what`) and by the pattern of the ARN that they may do it to."""

    def __init__(self) -> None:
        self._keys: dict[Place, dict[str, None]] = {}
        self._beginnings: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        self._lengths: dict[str, list[int]] = {}

    def may_reach(self, key: str, patterns: Iterable[str], what: str) -> None:
        """Record that an identity may do something to all whose ARN matches."""
        for pattern in dict.fromkeys(patterns):
            place = (what, pattern)
            if place not in self._keys:
                self._keys[place] = {}
                wild = _WILD.search(pattern)
                if wild:
                    self._beginnings[what][pattern[: wild.start()]][pattern] = None
            self._keys[place][key] = None

    def places(self, what: str, arn: str) -> Iterator[Place]:
        """The places whose keys may be able to do something to an ARN."""
        if (what, arn) in self._keys:
            yield what, arn
        beginnings = self._beginnings.get(what)
        if not beginnings:
            return
        if what not in self._lengths:
            self._lengths[what] = sorted({len(text) for text in beginnings})
        for length in self._lengths[what]:
            for pattern in beginnings.get(arn[:length], ()) if length <= len(arn) else ():
                if resource_pattern(pattern, variables=True)(arn, _NOTHING) is not False:
                    yield what, pattern

    def at(self, place: Place) -> Collection[str]:
        return self._keys[place].keys()

    def of(self, what: str, arn: str) -> list[str]:
        """All keys that may be able to do something to an ARN, sorted."""
        return sorted({key for place in self.places(what, arn) for key in self._keys[place]})
