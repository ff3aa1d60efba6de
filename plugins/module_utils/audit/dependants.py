# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What in the account depends on a role or a customer managed policy. Pure.

Policies of resources (buckets, keys, queues) and other accounts are not included: IAM does not show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..access.context import Context
from ..analyze.account_access import AccountAccess
from ..declare.policy_references import shown_names
from ..errors import brief, printable
from ..model import CurrentState, Identity, ManagedPolicy, Role, resource_name
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..policy.wildcards import fits
from .callers import shown_resource
from .calls import Calls, Permit
from .candidates import Candidates, HeldActions
from .escalation_facts import PASS_ROLE, EscalationFacts
from .evidence import trusted_services


@dataclass(frozen=True, order=True)
class Dependant:
    """`how` is trust_policy, policy, instance_profile, pass_role, attachment or boundary.

    `by_name` is False if only a wildcard for every role matches the object: such a dependant does not need it.
    """

    resource: str
    how: str
    detail: str
    by_name: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", printable(self.detail))

    def shown(self) -> dict[str, Any]:
        return {"resource": self.resource, "how": self.how, "detail": self.detail, "by_name": self.by_name}


class Dependants:
    """The dependants of the objects of one account; the account is searched once. `access` is that `with_members`."""

    def __init__(
        self,
        state: CurrentState,
        facts: EscalationFacts,
        access: AccountAccess,
        ended: frozenset[str] = frozenset(),
    ) -> None:
        self._state = state
        self._ended = ended
        self._access = access
        self._calls = Calls(facts, self._access)

    def of(self, subject: Identity | ManagedPolicy) -> list[Dependant]:
        """Sorted; nothing depends on a user or a group."""
        if isinstance(subject, Role):
            return sorted(set(self._of_role(subject)))
        if isinstance(subject, ManagedPolicy):
            return sorted(set(self._of_policy(subject)))
        return []

    def _of_role(self, role: Role) -> Iterator[Dependant]:
        for name in role.instance_profiles:
            profile = resource_name("instance-profile", name)
            yield Dependant(profile, "instance_profile", "contains the role for EC2 instances")
        session = f":assumed-role/{role.name}/"
        for pattern, places in self._mentions.items():
            if session in pattern or (_is_of_iam(pattern) and fits(role.arn, pattern) and names_it(pattern)):
                for resource, how, detail in places:
                    if resource != role.resource:
                        yield Dependant(resource, how, detail)
        yield from self._passers(role)

    def _passers(self, role: Role) -> Iterator[Dependant]:
        services = sorted(trusted_services(role) - self._ended) or sorted(trusted_services(role))
        for key in self._candidates.of(PASS_ROLE, role.arn):
            identity = self._access.identities[key]
            if identity.key == role.key:
                continue
            passed: dict[tuple[str, bool], list[str]] = {}
            for service in services:
                values = {"iam:PassedToService": service}
                permit = self._calls.permit(identity, PASS_ROLE, role.arn, values)
                if permit is not None:
                    naming = self._naming(identity, role, values)
                    told = Permit((naming,), permit.keys).told() if naming else permit.told()
                    passed.setdefault((told, bool(naming)), []).append(service)
            for (told, by_name), to in passed.items():
                detail = f"may pass it to {', '.join(map(brief, to))} ({told})"
                yield Dependant(shown_resource(identity), "pass_role", detail, by_name)

    def _naming(self, identity: Identity, role: Role, values: Mapping[str, str]) -> str:
        """The policy that allows passing the role by its name or a part of it; empty if only a wildcard does."""
        request, policies = self._access.asked(identity, PASS_ROLE, role.arn, Context(values))
        for policy in policies.identity:
            for statement in policy.allowing:
                resources = statement.statement.resources or ()
                named = any(names_it(one) and fits(role.arn, one) for one in resources)
                if named and statement.applies(request) is not False:
                    return policy.name
        return ""

    @cached_property
    def _candidates(self) -> Candidates:
        """Who may be able to pass roles."""
        found = Candidates()
        for key, held in HeldActions([PASS_ROLE], self._access).all.items():
            if self._access.identities[key].kind != "group":
                found.may_reach(key, held[PASS_ROLE], PASS_ROLE)
        return found

    def _of_policy(self, policy: ManagedPolicy) -> Iterator[Dependant]:
        for identity in self._state.identities.values():
            if policy.arn in identity.managed:
                yield Dependant(identity.resource, "attachment", "has it attached")
            if policy.arn == identity.boundary:
                yield Dependant(identity.resource, "boundary", "has it as its permissions boundary")

    @cached_property
    def _mentions(self) -> dict[str, list[tuple[str, str, str]]]:
        """Every text in a document that could be the ARN of a role, with its place."""
        found: dict[str, list[tuple[str, str, str]]] = {}

        def note(document: PolicyDocument, resource: str, how: str, where: str) -> None:
            for statement in document.parsed:
                if not _is_about_passing(statement):
                    for text in set(_texts_of(statement.content)):
                        if ":iam:" in text or ":sts:" in text:
                            sid = f" in statement {brief(statement.sid)}" if statement.sid else ""
                            detail = f"{where} names it{sid}"
                            found.setdefault(text, []).append((resource, how, detail))

        own = {policy.arn: policy.document for policy in self._state.policies.values()}
        for identity in self._state.identities.values():
            if isinstance(identity, Role):
                note(identity.trust, identity.resource, "trust_policy", "its trust policy")
            for name, document in _documents_of(identity, own):
                note(document, identity.resource, "policy", name)
        held = {arn for identity in self._state.identities.values() for arn in identity.managed}
        for policy in self._state.policies.values():
            if policy.arn not in held:
                note(policy.document, policy.resource, "policy", "its document")
        return found


def _documents_of(identity: Identity, own: Mapping[str, PolicyDocument]) -> Iterator[tuple[str, PolicyDocument]]:
    """Its inline policies and customer managed policies, each with its name; `own` has the latter by ARN."""
    yield from ((f"inline policy {name}", document) for name, document in identity.inline.items())
    names = shown_names(identity.managed)
    yield from ((f"managed policy {names[arn]}", own[arn]) for arn in identity.managed & own.keys())


def names_it(pattern: str) -> bool:
    """Whether a pattern that matches an object of IAM contains its name or a part of it, and not just every object."""
    return bool(pattern.rpartition("/")[2].strip("*")) and "/" in pattern


def _is_about_passing(statement: Statement) -> bool:
    """Whether a statement is reported as pass_role, or removes permissions."""
    if statement.effect == "Deny":
        return True
    return statement.actions is not None and all(name.lower().startswith("iam:pass") for name in statement.actions)


def _is_of_iam(pattern: str) -> bool:
    return ":iam:" in pattern and ":role/" in pattern


def _texts_of(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_of(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts_of(inner)
