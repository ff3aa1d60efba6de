# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The account's current state, with the fewest calls."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..aws.connection import Connection
from ..aws.service import is_access_denied
from ..errors import EngineError
from ..limits import Quotas
from ..model import CurrentState, Declarations, ManagedPolicy, Role, identity_key
from ..policy.document import PolicyDocument
from ..sdk import ClientError
from .authorization_details import AuthorizationDetails, TooCostly, tags
from .aws_managed_policies import AwsPolicies
from .single_objects import SingleObjects

LOOKUP_CALLS_PER_OBJECT = 4
"""Calls to look up one object: itself, its attachments, its inline policies and about one document."""


class Reader:
    """Reads what one task declares. Every method raises what botocore raises."""

    def __init__(self, connection: Connection, workers: int = 8) -> None:
        self._connection = connection
        self._iam = connection.iam
        self._workers = workers
        self.saw_all_roles = False

    def state(self, declarations: Declarations, *, whole_account: bool, at_any_cost: bool = False) -> CurrentState:
        """The state of the account: by a bulk read if `whole_account`, and if it is allowed and (unless `at_any_cost`)
        takes fewer calls.

        Otherwise by look-ups; `saw_all_roles` says afterwards which of them it was.
        """
        state = self._bulk_read(declarations, at_any_cost) if whole_account else None
        self.saw_all_roles = state is not None
        if state is None:
            state = SingleObjects(self._iam, self._workers).read(declarations, self._connection)
            return self._with_instance_profiles(declarations, state)
        return self._with_policy_tags(declarations, state)

    def with_policy_users(self, declarations: Declarations, state: CurrentState) -> CurrentState:
        """The state, including who uses the policies that are to be deleted."""
        users = {}
        for declared in declarations.policies:
            policy = state.policies.get(declared.name.lower())
            if policy is not None and not declared.present and policy.attachments + policy.boundary_uses:
                users[policy.arn] = self._users(policy)
        return replace(state, policy_users=users)

    def aws_policies(self, partition: str) -> AwsPolicies:
        """The reader of AWS managed policies."""
        return AwsPolicies(self._iam, partition, self._workers)

    def existing_arns(self, arns: Sequence[str]) -> dict[str, str | None]:
        """For ARNs of roles and users: the ARN of what has the same name now, None if nothing has."""
        lookup = SingleObjects(self._iam, self._workers)
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            found = pool.map(lambda arn: lookup.exists(_kind(arn), arn.rpartition("/")[2]), arns)
            return dict(zip(arns, found, strict=True))

    def policies_in_force(self, arns: Sequence[str], *, if_allowed: bool = False) -> list[ManagedPolicy]:
        """These customer managed policies, each with only the document of its default version.

        With `if_allowed`, without those that do not exist or that the caller may not read.
        """
        lookup = SingleObjects(self._iam, self._workers)
        read = lookup.document_in_force_if_allowed if if_allowed else lookup.document_in_force
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            return [policy for policy in pool.map(read, arns) if policy is not None]

    def quotas(self) -> Quotas:
        """The account's quotas; IAM's defaults if the caller may not read them."""
        try:
            summary = self._iam.read("GetAccountSummary")["SummaryMap"]
        except ClientError as error:
            if is_access_denied(error):
                return Quotas()
            raise
        default = Quotas()
        return Quotas(
            attached_policies={
                "role": summary.get("AttachedPoliciesPerRoleQuota", default.attached_policies["role"]),
                "user": summary.get("AttachedPoliciesPerUserQuota", default.attached_policies["user"]),
                "group": summary.get("AttachedPoliciesPerGroupQuota", default.attached_policies["group"]),
            },
            trust_policy_size=summary.get("AssumeRolePolicySizeQuota", default.trust_policy_size),
            inline_size={
                "role": summary.get("RolePolicySizeQuota", default.inline_size["role"]),
                "user": summary.get("UserPolicySizeQuota", default.inline_size["user"]),
                "group": summary.get("GroupPolicySizeQuota", default.inline_size["group"]),
            },
            managed_policy_size=summary.get("PolicySizeQuota", default.managed_policy_size),
            roles=summary.get("RolesQuota", default.roles),
            managed_policies=summary.get("PoliciesQuota", default.managed_policies),
            roles_in_use=summary.get("Roles", 0),
            managed_policies_in_use=summary.get("Policies", 0),
        )

    def documents_at(self, arns: Sequence[str]) -> dict[str, PolicyDocument]:
        """The documents of these customer managed policies, if they exist and the caller may read them."""
        lookup = SingleObjects(self._iam, self._workers)
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            found = zip(arns, pool.map(lookup.document_at, arns), strict=True)
            return {arn: document for arn, document in found if document is not None}

    def version_document(self, arn: str, version: str) -> PolicyDocument | None:
        """The document of a version of a customer managed policy; None if it no longer exists."""
        answer = self._iam.find("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return PolicyDocument.parse(answer["PolicyVersion"]["Document"]) if answer else None

    def profile_holders(self, profiles: Sequence[str]) -> dict[str, str | None]:
        """The role in each of these instance profiles, None for an empty one; missing profiles are omitted."""
        lookup = SingleObjects(self._iam, self._workers)
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            answers = pool.map(lookup.roles_in_profile, profiles)
            found = {name: roles for name, roles in zip(profiles, answers, strict=True) if roles is not None}
        return {name: next(iter(roles), None) for name, roles in found.items()}

    def _bulk_read(self, declarations: Declarations, at_any_cost: bool) -> CurrentState | None:
        objects = len(declarations.identity_keys()) + len(declarations.policies)
        budget = sys.maxsize if at_any_cost else LOOKUP_CALLS_PER_OBJECT * objects + 1
        try:
            account, state = AuthorizationDetails(self._iam, budget).read(declarations)
        except TooCostly:
            return None
        except ClientError as error:
            if is_access_denied(error):
                return None
            raise
        if account is not None:
            self._connection.account = account
        return replace(state, account=self._connection.caller_account())

    def _with_policy_tags(self, declarations: Declarations, state: CurrentState) -> CurrentState:
        names = [policy.name.lower() for policy in declarations.policies if policy.name.lower() in state.policies]

        def tagged(name: str) -> ManagedPolicy:
            policy = state.policies[name]
            pages = self._iam.pages("ListPolicyTags", PolicyArn=policy.arn)
            return replace(policy, tags=tags(pair for page in pages for pair in page["Tags"]))

        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            policies = dict(zip(names, pool.map(tagged, names), strict=True))
        return replace(state, policies={**state.policies, **policies})

    def _with_instance_profiles(self, declarations: Declarations, state: CurrentState) -> CurrentState:
        lookup = SingleObjects(self._iam, self._workers)
        identities = dict(state.identities)
        for declared in declarations.roles:
            role = identities.get(declared.key)
            if isinstance(role, Role) and not declared.present:
                identities[declared.key] = replace(role, instance_profiles=lookup.instance_profiles(role.name))
        return replace(state, identities=identities)

    def _users(self, policy: ManagedPolicy) -> tuple[str, ...]:
        found = []
        for usage in ("PermissionsPolicy", "PermissionsBoundary"):
            for page in self._iam.pages("ListEntitiesForPolicy", PolicyArn=policy.arn, PolicyUsageFilter=usage):
                for kind in ("User", "Group", "Role"):
                    found += [
                        identity_key(kind.lower(), entity[f"{kind}Name"]) for entity in page.get(f"Policy{kind}s", ())
                    ]
        return tuple(sorted(set(found)))


def require_account(state: CurrentState, account_id: str | None) -> None:
    """Refuse to continue in another account than the one that the caller means. Raises EngineError."""
    if account_id and account_id != state.account.id:
        raise EngineError(
            f"These credentials belong to account {state.account.id}, not to {account_id}: nothing was written."
            " Check aws_account_id of the host, assume_role and the credentials."
        )


def _kind(arn: str) -> str:
    return arn.split(":")[5].partition("/")[0]
