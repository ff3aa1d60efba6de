# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's objects as the structures of IAM's answers: Role, Policy, User and the *Detail forms (FACTS C6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import Group, InstanceProfile, ManagedPolicy, Role, User

from .store import Store, profiles_of, user_tags
from .trust import TrustReader, quoted

Structure = dict[str, Any]


def boundary(arn: str | None) -> Structure | None:
    """A permissions boundary, if there is one."""
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn} if arn else None


def attached(holder: Role | User | Group) -> list[Structure]:
    """The managed policies attached to a role, user or group."""
    return [{"PolicyName": policy.name, "PolicyArn": arn} for arn, policy in holder.managed_policies.items()]


def inline(policies: Mapping[str, str]) -> list[Structure]:
    """Inline policies with their documents."""
    return [{"PolicyName": name, "PolicyDocument": quoted(text)} for name, text in policies.items()]


def last_used(role: Role) -> Structure:
    """When a role was last used. AWS shows use after about four hours; here it is shown only if it was seeded."""
    if role.last_used is None or role.last_used_region is None:
        return {}
    return {"LastUsedDate": role.last_used, "Region": role.last_used_region}


def _role_identity(role: Role, trust: TrustReader) -> Structure:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quoted(trust.shown(role.id, role.assume_role_policy_document)),
    }


def created_role(role: Role, trust: TrustReader) -> Structure:
    """A role in the answer to CreateRole: without description and session duration."""
    return {**_role_identity(role, trust), "Tags": role.tags or None}


def listed_role(role: Role, trust: TrustReader) -> Structure:
    """A role in ListRoles: without boundary, tags and last use."""
    return {
        **_role_identity(role, trust),
        "Description": role.description or None,
        "MaxSessionDuration": role.max_session_duration or 3600,
        "SourceRoleTemplate": _template(role),
    }


def _template(role: Any) -> dict[str, Any] | None:
    arn = getattr(role, "source_role_template", None)
    return {"TemplateArn": arn, "TemplateMinorVersion": 1} if arn else None


def whole_role(role: Role, trust: TrustReader) -> Structure:
    """A role in GetRole."""
    return {
        **listed_role(role, trust),
        "PermissionsBoundary": boundary(role.permissions_boundary_arn),
        "Tags": role.tags or None,
        "RoleLastUsed": last_used(role),
    }


def instance_profile(profile: InstanceProfile, trust: TrustReader) -> Structure:
    """An instance profile with its role."""
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [_role_identity(role, trust) for role in profile.roles],
    }


def role_detail(store: Store, role: Role, trust: TrustReader) -> Structure:
    """A role in GetAccountAuthorizationDetails: without description and session duration."""
    return {
        **_role_identity(role, trust),
        "InstanceProfileList": [instance_profile(profile, trust) for profile in profiles_of(store, role)],
        "RolePolicyList": inline(role.policies),
        "AttachedManagedPolicies": attached(role),
        "PermissionsBoundary": boundary(role.permissions_boundary_arn),
        "Tags": role.tags,
        "RoleLastUsed": last_used(role),
    }


def _listed(kind: str, given: User | Group) -> Structure:
    return {
        "Path": given.path,
        f"{kind}Name": given.name,
        f"{kind}Id": given.id,
        "Arn": given.arn,
        "CreateDate": given.create_date,
    }


def user(given: User) -> Structure:
    """A user in ListUsers and in the answer to CreateUser."""
    return _listed("User", given)


def whole_user(store: Store, given: User) -> Structure:
    """A user in GetUser."""
    return {
        **user(given),
        "PermissionsBoundary": boundary(getattr(given, "permissions_boundary_arn", None)),
        "Tags": user_tags(store, given) or None,
    }


def user_detail(store: Store, given: User) -> Structure:
    """A user in GetAccountAuthorizationDetails."""
    groups = [name for name, group in store.groups.items() if any(member.id == given.id for member in group.users)]
    return {
        **whole_user(store, given),
        "UserPolicyList": inline(given.policies),
        "GroupList": groups,
        "AttachedManagedPolicies": attached(given),
    }


def group(given: Group) -> Structure:
    """A group in ListGroups and in the answer to CreateGroup."""
    return _listed("Group", given)


def group_detail(given: Group) -> Structure:
    """A group in GetAccountAuthorizationDetails."""
    return {**group(given), "GroupPolicyList": inline(given.policies), "AttachedManagedPolicies": attached(given)}


def policy(given: ManagedPolicy, counts: tuple[Mapping[str, int], Mapping[str, int]]) -> Structure:
    """A managed policy in ListPolicies; `counts` are the attachments and boundary uses by ARN."""
    arn = given.arn
    return {
        "PolicyName": given.name,
        "PolicyId": given.id,
        "Arn": arn,
        "Path": given.path,
        "DefaultVersionId": given.default_version_id,
        "AttachmentCount": counts[0].get(arn, 0),
        "PermissionsBoundaryUsageCount": counts[1].get(arn, 0),
        "IsAttachable": True,
        "CreateDate": given.create_date,
        "UpdateDate": given.update_date,
    }


def whole_policy(given: ManagedPolicy, counts: tuple[Mapping[str, int], Mapping[str, int]]) -> Structure:
    """A managed policy in GetPolicy."""
    return {**policy(given, counts), "Description": given.description or None, "Tags": given.get_tags() or None}


def policy_detail(given: ManagedPolicy, counts: tuple[Mapping[str, int], Mapping[str, int]]) -> Structure:
    """A managed policy in GetAccountAuthorizationDetails: with all documents, without tags."""
    return {
        **policy(given, counts),
        "Description": given.description or None,
        "PolicyVersionList": [policy_version(version, True) for version in given.versions],
    }


def policy_version(version: Any, with_document: bool) -> Structure:
    """A version of a managed policy; ListPolicyVersions omits the document."""
    return {
        "Document": quoted(version.document) if with_document else None,
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.create_date,
    }
