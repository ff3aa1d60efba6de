# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The risks in the desired state, an ended service that it still has objects for included. Pure.

The rules ask what identities may do, and look at no names; the end of a service is data, without a clock. A declared
role is checked completely. For a user, group or role that is not managed by the task, only the declared part is
checked: the policies that are attached, and the statements that are added to the trust policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..errors import brief
from ..model import CurrentState, Declarations, Identity, Role, resource_name
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState
from ..resolve.policy_arns import Resolver
from ..resolve.quarantine import current_quarantine
from .asked_requests import ANY_SERVICE
from .aws_facts import AwsFacts, FindingRule, SharedWithRoles
from .caller_choices import told_condition
from .finding import Finding, Severity, evidence, most_severe_first
from .grant_questions import Holdings
from .matchers import AccountAfter, Match, RuleSubject, matches
from .risky_grants import held_policies

Remedy = Callable[[str, str, str], str]
"""What resolves a finding, from its resource, its code, and what the rule says."""


def findings(
    knowledge: AwsFacts,
    declarations: Declarations,
    state: CurrentState,
    desired: DesiredState,
    remedy: Remedy | None = None,
) -> list[Finding]:
    """The findings of the target, and of the trust policies that it replaces, most severe first.

    `remedy` gives the remedy of a finding if the caller has a better one than the rule.
    """
    account = AccountAfter(knowledge, state, desired)
    found: dict[tuple[str, ...], Finding] = {}
    for subject in _Subjects(declarations, state, desired, account).all():
        here = [
            (rule, match)
            for rule in knowledge.findings
            for match in matches(rule.condition, subject, account)
            if not match.keys or rule.severity_if_conditional is not None
        ]
        replaced = {code for rule, match in here if not match.keys for code in rule.replaces}
        replaced_if_conditional = {code for rule, _match in here for code in rule.replaces}
        for rule, match in here:
            if rule.code not in (replaced_if_conditional if match.keys else replaced):
                one = _finding(rule, subject.resource, match, account.ended)
                if remedy is not None:
                    one = replace(one, remedy=remedy(one.resource, rule.code, rule.remedy))
                found.setdefault((rule.code, one.resource, one.message), one)
    return most_severe_first(found.values())


def approved_findings(knowledge: AwsFacts, found: Iterable[Finding]) -> list[Finding]:
    """The findings that an approval binds to: without those which only say that another role of the account is alike.

    Such another role may be made by the next service of the same run.
    """
    of_others = {rule.code for rule in knowledge.findings if isinstance(rule.condition, SharedWithRoles)}
    return [one for one in found if one.code not in of_others]


def _finding(rule: FindingRule, resource: str, match: Match, ended: frozenset[str]) -> Finding:
    services = [ANY_SERVICE] if ANY_SERVICE in match.services else sorted(match.services)
    message = rule.message.format(
        policies=_list(match.policies),
        condition=told_condition(match.keys),
        services=_list(services),
        roles=_list(match.roles),
        principals=match.principal,
    )
    text = message[:1].upper() + message[1:]
    severity = _severity(rule, match, ended)
    return Finding(severity, rule.code, resource, text, rule.remedy, evidence=_evidence(match))


def _evidence(match: Match) -> tuple[str, ...]:
    """What a match is based on. Conditions are one entry: with another one of them, less or more may match."""
    return evidence(
        match.policies,
        account=match.accounts,
        condition=[" and ".join(sorted(match.keys))] if match.keys else (),
        grant=match.grants,
        principal=() if match.accounts or not match.principal else [match.principal],
        role=match.roles,
        service=match.services | match.passed_to,
    )


def _severity(rule: FindingRule, match: Match, ended: frozenset[str]) -> Severity:
    if rule.severity_if_ended is not None and match.passed_to and match.passed_to <= ended:
        return rule.severity_if_ended
    if rule.severity_if_conditional is not None and match.keys:
        return rule.severity_if_conditional
    return rule.severity


def _list(names: Sequence[str]) -> str:
    *first, last = map(brief, names or [""])
    return f"{', '.join(first)} and {last}" if first else last


class _Subjects:
    """What the rules look at: the declared roles whole, the declared share of the rest, and policies on their own."""

    def __init__(
        self, declarations: Declarations, state: CurrentState, desired: DesiredState, account: AccountAfter
    ) -> None:
        self._declarations = declarations
        self._resolver = Resolver.of(declarations, state)
        self._grants = account.grants
        self._state = state
        self._desired = desired

    def all(self) -> Iterator[RuleSubject]:
        whole = {declared.key for declared in self._declarations.roles}
        attached: set[str] = set()
        for key, after in self._desired.identities.items():
            before = self._state.identities.get(key)
            if after is None:
                continue
            attached |= after.managed
            resource = after.resource
            held = self._grants.of_identity(after)
            if key in whole:
                yield RuleSubject(resource, held, after, before)
                continue
            names = self._given_policies(after)
            given, elsewhere = _share(held, names), _share(held, names, of_it=False)
            yield RuleSubject(resource, held, after, None, only_grants=True, given=given, elsewhere=elsewhere)
            trusted = self._with_given_trust(after)
            if trusted is not None:
                yield RuleSubject(resource, held, trusted, before)
        for policy in self._desired.policies.values():
            if policy is not None and policy.arn not in attached:
                yield RuleSubject(policy.resource, self._grants.of_policy(policy))

    def _given_policies(self, identity: Identity) -> frozenset[str]:
        """The policies that the declarations give to an identity, as holdings name them."""
        given = [one for one in self._declarations.attachments if one.key == identity.key and one.present]
        inline = {name for one in given for name in one.inline if name in identity.inline}
        references = [reference for one in given for reference in one.managed]
        arns = frozenset().union(*(self._resolver.meant(text, identity.managed) for text in references))
        return held_policies(identity, arns, inline)

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


def _share(holdings: Holdings, policies: frozenset[str], *, of_it: bool = True) -> Holdings:
    """The holdings by some policies, or those by all others."""
    found = {name: [one for one in held if (one.policy in policies) is of_it] for name, held in holdings.items()}
    return {name: held for name, held in found.items() if held}


OUTLIVED = "grants_ended_service"
"""The code of the finding that the account has objects for a service that has ended."""


def all_findings(
    knowledge: AwsFacts,
    declarations: Declarations,
    state: CurrentState,
    desired: DesiredState,
    remedy: Remedy | None = None,
) -> list[Finding]:
    """The findings, without those of roles in quarantine, which have no permissions."""
    found = findings(knowledge, declarations, state, desired, remedy)
    powerless = {
        one.resource
        for key, one in desired.identities.items()
        if one and (current_quarantine(one) or key in desired.quarantined)
    }
    return [item for item in found if item.resource not in powerless]


def outlived(knowledge: AwsFacts, service: str, desired: DesiredState, remedies: Mapping[str, str]) -> Finding | None:
    """The finding that the account has objects for a service that has ended, or None."""
    life = knowledge.services.get(service)
    there = [*desired.identities.values(), *desired.policies.values()]
    if life is None or life.state != "ended" or not any(there):
        return None
    message = f"{life.name} ended on {life.since}: the permissions granted for it are no longer needed."
    remedy = remedies.get(OUTLIVED, "state: absent")
    return Finding(Severity.LOW, OUTLIVED, resource_name("service", service), message, remedy)
