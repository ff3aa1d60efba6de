# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The grants of `finding_rules.yml`: questions about requests that no policy names. Pure.

A policy that grants more than what it names, grants such a request too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..access.context import Context
from ..access.evaluator import Outcome, Policies
from ..access.policies import CompiledStatement, Policy
from ..access.questions import possible
from ..access.request import Request
from ..model import Account
from .asked_requests import ANY_SERVICE, PASSED_TO, UNNAMED_SERVICE, AskedRequest, Asker, Grant, instance
from .caller_choices import SURE, Chance, ConditionKeys, KeyNames, chance, surest


@dataclass(frozen=True)
class Holding:
    """One policy with a grant, and the services that roles can be passed to, if the grant is about that.

    `keys` are the condition keys that it depends on, as they are written; empty if it depends on none.
    """

    policy: str
    services: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()


Holdings = Mapping[str, Sequence[Holding]]
"""The grants of an identity: by the name of the grant, the policies that have it. If one has it without a condition,
those that have it with one are left out."""


def sure(holdings: Holdings) -> dict[str, Sequence[Holding]]:
    """The grants that depend on no condition."""
    return {name: found for name, found in holdings.items() if not any(one.keys for one in found)}


def policy_of_resources(account: Account) -> Policy:
    """A policy of the resource that leaves access to the account, as the default one of a KMS key does."""
    root = f"arn:{account.partition}:iam::{account.id}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "*", "Resource": "*"}
    return Policy.of("policy of the resource", {"Version": "2012-10-17", "Statement": [statement]})


Allowing = Mapping[str, Sequence[CompiledStatement]]
"""Allow statements by an action that they name, in lower case."""


def allowing_by_action(policy: Policy, actions: frozenset[str]) -> Allowing:
    """The Allow statements of a policy by those of some actions, in lower case, that they name."""
    found: dict[str, list[CompiledStatement]] = {}
    for statement in policy.allowing:
        written = statement.statement.actions
        if written is None or any("*" in one or "?" in one for one in written):
            named = frozenset(filter(statement.names_action, actions))
        else:
            named = actions.intersection(map(str.lower, written))
        for action in named:
            found.setdefault(action, []).append(statement)
    return found


def merged(some: Iterable[Allowing]) -> Allowing:
    found: dict[str, list[CompiledStatement]] = {}
    for allowing in some:
        for action, statements in allowing.items():
            found.setdefault(action, []).extend(statements)
    return found


class GrantQuestion:
    """Asks whether some policies have one grant."""

    def __init__(self, asker: Asker, grant: Grant, keys: ConditionKeys, services: frozenset[str]) -> None:
        self._asker = asker
        self._grant = grant
        self._keys = keys
        self._services = services

    def holdings(self, policies: Policies, allowing: Allowing, name: str) -> Iterator[Holding]:
        """The grant by these policies, reported under a name: one holding, or none."""
        if any(asked.passes_roles for asked in self._grant.requests):
            yield from self._passing(policies, allowing, name)
            return
        chances = (surest(self._chances(asked, policies, allowing)) for asked in self._grant.requests)
        if not self._grant.every:
            best = surest(chances)
            if best is not None:
                yield Holding(name, keys=best.keys)
            return
        keys: set[str] = set()
        for one in chances:
            if one is None:
                return
            keys.update(one.keys)
        yield Holding(name, keys=tuple(sorted(keys)))

    def _passing(self, policies: Policies, allowing: Allowing, name: str) -> Iterator[Holding]:
        """The services that roles can be passed to; those without a condition, if there are any."""
        found: dict[str, Chance] = {}
        for asked in self._grant.requests:
            for service, shown in self._asked_services(asked, policies, allowing).items():
                best = surest(self._chances(asked, policies, allowing, service))
                if best is not None:
                    found[shown] = best
        services = frozenset(service for service, one in found.items() if one.is_sure)
        if services:
            yield Holding(name, services)
        elif found:
            keys = {key for one in found.values() for key in one.keys}
            yield Holding(name, frozenset(found), tuple(sorted(keys)))

    def _asked_services(self, asked: AskedRequest, policies: Policies, allowing: Allowing) -> dict[str, str]:
        """The services to ask for, with what to call them: those of conditions, and one that no condition names."""
        actions = [action.lower() for action in asked.actions]
        denying = (one for policy in policies.identity for one in policy.denying)
        statements = [one for action in actions for one in allowing.get(action, ())]
        statements += [one for one in denying if any(map(one.names_action, actions))]
        values = {
            value
            for statement in statements
            for condition in statement.conditions
            if condition.key == PASSED_TO
            for value in condition.values
        }
        patterns = {value for value in values if any(special in value for special in "*?$")}
        named = (values - patterns) | (self._services if values else frozenset())
        some = {instance(pattern, Context(complete=True)): pattern for pattern in sorted(patterns)}
        return {UNNAMED_SERVICE: ANY_SERVICE, **some, **{service: service for service in sorted(named)}}

    def _chances(
        self, asked: AskedRequest, policies: Policies, allowing: Allowing, service: str = ""
    ) -> Iterator[Chance | None]:
        chosen = self._keys.chosen | asked.chosen
        for action in asked.actions:
            statements = allowing.get(action.lower(), ())
            # A pattern of one statement is not what another one with the resource * is about.
            for group in ([one] for one in statements) if asked.by_pattern else ([statements] if statements else ()):
                for request in self._asker.requests(asked, action, group, service):
                    if asked.is_about_patterns:
                        yield self._somewhere(request, policies, chosen)
                    elif any(statement.applies(request) is not False for statement in group):
                        yield chance(request, policies, chosen, asked.absent)

    def _somewhere(self, request: Request, policies: Policies, chosen: KeyNames) -> Chance | None:
        bare = replace(request, resource="*")
        answer = possible(bare, policies, (request.action,), (request.resource,), free=chosen.__contains__)
        if answer.outcome is Outcome.DENIED:
            return None
        # Without keys it is undecided, and counts as possible.
        return SURE if answer.outcome is Outcome.ALLOWED else Chance(tuple(sorted(answer.keys)))
