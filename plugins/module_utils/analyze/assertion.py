# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""An assertion of access after it was judged. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..declare.expectations import ANYTHING, Expectation
from ..errors import brief, printable

UNKNOWN = "unknown"
"""The result if a managed policy may decide, and its document was not read."""

PLANNED, READ_BACK, CURRENT = "planned", "read_back", "current"
"""The states of an account on which an assertion can be proved."""


@dataclass(frozen=True)
class Assertion:
    """The judgement of one action on one resource. `result` is `allowed`, `denied`, `depends` or `unknown`.

    `principal_arn` is that of a role or user of the account, empty for others.
    `keys` are the condition keys that it depends on, `statements` those that decided, as messages name them.
    `is_bounded` says that only the permissions boundary keeps the principal from it. One that `is_optional` may fail.
    """

    expectation: Expectation
    principal: str
    action: str
    resource: str
    result: str
    reason: str
    keys: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    is_bounded: bool = False
    is_optional: bool = False
    principal_arn: str = ""

    @property
    def holds(self) -> bool:
        return self.result == self.expectation.result

    @property
    def message(self) -> str:
        """What is asserted, and what is the case."""
        must = "must be allowed" if self.expectation.is_allowed else "must not be allowed"
        where = "" if self.resource == ANYTHING and self.expectation.is_allowed else f" on {brief(self.resource)}"
        return f"{brief(self.principal)} {must} {self.action}{where}; {self._case()}"

    def shown(self, proved: str) -> dict[str, Any]:
        """The assertion in a result. `proved` is the state that was judged; the result has it only where it holds."""
        expectation = self.expectation
        return {
            "place": expectation.place,
            "service": expectation.service or None,
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "context": {key: None if value is None else list(value) for key, value in expectation.context.items()},
            "expected": expectation.result,
            "result": self.result,
            "reason": printable(self.reason),
            "statements": [printable(statement) for statement in self.statements],
            "text": expectation.reason,
            "proved": proved if self.holds else None,
        }

    def _case(self) -> str:
        by = f" by {listed(self.statements)}" if self.statements else ""
        if self.result == "depends" and self.keys:
            return f"that depends on {listed(self.keys)}{by}: give the values in context"
        if self.result == "denied":
            return f"it is denied: {self.reason}{by}"
        such = f" ({self.reason})" if self.reason.startswith("for example") else ""
        return f"it is allowed{by}{such}" if self.result == "allowed" else self.reason


def listed(names: Iterable[str]) -> str:
    """Names with commas and a last `and`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
