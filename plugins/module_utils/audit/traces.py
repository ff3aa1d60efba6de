# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What in an account belongs to a service, and what tells so. Pure.

The traces are data (`services/*/traces.yml`); `services/service.schema.json` says what each strength means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..documents import PolicyDocument, principals
from ..model import AccountState, Identity, ManagedPolicy, Role
from ..references import is_aws
from ..wildcards import fits, fits_any_case

ALONE, WITH_PRINCIPAL, SUPPORTING = "alone", "with_principal", "supporting"

Subject = Identity | ManagedPolicy
Strengths = Mapping[str, str]
"""How strong each value is."""


@dataclass(frozen=True)
class Trace:
    """One thing that tells of a service.

    `by` is name, trust_principal, attached_policy, inline_policy, action, resource, tag, path or linked; `strength` is
    alone, with_principal or supporting.
    """

    by: str
    value: str
    strength: str

    def shown(self) -> dict[str, str]:
        return {"by": self.by, "value": self.value, "strength": self.strength}


@dataclass(frozen=True)
class ServiceTraces:
    """The traces of one service. Names are in lower case; `meant` maps a misspelt name to the right one."""

    principals: Strengths = field(default_factory=dict)
    roles: Strengths = field(default_factory=dict)
    role_patterns: Strengths = field(default_factory=dict)
    policies: Strengths = field(default_factory=dict)
    policy_patterns: Strengths = field(default_factory=dict)
    aws_policies: Strengths = field(default_factory=dict)
    inline_policies: Strengths = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    linked: frozenset[str] = frozenset()
    meant: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ServiceTraces:
        """Read the traces of one service from its traces.yml."""
        roles = {strength: dict(names) for strength, names in content.get("roles", {}).items()}
        misspelt = {
            wrong.lower(): name for names in roles.values() for name, others in names.items() for wrong in others
        }
        named = {
            name.lower(): strength
            for strength, names in roles.items()
            for right, others in names.items()
            for name in (right, *others)
        }
        aws_policies = dict(content.get("aws_policies", {}))
        people = frozenset(aws_policies.pop("people", ()))
        return cls(
            principals=_by_value(content.get("principals")),
            roles=named,
            role_patterns=_by_value(content.get("role_patterns")),
            policies={name.lower(): strength for name, strength in _by_value(content.get("policies")).items()},
            policy_patterns=_by_value(content.get("policy_patterns")),
            aws_policies=_by_value(aws_policies),
            inline_policies=_by_value(content.get("inline_policies")),
            people=people,
            actions=tuple(f"{prefix}:" for prefix in content.get("actions", ())),
            resources=tuple(content.get("resources", ())),
            tags=tuple((tag["key"], tag["value"]) for tag in content.get("tags", ())),
            paths=tuple(content.get("paths", ())),
            linked=frozenset(content.get("linked", ())),
            meant=misspelt,
        )


@dataclass(frozen=True)
class Found:
    """An object of the account that belongs to a service, with everything that tells so."""

    service: str
    subject: Subject
    traces: tuple[Trace, ...]

    @property
    def kind(self) -> str:
        return self.subject.kind if isinstance(self.subject, Identity) else "policy"


DeclaredNames = Mapping[str, frozenset[tuple[str, str]]]
"""By service, kind and lower-case name of what somebody has declared for it; such a name is enough alone."""


def found_in(state: AccountState, services: Mapping[str, ServiceTraces], declared: DeclaredNames) -> list[Found]:
    """Everything in the account that belongs to one of the services; an object of two services is there for each."""
    return [
        found
        for service, traces in services.items()
        for found in _found_of(state, service, traces, declared.get(service, frozenset()))
    ]


def trusted_services(role: Role) -> set[str]:
    """The services that the trust policy lets in."""
    return {value for statement in _allowing(role.trust) for kind, value in principals(statement) if kind == "Service"}


def _found_of(
    state: AccountState, service: str, traces: ServiceTraces, declared: frozenset[tuple[str, str]]
) -> Iterator[Found]:
    looking = _Looking(traces, declared)
    policies = {}
    for policy in state.policies.values():
        told = looking.at_policy(policy)
        if is_enough(told):
            policies[policy.arn] = told
            yield Found(service, policy, tuple(told))
    identities = {key: looking.at_identity(identity, policies) for key, identity in state.identities.items()}
    found = {key for key, told in identities.items() if is_enough(told)}
    linked = looking.linked(state, found)
    for key, identity in state.identities.items():
        told = [*identities[key], *linked.get(key, ())]
        if key in found or key in linked:
            yield Found(service, identity, tuple(told))


