# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's read actions whose answers moto leaves incomplete, does not page, or answers slowly (FACTS C4, C6, C10)."""

from __future__ import annotations

from typing import Any

from . import shapes
from .answer import AwsError, Xml, no_such_entity
from .iam import TO_MOTO, Iam, Result, action
from .pages import by_path, listed, page
from .request import Call
from .store import (
    Store,
    attachment_counts,
    aws_policies,
    group_named,
    local_policies,
    policy_with_arn,
    profiles_of,
    role_named,
    user_named,
)
from .trust import quoted

_KINDS = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")


@action("GetRole")
def get_role(iam: Iam, store: Store, call: Call) -> Result:
    """One complete role."""
    return {"Role": shapes.whole_role(role_named(store, call.required("RoleName")), iam.trust)}


@action("ListRoles")
def list_roles(iam: Iam, store: Store, call: Call) -> Result:
    """Roles without boundary, tags and last use."""
    roles = by_path(list(store.roles.values()), call.text("PathPrefix"))
    return listed(iam, call, "Roles", roles, lambda role: shapes.listed_role(role, iam.trust))


@action("GetUser")
def get_user(iam: Iam, store: Store, call: Call) -> Result:
    """One user; without a name, moto returns the caller."""
    name = call.text("UserName")
    return {"User": shapes.whole_user(store, user_named(store, name))} if name else TO_MOTO


@action("ListUsers")
def list_users(iam: Iam, store: Store, call: Call) -> Result:
    """Users without boundary and tags."""
    users = by_path(list(store.users.values()), call.text("PathPrefix"))
    return listed(iam, call, "Users", users, shapes.user)


@action("ListGroups")
def list_groups(iam: Iam, store: Store, call: Call) -> Result:
    """Groups."""
    groups = by_path(list(store.groups.values()), call.text("PathPrefix"))
    return listed(iam, call, "Groups", groups, shapes.group)


def _holder(store: Store, call: Call) -> Any:
    for field, named in (("RoleName", role_named), ("UserName", user_named), ("GroupName", group_named)):
        name = call.text(field)
        if name:
            return named(store, name)
    raise AwsError("ValidationError", "no role, user or group is named")


@action("ListRolePolicies", "ListUserPolicies", "ListGroupPolicies")
def list_inline_policies(iam: Iam, store: Store, call: Call) -> Result:
    """Names of inline policies."""
    return listed(iam, call, "PolicyNames", sorted(_holder(store, call).policies), str)


@action("GetRolePolicy", "GetUserPolicy", "GetGroupPolicy")
def get_inline_policy(iam: Iam, store: Store, call: Call) -> Result:
    """One inline policy."""
    kind = call.action.removeprefix("Get").removesuffix("Policy")
    holder, name = _holder(store, call), call.required("PolicyName")
    if name not in holder.policies:
        raise no_such_entity(f"The {kind.lower()} policy with name {name} cannot be found.")
    document = quoted(holder.policies[name])
    return {f"{kind}Name": holder.name, "PolicyName": name, "PolicyDocument": document}


@action("ListAttachedRolePolicies", "ListAttachedUserPolicies", "ListAttachedGroupPolicies")
def list_attached_policies(iam: Iam, store: Store, call: Call) -> Result:
    """Managed policies attached to a role, user or group."""
    prefix = call.text("PathPrefix") or "/"
    policies = [policy for policy in _holder(store, call).managed_policies.values() if policy.path.startswith(prefix)]
    return listed(
        iam, call, "AttachedPolicies", policies, lambda policy: {"PolicyName": policy.name, "PolicyArn": policy.arn}
    )


@action("GetPolicy")
def get_policy(iam: Iam, store: Store, call: Call) -> Result:
    """One managed policy, with the account's own counts of its use."""
    policy = policy_with_arn(store, call.required("PolicyArn"))
    iam.withdrawn.check_there(store, policy.arn)
    shown = shapes.whole_policy(policy, attachment_counts(store))
    return {"Policy": {**shown, "IsAttachable": not iam.withdrawn.holds(store, policy.arn)}}


@action("ListPolicies")
def list_policies(iam: Iam, store: Store, call: Call) -> Result:
    """Managed policies by scope, path and use."""
    counts = attachment_counts(store)
    scope = call.text("Scope") or "All"
    policies = [] if scope == "AWS" else local_policies(store)
    if scope != "Local":
        policies += aws_policies(store.partition).values()
    if call.text("PolicyUsageFilter") == "PermissionsBoundary":
        policies = [policy for policy in policies if policy.arn in counts[1]]
    elif call.text("PolicyUsageFilter") or call.text("OnlyAttached") == "true":
        policies = [policy for policy in policies if policy.arn in counts[0]]
    chosen = by_path(policies, call.text("PathPrefix"))
    return listed(iam, call, "Policies", chosen, lambda policy: shapes.policy(policy, counts))


