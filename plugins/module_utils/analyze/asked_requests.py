# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The requests by which a grant of `finding_rules.yml` is asked for: they are about what no policy names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

from ..access.context import Context
from ..access.policies import CompiledStatement
from ..access.principals import Principal
from ..access.request import Request
from ..model import Account
from ..policy.wildcards import ANY, ONE, is_variable, tokens
from .caller_choices import KeyNames

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
UNNAMED_SERVICE = "any-service.amazonaws.com"
PASSED_TO = "iam:passedtoservice"
