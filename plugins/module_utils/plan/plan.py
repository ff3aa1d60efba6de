# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A plan: the ordered list of IAM writes that turn the current state into what is declared."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import printable
from ..model import Account
from ..policy.document import PolicyDocument
from ..resolve.quarantine import without_moment
from .writes import Write, write_of


@dataclass(frozen=True)
class MadeVersion:
    """In place of a `VersionId`: the version that the step of this name creates. Only AWS's reply gives its id."""

    step: str


@dataclass(frozen=True)
class Step:
    """Exactly one IAM write.

    `subject` is the key of the object that is written. `uses` contains the keys of objects that have to exist, or that
    the write affects. `name` distinguishes the step from the others of its plan. `follows` contains the names of steps
    that have to be finished first, because the order of the two decides what is granted in between. `takes_away` is
    what the step removes permanently, for the result. Raises ValueError for an action that is not in `WRITES`.
    """

    action: str
    resource: str
    reason: str
    subject: str
    parameters: Mapping[str, Any]
    uses: frozenset[str] = frozenset()
    takes_away: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    follows: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason))
        write_of(self.action)

    @property
    def write(self) -> Write:
        return write_of(self.action)

    def shown(self) -> dict[str, str]:
        """The step as it is shown in a result."""
        return {"action": self.action, "resource": self.resource, "reason": self.reason}


@dataclass(frozen=True)
class Plan:
    account: Account
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    relies_on: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """SHA-256 over the account, every write with its parameters, and what they rely on (see `plan.scope`).

        Documents are in canonical form. The time in the tag of a new quarantine is omitted.
        """
        content = [
            [step.action, step.resource, {key: _canonical(value) for key, value in step.parameters.items()}]
            for step in self.steps
        ]
        text = json.dumps([self.account.id, self.account.partition, content, self.relies_on], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def shown(self) -> list[dict[str, str]]:
        return [step.shown() for step in self.steps]


def dependencies(steps: Sequence[Step]) -> list[set[int]]:
    """For each step, the earlier steps of the plan that have to be finished first; all others may run in parallel.

    Two steps keep their order if they share a subject, or if one of them uses the subject of the other. So does a step
    that follows another.
    """
    writers: dict[str, list[int]] = defaultdict(list)
    readers: dict[str, list[int]] = defaultdict(list)
    named: dict[str, int] = {}
    found = []
    for index, step in enumerate(steps):
        earlier = {named[name] for name in step.follows if name in named}
        earlier.update(writers[step.subject], readers[step.subject])
        for key in step.uses:
            earlier.update(writers[key])
        found.append(earlier)
        writers[step.subject].append(index)
        for key in step.uses:
            readers[key].append(index)
        if step.name:
            named[step.name] = index
    return found


def _canonical(value: Any) -> Any:
    if isinstance(value, PolicyDocument):
        return value.canonical
    if isinstance(value, MadeVersion):
        return {"made_by": value.step}
    if isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value):
        return without_moment(value)
    return value
