# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which policy of an identity allows one action on one object of IAM, and under which conditions. Pure.

Documents are read as IAM reads them, except for conditions: a Deny with a condition is assumed to deny nothing, and an
Allow with conditions to allow, with its conditions reported. Boundaries and service control policies are ignored,
because the permissions apply as soon as those are removed. Of AWS's policies, only `audit_facts/aws_policy_rights.yml`
is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..analyze.risky_grants import aws_policies_of, named_documents
from ..errors import brief
from ..model import CurrentState, Identity
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..policy.wildcards import fits, fits_any_case, has_variable

PASSED_TO = "iam:passedtoservice"


@dataclass(frozen=True)
class Right:
    """What allows something: the policy, the condition keys of its statement, and the resource as it is written.

    `by_name` is whether that resource contains the name of the object, or a part of it.
    """

    policy: str
    conditions: tuple[str, ...]
    resource: str
    by_name: bool

    def told(self) -> str:
        return f"{self.policy}{told_conditions(self.conditions)}"


@dataclass(frozen=True)
class _Line:
    """One statement of a policy, parsed once."""

    policy: str
    statement: Statement
    resources: tuple[str, ...]

    @classmethod
    def of(cls, policy: str, statement: Statement) -> _Line:
        return cls(policy, statement, _certain(statement))

    @property
    def conditions(self) -> frozenset[str]:
        return self.statement.condition_keys

    @cached_property
    def passed_to(self) -> frozenset[str]:
        """The services that the condition on iam:PassedToService names, as patterns; empty without such a condition."""
        return frozenset(
            value
            for condition in self.statement.conditions
            if condition.name == PASSED_TO and "Not" not in condition.operator
            for value in condition.values
        )

    def passes_to(self, service: str) -> bool:
        return not self.passed_to or any(fits(service, pattern) for pattern in self.passed_to)

    def names(self, action: str) -> bool:
        if self.statement.not_actions:
            return not any(fits_any_case(action, pattern) for pattern in self.statement.not_actions)
        return any(fits_any_case(action, pattern) for pattern in self.statement.actions or ())

    def reaches(self, arn: str) -> str | None:
        """The resource as written that an ARN matches."""
        if self.statement.not_resources:
            return None if any(fits(arn, pattern) for pattern in self.statement.not_resources) else "NotResource"
        fitting = (pattern for pattern in self.resources if fits(arn, pattern))
        return min(fitting, key=lambda pattern: (not names_it(pattern), pattern), default=None)


class Rights:
    """The permissions of one identity. `documents` has each policy by the name it is reported under."""

    def __init__(self, documents: Mapping[str, PolicyDocument]) -> None:
        named = documents.items()
        self._allows = [_Line.of(policy, allow) for policy, document in named for allow in document.allowing]
        self._denies = [
            _Line.of(policy, denial)
            for policy, document in named
            for denial in document.denying
            if not denial.is_conditional
        ]
        self._by_action: dict[str, list[_Line]] = {}

    def to(self, action: str, arn: str) -> Right | None:
        """What allows the action on the object, preferably without conditions."""
        return min(self._all(action, arn), key=_least_conditions, default=None)

    def to_pass(self, action: str, arn: str, service: str) -> Right | None:
        """What allows passing the role to the service; the condition on that service is not reported."""
        return min(self._all(action, arn, service), key=_least_conditions, default=None)

    def to_pass_by_name(self, action: str, arn: str, service: str) -> Right | None:
        """The same, but preferably a statement that names the role instead of every role."""
        rights = self._all(action, arn, service)
        return min(rights, key=lambda right: (not right.by_name, *_least_conditions(right)), default=None)

    def to_any(self, actions: Iterable[str]) -> tuple[str, Right] | None:
        """The first of the actions that is allowed on any resource."""
        for action in actions:
            lines = self._naming(action)
            if lines and not self._is_denied(action, "*"):
                rights = (Right(line.policy, tuple(sorted(line.conditions)), "", False) for line in lines)
                return action, min(rights, key=_least_conditions)
        return None

    def resources(self, action: str, service: str | None = None) -> Iterator[str]:
        """The patterns of all objects that the action may be allowed on; with `service`, to pass a role to it."""
        for line in self._naming(action):
            if service is None or line.passes_to(service):
                yield from ("*",) if line.statement.not_resources else line.resources

    def _all(self, action: str, arn: str, service: str | None = None) -> Iterator[Right]:
        lines = self._naming(action)
        if not lines or self._is_denied(action, arn):
            return
        for line in lines:
            resource = line.reaches(arn)
            if resource is None:
                continue
            conditions = line.conditions
            if service is not None:
                if not line.passes_to(service):
                    continue
                conditions = conditions - {PASSED_TO}
            yield Right(line.policy, tuple(sorted(conditions)), resource, names_it(resource))

    def _naming(self, action: str) -> list[_Line]:
        if action not in self._by_action:
            self._by_action[action] = [line for line in self._allows if line.names(action)]
        return self._by_action[action]

    def _is_denied(self, action: str, arn: str) -> bool:
        return any(line.names(action) and line.reaches(arn) is not None for line in self._denies)


def _certain(statement: Statement) -> tuple[str, ...]:
    """The resources of a statement; of a Deny only those that it applies to for every caller."""
    resources = statement.resources or ()
    if statement.effect != "Deny":
        return resources
    return tuple(pattern for pattern in resources if not has_variable(pattern))


def _least_conditions(right: Right) -> tuple[int, str, str]:
    return len(right.conditions), right.policy, right.resource


def rights_in(state: CurrentState, aws_policies: Mapping[str, PolicyDocument]) -> dict[str, Rights]:
    """The rights of every identity of the account by its key; `aws_policies` are abridged documents by name."""
    own = {policy.arn: policy.document for policy in state.policies.values()}
    found = {}
    for key, identity in state.identities.items():
        documents = named_documents(identity, own)
        documents.update(_of_aws(identity, aws_policies))
        if documents:
            found[key] = Rights(documents)
    return found


def told_conditions(keys: Iterable[str]) -> str:
    """Condition keys, to append to what they limit; empty if there are none."""
    told = ", ".join(map(brief, keys))
    return f", with a condition on {told}" if told else ""


def names_it(pattern: str) -> bool:
    """Whether a pattern that matches an object of IAM contains its name or a part of it, and not just every object."""
    return pattern != "NotResource" and bool(pattern.rpartition("/")[2].strip("*")) and "/" in pattern


def _of_aws(identity: Identity, aws_policies: Mapping[str, PolicyDocument]) -> dict[str, PolicyDocument]:
    named = aws_policies_of(identity).items()
    return {called: aws_policies[name] for called, name in named if name in aws_policies}
