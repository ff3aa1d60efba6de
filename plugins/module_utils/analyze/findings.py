# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The risks in the desired state. The rules read documents, not names. Pure.

A declared role is checked completely. For a user, group or role that is not managed by the task, only the declared part
is checked: the policies that are attached, and the statements that are added to the trust policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..errors import brief, printable
from ..model import CurrentState, Declarations, Identity, Role
from ..policy.document import PolicyDocument, dangling_principals, principals
from ..resolve.desired_state import DesiredState
from ..resolve.policy_arns import Resolver
from .aws_facts import AwsFacts, FindingRule, TrustRule
from .risky_grants import ANY_SERVICE, Documents, Holdings, condition_keys

SEVERITIES = ("critical", "high", "medium", "low")
"""The most severe first."""

Remedy = Callable[[str, str, str], str]
"""The remedy of a finding, from its resource, its code, and the remedy of the rule."""

MOST_NAMES = 20
"""The most names in one message. For more, the message has their number."""


@dataclass(frozen=True)
class _Subject:
    """The object that is checked: a user, group, role or customer managed policy, before and after the task.

    With `only_grants`, findings about the trust policy alone are left out.
    """

    resource: str
    holdings: Holdings
    identity: Identity | None = None
    before: Identity | None = None
    only_grants: bool = False

    @property
    def name(self) -> str:
        return self.identity.name if isinstance(self.identity, Role) else ""


class _Concerned:
    """Roles by name, in order, with the services through which a rule applies to each."""

    def __init__(self, roles: Mapping[str, set[str]]) -> None:
        self._roles = roles
        self._first = list(islice(roles, MOST_NAMES + 1))
        self._services = Counter(service for services in roles.values() for service in services)

    def names_beside(self, name: str) -> list[str]:
        """The names of all roles except one. Beyond `MOST_NAMES` only the number of the rest."""
        first = [other for other in self._first if other != name][:MOST_NAMES]
        rest = len(self._roles) - (name in self._roles) - len(first)
        return [*first, f"{rest} more"] if rest else first

    def services_beside(self, name: str) -> set[str]:
        own = self._roles.get(name, set())
        return {service for service, times in self._services.items() if times > (service in own)}


def findings(
    knowledge: AwsFacts,
    declarations: Declarations,
    state: CurrentState,
    desired: DesiredState,
    remedy: Remedy | None = None,
) -> list[dict[str, str]]:
    """The findings of the target, and of the trust policies that it replaces, most severe first.

    `remedy` gives the remedy of a finding if the caller has a better one than the rule.
    """
    judge = _Judge(knowledge, declarations, state, desired)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for subject in judge.subjects():
        here = [(rule, finding) for rule in knowledge.findings for finding in judge.judged(rule, subject)]
        replaced = {code for rule, dummy in here for code in rule.replaces}
        for rule, finding in here:
            if rule.code not in replaced:
                if remedy is not None:
                    finding["remedy"] = printable(remedy(finding["resource"], rule.code, rule.remedy))
                found.setdefault((rule.code, finding["resource"], finding["message"]), finding)
    return sorted(
        found.values(),
        key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["resource"], finding["code"]),
    )


