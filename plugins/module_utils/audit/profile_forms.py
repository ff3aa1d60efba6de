# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The forms that an object of a service can have: of the profiles, and of a host's own declarations. Pure.

A profile says what is granted and who is trusted. It does not cover description, path, tags, session duration and the
Sids of statements, so that a role created in the console can be in sync with it. A declaration counts completely,
because the next converge would write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..declare.parser import DeclarationParser, named_roles
from ..declare.placeholders import Placeholders
from ..errors import Problem
from ..model import (
    Account,
    AttachmentDeclaration,
    CurrentState,
    Declarations,
    PolicyDeclaration,
    RoleDeclaration,
    TrustDeclaration,
)
from ..resolve.policy_arns import Resolver

DECLARED = "declared"

Options = Mapping[str, Any]
ObjectName = tuple[str, str]
"""The kind of an object (role, policy, user or group) and its name in lower case."""


@dataclass(frozen=True)
class Form:
    """One object as one profile has it. With `whole`, all of its properties count. `name` keeps its case.

    `policies` says which policies of the account the names in it mean.
    """

    service: str
    profile: str
    kind: str
    name: str
    policies: Resolver = field(compare=False, repr=False)
    role: RoleDeclaration | None = None
    policy: PolicyDeclaration | None = None
    attachments: tuple[AttachmentDeclaration, ...] = ()
    trust: tuple[TrustDeclaration, ...] = ()

    @property
    def whole(self) -> bool:
        return self.profile == DECLARED

    @property
    def present(self) -> bool:
        """Whether the form wants the object to exist."""
        declared = self.role or self.policy
        return declared is None or declared.present


@dataclass(frozen=True)
class Profile:
    """What one profile of one service, or a host's variables, declare, in the options of `iam_baseline`."""

    service: str
    profile: str
    options: Options

    def names(self) -> Iterator[tuple[str, str]]:
        """Kind and name of every object that it declares present, in its order."""
        if self.options.get("state") == "absent":
            return
        for kind, name, item in self._items():
            if item.get("state", "present") == "present":
                yield kind, name

    @cached_property
    def object_names(self) -> frozenset[ObjectName]:
        """Everything that it declares."""
        return frozenset((kind, name.lower()) for kind, name, dummy in self._items())

    @cached_property
    def policies(self) -> dict[str, PolicyDeclaration]:
        """The customer managed policies that it declares, by lower-case name."""
        items = self.options.get("managed_policies") or ()
        return {item["name"].lower(): PolicyDeclaration("", item["name"], True, item.get("path")) for item in items}

    def forms(
        self,
        state: CurrentState,
        wanted: ObjectName | None = None,
        others: Mapping[str, PolicyDeclaration] | None = None,
    ) -> tuple[list[Form], list[Problem]]:
        """The forms in this account, or those of one object, and what cannot be read in them.

        `others` are policies that are declared elsewhere, by lower-case name.
        """
        options = self._only(wanted) if wanted else self.options
        parser = DeclarationParser(Placeholders(state.account, self._role_arns(state)))
        declarations = parser.baseline(options)
        resolver = Resolver(state, {**(others or {}), **self.policies})
        return list(self._forms(declarations, resolver)), parser.problems

    def _forms(self, declarations: Declarations, resolver: Resolver) -> Iterator[Form]:
        for role in declarations.roles:
            yield Form(self.service, self.profile, "role", role.name, resolver, role=role)
        for policy in declarations.policies:
            yield Form(self.service, self.profile, "policy", policy.name, resolver, policy=policy)
        others: dict[str, tuple[str, str]] = {}
        own = {role.key for role in declarations.roles}
        for attachment in declarations.attachments:
            others.setdefault(attachment.key, (attachment.kind, attachment.name))
        for trust in declarations.trust_statements:
            others.setdefault(trust.key, ("role", trust.role))
        for key, (kind, name) in others.items():
            if key not in own:
                yield Form(
                    self.service,
                    self.profile,
                    kind,
                    name,
                    resolver,
                    attachments=tuple(item for item in declarations.attachments if item.key == key),
                    trust=tuple(item for item in declarations.trust_statements if item.key == key),
                )

    def _only(self, wanted: ObjectName) -> Options:
        kind, name = wanted

        def keep(option: str, key: str, of: str | None) -> list[Options]:
            return [
                item
                for item in self.options.get(option) or ()
                if str(item[key]).lower() == name and (of or item.get("iam_type")) == kind
            ]

        return {
            "state": self.options.get("state", "present"),
            "roles": keep("roles", "name", "role"),
            "managed_policies": keep("managed_policies", "name", "policy"),
            "attachments": keep("attachments", "iam_name", None),
            "trust_statements": keep("trust_statements", "name", "role"),
        }

    def _items(self) -> Iterator[tuple[str, str, Options]]:
        for role in self.options.get("roles") or ():
            yield "role", role["name"], role
        for policy in self.options.get("managed_policies") or ():
            yield "policy", policy["name"], policy
        for attachment in self.options.get("attachments") or ():
            yield attachment["iam_type"], attachment["iam_name"], attachment
        for trust in self.options.get("trust_statements") or ():
            yield "role", trust["name"], trust

    def _role_arns(self, state: CurrentState) -> dict[str, str]:
        arns: dict[str, str] = {}
        for name, path in named_roles(None, self.options):
            there = state.role(name)
            arns.setdefault(name.lower(), there.arn if there else _arn(state.account, path, name))
        return arns


def profiles_of(content: Sequence[Options]) -> tuple[Profile, ...]:
    """The profiles that audits know, as `catalogue/known_profiles.py` gives them."""
    return tuple(Profile(item["service"], item["profile"], item) for item in content)


def declared_profiles(declared: Sequence[Options], services: Sequence[str]) -> tuple[Profile, ...]:
    """What the host's variables declare for the services that are audited."""
    return tuple(Profile(item["service"], DECLARED, item) for item in declared if item["service"] in services)


def declared_policies(declared: Sequence[Options]) -> dict[str, PolicyDeclaration]:
    """The customer managed policies that the host's variables declare for any service, by lower-case name."""
    profiles = (Profile(item["service"], DECLARED, item) for item in declared)
    return {name: policy for profile in profiles for name, policy in profile.policies.items()}


def names_to_ask_for(declared: Sequence[Options], state: CurrentState) -> set[str]:
    """Names of policies that are declared without a path, that the account has, and that AWS may have too."""
    own = declared_policies(declared)
    names = {
        text
        for item in declared
        for section in ("roles", "attachments")
        for one in item.get(section) or ()
        for text in (*(one.get("managed_policies") or ()), one.get("boundary") or "")
    }
    return {
        name for name in names if name.lower() in state.policies and name.lower() not in own
    } - state.aws_policies.keys()


def _arn(account: Account, path: str, name: str) -> str:
    return account.arn("role", path, name)