@action("GetPolicyVersion")
def get_policy_version(iam: Iam, store: Store, call: Call) -> Result:
    """One version of a managed policy with its document."""
    policy, wanted = policy_with_arn(store, call.required("PolicyArn")), call.required("VersionId")
    iam.withdrawn.check_there(store, policy.arn)
    version = next((version for version in policy.versions if version.version_id == wanted), None)
    if version is None:
        raise no_such_entity(f"Policy {policy.arn} version {wanted} does not exist or is not attachable.")
    return {"PolicyVersion": shapes.policy_version(version, True)}


@action("ListPolicyVersions")
def list_policy_versions(iam: Iam, store: Store, call: Call) -> Result:
    """The versions of a managed policy, newest first, without documents."""
    versions = policy_with_arn(store, call.required("PolicyArn")).versions[::-1]
    return listed(iam, call, "Versions", versions, lambda version: shapes.policy_version(version, False))


@action("ListEntitiesForPolicy")
def list_entities_for_policy(iam: Iam, store: Store, call: Call) -> Result:
    """The identities that a managed policy is attached to, or is the boundary of."""
    arn, usage = call.required("PolicyArn"), call.text("PolicyUsageFilter")
    prefix, wanted = call.text("PathPrefix") or "/", call.text("EntityFilter")
    found: list[tuple[str, Any]] = []
    for kind, entities in (("User", store.users), ("Group", store.groups), ("Role", store.roles)):
        for entity in entities.values() if wanted in (None, kind) else ():
            attached = usage != "PermissionsBoundary" and arn in entity.managed_policies
            bounded = usage != "PermissionsPolicy" and getattr(entity, "permissions_boundary_arn", None) == arn
            if (attached or bounded) and entity.path.startswith(prefix):
                found.append((kind, entity))
    chosen, more = page(iam, call, found)
    lists = {
        f"Policy{kind}s": [{f"{kind}Name": e.name, f"{kind}Id": e.id} for k, e in chosen if k == kind]
        for kind in ("User", "Group", "Role")
    }
    return {**lists, **more}


@action("ListInstanceProfilesForRole")
def list_instance_profiles_for_role(iam: Iam, store: Store, call: Call) -> Result:
    """The instance profiles a role is in."""
    profiles = profiles_of(store, role_named(store, call.required("RoleName")))
    return listed(iam, call, "InstanceProfiles", profiles, lambda p: shapes.instance_profile(p, iam.trust))


@action("GetAccountSummary")
def get_account_summary(iam: Iam, store: Store, call: Call) -> Result:
    """The quotas this server enforces, and usage."""
    entries = "".join(
        f"<entry><key>{name}</key><value>{value}</value></entry>" for name, value in iam.quotas.summary(store).items()
    )
    return {"SummaryMap": Xml(entries)}


@action("GetAccountAuthorizationDetails")
def get_account_authorization_details(iam: Iam, store: Store, call: Call) -> Result:
    """The account's users, groups, roles and policies; AWS's policies only where they are in use."""
    wanted = set(call.listed("Filter")) or set(_KINDS)
    counts = attachment_counts(store)
    shared = aws_policies(store.partition)
    in_use = [shared[arn] for arn in sorted(set(counts[0]) | set(counts[1])) if arn in shared]
    sources: dict[str, list[Any]] = {
        "User": by_path(list(store.users.values()), None),
        "Group": by_path(list(store.groups.values()), None),
        "Role": by_path(list(store.roles.values()), None),
        "LocalManagedPolicy": by_path(local_policies(store), None),
        "AWSManagedPolicy": in_use,
    }
    everything = [(kind, entity) for kind in _KINDS if kind in wanted for entity in sources[kind]]
    chosen, more = page(iam, call, everything)
    details: dict[str, list[Any]] = {
        "UserDetailList": [shapes.user_detail(store, e) for kind, e in chosen if kind == "User"],
        "GroupDetailList": [shapes.group_detail(e) for kind, e in chosen if kind == "Group"],
        "RoleDetailList": [shapes.role_detail(store, e, iam.trust) for kind, e in chosen if kind == "Role"],
        "Policies": [shapes.policy_detail(e, counts) for kind, e in chosen if kind.endswith("Policy")],
    }
    return {**details, **more}