def approved_findings(knowledge: AwsFacts, found: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The findings that an approval covers: all except those that only report a similar role in the account.

    The next service of the same run can create such a similar role.
    """
    of_others = {rule.code for rule in knowledge.findings if rule.others}
    return [item for item in found if item["code"] not in of_others]


def finding(severity: str, code: str, resource: str, message: str, remedy: str) -> dict[str, str]:
    told = {"resource": resource, "message": message, "remedy": remedy}
    return {"severity": severity, "code": code, **{key: printable(text) for key, text in told.items()}}


class _Judge:
    def __init__(
        self, knowledge: AwsFacts, declarations: Declarations, state: CurrentState, desired: DesiredState
    ) -> None:
        self._declarations = declarations
        self._resolver = Resolver.of(declarations, state)
        self._ended = knowledge.ended_principals()
        self._documents = Documents(knowledge, state, desired)
        self._state = state
        self._desired = desired
        after = {**state.identities, **desired.identities}
        roles = [role for role in after.values() if isinstance(role, Role) and not role.path.startswith("/aws-")]
        self._roles = sorted(roles, key=lambda role: role.name)
        self._known: dict[tuple[str, frozenset[str]], _Concerned] = {}

    def subjects(self) -> Iterator[_Subject]:
        whole = {declared.key for declared in self._declarations.roles}
        attached: set[str] = set()
        for key, after in self._desired.identities.items():
            before = self._state.identities.get(key)
            if after is None:
                continue
            attached |= after.managed
            resource = f"{after.kind}/{after.name}"
            if key in whole:
                yield _Subject(resource, self._documents.of_identity(after), after, before)
                continue
            given = self._documents.of_identity(self._with_given_policies(after))
            yield _Subject(resource, given, after, None, only_grants=True)
            trusted = self._with_given_trust(after)
            if trusted is not None:
                yield _Subject(resource, self._documents.of_identity(after), trusted, before)
        for policy in self._desired.policies.values():
            if policy is not None and policy.arn not in attached:
                yield _Subject(f"policy/{policy.name}", self._documents.of_documents({"it": policy.document}))

    def _with_given_policies(self, identity: Identity) -> Identity:
        given = [one for one in self._declarations.attachments if one.key == identity.key and one.present]
        names = {name for one in given for name in one.inline}
        references = [reference for one in given for reference in one.managed]
        return replace(
            identity,
            inline={name: document for name, document in identity.inline.items() if name in names},
            managed=frozenset().union(*(self._resolver.meant(text, identity.managed) for text in references)),
        )

    def _with_given_trust(self, identity: Identity) -> Role | None:
        statements = [
            statement
            for one in self._declarations.trust_statements
            if one.key == identity.key and one.present
            for statement in one.statements
        ]
        if not statements or not isinstance(identity, Role):
            return None
        return replace(identity, trust=PolicyDocument({"Version": "2012-10-17", "Statement": statements}))

    def judged(self, rule: FindingRule, subject: _Subject) -> Iterator[dict[str, str]]:
        """At most one finding, except that each deleted principal has its own."""
        if subject.only_grants and not (rule.all_of or rule.any_of):
            return
        if rule.trusts is not None and rule.trusts.deleted:
            for principal in dangling_principals(subject.before.trust) if isinstance(subject.before, Role) else ():
                yield self._told(rule, subject, principals=principal)
            return
        let_in = _let_in(rule.trusts, subject.identity, self._ended)
        wanted = rule.all_of or rule.any_of
        holds = [name for name in wanted if name in subject.holdings]
        if let_in is None or (len(holds) < len(rule.all_of)) or (rule.any_of and not holds):
            return
        if subject.identity is None and not wanted:
            return
        policies = sorted({holding.policy for name in holds for holding in subject.holdings[name]})
        passed = {service for name in holds for holding in subject.holdings[name] for service in holding.services}
        services = let_in or passed
        roles: list[str] = []
        if rule.reaches or rule.others:
            concerned = self._concerned(rule, frozenset(passed))
            roles = concerned.names_beside(subject.name)
            if not roles:
                return
            services = concerned.services_beside(subject.name) if rule.reaches else services
        softened = rule.severity_if_ended if passed and passed <= self._ended else ""
        yield self._told(
            rule, subject, softened, policies=_list(policies), services=_list(sorted(services)), roles=_list(roles)
        )

    def _concerned(self, rule: FindingRule, passed: frozenset[str]) -> _Concerned:
        """The roles, other than its subject, that the rule applies to: roles that it reaches, or similar roles."""
        about = (rule.code, passed if rule.reaches else frozenset())
        if about not in self._known:
            found = {role.name: self._services_concerned(rule, role, passed) for role in self._roles}
            self._known[about] = _Concerned({name: by for name, by in found.items() if by is not None})
        return self._known[about]

    def _services_concerned(self, rule: FindingRule, role: Role, passed: frozenset[str]) -> set[str] | None:
        """The services through which the rule applies to a role; None if it does not apply."""
        held = self._documents.of_identity(role)
        if not rule.reaches:
            let_in = _let_in(rule.trusts, role, self._ended)
            return let_in if all(name in held for name in rule.all_of) else None
        if not any(name in rule.reaches for name in held):
            return None
        return (_services(role) if ANY_SERVICE in passed else _services(role) & passed) or None

    @staticmethod
    def _told(rule: FindingRule, subject: _Subject, severity: str = "", **facts: str) -> dict[str, str]:
        message = rule.message.format(**{"policies": "", "services": "", "roles": "", "principals": "", **facts})
        message = message[:1].upper() + message[1:]
        return finding(severity or rule.severity, rule.code, subject.resource, message, rule.remedy)


def _let_in(rule: TrustRule | None, identity: Identity | None, ended: frozenset[str]) -> set[str] | None:
    """The services of the rule that the trust policy trusts; None if the rule does not apply."""
    if rule is None:
        return set()
    if not isinstance(identity, Role):
        return None
    if rule.anyone:
        return set() if _trusts_anyone(identity) else None
    services = {
        value
        for statement in _allowing(identity)
        if not rule.without & condition_keys(statement)
        for kind, value in principals(statement)
        if kind == "Service"
    }
    if rule.service:
        services &= rule.service
    if rule.ended:
        services &= ended
    return services if len(services) >= max(rule.services, 1) else None


def _services(role: Role) -> set[str]:
    return {value for statement in _allowing(role) for kind, value in principals(statement) if kind == "Service"}


def _trusts_anyone(role: Role) -> bool:
    return any(
        ("AWS", "*") in principals(statement) and not statement.get("Condition") for statement in _allowing(role)
    )


def _allowing(role: Role) -> Iterator[Mapping[str, Any]]:
    return (
        statement
        for statement in role.trust.statements
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow"
    )


def _list(names: Sequence[str]) -> str:
    *first, last = map(brief, names or [""])
    return f"{', '.join(first)} and {last}" if first else last
