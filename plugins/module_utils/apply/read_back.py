# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Compares what a run has written with what the account shows afterwards. Pure.

Two concurrent runs in one account can leave a mixture of both. So the declarations are applied to the state once more:
if that changes anything, another process or person wrote too, or IAM does not show the writes yet (FACTS C3).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..aws.service import PATIENCE_SECONDS
from ..backup.attributes import TRUST, Piece, label, pieces_of, put_together
from ..declare.policy_references import is_aws_managed
from ..model import AwsManagedPolicy, CurrentState, Declarations, Identity, ManagedPolicy, PolicyVersion
from ..plan.plan import policies_in_use
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState


class Waiter:
    """Increasing pauses while IAM settles, `PATIENCE_SECONDS` in total (FACTS C3)."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._pause = 0.5

    def wait(self) -> bool:
        """Pause once. Returns False, without a pause, if no time is left."""
        if time.monotonic() + self._pause > self._deadline:
            return False
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, 4.0)
        return True


_LONGEST = 300
"""Maximum characters of a value in a message."""

_UNREAD_BY_LOOKUP = ("version", "instance_profile")
"""Pieces that are not always read when an object is looked up by itself."""


@dataclass(frozen=True)
class Difference:
    """One difference from what was written. `what` is empty if the whole object is missing or unexpected.

    `found` and `expected` are JSON values, None for nothing. `piece` is the part of the object that differs; None for
    the whole object and for older versions.
    """

    resource: str
    what: str
    found: Any
    expected: Any
    piece: Piece | None = None

    def shown(self) -> dict[str, Any]:
        """The difference as it is shown in a result."""
        return {"resource": self.resource, "what": self.what, "found": self.found, "expected": self.expected}

    def __str__(self) -> str:
        place = f"{self.resource}, {json.dumps(self.what)[1:-1]}" if self.what else self.resource
        found, expected = self.found, self.expected
        if isinstance(found, Mapping) and isinstance(expected, Mapping):
            found, expected = _apart(found, expected)
        return f"{place}: found {_shown_value(found)}, expected {_shown_value(expected)}"


@dataclass
class Wanted:
    """The desired state of the objects, and the desired state that the same declarations give for the state now."""

    desired: DesiredState = field(default_factory=DesiredState)
    again: DesiredState = field(default_factory=DesiredState)

    def add(self, desired: DesiredState, again: DesiredState) -> None:
        """Add a later plan of the same run; for each object, the latest plan counts."""
        for mine, more in ((self.desired, desired), (self.again, again)):
            mine.identities.update(more.identities)
            mine.policies.update(more.policies)
            mine.only_version |= more.only_version
            mine.problems = more.problems


def differences(wanted: Wanted, there: CurrentState) -> list[Difference]:
    """Everything that differs from the desired state."""
    found: list[Difference] = []
    for key, identity in wanted.desired.identities.items():
        now, again = there.identities.get(key), wanted.again.identities.get(key)
        found += _compared(identity, again, now)
    for name, policy in wanted.desired.policies.items():
        now_policy, again_policy = there.policies.get(name), wanted.again.policies.get(name)
        found += _compared(policy, again_policy, now_policy)
        if name in wanted.again.only_version and now_policy is not None and now_policy.versions:
            versions = [version.id for version in now_policy.versions]
            found.append(Difference(now_policy.resource, "older versions", versions, []))
    return found or [Difference(problem.place, "", problem.message, None) for problem in wanted.again.problems]


def is_overwritten_share(found: Sequence[Difference], declarations: Declarations) -> bool:
    """Whether nothing differs except trust policies of which only single statements are declared.

    Two runs that declare statements of one trust policy do not contradict each other, but each writes it completely.
    """
    whole = {role.key for role in declarations.roles}
    shares = {statement.key for statement in declarations.trust_statements} - whole
    return all(one.piece == TRUST and one.resource.lower() in shares for one in found)


def with_known_policies(there: CurrentState, before: CurrentState, desired: DesiredState) -> CurrentState:
    """The state now, with the AWS managed policies that were known before or are in use: none is requested twice."""
    in_use = {arn.rpartition("/")[2]: arn for arn in policies_in_use(before, desired) if is_aws_managed(arn)}
    seen = {name: (AwsManagedPolicy(name, arn),) for name, arn in in_use.items()}
    return replace(there, aws_policies={**seen, **there.aws_policies, **before.aws_policies})


def written_again(before: CurrentState, desired: DesiredState, there: CurrentState, *, bulk_read: bool) -> DesiredState:
    """The desired state of a run that writes pieces, not declarations: its changes, applied to the state now."""
    again = DesiredState()
    for key, after in desired.identities.items():
        again.identities[key] = _applied(before.identities.get(key), after, there.identities.get(key), bulk_read)
    for name, policy in desired.policies.items():
        again.policies[name] = _applied(before.policies.get(name), policy, there.policies.get(name), bulk_read)
    return again


def _applied(before: Any, after: Any, there: Any, bulk_read: bool) -> Any:
    if after is None or there is None:
        return after
    old, new, pieces = pieces_of(before), pieces_of(after), pieces_of(there)
    for piece in {*old, *new}:
        if _value(piece, old.get(piece)) == _value(piece, new.get(piece)):
            continue
        if piece[0] in _UNREAD_BY_LOOKUP and not bulk_read:
            continue
        pieces.pop(piece, None)
        if piece in new:
            pieces[piece] = new[piece]
    return put_together(there, pieces)


def _compared(
    wanted: Identity | ManagedPolicy | None,
    again: Identity | ManagedPolicy | None,
    there: Identity | ManagedPolicy | None,
) -> Iterator[Difference]:
    one = there or again or wanted
    if one is None:
        return
    resource = one.resource
    if there is None:
        if wanted is not None:
            yield Difference(resource, "", None, "present")
        return
    if again is None:
        yield Difference(resource, "", "present", None)
        return
    now, then = pieces_of(there), pieces_of(again)
    for piece in sorted({*now, *then}):
        found, expected = _value(piece, now.get(piece)), _value(piece, then.get(piece))
        if found != expected:
            yield Difference(resource, label(piece), _json(found), _json(expected), piece)


def _value(piece: Piece, value: Any) -> Any:
    """The value of a piece that is compared: the ARN of an attachment, the document of a version."""
    if piece[0] == "managed" and value:
        return piece[1]
    return value.document if isinstance(value, PolicyVersion) else value


def _json(value: Any) -> Any:
    return value.presented() if isinstance(value, PolicyDocument) else value


def _apart(found: Mapping[str, Any], expected: Mapping[str, Any]) -> tuple[Any, Any]:
    """The statements that only one of two documents has; the complete documents if the difference is elsewhere."""
    only = [
        [statement for statement in one["Statement"] if statement not in other["Statement"]]
        for one, other in ((found, expected), (expected, found))
    ]
    return (only[0] or None, only[1] or None) if any(only) else (found, expected)


def _shown_value(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
