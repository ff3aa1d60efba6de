# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the services of the catalogue explain in an account. Pure.

A service counts only whole: its variables are exported if they reproduce everything that they declare. A converge of
a service that reproduces all objects but one would change that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..catalogue.service import ServiceDefinition
from ..converge.combined_services import CombinedServices
from ..declare.policy_references import may_mean
from ..errors import printable
from ..model import CurrentState, Declarations, Identity, identity_key
from .recovered_variables import Recovered, recovered
from .reproduction import declarations_of
from .selection import ExportSelection

_MOST_PLACES = 20
"""The most places that are named of one object."""


@dataclass
class Explained:
    """The services that explain something, by name, and the objects that nearly match another service."""

    services: dict[str, Recovered] = field(default_factory=dict)
    nearly: list[dict[str, str]] = field(default_factory=list)

    def declarations(self, state: CurrentState) -> Declarations:
        """What all of the services declare together."""
        options = [of.options for of in self.services.values()]
        sections = ("roles", "managed_policies", "attachments", "trust_statements")
        return declarations_of(state, {name: [item for one in options for item in one[name]] for name in sections})[0]

    def left_of(self, identity: Identity, declarations: Declarations) -> tuple[set[str], set[str]]:
        """The managed and the inline policies of an identity that no service declares."""
        managed, inline = set(identity.managed), set(identity.inline)
        for one in declarations.attachments:
            if one.present and one.key == identity.key:
                managed = {arn for arn in managed if not any(may_mean(text, arn) for text in one.managed)}
                inline -= one.inline.keys()
        return managed, inline


def explained(
    selection: ExportSelection, catalogue: Mapping[str, ServiceDefinition], refused: Iterable[str] = ()
) -> Explained:
    """What the services explain, without those that are `refused`."""
    found = Explained()
    names = _names_of_aws(selection.state)
    accepted: list[dict[str, Any]] = []
    for name, service in catalogue.items():
        wanted = [one.subject.key for one in selection.of_service(name) if not one.left_over]
        keys = {_key(selection, key) for key in wanted}
        if not keys or name in refused:
            continue
        one = recovered(service, selection.state, keys, names)
        if one is None:
            continue
        reason = _why_not(one, selection)
        combined = CombinedServices.of([*accepted, {"service": name, **one.options}])
        if one.differences or reason or combined.problems:
            reason = reason or "; ".join(map(str, combined.problems))
            found.nearly += _nearly(one, reason, selection)
        else:
            accepted.append({"service": name, **one.options})
            found.services[name] = one
    return found


def _key(selection: ExportSelection, key: str) -> str:
    """The key of an object as declarations have it: a policy by its name."""
    policy = next((one for one in selection.state.policies.values() if one.key == key), None)
    return f"policy/{policy.name.lower()}" if policy else key


def _why_not(one: Recovered, selection: ExportSelection) -> str:
    """Why the variables of a service cannot be exported although they reproduce its objects."""
    declarations, _problems = declarations_of(selection.state, one.options)
    elsewhere = sorted(role.name for role in declarations.roles if role.present and selection.is_elsewhere(role.name))
    if elsewhere:
        return f"it declares role {elsewhere[0]}, which managed_elsewhere matches"
    selected = {resource.lower() for resource in selection.subjects}
    resources = {f"role/{role.name}" for role in declarations.roles if role.present}
    resources |= {f"policy/{policy.name}" for policy in declarations.policies if policy.present}
    others = sorted(resource for resource in resources if resource.lower() not in selected)
    if others:
        return f"it declares {others[0]} too, which is not selected"
    return ""


def _nearly(one: Recovered, reason: str, selection: ExportSelection) -> list[dict[str, str]]:
    """Where the selected objects differ from the service, and how many more the service would make."""
    places: dict[str, dict[str, None]] = {}
    others: set[str] = set()
    for deviation in one.differences:
        if deviation.resource in selection.subjects:
            places.setdefault(deviation.resource, {})[deviation.place] = None
        else:
            others.add(deviation.resource)
    title, name = one.service.title, one.service.name
    variables = ", ".join(f"{one.service.prefix}{variable}" for variable in one.values)
    if others:
        reason = f"{len(others)} more objects or values of it are not as it declares"
    found = [
        {
            "resource": printable(resource),
            "service": name,
            "reason": f"{title} with {variables or 'the defaults of its variables'} differs from it in"
            f" {', '.join(printable(place) for place in list(of)[:_MOST_PLACES])}",
        }
        for resource, of in places.items()
    ]
    if reason:
        found.append({"resource": f"service/{name}", "service": name, "reason": reason})
    return found


def _names_of_aws(state: CurrentState) -> dict[str, str]:
    """The AWS managed policies of the account that their names alone identify, by ARN."""
    own = state.policies.keys()
    return {
        policies[0].arn: name
        for name, policies in state.aws_policies.items()
        if len(policies) == 1 and name.lower() not in own
    }


def declared_keys(declarations: Declarations) -> set[str]:
    """The keys of the roles, and the names of the policies as `policy/NAME`, that are declared whole and present."""
    keys = {identity_key("role", role.name) for role in declarations.roles if role.present}
    return keys | {f"policy/{policy.name.lower()}" for policy in declarations.policies if policy.present}
