# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests made up from policy documents, and which of them a set of documents grants.

The requests are numbered, and a set of them is the bits of an integer, so that the documents of one identity can be
judged after every step of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument, principals
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.statement import canonical_statement

from .authorization_reference import actions, listed
from .conditions import Context, example, glob, holds, satisfying

_SAMPLES = 3
_ELSEWHERE = "arn:aws:any:us-east-1:123456789012:thing/elsewhere"
_STRANGER = ("AWS", "arn:aws:iam::999999999999:role/stranger")

Statement = Mapping[str, Any]


class Probes:
    """Subjects (what is asked for, or who asks) times contexts, made up from the documents."""

    def __init__(self, statements: Iterable[Statement], subjects: Iterable[tuple[str, str]]) -> None:
        self.subjects = sorted(set(subjects))
        self.contexts = _contexts(statements)
        self._masks: dict[str, int] = {}

    def granted(self, documents: Iterable[PolicyDocument]) -> int:
        """The requests that some statement allows and none denies."""
        allowed = denied = 0
        for document in documents:
            for statement in document.statements:
                if statement["Effect"] == "Allow":
                    allowed |= self._matching(statement)
                else:
                    denied |= self._matching(statement)
        return allowed & ~denied

    def described(self, requests: int) -> list[str]:
        """The requests of a set, for people."""
        width = len(self.contexts)
        return [
            f"{' '.join(subject)} {dict(context)}"
            for place, subject in enumerate(self.subjects)
            for number, context in enumerate(self.contexts)
            if requests >> (place * width + number) & 1
        ]

    def matched(self, statement: Statement) -> list[int]:
        """The places of the subjects that a statement speaks of, its condition aside."""
        raise NotImplementedError

    def _matching(self, statement: Statement) -> int:
        key = canonical_statement(statement)
        if key not in self._masks:
            condition = statement.get("Condition") or {}
            row = sum(1 << number for number, context in enumerate(self.contexts) if holds(condition, context))
            width = len(self.contexts)
            self._masks[key] = sum(row << (place * width) for place in self.matched(statement)) if row else 0
        return self._masks[key]


class PermissionProbes(Probes):
    """Who holds the permissions asks for an action on a resource."""

    def __init__(self, documents: Iterable[PolicyDocument]) -> None:
        statements = [statement for document in documents for statement in document.statements]
        self._found: dict[tuple[str, ...], frozenset[str]] = {}
        self._actions = _actions(statements)
        super().__init__(
            statements,
            (
                (action, resource)
                for statement in statements
                for action in self._actions_of(statement)
                for resource in _resources(statement)
            ),
        )

    def matched(self, statement: Statement) -> list[int]:
        named = self._actions_of(statement)
        patterns = [glob(pattern) for pattern in listed(statement, "Resource", "NotResource")]
        expected = "NotResource" not in statement
        return [
            place
            for place, (action, resource) in enumerate(self.subjects)
            if action in named and any(pattern.fullmatch(resource) for pattern in patterns) == expected
        ]

    def _actions_of(self, statement: Statement) -> frozenset[str]:
        names = tuple(listed(statement, "Action", "NotAction"))
        if names not in self._found:
            patterns = [glob(name, fold_case=True) for name in names]
            matching = (action for action in self._actions if any(pattern.fullmatch(action) for pattern in patterns))
            self._found[names] = frozenset(matching)
        return frozenset(self._actions) - self._found[names] if "NotAction" in statement else self._found[names]


class TrustProbes(Probes):
    """A principal asks to assume a role."""

    def __init__(self, documents: Iterable[PolicyDocument]) -> None:
        statements = [statement for document in documents for statement in document.statements]
        named = (pair for statement in statements for pair in principals(statement))
        super().__init__(statements, (_STRANGER, *(pair for pair in named if pair[1] != "*")))

    def matched(self, statement: Statement) -> list[int]:
        named = principals(statement)
        return [
            place
            for place, (kind, value) in enumerate(self.subjects)
            if any(name == "*" or (kind == of and (value == name or _is_of(value, name))) for of, name in named)
        ]


@cache
def permission_probes(documents: frozenset[PolicyDocument]) -> PermissionProbes:
    return PermissionProbes(sorted(documents, key=lambda document: document.canonical))


@cache
def trust_probes(documents: frozenset[PolicyDocument]) -> TrustProbes:
    return TrustProbes(sorted(documents, key=lambda document: document.canonical))


def _is_of(arn: str, account: str) -> bool:
    """Whether a principal belongs to an account that a trust policy names as a whole."""
    named = account.split(":")[4] if account.endswith(":root") else account
    return arn.startswith("arn:") and arn.split(":")[4] == named


def _contexts(statements: Iterable[Statement]) -> list[Context]:
    """No keys at all, those of each condition, and those of all conditions that agree with the ones before."""
    found: list[Context] = [{}]
    together: dict[str, tuple[str, ...]] = {}
    for statement in statements:
        context = satisfying(statement.get("Condition") or {})
        if context not in found:
            found.append(context)
            together = {**context, **together}
    return found if together in found else [*found, together]


def _actions(statements: Iterable[Statement]) -> list[str]:
    """Actions, in lower case: those that are named, and some for each wildcard."""
    found: set[str] = set()
    for statement in statements:
        for pattern in listed(statement, "Action", "NotAction"):
            wild = "*" in pattern or "?" in pattern
            samples = actions(pattern)[:_SAMPLES] if wild else []
            found.update(action.lower() for action in [*samples, example(pattern) if wild else pattern])
    return sorted(found)


def _resources(statement: Statement) -> Iterator[str]:
    if "NotResource" in statement or "*" in listed(statement, "Resource"):
        yield _ELSEWHERE
    for pattern in listed(statement, "Resource", "NotResource"):
        if pattern != "*":
            yield example(pattern)
