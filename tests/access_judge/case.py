# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request with all policies that decide it, in the terms of both evaluators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Policies
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from iam_simulate import Simulation

Document = dict[str, Any]
ContextValues = dict[str, str | list[str]]


@dataclass(frozen=True)
class Case:
    """A request whose context is wholly known.

    `owner` is the account of the resource. `service_control` and `resource_control` have the documents of each level.
    """

    principal: str
    action: str
    resource: str
    owner: str
    context: ContextValues
    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: Document | None = None
    resource_policy: Document | None = None
    service_control: tuple[tuple[Document, ...], ...] = ()
    resource_control: tuple[tuple[Document, ...], ...] = ()

    def documents(self) -> Iterable[Document]:
        """All policies of the case."""
        yield from self.identity
        yield from (one for one in (self.boundary, self.session, self.resource_policy) if one is not None)
        for level in (*self.service_control, *self.resource_control):
            yield from level

    def with_documents(self, change: Callable[[Document], Document]) -> Case:
        """The case with every policy changed. `change` gets a copy."""

        def changed(one: Document) -> Document:
            return change(json.loads(json.dumps(one)))

        def levels(given: tuple[tuple[Document, ...], ...]) -> tuple[tuple[Document, ...], ...]:
            return tuple(tuple(map(changed, level)) for level in given)

        def if_there(one: Document | None) -> Document | None:
            return None if one is None else changed(one)

        return replace(
            self,
            identity=tuple(map(changed, self.identity)),
            boundary=if_there(self.boundary),
            session=if_there(self.session),
            resource_policy=if_there(self.resource_policy),
            service_control=levels(self.service_control),
            resource_control=levels(self.resource_control),
        )

    def request(self) -> Request:
        context = Context(self.context, complete=True)
        return Request(Principal.parse(self.principal), self.action, self.resource, context, owner=self.owner)

    def policies(self) -> Policies:
        def of(one: Document | None, name: str) -> Policy | None:
            return None if one is None else Policy.of(name, one)

        def levels(given: tuple[tuple[Document, ...], ...], name: str) -> list[list[Policy]]:
            return [[Policy.of(name, one) for one in level] for level in given]

        return Policies(
            identity=[Policy.of("identity", one) for one in self.identity],
            boundary=of(self.boundary, "boundary"),
            session=of(self.session, "session"),
            resource=of(self.resource_policy, "resource"),
            service_control=levels(self.service_control, "SCP"),
            resource_control=levels(self.resource_control, "RCP"),
        )

    def simulation(self) -> Simulation:
        """The case for iam-simulate, which does not derive condition keys from the caller."""
        known = self.request().full_context.known()
        derived: Mapping[str, Any] = {key: values[0] for key, values in known.items() if values is not None}
        given = {key.lower() for key in self.context}
        simulation: Simulation = {
            "request": {
                "principal": self.principal,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.owner},
                "contextVariables": {**self.context, **{k: v for k, v in derived.items() if k not in given}},
            },
            "identityPolicies": [_named(number, one) for number, one in enumerate(self.identity)],
            "serviceControlPolicies": _levels(self.service_control),
            "resourceControlPolicies": _levels(self.resource_control),
        }
        if self.boundary is not None:
            simulation["permissionBoundaryPolicies"] = [_named(0, self.boundary)]
        if self.session is not None:
            simulation["sessionPolicy"] = self.session
        if self.resource_policy is not None:
            simulation["resourcePolicy"] = self.resource_policy
        return simulation


def _named(number: int, document: Document) -> dict[str, Any]:
    return {"name": str(number), "policy": document}


def _levels(levels: tuple[tuple[Document, ...], ...]) -> list[dict[str, Any]]:
    return [
        {"orgIdentifier": str(place), "policies": [_named(number, one) for number, one in enumerate(level)]}
        for place, level in enumerate(levels)
    ]
