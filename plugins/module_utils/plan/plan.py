# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A plan: its steps, its id, and whether it is the one that was approved. Pure.

The effect of a write depends on the current state: the policies that a role keeps, what a boundary allows, whom the
trust policy trusts. If that changes, the approved plan is no longer the plan that would be applied. So an id covers
what the plan relies on too.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..analyze.access_diff import AccessDiff
from ..analyze.finding import Finding, Severity
from ..declare.policy_references import is_aws_managed
from ..errors import EngineError, printable
from ..model import Account, CurrentState, Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import without_moment
from ..validate.connection import DEFAULT_HOURS, Approval
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
    that have to be finished first, because the order of the two decides what is granted in between. `removes` is
    what the step removes permanently, for the result. Raises ValueError for an action that is not in `WRITES`.
    """

    action: str
    resource: str
    reason: str
    subject: str
    parameters: Mapping[str, Any]
    uses: frozenset[str] = frozenset()
    removes: Mapping[str, Any] = field(default_factory=dict)
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
        """SHA-256 over the account, every write with its parameters, and what they rely on (see `relied_on`).

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


CLOCK_SKEW = timedelta(minutes=5)
"""The most by which the clocks of the machines that check and apply may differ."""


def approval_of(plan: Plan, now: datetime) -> str:
    """The text that approves a plan created now."""
    return f"{plan.id}@{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def require_approval(
    plan: Plan,
    findings: Sequence[Finding],
    access: AccessDiff | None,
    options: Mapping[str, Any],
    now: datetime,
) -> None:
    """If a plan was approved, refuse any other plan with writes. Raises EngineError."""
    approved = options.get("approved_plan")
    approval = Approval.parse(approved) if approved is not None else None
    if approval is None or not plan.steps:
        return
    why_not = _not_in_time(approval, options.get("approval_hours", DEFAULT_HOURS), now)
    if not why_not and plan.id != approval.plan_id:
        why_not = (
            f"The plan is {plan.id}, but {approval.plan_id} was approved: nothing was written. The account, the"
            " declaration or the findings have changed since; run in check mode again and have the new plan"
            f" approved. {_severe(findings)}{_wider(access)}"
        )
    if why_not:
        noticed = [one.shown() for one in findings]
        shown = {} if access is None else {"access_diff": access.shown()}
        raise EngineError(why_not, plan=plan.shown(), plan_id=plan.id, findings=noticed, **shown)


def _not_in_time(approval: Approval, hours: float, now: datetime) -> str:
    """Why the time of the approval does not allow it; empty if it does."""
    if approval.made is not None:
        age, made = now - approval.made, f"{approval.made:%Y-%m-%dT%H:%M:%SZ}"
        if age.total_seconds() > hours * 3600:
            return (
                f"Plan {approval.plan_id} was approved on {made}, more than {hours:g} hours ago: run in check mode and"
                " approve the new plan. Nothing was written."
            )
        if -age > CLOCK_SKEW:
            return (
                f"Plan {approval.plan_id} was approved on {made}, which is in the future: set the clocks of the"
                " machines that check and apply, run in check mode again and approve the new plan. Nothing was"
                " written."
            )
    return ""


def _severe(findings: Sequence[Finding]) -> str:
    severe = [f"{item.resource} {item.code}" for item in findings if item.severity <= Severity.HIGH]
    if not severe:
        return "The plan has no critical or high findings."
    return f"The critical and high findings of the plan: {', '.join(severe)}."


def _wider(access: AccessDiff | None) -> str:
    if access is None:
        return ""
    return f" The new access of the plan: {access.wider}." if access.is_wider else " The plan grants no new access."


def relied_on(
    state: CurrentState, desired: DesiredState, findings: Iterable[Finding], access: AccessDiff | None
) -> dict[str, Any]:
    """The subjects' current state, the documents of policies they have or get, findings and access; no order, no times.

    The result of the writes follows from the writes. AWS managed policies count by their ARN, and by their version if
    it was read: no one in the account can change them.
    """
    return {
        "identities": {
            key: _identity(state.identities[key]) for key in desired.identities.keys() & state.identities.keys()
        },
        "policies": {name: _policy(state.policies[name]) for name in desired.policies.keys() & state.policies.keys()},
        "documents": {arn: _content(state, arn) for arn in policies_in_use(state, desired)},
        "access": sorted(access.lines()) if access else [],
        "findings": sorted({(item.severity.text, item.code, item.resource) for item in findings}),
    }


def policies_in_use(state: CurrentState, desired: DesiredState) -> frozenset[str]:
    """ARNs of the managed policies that the subjects have, get or have as boundary, before and after."""
    identities = [state.identities.get(key) for key in desired.identities] + list(desired.identities.values())
    arns: set[str] = set()
    for identity in identities:
        if identity is not None:
            arns |= identity.managed | ({identity.boundary} if identity.boundary else set())
    return frozenset(arns)


def _identity(identity: Identity) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": identity.id,
        "managed": sorted(identity.managed),
        "inline": {name: document.canonical for name, document in identity.inline.items()},
        "boundary": identity.boundary,
    }
    if isinstance(identity, Role):
        found.update(trust=identity.trust.canonical, tags=dict(identity.tags))
    return found


def _policy(policy: ManagedPolicy) -> dict[str, Any]:
    return {"id": policy.id, "document": policy.document.canonical, "tags": dict(policy.tags)}


def _content(state: CurrentState, arn: str) -> str:
    if is_aws_managed(arn):
        known = state.aws_policy_at(arn)
        return known.version if known else ""
    policy = state.policy_at(arn)
    return (policy.document if policy else PolicyDocument({})).canonical
