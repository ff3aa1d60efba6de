# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""An account as declarations: variables of services for what they explain, data of `iam_baseline` for the rest. Pure.

What is exported changes nothing in the account that it comes from. This is checked at the end, with the plan that a
converge would make: an object that it would change is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..catalogue.service import ServiceDefinition
from ..errors import printable
from ..model import Identity, ManagedPolicy, Role, resource_name
from .declared_items import Item, attachment_item, policy_item, role_item, trust_item
from .explained import Explained, declared_keys, explained
from .reproduction import changes, declarations_of
from .selection import ExportSelection, own_policies_of

SECTIONS = ("managed_policies", "roles", "attachments", "trust_statements")


@dataclass
class Exported:
    """`services` are variables with their prefix, by service; `baseline` are items by section. See `iam_export`."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    baseline: dict[str, list[Item]] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)
    unexplained: list[dict[str, str]] = field(default_factory=list)


def exported(selection: ExportSelection, catalogue: Mapping[str, ServiceDefinition]) -> Exported:
    """The selected objects as declarations."""
    refused: set[str] = set()
    while True:
        of_services = explained(selection, catalogue, refused)
        found = _Export(selection, of_services)
        wrong = found.changing_services()
        if not wrong:
            return found.result()
        refused |= wrong


class _Export:
    """One export. Items are kept by section and by the resource that they are about."""

    def __init__(self, selection: ExportSelection, of_services: Explained) -> None:
        self._selection = selection
        self._state = selection.state
        self._explained = of_services
        self._declared = of_services.declarations(selection.state)
        self._left_out = list(selection.left_out)
        self._items: dict[str, dict[str, Item]] = {section: {} for section in SECTIONS}
        for section, resource, item in self._made():
            self._keep(section, resource, item)
        self._changes = self._changed()
        for resource, reason in self._changes.items():
            if any(items.pop(resource, None) for items in self._items.values()):
                self._left_out.append({"resource": resource, "reason": f"it cannot be declared as it is: {reason}"})

    def changing_services(self) -> set[str]:
        """Services that a converge of the whole would change something of, although each alone changes nothing."""
        left = self._changed()
        if not left:
            return set()
        return {
            name
            for name, one in self._explained.services.items()
            if declared_keys(declarations_of(self._state, one.options)[0]) & {key.lower() for key in left}
        } or set(self._explained.services)

    def result(self) -> Exported:
        services = {
            name: {f"{one.service.prefix}{variable}": value for variable, value in sorted(one.values.items())}
            for name, one in self._explained.services.items()
        }
        baseline = {section: list(items.values()) for section, items in self._items.items() if items}
        left_out = sorted(self._left_out, key=lambda one: one["resource"])
        return Exported(services, baseline, _shown(left_out), _shown([*self._explained.nearly, *self._notes()]))

    def _keep(self, section: str, resource: str, item: Item) -> None:
        """Keep an item, if it can be declared at all."""
        reason = self._refusal(section, item)
        if reason:
            self._left_out.append({"resource": resource, "reason": reason})
        else:
            self._items[section][resource] = item

    def _refusal(self, section: str, item: Item) -> str:
        """Why an item cannot be declared: AWS would not take it again, or it is ambiguous."""
        _declarations, problems = declarations_of(self._state, {section: [item]})
        if not problems:
            return ""
        place, _separator, rest = problems[0].place.partition("].")
        return f"it cannot be declared as it is: {rest or place}: {problems[0].message}"

    def _made(self) -> Iterator[tuple[str, str, Item]]:
        account, covered = self._state.account, declared_keys(self._declared)
        parts = self._parts_of_services()
        for resource, one in self._selection.subjects.items():
            if isinstance(one, ManagedPolicy):
                if resource.lower() not in covered:
                    yield "managed_policies", resource, policy_item(one, account)
            elif isinstance(one, Role) and resource in parts:
                yield from self._attachment(one, *parts[resource])
            elif isinstance(one, Role) and not self._selection.is_elsewhere(one.name):
                if one.key not in covered:
                    yield "roles", resource, role_item(one, account)
            else:
                yield from self._attachment(one, *self._explained.left_of(one, self._declared))
                if isinstance(one, Role):
                    yield "trust_statements", resource, trust_item(one, account)
        yield from self._holders()

    def _parts_of_services(self) -> dict[str, tuple[set[str], set[str]]]:
        """The managed and inline policies that services have left in roles of other owners, if those are selected for
        nothing else."""
        selection = self._selection
        parts: dict[str, tuple[set[str], set[str]]] = {}
        for service in () if selection.is_whole or selection.patterns.names else selection.patterns.services:
            for found in selection.of_service(service):
                if isinstance(found.subject, Role) and found.left_over:
                    managed, inline = parts.setdefault(found.subject.resource, (set(), set()))
                    managed |= {one.value for one in found.left_over if one.place == "managed_policies"}
                    inline |= {one.policy for one in found.left_over if one.policy}
        return parts

    def _attachment(self, one: Identity, managed: set[str], inline: set[str]) -> Iterator[tuple[str, str, Item]]:
        """What an identity that is managed elsewhere has, without inline policies that cannot be declared."""
        good = set()
        for name in sorted(inline):
            item = attachment_item(one, (), [name], self._state.account)
            reason = self._refusal("attachments", item) if item else ""
            if reason:
                self._left_out.append({"resource": one.resource, "reason": reason})
            else:
                good.add(name)
        item = attachment_item(one, managed, good, self._state.account)
        if item is not None:
            yield "attachments", one.resource, item

    def _holders(self) -> Iterator[tuple[str, str, Item]]:
        """The selected customer managed policies on identities that are not selected."""
        selected = self._selection.subjects
        out = {one["resource"] for one in self._selection.left_out}
        for one in sorted(self._state.identities.values(), key=lambda identity: identity.resource):
            if self._selection.is_whole or one.resource in selected or one.resource in out or _is_protected(one):
                continue
            held = {policy.arn for policy in own_policies_of(one, self._state) if policy.resource in selected}
            left, _inline = self._explained.left_of(one, self._declared)
            yield from self._attachment(one, held & one.managed & left, set())

    def _changed(self) -> dict[str, str]:
        """What a converge of everything would change, by resource."""
        options = {
            section: [
                *(item for one in self._explained.services.values() for item in one.options[section]),
                *items.values(),
            ]
            for section, items in self._items.items()
        }
        declarations, _problems = declarations_of(self._state, options)
        named = {role.place: resource_name("role", role.name) for role in declarations.roles}
        named |= {policy.place: resource_name("policy", policy.name) for policy in declarations.policies}
        named |= {one.place: resource_name(one.kind, one.name) for one in declarations.attachments}
        named |= {one.place: resource_name("role", one.role) for one in declarations.trust_statements}
        found: dict[str, str] = {}
        for key, reason in changes(self._state, declarations).items():
            place, separator, _rest = key.partition("]")
            found.setdefault(named.get(f"{place}{separator}", key), reason)
        return found

    def _notes(self) -> Iterator[dict[str, str]]:
        """What declarations do not contain of the objects that are exported."""
        exported_resources = {resource.lower() for items in self._items.values() for resource in items}
        exported_resources |= declared_keys(self._declared)
        for resource, one in self._selection.subjects.items():
            if resource.lower() in exported_resources:
                yield from (
                    {"resource": resource, "reason": reason} for reason in self._missing_of(one, exported_resources)
                )

    def _missing_of(self, one: Identity | ManagedPolicy, resources: set[str]) -> Iterator[str]:
        if isinstance(one, ManagedPolicy):
            if one.versions:
                yield f"{len(one.versions)} other versions of it are not declared; they stay as they are"
            return
        if isinstance(one, Role) and one.instance_profiles:
            yield f"it is in an instance profile ({', '.join(one.instance_profiles)}), which cannot be declared"
        if not isinstance(one, Role) and one.boundary:
            yield "its permissions boundary cannot be declared, because users and groups are managed elsewhere"
        for policy in own_policies_of(one, self._state):
            if policy.resource.lower() not in resources:
                yield f"it has {policy.resource}, which is not exported"


def _is_protected(identity: Identity) -> bool:
    return identity.path.startswith(("/aws-service-role/", "/aws-reserved/"))


def _shown(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: printable(value) for key, value in entry.items()} for entry in entries]
