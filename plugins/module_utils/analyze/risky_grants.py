# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which of the risky grants an identity's documents contain. Pure.

Permissions boundaries, service control policies and most conditions do not count: a grant of a document takes effect as
soon as one of those is removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..declare.policy_references import is_aws_managed, policy_name, shown_names
from ..model import CurrentState, Identity
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..policy.wildcards import fits_any_case
from ..resolve.desired_state import DesiredState
from .aws_facts import AwsFacts, Grant

_EVERY_ACTION = re.compile(r"\*|\*:\*+")

ANY_SERVICE = "any service"


@dataclass(frozen=True)
class Holding:
    """One policy with a grant, and the services that roles can be passed to, if the grant is about that."""

    policy: str
    services: frozenset[str] = frozenset()


Holdings = dict[str, list[Holding]]
"""The grants of an identity: by the name of the grant, the policies that have it."""

_Policies = tuple[frozenset[str], frozenset[tuple[str, str]]]
"""What the holdings of an identity depend on: the ARNs of its managed policies, names and texts of its inline ones."""


class Documents:
    """The policies of the account after the task, and what they grant."""

    def __init__(self, knowledge: AwsFacts, state: CurrentState, desired: DesiredState) -> None:
        self._knowledge = knowledge
        self._own = {policy.arn: policy.document for policy in state.policies.values()}
        self._own.update({policy.arn: policy.document for policy in desired.policies.values() if policy})
        self._known: dict[_Policies, Holdings] = {}

    def of_identity(self, identity: Identity) -> Holdings:
        """The grants of the policies of a user, group or role, without what one of the policies denies."""
        key = identity.managed, frozenset((name, document.text) for name, document in identity.inline.items())
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._holdings_of(identity)
        return known

    def _holdings_of(self, identity: Identity) -> Holdings:
        named = named_documents(identity, self._own)
        granted = self.of_documents(named)
        for called, name in aws_policies_of(identity).items():
            for grant, services in self._knowledge.aws_policies.get(name, {}).items():
                granted.setdefault(grant, []).append(Holding(called, services))
        denials = [statement for document in named.values() for statement in document.denying]
        denied = {name for name in granted if is_denied(self._knowledge.grants[name], denials)}
        return {name: holdings for name, holdings in granted.items() if name not in denied}

    def of_documents(self, named: Mapping[str, PolicyDocument]) -> Holdings:
        granted: Holdings = {}
        for policy in sorted(named):
            for name, grant in self._knowledge.grants.items():
                services = granted_by(grant, named[policy].allowing)
                if services is not None:
                    granted.setdefault(name, []).append(Holding(policy, services))
        return granted


def named_documents(identity: Identity, own: Mapping[str, PolicyDocument]) -> dict[str, PolicyDocument]:
    """The documents of an identity's policies by display name; `own` has documents by the ARN of the policy."""
    named = {f"inline policy {name}": document for name, document in identity.inline.items()}
    names = shown_names(identity.managed)
    for arn in identity.managed & own.keys():
        named[f"managed policy {names[arn]}"] = own[arn]
    return named


def aws_policies_of(identity: Identity) -> dict[str, str]:
    """The names of the AWS managed policies of an identity, by the display names of `named_documents`."""
    names = shown_names(identity.managed)
    return {f"managed policy {names[arn]}": policy_name(arn) for arn in sorted(identity.managed) if is_aws_managed(arn)}


def granted_by(grant: Grant, allowing: Iterable[Statement]) -> frozenset[str] | None:
    """The services that roles can be passed to (none if the grant is not about that), None without the grant."""
    found: list[frozenset[str]] = []
    for statement in allowing:
        if (
            any(_names_action(statement, action) for action in grant.actions)
            and _names_resource(statement, grant.resources)
            and not grant.unless & statement.condition_keys
        ):
            found.append(_passed_to(statement) if "iam:PassRole" in grant.actions else frozenset())
    return frozenset().union(*found) if found else None


def is_denied(grant: Grant, denying: Iterable[Statement]) -> bool:
    """Whether Deny statements deny all of the actions, for all resources or for all except some.

    A Deny with a condition counts if it denies requests that do not match a required value of a key in `unless`.
    """
    denials = [
        statement
        for statement in denying
        if _is_barring(statement, grant)
        and (
            statement.not_resources is not None
            or _names_resource(statement, grant.resources)
            or _names_resource(statement, r"\*")
        )
    ]
    return all(any(_names_action(denial, action) for denial in denials) for action in grant.actions)


def _names_action(statement: Statement, action: str) -> bool:
    if action == "*":
        return any(_EVERY_ACTION.fullmatch(pattern) for pattern in statement.actions or ())
    if statement.not_actions is not None:
        return not any(fits_any_case(action, pattern) for pattern in statement.not_actions)
    return any(fits_any_case(action, pattern) for pattern in statement.actions or ())


def _names_resource(statement: Statement, resources: str) -> bool:
    if statement.not_resources is not None:
        return statement.effect == "Allow"
    return any(re.fullmatch(resources, resource) for resource in statement.resources or ())


def _is_barring(denial: Statement, grant: Grant) -> bool:
    if not denial.is_conditional:
        return True
    operators = denial.content["Condition"]
    return denial.condition_keys <= grant.unless and all("Not" in str(operator) for operator in operators)


def _passed_to(statement: Statement) -> frozenset[str]:
    conditions = (condition for condition in statement.conditions if condition.name == "iam:passedtoservice")
    return frozenset(service for condition in conditions for service in condition.values) or frozenset({ANY_SERVICE})
