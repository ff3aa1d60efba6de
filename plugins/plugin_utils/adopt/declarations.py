# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The declarations of several accounts, divided into what all of them share and what each has of its own. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.external_ids import without_external_ids

SERVICES, SHARED, OWN = "aws_ml_services", "aws_ml_baseline", "aws_ml_account_baseline"
"""The playbook variables with the services, and with baseline data for all accounts and for one."""

Variables = dict[str, Any]


@dataclass
class Divided:
    """Variables for all accounts, for each host, and the external ids of each host by their names."""

    shared: Variables = field(default_factory=dict)
    own: dict[str, Variables] = field(default_factory=dict)
    external_ids: dict[str, dict[str, str]] = field(default_factory=dict)


def divided(exports: Mapping[str, Mapping[str, Any]]) -> Divided:
    """The results of `iam_export` by host, as inventory variables. One host shares nothing with itself."""
    found = Divided()
    variables: dict[str, Variables] = {}
    items: dict[str, dict[tuple[str, str], Any]] = {}
    for host, export in exports.items():
        found.external_ids[host] = {}
        variables[host], items[host] = _without_external_ids(export, found.external_ids[host])
    if len(exports) > 1:
        found.shared = _in_all(variables)
        shared_items = _in_all(items)
        if shared_items:
            found.shared[SHARED] = _sections(shared_items)
    for host in exports:
        own = {name: value for name, value in variables[host].items() if name not in found.shared}
        own_items = {
            key: item for key, item in items[host].items() if key not in (shared_items if len(exports) > 1 else {})
        }
        found.own[host] = {**own, **({OWN: _sections(own_items)} if own_items else {})}
    return found


def _without_external_ids(
    export: Mapping[str, Any], external_ids: dict[str, str]
) -> tuple[Variables, dict[tuple[str, str], Any]]:
    """The variables of services, and the items of the baseline by section and object."""
    variables: Variables = {SERVICES: list(export["services"])} if export["services"] else {}
    for service, values in export["services"].items():
        variables.update(without_external_ids(service, values, external_ids))
    items = {
        (section, _name(item)): without_external_ids(_name(item), item, external_ids)
        for section, entries in export["baseline"].items()
        for item in entries
    }
    return variables, items


def _name(item: Mapping[str, Any]) -> str:
    return f"{item['iam_type']} {item['iam_name']}" if "iam_type" in item else str(item["name"])


def _in_all(parts: Mapping[str, Mapping[Any, Any]]) -> dict[Any, Any]:
    """What every host has, and alike."""
    first, *others = parts.values()
    return {
        key: value
        for key, value in first.items()
        if all(key in other and _canonical(other[key]) == _canonical(value) for other in others)
    }


def _canonical(value: Any) -> str:
    """A text that is the same for values that IAM treats as equal."""
    return json.dumps(_comparable(value), sort_keys=True, default=str)


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "Statement" in value or "Effect" in value:
            return PolicyDocument(value if "Statement" in value else {"Statement": value}).canonical
        return {key: _comparable(entry) for key, entry in value.items()}
    return [_comparable(entry) for entry in value] if isinstance(value, list) else value


def _sections(items: Mapping[tuple[str, str], Any]) -> dict[str, list[Any]]:
    sections: dict[str, list[Any]] = {}
    for (section, _object), item in items.items():
        sections.setdefault(section, []).append(item)
    return sections