class _Looking:
    """Looks for the traces of one service."""

    def __init__(self, traces: ServiceTraces, declared: frozenset[tuple[str, str]]) -> None:
        self._traces = traces
        self._declared = declared

    def at_policy(self, policy: ManagedPolicy) -> list[Trace]:
        told = self._by_name("policy", policy.name, self._traces.policies, self._traces.policy_patterns)
        in_documents = list(self._in_documents([policy.document]))
        if any(trace.strength == WITH_PRINCIPAL for trace in told) and self._has_an_action(policy.document):
            told = [Trace(trace.by, trace.value, ALONE) for trace in told]
        return told + in_documents

    def at_identity(self, identity: Identity, policies: Mapping[str, object]) -> list[Trace]:
        """`policies` are the customer managed policies that were found, by ARN."""
        told: list[Trace] = []
        if isinstance(identity, Role):
            told += self._of_role(identity)
        elif (identity.kind, identity.name.lower()) in self._declared:
            told.append(Trace("name", identity.name, ALONE))
        for arn in sorted(identity.managed):
            strength = self._traces.aws_policies.get(arn.partition(":policy/")[2]) if is_aws(arn) else None
            if strength or arn in policies:
                told.append(Trace("attached_policy", arn, strength or ALONE))
        for name in sorted(identity.inline):
            if name in self._traces.inline_policies:
                told.append(Trace("inline_policy", name, self._traces.inline_policies[name]))
        told += self._in_documents(identity.inline[name] for name in sorted(identity.inline))
        return told

    def linked(self, state: AccountState, found: Iterable[str]) -> dict[str, list[Trace]]:
        """Roles that a found role names in its trust policy, and that a service works as which is `linked`."""
        if not self._traces.linked:
            return {}
        by_arn = {identity.arn: identity for identity in state.identities.values() if isinstance(identity, Role)}
        told: dict[str, list[Trace]] = {}
        for key in sorted(found):
            role = state.identities[key]
            for statement in _allowing(role.trust) if isinstance(role, Role) else ():
                for kind, value in principals(statement):
                    named = by_arn.get(value) if kind == "AWS" else None
                    if named is not None and named.key != key and trusted_services(named) & self._traces.linked:
                        told.setdefault(named.key, []).append(Trace("linked", f"role/{role.name}", ALONE))
        return told

    def _of_role(self, role: Role) -> list[Trace]:
        traces = self._traces
        told = self._by_name("role", role.name, traces.roles, traces.role_patterns)
        trusted = trusted_services(role)
        told += [
            Trace("trust_principal", principal, strength)
            for principal, strength in traces.principals.items()
            if principal in trusted
        ]
        told += [Trace("path", role.path, ALONE) for path in traces.paths if role.path.startswith(path)]
        told += [
            Trace("tag", f"{key}={role.tags[key]}", ALONE)
            for key, value in traces.tags
            if key in role.tags and fits(role.tags[key], value)
        ]
        return told

    def _by_name(self, kind: str, name: str, names: Strengths, patterns: Strengths) -> list[Trace]:
        """At most one: a name is one trace, however many patterns it fits."""
        if (kind, name.lower()) in self._declared:
            return [Trace("name", name, ALONE)]
        strengths = {names.get(name.lower(), "")}
        strengths |= {strength for pattern, strength in patterns.items() if fits_any_case(name, pattern)}
        strongest = next((strength for strength in (ALONE, WITH_PRINCIPAL) if strength in strengths), None)
        return [Trace("name", name, strongest)] if strongest else []

    def _in_documents(self, documents: Iterable[PolicyDocument]) -> Iterator[Trace]:
        """The first action and the first resource that nobody but the service has."""
        allowing = [statement for document in documents for statement in _allowing(document)]
        for statement in allowing:
            actions = _texts(statement.get("Action"))
            if actions and self._traces.actions and all(self._is_own(action) for action in actions):
                yield Trace("action", actions[0], ALONE)
                break
        for statement in allowing:
            resources = _texts(statement.get("Resource"))
            own = [text for text in resources if any(fits(text, pattern) for pattern in self._traces.resources)]
            if own:
                yield Trace("resource", own[0], ALONE)
                break

    def _has_an_action(self, document: PolicyDocument) -> bool:
        return any(
            self._is_own(action) for statement in _allowing(document) for action in _texts(statement.get("Action"))
        )

    def _is_own(self, action: str) -> bool:
        return action.lower().startswith(self._traces.actions)


def is_enough(told: Sequence[Trace]) -> bool:
    """Whether these traces tell that an object belongs to their service."""
    strengths = {trace.strength for trace in told}
    principal = any(trace.by == "trust_principal" for trace in told)
    return ALONE in strengths or (WITH_PRINCIPAL in strengths and principal)


def _by_value(content: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    return {value: strength for strength, values in (content or {}).items() for value in values}


def _allowing(document: PolicyDocument) -> Iterator[Mapping[str, Any]]:
    return (
        statement
        for statement in document.statements
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow"
    )


def _texts(value: Any) -> list[str]:
    return [str(text) for text in (value if isinstance(value, (list, tuple)) else [] if value is None else [value])]
