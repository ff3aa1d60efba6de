# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the shapes of the IAM API to the model, for every call that reads objects, and a bulk read of all of them.

GetAccountAuthorizationDetails lacks a role's Description and MaxSessionDuration. ListRoles lacks its policies,
boundary, tags and last use (FACTS C6). Together they are complete, at two calls for up to a thousand roles. The bulk
read sends both in parallel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ..aws.service import Service
from ..model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Declarations,
    Identity,
    IdentityKind,
    ManagedPolicy,
    PolicyVersion,
    Role,
    identity_key,
)
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


PAGE = 1000
"""Objects to request for a page, the most that IAM gives."""


class TooCostly(Exception):
    """The account is so large that looking up the declared objects one by one takes fewer calls."""


class AuthorizationDetails:
    """Reads the account's state; `page_budget` is the number of pages of one listing that are worth reading, None for
    all."""

    def __init__(self, iam: Service, page_budget: int | None) -> None:
        self._iam = iam
        self._page_budget = page_budget
        self._identities: dict[str, Identity] = {}
        self._policies: dict[str, ManagedPolicy] = {}

    def read(self, declarations: Declarations) -> tuple[Account | None, CurrentState]:
        """The state, and the account if an ARN in the state shows it. Raises TooCostly, and what botocore raises."""
        kinds = {attachment.kind for attachment in declarations.attachments}
        filters = ["Role", "LocalManagedPolicy"]
        filters += ["User"] if "user" in kinds else []
        # A user may do what its groups may do.
        filters += ["Group"] if kinds & {"user", "group"} else []
        about_roles = declarations.roles or declarations.trust_statements or "role" in kinds
        return self._read(filters, bool(about_roles))

    def read_everything(self) -> tuple[Account | None, CurrentState]:
        """The whole account: users, groups, roles and customer managed policies. Raises as `read` does."""
        return self._read(["User", "Group", "Role", "LocalManagedPolicy"], True)

    def read_kinds(self, kinds: list[str]) -> tuple[Account | None, CurrentState]:
        """What GetAccountAuthorizationDetails returns for these values of its filter. Raises as `read` does."""
        return self._read(kinds, False)

    def _read(self, filters: list[str], about_roles: bool) -> tuple[Account | None, CurrentState]:
        with ThreadPoolExecutor(max_workers=2) as pool:
            listings = pool.submit(self._listings) if about_roles else None
            self._details(filters)
            listed = listings.result() if listings else {}
        for key, shape in listed.items():
            role = self._identities.get(key)
            if isinstance(role, Role):
                self._identities[key] = with_listing(role, shape)
        arns = [identity.arn for identity in self._identities.values()]
        arns += [policy.arn for policy in self._policies.values()]
        account = Account.owning(arns[0]) if arns else None
        state = CurrentState(
            account=account or Account("", "aws"),
            identities=self._identities,
            policies=self._policies,
            own_policy_arns={policy.name: policy.arn for policy in self._policies.values()},
            aws_policies=_seen_attached(self._identities),
        )
        return account, state

    def _details(self, filters: list[str]) -> None:
        pages = self._iam.pages("GetAccountAuthorizationDetails", Filter=filters, MaxItems=PAGE)
        for number, page in enumerate(pages, start=1):
            for detail in page.get("RoleDetailList", ()):
                self._add(role_of(detail))
            for detail in page.get("UserDetailList", ()):
                self._add(identity_of("user", detail))
            for detail in page.get("GroupDetailList", ()):
                self._add(identity_of("group", detail))
            for detail in page.get("Policies", ()):
                policy = policy_of(detail, detail.get("PolicyVersionList", ()))
                self._policies[policy.name.lower()] = policy
            self._mind_budget(number, page)

    def _listings(self) -> dict[str, Mapping[str, Any]]:
        listed: dict[str, Mapping[str, Any]] = {}
        for number, page in enumerate(self._iam.pages("ListRoles", MaxItems=PAGE), start=1):
            listed.update({identity_key("role", role["RoleName"]): role for role in page["Roles"]})
            self._mind_budget(number, page)
        return listed

    def _mind_budget(self, number: int, page: Mapping[str, Any]) -> None:
        if self._page_budget is not None and number >= self._page_budget and page.get("IsTruncated"):
            raise TooCostly

    def _add(self, identity: Identity) -> None:
        self._identities[identity.key] = identity


def _seen_attached(identities: Mapping[str, Identity]) -> dict[str, tuple[AwsManagedPolicy, ...]]:
    """AWS managed policies that are attached somewhere exist; a bulk read does not contain their documents."""
    arns = {arn for identity in identities.values() for arn in identity.managed if arn.split(":")[4] == "aws"}
    return {arn.rpartition("/")[2]: (AwsManagedPolicy(arn.rpartition("/")[2], arn),) for arn in sorted(arns)}
