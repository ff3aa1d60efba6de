# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is dangerous in the state that was asked for. Rules over documents, not over names. Pure.

A role that is declared is judged whole. Of a user, group or role of somebody else, only the declared share is judged:
the policies that are attached, and the statements that are merged into the trust policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .documents import PolicyDocument, dangling_principals, principals
from .grants import ANY_SERVICE, Documents, Holdings, condition_keys
from .knowledge import FindingRule, Knowledge, TrustRule
from .model import AccountState, Desired, Identity, Role
from .references import is_reference
from .target import Target

SEVERITIES = ("critical", "high", "medium", "low")
"""The most severe first."""


@dataclass(frozen=True)
class _Subject:
    """What is looked at: a user, group, role or customer managed policy, as it will be and as it was.

    With `only_grants`, what lies in the trust policy alone is not looked at.
    """

    resource: str
    holdings: Holdings
    identity: Identity | None = None
    before: Identity | None = None
    only_grants: bool = False


def findings(
    knowledge: Knowledge, desired: Desired, state: AccountState, target: Target, remedies: Mapping[str, str]
) -> list[dict[str, str]]:
    """The findings of the target, and of the trust policies that it replaces, most severe first.

    `remedies` says by code what mends a finding where the caller knows better than the rule.
    """
    judge = _Judge(knowledge, desired, state, target)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for subject in judge.subjects():
        here = [(rule, finding) for rule in knowledge.findings for finding in judge.judged(rule, subject)]
        replaced = {code for rule, dummy in here for code in rule.replaces}
        for rule, finding in here:
            if rule.code not in replaced:
                finding["remedy"] = remedies.get(rule.code, rule.remedy)
                found.setdefault((rule.code, finding["resource"], finding["message"]), finding)
    return sorted(
        found.values(),
        key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["resource"], finding["code"]),
    )


def approved_findings(knowledge: Knowledge, found: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The findings that an approval binds to: without those which only say that another role of the account is alike.

    Such another role may be made by the next service of the same run.
    """
    of_others = {rule.code for rule in knowledge.findings if rule.others}
    return [item for item in found if item["code"] not in of_others]


def finding(severity: str, code: str, resource: str, message: str, remedy: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "resource": resource, "message": message, "remedy": remedy}


class _Judge:
    def __init__(self, knowledge: Knowledge, desired: Desired, state: AccountState, target: Target) -> None:
        self._desired = desired
        self._ended = knowledge.ended_principals()
        self._documents = Documents(knowledge, state, target)
        self._state = state
        self._target = target
        after = {**state.identities, **target.identities}
        self._roles = [role for role in after.values() if isinstance(role, Role)]

    def subjects(self) -> Iterator[_Subject]:
        whole = {declared.key for declared in self._desired.roles}
        attached: set[str] = set()
        for key, after in self._target.identities.items():
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
        for policy in self._target.policies.values():
            if policy is not None and policy.arn not in attached:
                yield _Subject(f"policy/{policy.name}", self._documents.of_documents({"it": policy.document}))

    def _with_given_policies(self, identity: Identity) -> Identity:
        given = [one for one in self._desired.attachments if one.key == identity.key and one.present]
        names = {name for one in given for name in one.inline}
        references = [reference for one in given for reference in one.managed]
        return replace(
            identity,
            inline={name: document for name, document in identity.inline.items() if name in names},
            managed=frozenset(arn for arn in identity.managed if any(is_reference(text, arn) for text in references)),
        )

    def _with_given_trust(self, identity: Identity) -> Role | None:
        statements = [
            statement
            for one in self._desired.trust_statements
            if one.key == identity.key and one.present
            for statement in one.statements
        ]
        if not statements or not isinstance(identity, Role):
            return None
        return replace(identity, trust=PolicyDocument({"Version": "2012-10-17", "Statement": statements}))

    def judged(self, rule: FindingRule, subject: _Subject) -> Iterator[dict[str, str]]:
        """At most one finding, but for each deleted principal its own."""
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
        if rule.reaches:
            roles, services = self._reached(rule, subject, passed)
        elif rule.others:
            roles = self._alike(rule, subject)
        if (rule.reaches or rule.others) and not roles:
            return
        softened = rule.severity_if_ended if passed and passed <= self._ended else ""
        yield self._told(
            rule, subject, softened, policies=_list(policies), services=_list(sorted(services)), roles=_list(roles)
        )

    def _reached(self, rule: FindingRule, subject: _Subject, passed: set[str]) -> tuple[list[str], set[str]]:
        roles: list[str] = []
        services: set[str] = set()
        for role in self._others(subject):
            by = _services(role) if ANY_SERVICE in passed else _services(role) & passed
            if by and any(name in rule.reaches for name in self._documents.of_identity(role)):
                roles.append(role.name)
                services |= by
        return roles, services

    def _alike(self, rule: FindingRule, subject: _Subject) -> list[str]:
        return [
            role.name
            for role in self._others(subject)
            if _let_in(rule.trusts, role, self._ended) is not None
            and all(name in self._documents.of_identity(role) for name in rule.all_of)
        ]

    def _others(self, subject: _Subject) -> list[Role]:
        identity = subject.identity
        key = identity.key if identity else ""
        others = [role for role in self._roles if role.key != key and not role.path.startswith("/aws-")]
        return sorted(others, key=lambda role: role.name)

    @staticmethod
    def _told(rule: FindingRule, subject: _Subject, severity: str = "", **facts: str) -> dict[str, str]:
        message = rule.message.format(**{"policies": "", "services": "", "roles": "", "principals": "", **facts})
        message = message[:1].upper() + message[1:]
        return finding(severity or rule.severity, rule.code, subject.resource, message, rule.remedy)


def _let_in(rule: TrustRule | None, identity: Identity | None, ended: frozenset[str]) -> set[str] | None:
    """The services that the rule is about and the trust policy lets in; None where the rule does not hold."""
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


def _list(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last
