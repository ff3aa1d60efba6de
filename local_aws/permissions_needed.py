# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions AWS requires for a call: actions, their resources, condition keys.

From the service authorization reference of IAM, STS, Organizations and Security Hub. The API reference adds: tags in a
creation need the tagging permission too, AddRoleToInstanceProfile passes the role, and GetCallerIdentity needs no
permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.organizations.models import organizations_backends

from .request import Call
from .store import Store

_NAMED = {"RoleName": "role", "UserName": "user", "GroupName": "group", "InstanceProfileName": "instance-profile"}
_CREATED = {"CreateRole": "RoleName", "CreateUser": "UserName", "CreateGroup": "GroupName"}
_TASK_OF_ROLE = "task/"
_LINKED_PATH = "/aws-service-role/"
_EC2 = "ec2.amazonaws.com"


@dataclass(frozen=True)
class Needed:
    """One permission: `resource` is an ARN, or `*` for an action without one. `context` contains condition keys in
    lower case.

    A tuple is the values of a multivalued key, which AWS compares by ForAllValues and ForAnyValue only.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def permissions_needed(call: Call, store: Store, organization: str) -> list[Needed]:
    """What a call needs in an account as it is now. `organization` is the ID of its management account."""
    if call.service == "iam":
        return list(_iam(call, store))
    if call.service == "sts" and call.action == "AssumeRole":
        return [_assume_role(call, organization)]
    if call.service == "organizations":
        return [Needed(f"organizations:{call.action}", _organization_arn(call, organization))]
    if call.service == "securityhub":
        return [_security_hub(call)]
    return []


def _security_hub(call: Call) -> Needed:
    about = f"product/{call.account}/default" if call.action == "BatchImportFindings" else "hub/default"
    resource = f"arn:{call.partition}:securityhub:{call.region}:{call.account}:{about}"
    return Needed(f"securityhub:{call.action}", resource)


def _iam(call: Call, store: Store) -> Iterator[Needed]:
    resource, entity = _object(call, store)
    yield Needed(f"iam:{call.action}", resource, dict(_context(call, entity)))
    if call.action in ("CreateRole", "CreatePolicy") and call.listed("Tags"):
        yield Needed(f"iam:Tag{call.action.removeprefix('Create')}", resource, dict(_tags(call)))
    if call.action == "AddRoleToInstanceProfile":
        role, _entity = _named(call, store, "RoleName")
        yield Needed("iam:PassRole", role, {"iam:passedtoservice": _EC2})


def _object(call: Call, store: Store) -> tuple[str, Any]:
    """The ARN of the object of a call, and the object if it exists."""
    for parameter in ("InstanceProfileName", "RoleName", "UserName", "GroupName"):
        if call.text(parameter):
            return _named(call, store, parameter)
    if call.action == "CreatePolicy":
        return _arn(call, "policy", call.text("Path") or "/", call.text("PolicyName") or ""), None
    if task := call.text("DeletionTaskId"):
        return f"arn:{call.partition}:iam::{call.account}:role/{_role_of(task)}", None
    return call.text("PolicyArn") or call.text("PolicySourceArn") or "*", None


def _named(call: Call, store: Store, parameter: str) -> tuple[str, Any]:
    """The object of a name. A missing object has no path, because IAM does not look for it before it has decided.

    All service-linked roles have one path, so such a name of a deleted role is assumed to exist.
    """
    kind, name = _NAMED[parameter], call.text(parameter) or ""
    if _CREATED.get(call.action) == parameter:
        return _arn(call, kind, call.text("Path") or "/", name), None
    entities: Mapping[str, Mapping[str, Any]] = {
        "role": store.roles,
        "user": store.users,
        "group": store.groups,
        "instance-profile": store.instance_profiles,
    }
    entity = next((one for one in entities[kind].values() if one.name == name), None)
    path = _LINKED_PATH if call.action == "DeleteServiceLinkedRole" else "/"
    return _arn(call, kind, entity.path if entity else path, name), entity


def _context(call: Call, entity: Any) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    yield from _tags(call)
    boundary = call.text("PermissionsBoundary") or getattr(entity, "permissions_boundary_arn", None)
    if boundary:
        yield "iam:permissionsboundary", str(boundary)
    policy = call.text("PolicyArn")
    if policy and call.action.startswith(("Attach", "Detach")):
        yield "iam:policyarn", policy


def _tags(call: Call) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The keys of the tags that a call writes or removes, and the values of those that it writes."""
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in call.listed("Tags")}
    keys = [*tags, *map(str, call.listed("TagKeys"))]
    if keys:
        yield "aws:tagkeys", tuple(keys)
    for key, value in tags.items():
        yield f"aws:requesttag/{key.lower()}", value


def _assume_role(call: Call, organization: str) -> Needed:
    own = _organization_id(organization)
    context: dict[str, str | tuple[str, ...]] = {"aws:resourceorgid": own, "aws:principalorgid": own}
    if external_id := call.text("ExternalId"):
        context["sts:externalid"] = external_id
    return Needed("sts:AssumeRole", call.text("RoleArn") or "*", context)


def _organization_id(management: str) -> str:
    return str(organizations_backends[management]["aws"].org.id)


def _organization_arn(call: Call, management: str) -> str:
    about = call.parameters.get("ParentId") or call.parameters.get("ResourceId")
    if not about:
        return "*"
    kind = "root" if about.startswith("r-") else "ou" if about.startswith("ou-") else "account"
    return f"arn:{call.partition}:organizations::{management}:{kind}/{_organization_id(management)}/{about}"


def _role_of(task: str) -> str:
    """The path and name of the role in `task/aws-service-role/SERVICE/ROLE/UUID`."""
    return task.removeprefix(_TASK_OF_ROLE).rpartition("/")[0]


def _arn(call: Call, kind: str, path: str, name: str) -> str:
    return f"arn:{call.partition}:iam::{call.account}:{kind}{path}{name}"
