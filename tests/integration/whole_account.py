# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole account in one form: made by hand with the plain SDK, read back, and compared.

An account is a dictionary of `roles`, `users`, `groups` and `policies` (customer managed) by name. What an entry leaves
out is the default of IAM: path `/`, nothing attached, no tags. `<account_id>` stands for the account.

It shares no code with the collection. Left out are ids and dates, what GetAccountAuthorizationDetails does not tell
(descriptions, session durations), and the role by which everybody enters an account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

ENTRANCE = "OrganizationAccountAccessRole"

Account = dict[str, dict[str, dict[str, Any]]]

_GRANTS: dict[str, Any] = {"path": "/", "managed": [], "inline": {}}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "roles": {**_GRANTS, "boundary": None, "tags": {}},
    "users": {**_GRANTS, "boundary": None, "tags": {}, "groups": []},
    "groups": _GRANTS,
    "policies": {"path": "/", "versions": 1, "boundary_of": 0},
}
_DETAILS = {"roles": "RoleDetailList", "users": "UserDetailList", "groups": "GroupDetailList", "policies": "Policies"}


def declared(account: Mapping[str, Any], account_id: str) -> Account:
    """An account as it is written down, filled in and in comparable order."""
    filled = json.loads(json.dumps(account).replace("<account_id>", account_id))
    unknown = set(filled) - set(_DEFAULTS)
    assert not unknown, f"an account has no {unknown}"
    return {
        kind: {name: _comparable({**defaults, **(entry or {})}) for name, entry in filled.get(kind, {}).items()}
        for kind, defaults in _DEFAULTS.items()
    }


def held(iam: Any) -> Account:
    """What the account holds, as `declared` writes it."""
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["Role", "User", "Group", "LocalManagedPolicy"]
    )
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _DETAILS}
    for page in pages:
        for kind, key in _DETAILS.items():
            found[kind] += page[key]
    return {
        "roles": {
            role["RoleName"]: _comparable({**_identity(role, "Role"), "trust": role["AssumeRolePolicyDocument"]})
            for role in found["roles"]
            if role["RoleName"] != ENTRANCE
        },
        "users": {
            user["UserName"]: _comparable({**_identity(user, "User"), "groups": user["GroupList"]})
            for user in found["users"]
        },
        "groups": {group["GroupName"]: _comparable(_grants(group, "Group")) for group in found["groups"]},
        "policies": {_name(policy): _comparable(_policy(policy)) for policy in found["policies"]},
    }


def create(iam: Any, account: Account) -> None:
    """Make by hand what `declared` gives."""
    for name, policy in account["policies"].items():
        iam.create_policy(PolicyName=name, Path=policy["path"], PolicyDocument=json.dumps(policy["document"]))
    for name, group in account["groups"].items():
        iam.create_group(GroupName=name, Path=group["path"])
        _grant(iam, "group", name, group)
    for name, user in account["users"].items():
        iam.create_user(UserName=name, Path=user["path"], **_extras(user))
        _grant(iam, "user", name, user)
        for group_name in user["groups"]:
            iam.add_user_to_group(GroupName=group_name, UserName=name)
    for name, role in account["roles"].items():
        trust = json.dumps(role["trust"])
        iam.create_role(RoleName=name, Path=role["path"], AssumeRolePolicyDocument=trust, **_extras(role))
        _grant(iam, "role", name, role)


def differences(wanted: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two accounts differ, a line for each place."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted({*wanted, *found}):
            there = f"{place}.{key}" if place else key
            if key not in found:
                yield f"{there}: missing {json.dumps(wanted[key])}"
            elif key not in wanted:
                yield f"{there}: not expected {json.dumps(found[key])}"
            else:
                yield from differences(wanted[key], found[key], there)
    elif wanted != found:
        yield f"{place}: expected {json.dumps(wanted)}, found {json.dumps(found)}"


def _identity(detail: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        **_grants(detail, kind),
        "boundary": detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": {tag["Key"]: tag["Value"] for tag in detail.get("Tags", [])},
    }


def _grants(detail: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "path": detail["Path"],
        "managed": [policy["PolicyArn"] for policy in detail["AttachedManagedPolicies"]],
        "inline": {policy["PolicyName"]: policy["PolicyDocument"] for policy in detail.get(f"{kind}PolicyList", [])},
    }


def _policy(detail: dict[str, Any]) -> dict[str, Any]:
    versions = detail["PolicyVersionList"]
    return {
        "path": detail["Path"],
        "document": next(version["Document"] for version in versions if version["IsDefaultVersion"]),
        "versions": len(versions),
        "boundary_of": detail.get("PermissionsBoundaryUsageCount", 0),
    }


def _name(policy: dict[str, Any]) -> str:
    return str(policy["Arn"]).rpartition("/")[2]


def _extras(identity: dict[str, Any]) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in identity["tags"].items()]
    return {"Tags": tags, **({"PermissionsBoundary": identity["boundary"]} if identity["boundary"] else {})}


def _grant(iam: Any, kind: str, name: str, identity: dict[str, Any]) -> None:
    whose = {f"{kind.capitalize()}Name": name}
    for arn in identity["managed"]:
        getattr(iam, f"attach_{kind}_policy")(**whose, PolicyArn=arn)
    for policy, document in identity["inline"].items():
        getattr(iam, f"put_{kind}_policy")(**whose, PolicyName=policy, PolicyDocument=json.dumps(document))


def _comparable(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with its lists and documents in one order."""
    compared = dict(entry)
    for key, value in entry.items():
        if key in ("managed", "groups"):
            compared[key] = sorted(value)
        elif key in ("trust", "document", "inline"):
            compared[key] = _ordered(value)
    return compared


def _ordered(value: Any) -> Any:
    """A document in one order, a list of one element as that element: IAM takes these for the same."""
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        ordered = sorted((_ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return ordered[0] if len(ordered) == 1 else ordered
    return value
