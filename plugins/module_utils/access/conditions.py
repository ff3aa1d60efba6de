# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Conditions of statements. Pure.

Source: IAM user guide, "IAM JSON policy elements: condition operators" and "Set operators for multi-valued context
keys".
"""

from __future__ import annotations

from collections.abc import Iterable

from ..policy.statement import Condition
from .context import Context
from .operators import OPERATORS, Unreadable
from .patterns import Matcher, resolves, variable_keys
from .truth import Truth, every, negated, some

_ALL, _ANY = "forallvalues:", "foranyvalue:"
_IF_EXISTS = "ifexists"


class CompiledCondition:
    """One condition key under one operator, ready to be compared.

    `key` is in lower case; `keys` also has the keys of policy variables in its values. No request meets an operator
    that does not exist: IAM refuses it.
    """

    def __init__(self, condition: Condition, *, variables: bool) -> None:
        self.key = condition.name
        self.values = condition.values
        operator = condition.operator.lower()
        self.set = next((prefix for prefix in (_ALL, _ANY) if operator.startswith(prefix)), "")
        operator = operator.removeprefix(self.set)
        self.if_exists = operator.endswith(_IF_EXISTS)
        self.operator = operator.removesuffix(_IF_EXISTS)
        build, self.is_negated = OPERATORS.get(self.operator, (None, False))
        self._is_known = build is not None
        self._matchers: list[Matcher] = [build(value, variables) for value in condition.values] if build else []
        used = frozenset[str]().union(*map(variable_keys, condition.values)) if variables else frozenset[str]()
        self.keys = used | {self.key}
        self._resolves = resolves(condition.values) if used and self.is_negated else None

    def holds(self, context: Context) -> Truth:
        """Whether a request with this context meets the condition."""
        if context.is_unknown(self.key):
            return frozenset((self.key,))
        values = context.values(self.key)
        if self.operator == "null":
            return any((value.lower() == "true") == (not values) for value in self.values)
        if not self._is_known:
            return False
        if not values:
            return self._holds_without_key()
        truth = self._holds_for(values, context)
        return truth if self._resolves is None else every((truth, self._resolves(context)))

    def _holds_without_key(self) -> bool:
        if self.if_exists or self.set == _ALL:
            return True
        return self.is_negated and self.set != _ANY

    def _holds_for(self, values: tuple[str, ...], context: Context) -> Truth:
        if self.set == _ALL:
            return every(self._holds_for_one(value, context) for value in values)
        if self.set == _ANY:
            return some(self._holds_for_one(value, context) for value in values)
        # Several values without a set operator: AWS does not document the result, and grants nothing by it.
        return len(values) == 1 and self._holds_for_one(values[0], context)

    def _holds_for_one(self, value: str, context: Context) -> Truth:
        if not self.is_negated:
            return some(_matches(one, value, context) for one in self._matchers)
        try:
            return negated(some([one(value, context) for one in self._matchers]))
        except Unreadable:
            return False


def _matches(matcher: Matcher, value: str, context: Context) -> Truth:
    try:
        return matcher(value, context)
    except Unreadable:
        return False


def compiled(conditions: Iterable[Condition], *, variables: bool) -> tuple[CompiledCondition, ...]:
    return tuple(CompiledCondition(condition, variables=variables) for condition in conditions)
