# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The declarations of the profiles of a service if an account sets only the profile, for audits. Pure.

They contain only what is granted and who is trusted, and only the parts that do not depend on a name that the account
chooses: a sample sets such a value to NAME, and what differs between two such names is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .declaration import declared
from .service import ServiceDefinition

_KEPT = {
    "roles": ("name", "managed_policies", "inline_policies", "assume_role_policy_document"),
    "managed_policies": ("name", "policy"),
}

Data = dict[str, Any]


def known_profiles(service: ServiceDefinition, aws_policies: Mapping[str, str]) -> Iterator[Data]:
    """The profiles of a service, in the options of `iam_baseline`, with `service` and `profile`.

    `aws_policies` has the ARNs of AWS's policies by name.
    """
    for profile in service.profiles:
        seen: list[Data] = []
        for sample in service.samples:
            found = _whatever_the_name(service, profile, sample, aws_policies)
            if found and found not in seen:
                seen.append(found)
                yield {"service": service.name, "profile": profile, **found}


def _whatever_the_name(
    service: ServiceDefinition, profile: str, sample: Mapping[str, Any], aws_policies: Mapping[str, str]
) -> Data:
    """The objects that are the same for every NAME; none if the profile needs more variables."""
    found = []
    for name in ("one", "another"):
        given = {key: value.replace("NAME", name) if isinstance(value, str) else value for key, value in sample.items()}
        declaration, _problems = declared(service, {**given, "profile": profile})
        if declaration is None:
            return {}
        sections = {"roles": declaration.roles, "managed_policies": declaration.managed_policies}
        found.append({section: _kept(section, items, aws_policies) for section, items in sections.items()})
    one, another = found
    same = {section: [item for item in items if item in another[section]] for section, items in one.items()}
    return {section: items for section, items in same.items() if items}


def _kept(section: str, items: list[Data], aws_policies: Mapping[str, str]) -> list[Data]:
    kept = []
    for item in items:
        if item.get("state", "present") == "present":
            one = {key: item[key] for key in _KEPT[section] if key in item}
            if "managed_policies" in one:
                one["managed_policies"] = [aws_policies.get(name, name) for name in one["managed_policies"]]
            kept.append(one)
    return kept
