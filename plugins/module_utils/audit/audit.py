# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Everything in one account that the services' guides create, compared with profiles. Pure.

An object that belongs to two services is included once for each. An absent object is included if a documented profile,
or a declaration, names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..analyze.account_access import AccountAccess
from ..analyze.finding import Finding
from ..declare.policy_references import is_aws_managed
from ..model import CurrentState, Identity, ManagedPolicy, PolicyDeclaration, Quarantine, Role, resource_name
from ..policy.document import dangling_principals
from ..resolve.quarantine import current_quarantine, is_denied, released
from .callers import with_members
from .dependants import Dependants
from .escalation import MOST_PATHS, escalation_paths
from .facts import AuditFacts
from .findings import audit_findings
from .leftovers import with_left_over
from .profile_drift import drift
from .profile_forms import DECLARED, Form, Profile, declared_policies, declared_profiles
from .search import found_in
from .traces import NO_SERVICE, Found, LeftOver, Subject
from .trusted_principals import trusted_principals

DOCUMENTED = "documented"
LEFT_IN = "left_in"
"""The status of a role of another owner that contains permissions or trust for a service."""


@dataclass(frozen=True)
class AuditedObject:
    """One object of one service. `subject` is None if it is absent.

    `status` is in_sync, drifted, absent, left_in (a role of another owner, with `left_over` in it) or unknown (not
    similar to any profile); `form` is what it was compared with.
    """

    service: str
    kind: str
    name: str
    status: str
    subject: Subject | None = None
    form: Form | None = None
    profile: str | None = None
    found_by: tuple[dict[str, str], ...] = ()
    left_over: tuple[LeftOver, ...] = ()
    drift: tuple[dict[str, Any], ...] = ()
    trusted: tuple[dict[str, Any], ...] = ()
    dangling: tuple[str, ...] = ()
    depended_on_by: tuple[dict[str, Any], ...] = ()

    @property
    def resource(self) -> str:
        return resource_name(self.kind, self.name)

    @property
    def arn(self) -> str | None:
        return self.subject.arn if self.subject else None

    @property
    def service_linked(self) -> bool:
        return self.subject is not None and self.subject.path.startswith("/aws-service-role/")

    @property
    def quarantine(self) -> Quarantine | None:
        return current_quarantine(self.subject) if isinstance(self.subject, Role) else None


@dataclass(frozen=True)
class AuditedAccount:
    """The result of an audit of one account. Existing objects come first, by service, kind and name."""

    objects: tuple[AuditedObject, ...]
    findings: tuple[Finding, ...]
    escalation_paths: tuple[dict[str, Any], ...]


def audit(
    knowledge: AuditFacts,
    state: CurrentState,
    services: Sequence[str],
    declared: Sequence[Mapping[str, Any]] = (),
    found: Sequence[Found] | None = None,
    *,
    whole_account: bool = False,
) -> AuditedAccount:
    """Audit the account for the services, which are keys of the traces; `declared` is typed.

    With `whole_account`, findings and escalation paths are those of every identity and customer managed policy.

    The state is that of the whole account, from `account_reading`. `found` is the result of `belonging` for the same,
    if the caller has computed it already.
    """
    profiles = [profile for profile in knowledge.profiles if profile.service in services]
    own = declared_profiles(declared, services)
    if found is None:
        found = belonging(knowledge, state, services, declared)
    effective = _without_the_denied(state)
    access = with_members(AccountAccess.of(effective, knowledge.aws_policies))
    ended = knowledge.knowledge.ended_principals()
    dependants = Dependants(effective, knowledge.escalation, access, ended)
    judge = _Judge(knowledge, state, profiles, own, dependants=dependants, policies=declared_policies(declared))
    there = sorted(map(judge.judged, found), key=_order)
    absent = sorted(_absent(there, [*own, *profiles]), key=_order)
    judged = [*found, *_of_no_service(effective, found)] if whole_account else found
    concerned = frozenset(one.subject.key for one in judged if isinstance(one.subject, Identity) and not one.left_over)
    paths = escalation_paths(knowledge.escalation, access, ended=ended, concerned=concerned)
    return AuditedAccount(
        objects=(*there, *absent),
        findings=tuple(audit_findings(knowledge.knowledge, effective, judged, paths)),
        escalation_paths=tuple(path.shown() for path in paths[:MOST_PATHS]),
    )


def belonging(
    knowledge: AuditFacts,
    state: CurrentState,
    services: Sequence[str],
    declared: Sequence[Mapping[str, Any]] = (),
) -> list[Found]:
    """The objects of the account that belong to the services, without a comparison."""
    traces = {service: knowledge.traces[service] for service in services}
    names: dict[str, frozenset[tuple[str, str]]] = {}
    for profile in declared_profiles(declared, services):
        names[profile.service] = names.get(profile.service, frozenset()) | profile.object_names
    return with_left_over(found_in(state, traces, names), traces, knowledge.knowledge.ended_principals())


