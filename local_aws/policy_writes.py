# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM enforces when managed and inline policies are written, attached and deleted (FACTS C1, C5)."""

from __future__ import annotations

from typing import Any

from . import shapes
from .answer import AwsError, delete_conflict, limit_exceeded, no_such_entity
from .documents import check_identity_document
from .iam import TO_MOTO, Iam, Result, action
from .names import check_name_free, unique_id
from .request import Call
from .role_writes import SERVICE_LINKED, check_modifiable
from .store import (
    Store,
    attachment_counts,
    aws_policies,
    group_named,
    local_policies,
    policy_with_arn,
    role_named,
    user_named,
)

_HOLDERS = (("Role", role_named), ("User", user_named), ("Group", group_named))


def _holder(store: Store, call: Call) -> tuple[str, Any]:
    """The role, user or group that a write is about, if it may be written."""
    for kind, named in _HOLDERS:
        name = call.text(f"{kind}Name")
        if name is not None:
            holder = named(store, name)
            if kind == "Role":
                check_modifiable(holder.path, holder.name)
            return kind, holder
    raise AwsError("ValidationError", "no role, user or group is named")


def _own_policy(store: Store, call: Call) -> Any:
    """A managed policy of the account; AWS's own cannot be written."""
    arn = call.required("PolicyArn")
    if arn in aws_policies(store.partition):
        caller = f"arn:{call.partition}:iam::{call.account}:root"
        text = f"User: {caller} is not authorized to perform: iam:{call.action} on resource: policy {arn}"
        raise AwsError("AccessDenied", text, 403)
    return policy_with_arn(store, arn)


@action("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy")
def attach_policy(iam: Iam, store: Store, call: Call) -> Result:
    """Attaching an attached policy succeeds and changes nothing."""
    kind, holder = _holder(store, call)
    policy = policy_with_arn(store, call.required("PolicyArn"))
    iam.withdrawn.check_attachable(store, policy.arn)
    if policy.path.startswith(SERVICE_LINKED):
        target = "Customer Role" if kind == "Role" else kind
        raise AwsError("PolicyNotAttachable", f"Cannot attach a Service Role Policy to a {target}.")
    if policy.arn not in holder.managed_policies:
        iam.quotas.one_more(holder.managed_policies, f"AttachedPoliciesPer{kind}Quota", f"PoliciesPer{kind}")
        holder.managed_policies[policy.arn] = policy
    return None


@action("DetachRolePolicy", "DetachUserPolicy", "DetachGroupPolicy")
def detach_policy(iam: Iam, store: Store, call: Call) -> Result:
    """Detaching a policy that is not attached is an error."""
    arn = call.required("PolicyArn")
    _unused, holder = _holder(store, call)
    if holder.managed_policies.pop(arn, None) is None:
        raise no_such_entity(f"Policy {arn} was not found.")
    return None


@action("PutRolePolicy", "PutUserPolicy", "PutGroupPolicy")
def put_inline_policy(iam: Iam, store: Store, call: Call) -> Result:
    """An inline policy, kept byte for byte."""
    kind, holder = _holder(store, call)
    name, document = call.required("PolicyName"), call.required("PolicyDocument")
    check_identity_document(document)
    iam.quotas.inline_size(kind.lower(), holder, name, document)
    holder.policies[name] = document
    return None


@action("DeleteRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy")
def delete_inline_policy(iam: Iam, store: Store, call: Call) -> Result:
    """Deleting an inline policy that does not exist is an error."""
    kind, holder = _holder(store, call)
    name = call.required("PolicyName")
    if holder.policies.pop(name, None) is None:
        raise no_such_entity(f"The {kind.lower()} policy with name {name} cannot be found.")
    return None


@action("CreatePolicy")
def create_policy(iam: Iam, store: Store, call: Call) -> Result:
    """A new managed policy, kept byte for byte."""
    name, document = call.required("PolicyName"), call.required("PolicyDocument")
    check_identity_document(document)
    iam.quotas.policy_size(document)
    taken = "A policy called {} already exists. Duplicate names are not allowed."
    policies = local_policies(store)
    check_name_free(policies, name, taken)
    iam.quotas.one_more(policies, "PoliciesQuota", "PoliciesPerAccount")
    tags, path = call.listed("Tags"), call.text("Path") or "/"
    policy = store.create_policy(call.text("Description") or "", path, document, name, tags)
    policy.id = unique_id("ANPA", call.account)
    return {"Policy": {**shapes.policy(policy, ({}, {})), "Tags": policy.get_tags() or None}}


@action("CreatePolicyVersion")
def create_policy_version(iam: Iam, store: Store, call: Call) -> Result:
    """A further version of a managed policy."""
    policy, document = _own_policy(store, call), call.required("PolicyDocument")
    check_identity_document(document)
    iam.quotas.policy_size(document)
    quota = iam.quotas["VersionsPerPolicyQuota"]
    if len(policy.versions) >= quota:
        raise limit_exceeded(
            f"A managed policy can have up to {quota} versions. "
            "Before you create a new version, you must delete an existing version."
        )
    version = store.create_policy_version(policy.arn, document, call.text("SetAsDefault") == "true")
    policy.update_date = version.create_date
    return {"PolicyVersion": shapes.policy_version(version, False)}


@action("SetDefaultPolicyVersion", "DeletePolicyVersion")
def change_policy_version(iam: Iam, store: Store, call: Call) -> Result:
    """A version has to exist; moto refuses to delete the default one."""
    policy, wanted = _own_policy(store, call), call.required("VersionId")
    if all(version.version_id != wanted for version in policy.versions):
        raise no_such_entity(f"Policy {policy.arn} version {wanted} does not exist or is not attachable.")
    return TO_MOTO


@action("TagPolicy", "UntagPolicy")
def tag_policy(iam: Iam, store: Store, call: Call) -> Result:
    """Tags of a managed policy."""
    policy = _own_policy(store, call)
    iam.quotas.tags({tag["Key"]: tag["Value"] for tag in policy.get_tags()}, call.listed("Tags"))
    return TO_MOTO


@action("DeletePolicy")
def delete_policy(iam: Iam, store: Store, call: Call) -> Result:
    """Only a policy that nothing uses and that has one version can be deleted."""
    policy = _own_policy(store, call)
    attached, boundaries = attachment_counts(store)
    if policy.arn in attached:
        raise delete_conflict("Cannot delete a policy attached to entities.")
    if policy.arn in boundaries:
        raise delete_conflict("Cannot delete a policy that is used as a permissions boundary.")
    if len(policy.versions) > 1:
        raise delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
    return TO_MOTO
