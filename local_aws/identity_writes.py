# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM enforces when users and groups are written, as far as policies and trust depend on it."""

from __future__ import annotations

from . import shapes
from .answer import delete_conflict
from .iam import TO_MOTO, Iam, Result, action
from .names import check_name_free, unique_id
from .request import Call
from .role_writes import check_boundary
from .store import Store, group_named, user_named, user_tags


@action("CreateUser")
def create_user(iam: Iam, store: Store, call: Call) -> Result:
    """A new user with an id that a trust policy can contain."""
    name = call.required("UserName")
    check_name_free(store.users.values(), name, "User with name {} already exists.")
    check_boundary(iam, call)
    iam.quotas.one_more(store.users, "UsersQuota", "UsersPerAccount")
    user = store.create_user(call.region, name, call.text("Path") or "/", call.listed("Tags"))
    user.id = unique_id("AIDA", call.account)
    vars(user)["permissions_boundary_arn"] = call.text("PermissionsBoundary")
    return {"User": shapes.whole_user(store, user)}


@action("PutUserPermissionsBoundary")
def put_user_permissions_boundary(iam: Iam, store: Store, call: Call) -> Result:
    """A permissions boundary of a user, which moto does not know."""
    check_boundary(iam, call)
    vars(user_named(store, call.required("UserName")))["permissions_boundary_arn"] = call.text("PermissionsBoundary")
    return None


@action("DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(iam: Iam, store: Store, call: Call) -> Result:
    """A user without a boundary."""
    vars(user_named(store, call.required("UserName")))["permissions_boundary_arn"] = None
    return None


@action("TagUser")
def tag_user(iam: Iam, store: Store, call: Call) -> Result:
    """Tags of a user."""
    user = user_named(store, call.required("UserName"))
    iam.quotas.tags({tag["Key"]: tag["Value"] for tag in user_tags(store, user)}, call.listed("Tags"))
    return TO_MOTO


@action("DeleteUser")
def delete_user(iam: Iam, store: Store, call: Call) -> Result:
    """moto refuses to delete a user with policies."""
    user = user_named(store, call.required("UserName"))
    if any(member.id == user.id for group in store.groups.values() for member in group.users):
        raise delete_conflict("Cannot delete entity, must remove users from group first.")
    if user.access_keys:
        raise delete_conflict("Cannot delete entity, must delete access keys first.")
    return TO_MOTO


@action("CreateGroup")
def create_group(iam: Iam, store: Store, call: Call) -> Result:
    """A new group."""
    name = call.required("GroupName")
    check_name_free(store.groups.values(), name, "Group with name {} already exists.")
    iam.quotas.one_more(store.groups, "GroupsQuota", "GroupsPerAccount")
    group = store.create_group(name, call.text("Path") or "/")
    group.id = unique_id("AGPA", call.account)
    return {"Group": shapes.group(group)}


@action("DeleteGroup")
def delete_group(iam: Iam, store: Store, call: Call) -> Result:
    """Only an empty group can be deleted."""
    group = group_named(store, call.required("GroupName"))
    if group.users:
        raise delete_conflict("Cannot delete entity, must remove users from group first.")
    if group.managed_policies:
        raise delete_conflict("Cannot delete entity, must detach all policies first.")
    if group.policies:
        raise delete_conflict("Cannot delete entity, must delete policies first.")
    return TO_MOTO
