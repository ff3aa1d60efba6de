# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The grants of `finding_rules.yml`: questions about requests that no policy names. Pure.

A policy that grants more than what it names, grants such a request too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

from ..access.context import Context
from ..access.evaluator import Outcome, Policies
from ..access.policies import CompiledStatement, Policy
from ..access.principals import Principal
from ..access.questions import possible
from ..access.request import Request
from ..model import Account
from ..policy.wildcards import ANY, ONE, is_variable, tokens
from .caller_choices import SURE, Chance, ConditionKeys, KeyNames, chance, surest

UNNAMED = "=any="
"""Stands in names for what no policy names: no name of AWS looks like it."""

UNNAMED_REGION = "xx-any-1"

OTHER_ACCOUNT = "999999999999"
"""The owner of what belongs to a foreign account."""

_SERVICE = "{service}"
_REGION = "{region}"


@dataclass(frozen=True)
class AskedRequest:
    """One of `actions` on a resource, or one that matches it where it has wildcards.

    `resource` may have {partition}, {account}, and {region}: every Region that a policy names, and one that none names.
    Without one, `by_pattern` is the service whose resources are asked: those that match a pattern of the policies with
    a wildcard in the first part of the name. `context` has texts, or lists of texts that are tried one by one; there
    {service} is the service that a role is passed to. `absent` are keys that the request does not have, `chosen` those
    that a caller chooses in addition. With `of_other_account`, the resource belongs to somebody else.
    """

    actions: tuple[str, ...]
    resource: str = ""
    by_pattern: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: KeyNames = field(default_factory=KeyNames)
    chosen: KeyNames = field(default_factory=KeyNames)
    of_other_account: bool = False

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> AskedRequest:
        """Read one request. Raises TypeError for unknown keys, ValueError without a resource."""
        given = dict(content)
        given["actions"] = tuple(given.get("actions", ()))
        context = given.pop("context", {})
        given["context"] = {key: (one,) if isinstance(one, str) else tuple(one) for key, one in context.items()}
        for keys in ("absent", "chosen"):
            given[keys] = KeyNames(given.get(keys, ()))
        asked = cls(**given)
        if not asked.actions or bool(asked.resource) == bool(asked.by_pattern):
            raise ValueError(f"not a request: {dict(content)}")
        return asked

    @property
    def passes_roles(self) -> bool:
        """Whether the request is asked for each service that a role can be passed to."""
        return any(_SERVICE in value for values in self.context.values() for value in values)

    @property
    def is_about_patterns(self) -> bool:
        return any(special in self.resource for special in "*?")


@dataclass(frozen=True)
class Grant:
    """Requests of which one suffices or, with `every`, all are needed."""

    requests: tuple[AskedRequest, ...]
    every: bool = False

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Grant:
        """Read one grant. Raises ValueError unless it has one of `any_of` and `every`."""
        if set(content) not in ({"any_of"}, {"every"}):
            raise ValueError(f"not a grant: {dict(content)}")
        return cls(
            tuple(AskedRequest.parse(one) for requests in content.values() for one in requests), "every" in content
        )

    @cached_property
    def actions(self) -> frozenset[str]:
        """All actions that are asked, in lower case."""
        return frozenset(action.lower() for request in self.requests for action in request.actions)


@dataclass(frozen=True)
class Asker:
    """Whose requests are asked: the caller, its tags, and its account."""

    principal: Principal
    account: Account
    tags: Mapping[str, str] | None = None

    def requests(
        self, asked: AskedRequest, action: str, statements: Iterable[CompiledStatement], service: str = ""
    ) -> Iterator[Request]:
        """The concrete requests for one action, with what the statements that allow it name of Regions and patterns."""
        owner = OTHER_ACCOUNT if asked.of_other_account else self.account.id
        places = {"partition": self.account.partition, "account": self.account.id, "owner": owner, "service": service}
        bare = Request(self.principal, action, "*", Context(), owner, self.tags)
        contexts = [
            Context({key: value.format(**places) for key, value in zip(asked.context, values, strict=True)})
            for values in product(*asked.context.values())
        ]
        for resource in dict.fromkeys(self._resources(asked, places, statements, bare)):
            for context in contexts:
                yield replace(bare, resource=resource, context=context)

    def _resources(
        self, asked: AskedRequest, places: Mapping[str, str], statements: Iterable[CompiledStatement], bare: Request
    ) -> Iterator[str]:
        if asked.by_pattern:
            for pattern in _named_resources(statements):
                if has_open_name(pattern, asked.by_pattern):
                    yield instance(pattern, bare.full_context)
        elif _REGION in asked.resource:
            regions = {pattern.split(":")[3] for pattern in _named_resources(statements) if pattern.count(":") > 3}
            for region in sorted(one for one in regions if one and not any(special in one for special in "*?$")):
                yield asked.resource.format(region=region, **places)
            yield asked.resource.format(region=UNNAMED_REGION, **places)
        else:
            yield asked.resource.format(**places)


def _named_resources(statements: Iterable[CompiledStatement]) -> Iterator[str]:
    return (pattern for one in statements for pattern in one.statement.resources or ())


def has_open_name(pattern: str, service: str) -> bool:
    """Whether a pattern is about resources of a service and has a wildcard in the first part of their name."""
    fields = pattern.split(":", 5)
    return len(fields) == 6 and fields[2] == service and any(special in fields[5].split("/")[0] for special in "*?")


def instance(pattern: str, context: Context) -> str:
    """A resource that matches a pattern, and of which it does not name what its wildcards stand for."""
    return "".join(_filled(token, context) for token in tokens(pattern))


def _filled(token: str, context: Context) -> str:
    if is_variable(token):
        values = context.values(token[2:-1].partition(",")[0].strip().lower())
        return values[0] if values else UNNAMED
    return {ANY: UNNAMED, ONE: "="}.get(token, token)


ANY_SERVICE = "any service"
_UNNAMED_SERVICE = "any-service.amazonaws.com"
_PASSED_TO = "iam:passedtoservice"


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
            if condition.key == _PASSED_TO
            for value in condition.values
        }
        patterns = {value for value in values if any(special in value for special in "*?$")}
        named = (values - patterns) | (self._services if values else frozenset())
        some = {instance(pattern, Context(complete=True)): pattern for pattern in sorted(patterns)}
        return {_UNNAMED_SERVICE: ANY_SERVICE, **some, **{service: service for service in sorted(named)}}

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
