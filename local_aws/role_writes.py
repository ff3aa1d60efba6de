# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM enforces when roles are written (FACTS C1, C4, C5): names, trust, protection, boundaries, tags."""

from __future__ import annotations

from . import shapes
from .answer import AwsError, no_such_entity
from .iam import TO_MOTO, Iam, Result, action
from .names import check_name_free, unique_id
from .request import Call
from .store import Store, role_named
from .trust import stored_trust

SERVICE_LINKED = "/aws-service-role/"
RESERVED = "/aws-reserved/"


def check_modifiable(path: str, name: str) -> None:
    """Refuse to change a role that belongs to AWS: service-linked or reserved."""
    if path.startswith((SERVICE_LINKED, RESERVED)):
        raise AwsError(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
        )


def check_boundary(iam: Iam, call: Call) -> None:
    """Refuse a permissions boundary that is not an existing managed policy of the account or of AWS."""
    arn = call.text("PermissionsBoundary")
    if arn and ":policy/aws-service-role/" in arn:
        raise AwsError("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
    if arn is None or arn in iam.seen(call.account, call.partition).managed_policies:
        return
    if ":policy/" not in arn or arn.count(":") != 5:
        raise AwsError("ValidationError", f"ARN {arn} is not valid.")
    raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")


def _checked_trust(iam: Iam, call: Call, field: str) -> str:
    text = call.required(field)
    stored = stored_trust(text, call.partition, lambda account: iam.seen(account, call.partition))
    iam.quotas.trust_size(text)
    return stored


@action("CreateRole")
def create_role(iam: Iam, store: Store, call: Call) -> Result:
    """A new role; its trust policy is stored as IAM stores it."""
    name, path = call.required("RoleName"), call.text("Path") or "/"
    for prefix, owner in ((SERVICE_LINKED, "AWS Service linked Roles"), (RESERVED, "AWS reserved Roles")):
        if path.startswith(prefix):
            raise AwsError("InvalidInput", f"Path prefix '{prefix}' can only be used for {owner}")
    stored = _checked_trust(iam, call, "AssumeRolePolicyDocument")
    check_name_free(store.roles.values(), name, "Role with name {} already exists.")
    check_boundary(iam, call)
    ordinary = [role for role in store.roles.values() if not role.path.startswith(SERVICE_LINKED)]
    iam.quotas.one_more(ordinary, "RolesQuota", "RolesPerAccount")
    role = store.create_role(
        role_name=name,
        assume_role_policy_document=stored,
        path=path,
        permissions_boundary=call.text("PermissionsBoundary"),
        description=call.text("Description") or "",
        tags=call.listed("Tags"),
        max_session_duration=call.text("MaxSessionDuration"),
    )
    return {"Role": shapes.created_role(role, iam.trust)}


@action("UpdateAssumeRolePolicy")
def update_assume_role_policy(iam: Iam, store: Store, call: Call) -> Result:
    """A new trust policy for a role."""
    role = role_named(store, call.required("RoleName"))
    check_modifiable(role.path, role.name)
    role.assume_role_policy_document = _checked_trust(iam, call, "PolicyDocument")
    return None


@action("UpdateRole")
def update_role(iam: Iam, store: Store, call: Call) -> Result:
    """Only what is given changes."""
    role = role_named(store, call.required("RoleName"))
    check_modifiable(role.path, role.name)
    description, duration = call.text("Description"), call.text("MaxSessionDuration")
    if description is not None:
        role.description = description
    if duration is not None:
        role.max_session_duration = duration
    return {}


@action("UpdateRoleDescription", "DeleteRolePermissionsBoundary")
def change_role(iam: Iam, store: Store, call: Call) -> Result:
    """A change that only needs the role to be modifiable."""
    role = role_named(store, call.required("RoleName"))
    check_modifiable(role.path, role.name)
    return TO_MOTO


@action("PutRolePermissionsBoundary")
def put_role_permissions_boundary(iam: Iam, store: Store, call: Call) -> Result:
    """A permissions boundary, which has to exist."""
    check_boundary(iam, call)
    return change_role(iam, store, call)


@action("DeleteRole")
def delete_role(iam: Iam, store: Store, call: Call) -> Result:
    """moto refuses to delete a role with policies or instance profiles."""
    return change_role(iam, store, call)


@action("TagRole")
def tag_role(iam: Iam, store: Store, call: Call) -> Result:
    """Tag keys are the same regardless of case; service-linked roles can be tagged, reserved ones cannot."""
    role = role_named(store, call.required("RoleName"))
    if role.path.startswith(RESERVED):
        check_modifiable(role.path, role.name)
    added = call.listed("Tags")
    iam.quotas.tags({tag["Key"]: tag["Value"] for tag in role.tags}, added)
    store._tag_verification(added)
    keys = {tag["Key"].lower() for tag in added}
    role.tags = [tag for tag in role.tags if tag["Key"].lower() not in keys] + added
    return None


@action("UntagRole")
def untag_role(iam: Iam, store: Store, call: Call) -> Result:
    """Reserved roles cannot be untagged."""
    role = role_named(store, call.required("RoleName"))
    if role.path.startswith(RESERVED):
        check_modifiable(role.path, role.name)
    return TO_MOTO


@action("CreateInstanceProfile")
def create_instance_profile(iam: Iam, store: Store, call: Call) -> Result:
    """A new instance profile."""
    name = call.required("InstanceProfileName")
    check_name_free(store.instance_profiles.values(), name, "Instance Profile {} already exists.")
    iam.quotas.one_more(store.instance_profiles, "InstanceProfilesQuota", "InstanceProfilesPerAccount")
    profile = store.create_instance_profile(name, call.text("Path") or "/", [], call.listed("Tags"))
    profile.id = unique_id("AIPA", call.account)
    return {"InstanceProfile": shapes.instance_profile(profile, iam.trust)}


@action("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile")
def change_instance_profile(iam: Iam, store: Store, call: Call) -> Result:
    """Roles that belong to AWS cannot be added to instance profiles; a role that is not in one cannot be removed."""
    profile = store.instance_profiles.get(call.required("InstanceProfileName"))
    names = [role.name for role in profile.roles] if profile else []
    if call.action == "RemoveRoleFromInstanceProfile" and profile and call.required("RoleName") not in names:
        raise no_such_entity(f"The role with name {call.required('RoleName')} cannot be found.")
    return change_role(iam, store, call)
