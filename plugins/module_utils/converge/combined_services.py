# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What several services declare for one account, as one declaration. Pure.

What a service declares comes from the controller as plain data: `service`, `profile`, `state`, `remedies`, by
section (`roles`, `managed_policies`, `attachments`, `trust_statements`) items in the options of `iam_baseline`, and
`expect`, assertions of access: each with its `place` in the definition, and its `entry`. A baseline has its own name as
`service`, and neither `profile` nor `state` (see `baselines`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..analyze.aws_facts import AwsFacts
from ..analyze.finding import Finding
from ..analyze.findings import outlived
from ..errors import Problem
from ..model import identity_key, resource_name
from ..resolve.desired_state import DesiredState

SECTIONS = ("managed_policies", "roles", "attachments", "trust_statements")

Data = Mapping[str, Any]


@dataclass(frozen=True)
class CombinedServices:
    """`options` are those of one `iam_baseline` for all services, and `places` says by section how messages
    name each item.

    `owners` are by section the services of the items, in their order. `problems` name the contradictions between two
    services, with both places.
    """

    declared: tuple[Data, ...]
    options: dict[str, list[dict[str, Any]]]
    places: dict[str, list[str]]
    owners: dict[str, list[str]]
    problems: list[Problem]
    _services: dict[str, dict[str, None]] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Sequence[Data]) -> CombinedServices:
        """Combine the declarations of the services. An object that two services declare alike is declared once."""
        options: dict[str, list[dict[str, Any]]] = {section: [] for section in SECTIONS}
        places: dict[str, list[str]] = {section: [] for section in SECTIONS}
        owners: dict[str, list[str]] = {section: [] for section in SECTIONS}
        problems: list[Problem] = []
        services: dict[str, dict[str, None]] = {}
        first: dict[tuple[str, str], dict[str, Any]] = {}
        for one in declared:
            for section in SECTIONS:
                for item in one.get(section) or ():
                    resource = _resource(section, item)
                    place = _place(one["service"], resource)
                    services.setdefault(resource.lower(), {})[one["service"]] = None
                    earlier = _contradicting(first, section, item, place)
                    if earlier is None:
                        options[section].append(dict(item))
                        places[section].append(place)
                        owners[section].append(one["service"])
                    elif earlier:
                        problems.append(Problem(place, f"is declared differently by {earlier}; change one of the two"))
        return cls(tuple(declared), options, places, owners, problems, services)

    def services_of(self, resource: str) -> list[str]:
        """The services that declare something of an object, such as `role/l4e-role`, in the order of the services."""
        return list(self._services.get(resource.lower(), ()))

    def remedy(self, resource: str, code: str, otherwise: str) -> str:
        """What resolves a finding: the variable of the service that the object belongs to, where that names one."""
        remedies = {one["service"]: one.get("remedies") or {} for one in self.declared}
        found = (remedies[service].get(code) for service in self.services_of(resource))
        return next(filter(None, found), otherwise)

    def outlived(self, knowledge: AwsFacts, desired: DesiredState) -> Iterator[Finding]:
        """For each service that has ended: the finding that the account still has objects for it."""
        for one in self.declared:
            own = DesiredState(
                identities={
                    key: identity
                    for key, identity in desired.identities.items()
                    if identity and one["service"] in self.services_of(identity.resource)
                },
                policies={
                    name: policy
                    for name, policy in desired.policies.items()
                    if policy and one["service"] in self.services_of(policy.resource)
                },
            )
            found = outlived(knowledge, one["service"], own, one.get("remedies") or {})
            if found is not None:
                yield replace(found, service=one["service"])

    def shown(self) -> list[dict[str, str]]:
        """The services as a result names them."""
        services = (one for one in self.declared if "profile" in one)
        return [{key: one[key] for key in ("service", "profile", "state")} for one in services]

    def with_services(self, objects: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
        """The objects of a result, each with its service."""
        return {
            section: [{**item, "service": service} for item, service in zip(items, self.owners[section], strict=True)]
            for section, items in objects.items()
        }


def places_of(declared: Data) -> dict[str, list[str]]:
    """How messages name each item that one service declares, by section."""
    return {
        section: [_place(declared["service"], _resource(section, item)) for item in declared.get(section) or ()]
        for section in SECTIONS
    }


def _place(service: str, resource: str) -> str:
    return f"{service}: {resource}"


def _resource(section: str, item: Data) -> str:
    if section == "attachments":
        return resource_name(item["iam_type"], item["iam_name"])
    return resource_name("policy" if section == "managed_policies" else "role", item["name"])


def _contradicting(first: dict[tuple[str, str], dict[str, Any]], section: str, item: Data, place: str) -> str | None:
    """The place of a different declaration of the same object; empty if it is the same, None if there is no other."""
    if section in ("attachments", "trust_statements"):
        for key, content in _parts(section, item):
            other = first.setdefault(key, {"content": content, "place": place})
            if other["content"] != content:
                return str(other["place"])
        return None
    key = (section, str(item["name"]).lower())
    content = {**item, "name": key[1]}
    other = first.setdefault(key, {"content": content, "item": item, "place": place})
    if other["item"] is item:
        return None
    return "" if other["content"] == content else str(other["place"])


def _parts(section: str, item: Data) -> Iterator[tuple[tuple[str, str], Any]]:
    """Each policy or statement for an object that is managed elsewhere; None means that it is removed."""
    is_off = item.get("state", "present") == "absent"
    if section == "trust_statements":
        role = f"trust policy of {identity_key('role', item['name'])}"
        for statement in item["statements"]:
            yield (role, str(statement.get("Sid") or statement)), None if is_off else statement
        return
    who = identity_key(item["iam_type"], item["iam_name"])
    for name in item.get("managed_policies") or ():
        yield (who, f"managed {name}"), None if is_off else "attached"
    for name, document in (item.get("inline_policies") or {}).items():
        yield (who, f"inline {name}"), None if is_off else document
