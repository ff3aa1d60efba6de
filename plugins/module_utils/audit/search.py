# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Finds what in an account belongs to services. Pure.

Only objects are checked that have one of a service's traces, or a matching name, so that the time for an account hardly
depends on the number of services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..policy.wildcards import fits, fits_any_case
from .evidence import Evidence, trusted_services
from .traces import ALONE, WITH_PRINCIPAL, Found, ServiceTraces, Strengths, Trace, is_enough

DeclaredNames = Mapping[str, frozenset[tuple[str, str]]]
"""By service, kind and lower-case name of what is declared for it; such a name is sufficient alone."""


def found_in(state: CurrentState, services: Mapping[str, ServiceTraces], declared: DeclaredNames) -> list[Found]:
    """Everything in the account that belongs to one of the services; an object of two services is included twice."""
    search = _Search(state, services)
    return [
        found
        for service, traces in services.items()
        for found in search.of(service, traces, declared.get(service, frozenset()))
    ]


class _Search:
    """Searches one account, which is indexed once for all services."""

    def __init__(self, state: CurrentState, services: Mapping[str, ServiceTraces]) -> None:
        self._policies = [Evidence(policy) for policy in state.policies.values()]
        self._identities = {key: Evidence(identity) for key, identity in state.identities.items()}
        self._roles = {one.arn: one for one in state.identities.values() if isinstance(one, Role)}
        self._having: dict[str, list[Evidence]] = defaultdict(list)
        wanted = frozenset().union(*(traces.tokens for traces in services.values()))
        wanted |= {policy.arn for policy in state.policies.values()}
        for one in (*self._policies, *self._identities.values()):
            for token in one.tokens & wanted:
                self._having[token].append(one)

    def of(self, service: str, traces: ServiceTraces, declared: frozenset[tuple[str, str]]) -> Iterator[Found]:
        """What belongs to one service, policies first."""
        looking = _Looking(traces, declared)
        everything = bool(declared) or traces.needs_everything
        near = set() if everything else self._near(traces.tokens) | self._fitting(traces)
        policies = set()
        for one in self._policies:
            told = looking.at_policy(one) if everything or one.key in near else []
            if is_enough(told) and isinstance(one.subject, ManagedPolicy):
                policies.add(one.subject.arn)
                yield Found(service, one.subject, tuple(told))
        near |= self._near(policies)
        looked = {key: one for key, one in self._identities.items() if everything or one.key in near}
        identities = {key: looking.at_identity(one, policies) for key, one in looked.items()}
        found = {key for key, told in identities.items() if is_enough(told)}
        linked = looking.linked(self._roles, [looked[key].subject for key in sorted(found)])
        for key, one in looked.items():
            told = [*identities[key], *linked.get(key, ())]
            if key in found or key in linked:
                yield Found(service, one.subject, tuple(told))

    def _fitting(self, traces: ServiceTraces) -> set[str]:
        """Roles and customer managed policies whose names match a pattern of the service."""
        roles = [one for one in self._identities.values() if isinstance(one.subject, Role)]
        return {
            one.key
            for patterns, subjects in ((traces.role_patterns, roles), (traces.policy_patterns, self._policies))
            for pattern in patterns
            for one in subjects
            if fits_any_case(one.subject.name, pattern)
        }

    def _near(self, tokens: Iterable[str]) -> set[str]:
        return {one.key for token in tokens for one in self._having.get(token, ())}


class _Looking:
    """Looks for the traces of one service."""

    def __init__(self, traces: ServiceTraces, declared: frozenset[tuple[str, str]]) -> None:
        self._traces = traces
        self._declared = declared

    def at_policy(self, one: Evidence) -> list[Trace]:
        told = self._by_name("policy", one, self._traces.policies, self._traces.policy_patterns)
        if any(trace.strength == WITH_PRINCIPAL for trace in told) and self._traces.actions & one.every_prefix:
            told = [Trace(trace.by, trace.value, ALONE) for trace in told]
        return [*told, *self._in_documents(one)]

    def at_identity(self, one: Evidence, policies: Iterable[str]) -> list[Trace]:
        """`policies` are the ARNs of the customer managed policies that were found."""
        told: list[Trace] = []
        identity = one.subject
        if not isinstance(identity, Identity):
            return told
        if isinstance(identity, Role):
            told += self._of_role(one, identity)
        elif (identity.kind, one.name) in self._declared:
            told.append(Trace("name", identity.name, ALONE))
        for name, arn in one.managed.items():
            strength = self._traces.aws_policies.get(name)
            if strength or arn in policies:
                told.append(Trace("attached_policy", arn, strength or ALONE))
        for name in sorted(identity.inline.keys() & self._traces.inline_policies.keys()):
            told.append(Trace("inline_policy", name, self._traces.inline_policies[name]))
        return [*told, *self._in_documents(one)]

    def linked(self, roles: Mapping[str, Role], found: Sequence[Identity | ManagedPolicy]) -> dict[str, list[Trace]]:
        """Roles that a found role names in its trust policy, and as which a `linked` service works."""
        told: dict[str, list[Trace]] = {}
        for role in found if self._traces.linked else ():
            for statement in role.trust.allowing if isinstance(role, Role) else ():
                for kind, value in statement.principals or ():
                    named = roles.get(value) if kind == "AWS" else None
                    if named is not None and named is not role and trusted_services(named) & self._traces.linked:
                        told.setdefault(named.key, []).append(Trace("linked", role.resource, ALONE))
        return told

    def _of_role(self, one: Evidence, role: Role) -> list[Trace]:
        traces = self._traces
        told = self._by_name("role", one, traces.roles, traces.role_patterns)
        told += [
            Trace("trust_principal", principal, strength)
            for principal, strength in traces.principals.items()
            if principal in one.trusted
        ]
        told += [Trace("path", role.path, ALONE) for path in traces.paths if role.path.startswith(path)]
        told += [
            Trace("tag", f"{key}={role.tags[key]}", ALONE)
            for key, value in traces.tags
            if key in role.tags and fits(role.tags[key], value)
        ]
        return told

    def _by_name(self, kind: str, one: Evidence, names: Strengths, patterns: Strengths) -> list[Trace]:
        """At most one: a name is one trace, however many patterns it matches."""
        name = one.subject.name
        if (kind, one.name) in self._declared:
            return [Trace("name", name, ALONE)]
        strengths = {names.get(one.name, "")}
        strengths |= {strength for pattern, strength in patterns.items() if fits_any_case(name, pattern)}
        strongest = next((strength for strength in (ALONE, WITH_PRINCIPAL) if strength in strengths), None)
        return [Trace("name", name, strongest)] if strongest else []

    def _in_documents(self, one: Evidence) -> Iterator[Trace]:
        """The first action and the first resource that only the service has."""
        if self._traces.actions & one.every_prefix:
            own = [action for prefixes, action in one.prefixes if prefixes <= self._traces.actions]
            yield from [Trace("action", action, ALONE) for action in own[:1]]
        if self._traces.resources:
            named = (resource for statement in one.statements for resource in statement.resources or ())
            own = [text for text in named if any(fits(text, pattern) for pattern in self._traces.resources)]
            yield from [Trace("resource", text, ALONE) for text in own[:1]]
