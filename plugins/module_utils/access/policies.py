# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Policies ready to be asked: each statement with its patterns and conditions compiled once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..policy.document import IMPLICIT_VERSION, PolicyDocument
from ..policy.statement import Statement
from .conditions import CompiledCondition, compiled
from .context import Context
from .patterns import Matcher, resolves, resource_pattern, text_pattern
from .principals import Named, Principal
from .request import Request
from .truth import Truth, every, negated, some

_NO_CONTEXT = Context()


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy document under the name by which it is reported. Each is equal to itself alone."""

    name: str
    document: PolicyDocument

    @classmethod
    def of(cls, name: str, content: Mapping[str, Any]) -> Policy:
        return cls(name, PolicyDocument.parse(content))

    @cached_property
    def has_variables(self) -> bool:
        """Whether `${…}` is a policy variable in it; before version 2012-10-17 it is plain text."""
        return str(self.document.content.get("Version", IMPLICIT_VERSION)) == "2012-10-17"

    @cached_property
    def allowing(self) -> tuple[CompiledStatement, ...]:
        return self._compiled(self.document.allowing)

    @cached_property
    def denying(self) -> tuple[CompiledStatement, ...]:
        return self._compiled(self.document.denying)

    def naming(self, lower_action: str) -> Policy:
        """The policy with only the statements that name an action; others never apply to it."""
        if lower_action not in self._by_action:
            self._by_action[lower_action] = PolicyForAction(self.name, self.document, self, lower_action)
        return self._by_action[lower_action]

    @cached_property
    def _by_action(self) -> dict[str, Policy]:
        return {}

    def _compiled(self, statements: Iterable[Statement]) -> tuple[CompiledStatement, ...]:
        return tuple(CompiledStatement(self, statement) for statement in statements)


@dataclass(frozen=True, eq=False)
class PolicyForAction(Policy):
    """A policy with only those statements of `whole` that name an action, which is in lower case."""

    whole: Policy
    lower_action: str

    @cached_property
    def allowing(self) -> tuple[CompiledStatement, ...]:
        return tuple(one for one in self.whole.allowing if one.names_action(self.lower_action))

    @cached_property
    def denying(self) -> tuple[CompiledStatement, ...]:
        return tuple(one for one in self.whole.denying if one.names_action(self.lower_action))


class CompiledStatement:
    """A statement of a policy. `shown` names it in results: the policy, and its Sid or number."""

    def __init__(self, policy: Policy, statement: Statement) -> None:
        self.policy = policy
        self.statement = statement
        self._actions = _Actions(statement.actions if statement.not_actions is None else statement.not_actions)
        self._excludes_actions = statement.not_actions is not None
        self._excludes_resources = statement.not_resources is not None
        self._patterns = statement.not_resources if self._excludes_resources else statement.resources
        # A trust policy has no Resource: it applies to its role.
        self._every_resource = self._patterns is None or (not self._excludes_resources and "*" in self._patterns)

    # Most statements are asked only whether they name an action, so the rest is compiled when it is needed.
    @cached_property
    def _resources(self) -> list[Matcher]:
        return [resource_pattern(one, variables=self.policy.has_variables) for one in self._patterns or ()]

    @cached_property
    def _resolves(self) -> Callable[[Context], Truth] | None:
        has_variables = any("${" in one for one in self._patterns or ())
        excluded = self.policy.has_variables and self._excludes_resources and has_variables
        return resolves(self._patterns or ()) if excluded else None

    @cached_property
    def conditions(self) -> tuple[CompiledCondition, ...]:
        return compiled(self.statement.conditions, variables=self.policy.has_variables)

    @cached_property
    def shown(self) -> str:
        number = self.policy.document.parsed.index(self.statement) + 1
        return f"{self.policy.name} ({self.statement.sid or f'statement {number}'})"

    def names_action(self, lower_action: str) -> bool:
        return self._actions.name(lower_action) is not self._excludes_actions

    def applies(self, request: Request) -> Truth:
        """Whether the statement applies to a request, whoever makes it."""
        if not self.names_action(request.lower_action):
            return False
        truth = self._every_resource or self._reaches(request.resource, request.full_context)
        if truth is False:
            return False
        return self._met(request.full_context, truth)

    def conditions_met(self, context: Context) -> Truth:
        """Whether every condition is met, whatever the request is about."""
        return self._met(context, True)

    def named(self, principal: Principal) -> Named:
        """How Principal or NotPrincipal names a caller. A statement without either names nobody."""
        written = self.statement.principals
        if written is not None:
            return max((principal.named_by(one) for one in written), default=Named.NOT)
        excluded = self.statement.not_principals
        if excluded is None or any(principal.named_by(one) for one in excluded):
            return Named.NOT
        return Named.AS_SESSION

    def _reaches(self, resource: str, context: Context) -> Truth:
        if self._excludes_resources:
            return self._excludes_none(resource, context)
        keys: frozenset[str] = frozenset()
        for matches in self._resources:
            truth = matches(resource, context)
            if truth is True:
                return True
            if truth is not False:
                keys |= truth
        return keys or False

    def _excludes_none(self, resource: str, context: Context) -> Truth:
        excluded = some(matches(resource, context) for matches in self._resources)
        return negated(excluded) if self._resolves is None else every((negated(excluded), self._resolves(context)))

    def _met(self, context: Context, truth: Truth) -> Truth:
        keys = truth if isinstance(truth, frozenset) else frozenset[str]()
        for condition in self.conditions:
            held = condition.holds(context)
            if held is False:
                return False
            if held is not True:
                keys |= held
        return keys or True


class _Actions:
    """The actions of a statement; most are names without a wildcard."""

    def __init__(self, patterns: tuple[str, ...] | None) -> None:
        lower = [pattern.lower() for pattern in patterns or ()]
        self._names = frozenset(one for one in lower if "*" not in one and "?" not in one)
        self._patterns = [text_pattern(one, variables=False) for one in lower if one not in self._names]

    def name(self, lower_action: str) -> bool:
        return lower_action in self._names or any(
            matches(lower_action, _NO_CONTEXT) is True for matches in self._patterns
        )
