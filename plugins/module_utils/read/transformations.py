# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the shapes of the IAM API to the model. Every call that reads an object uses this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..model import Identity, IdentityKind, ManagedPolicy, PolicyVersion, Role
from ..policy.document import PolicyDocument

Shape = Mapping[str, Any]


def role_of(detail: Shape) -> Role:
    """A role from RoleDetail of GetAccountAuthorizationDetails, or from Role of GetRole."""
    name = detail["RoleName"]
    return Role(
        kind="role",
        name=name,
        path=detail["Path"],
        arn=detail["Arn"],
        managed=attached(detail.get("AttachedManagedPolicies", ())),
        inline=inline(detail.get("RolePolicyList", ())),
        boundary=detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        trust=PolicyDocument.parse(detail.get("AssumeRolePolicyDocument") or {}),
        tags=tags(detail.get("Tags", ())),
        last_used=_last_used(detail.get("RoleLastUsed", {})),
        instance_profiles=tuple(
            sorted(profile["InstanceProfileName"] for profile in detail.get("InstanceProfileList", ()))
        ),
        id=detail.get("RoleId", ""),
        created=_created(detail),
        **_listed(detail),
    )


def with_listing(role: Role, listed: Shape) -> Role:
    """The role with what only ListRoles and GetRole return (FACTS C6)."""
    return replace(role, **_listed(listed))


def _listed(detail: Shape) -> dict[str, Any]:
    template = detail.get("SourceRoleTemplate") or {}
    return {
        "description": detail.get("Description") or "",
        "max_session_duration": detail.get("MaxSessionDuration") or 3600,
        "source_template": template.get("TemplateArn"),
    }


def identity_of(kind: IdentityKind, detail: Shape) -> Identity:
    """A user or group from its detail in GetAccountAuthorizationDetails."""
    capital = kind.capitalize()
    return Identity(
        kind=kind,
        name=detail[f"{capital}Name"],
        path=detail["Path"],
        arn=detail["Arn"],
        managed=attached(detail.get("AttachedManagedPolicies", ())),
        inline=inline(detail.get(f"{capital}PolicyList", ())),
        boundary=detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        id=detail.get(f"{capital}Id", ""),
        created=_created(detail),
        groups=tuple(detail.get("GroupList", ())),
    )


def policy_of(detail: Shape, versions: Iterable[Shape]) -> ManagedPolicy:
    """A customer managed policy with its versions; a version without a document was not read."""
    default = detail["DefaultVersionId"]
    read = sorted((_version(version) for version in versions), key=lambda version: int(version.id.lstrip("v")))
    document = next((version.document for version in read if version.id == default), None)
    arn = detail["Arn"]
    return ManagedPolicy(
        name=detail.get("PolicyName") or arn.rpartition("/")[2],
        path=detail["Path"],
        arn=arn,
        document=document or PolicyDocument({}),
        description=detail.get("Description") or "",
        tags=tags(detail.get("Tags", ())),
        default_version=default,
        versions=tuple(version for version in read if version.id != default),
        attachments=detail.get("AttachmentCount", 0),
        boundary_uses=detail.get("PermissionsBoundaryUsageCount", 0),
        id=detail.get("PolicyId", ""),
        created=_created(detail),
    )


def attached(policies: Iterable[Shape]) -> frozenset[str]:
    return frozenset(policy["PolicyArn"] for policy in policies)


def inline(policies: Iterable[Shape]) -> dict[str, PolicyDocument]:
    return {policy["PolicyName"]: PolicyDocument.parse(policy["PolicyDocument"]) for policy in policies}


def tags(pairs: Iterable[Shape]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


def _version(shape: Shape) -> PolicyVersion:
    document = shape.get("Document")
    return PolicyVersion(shape["VersionId"], PolicyDocument.parse(document) if document else None)


def _created(shape: Shape) -> str:
    created = shape.get("CreateDate")
    return created.isoformat() if created else ""


def _last_used(shape: Shape) -> dict[str, str]:
    if not shape.get("LastUsedDate"):
        return {}
    return {"date": shape["LastUsedDate"].isoformat(), "region": shape.get("Region", "")}