def _of_no_service(state: CurrentState, found: Sequence[Found]) -> list[Found]:
    """Everything in the account that belongs to no service, except roles that AWS manages."""
    known = {one.subject.key for one in found if not one.left_over}
    subjects: list[Identity | ManagedPolicy] = [*state.identities.values(), *state.policies.values()]
    return [
        Found(NO_SERVICE, one, ())
        for one in subjects
        if one.key not in known and not one.path.startswith(("/aws-service-role/", "/aws-reserved/"))
    ]


def as_in(state: CurrentState, found: Sequence[Found]) -> list[Found]:
    """The found objects, with their policies as they are in a state that has their tags."""
    return [
        replace(one, subject=state.policies[one.subject.name.lower()])
        if isinstance(one.subject, ManagedPolicy)
        else one
        for one in found
    ]


class _Judge:
    """Judges single objects."""

    def __init__(
        self,
        knowledge: AuditFacts,
        state: CurrentState,
        profiles: Sequence[Profile],
        own: Sequence[Profile],
        *,
        dependants: Dependants,
        policies: Mapping[str, PolicyDeclaration],
    ) -> None:
        self._knowledge = knowledge
        self._state = state
        self._profiles = profiles
        self._own = own
        self._policies = policies
        self._dependants = dependants
        self._states = knowledge.principal_states()

    def judged(self, found: Found) -> AuditedObject:
        subject = found.subject
        status, form, differences = self._compared(found)
        about_trust: dict[str, Any] = {}
        if isinstance(subject, Role):
            about_trust = {
                "trusted": tuple(trusted_principals(subject.trust, self._states)),
                "dangling": tuple(dangling_principals(subject.trust)),
            }
        return AuditedObject(
            service=found.service,
            kind=found.kind,
            name=subject.name,
            status=status,
            subject=subject,
            form=form,
            profile=form.profile if form else self._profile_of_users(found),
            found_by=tuple(trace.shown() for trace in found.traces),
            left_over=found.left_over,
            drift=tuple(differences),
            depended_on_by=tuple(one.shown() for one in self._dependants.of(subject)),
            **about_trust,
        )

    def _compared(self, found: Found) -> tuple[str, Form | None, list[dict[str, Any]]]:
        """The status, the nearest form, and how the object differs from it."""
        subject = found.subject
        if found.left_over:
            return LEFT_IN, None, []
        if isinstance(subject, Role):
            subject = released(subject, recorded=current_quarantine(subject) is not None)
        compared = [(drift(form, subject), form) for form in self._forms(found)]
        if not compared:
            return "in_sync" if self._profile_of_users(found) else "unknown", None, []
        differences, form = min(compared, key=lambda pair: len(pair[0]))
        return "drifted" if differences else "in_sync", form, differences

    def _forms(self, found: Found) -> list[Form]:
        """The declared form if there is one, else those of all profiles that name the object."""
        name = found.subject.name.lower()
        wanted = (found.kind, self._knowledge.traces[found.service].meant.get(name, name).lower())
        exact = (found.kind, name)
        for profiles in (self._own, self._profiles):
            forms = [
                form
                for profile in profiles
                if profile.service == found.service
                for one in dict.fromkeys((exact, wanted))
                if one in profile.object_names
                for form in profile.forms(self._state, one, self._policies)[0]
            ]
            if forms:
                return forms
        return []

    def _profile_of_users(self, found: Found) -> str | None:
        """`documented` for a user or group that has only those policies of the service that its guide attaches to
        users.
        """
        people = self._knowledge.traces[found.service].people
        if found.kind not in ("user", "group"):
            return None
        alone = [trace for trace in found.traces if trace.strength == "alone"]
        as_in_guide = all(
            trace.by == "attached_policy"
            and is_aws_managed(trace.value)
            and trace.value.partition(":policy/")[2] in people
            for trace in alone
        )
        return DOCUMENTED if as_in_guide else None


def _absent(there: Sequence[AuditedObject], profiles: Sequence[Profile]) -> Iterator[AuditedObject]:
    """The objects that declarations or documented profiles name and that the account does not have."""
    known = {(one.service, one.kind, one.name.lower()) for one in there}
    for profile in profiles:
        if profile.profile not in (DECLARED, DOCUMENTED):
            continue
        for kind, name in profile.names():
            key = (profile.service, kind, name.lower())
            if key not in known:
                known.add(key)
                yield AuditedObject(profile.service, kind, name, "absent", profile=profile.profile)


def _without_the_denied(state: CurrentState) -> CurrentState:
    """The account without the permissions of identities that are denied everything, as in quarantine."""
    denied = {
        key: replace(identity, managed=frozenset(), inline={})
        for key, identity in state.identities.items()
        if is_denied(identity)
    }
    return replace(state, identities={**state.identities, **denied}) if denied else state


def _order(one: AuditedObject) -> tuple[str, str, str]:
    return one.service, one.kind, one.name.lower()
