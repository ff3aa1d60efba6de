# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads the declared objects one by one, for a task about a single object, a huge account, or a caller without
GetAccountAuthorizationDetails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..aws.service import Service, is_access_denied
from ..declare.policy_references import is_aws_managed, is_bound, policies_to_detach, policy_references
from ..limits import POLICY_VERSION_LIMIT
from ..model import Account, CurrentState, Declarations, Identity, IdentityKind, ManagedPolicy, identity_key
from ..policy.document import PolicyDocument
from ..sdk import ClientError
from .authorization_details import identity_of, policy_of, role_of


class SingleObjects:
    """Reads single objects of an account."""

    def __init__(self, iam: Service, workers: int = 8) -> None:
        self._iam = iam
        self._workers = workers
        self._role_names: dict[str, str] | None = None

    def read(self, declarations: Declarations, connection: Connection) -> CurrentState:
        """The state of what is declared and of the policies that are to be attached or detached. Raises what botocore
        raises."""
        wanted: dict[str, tuple[IdentityKind, str]] = {}
        for role in declarations.roles:
            wanted[role.key] = ("role", role.name)
        for attachment in declarations.attachments:
            wanted[attachment.key] = (attachment.kind, attachment.name)
        for trust in declarations.trust_statements:
            wanted[trust.key] = ("role", trust.role)
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            found = [identity for identity in pool.map(lambda item: self.identity(*item), wanted.values()) if identity]
            identities = {identity.key: identity for identity in found}
            names = _policy_names(declarations, identities)
            listed = _all(self._iam.pages("ListPolicies", Scope="Local", MaxItems=1000), "Policies") if names else []
            own = [policy for policy in listed if policy["PolicyName"].lower() in names]
            whole = {
                policy.name.lower() for policy in declarations.policies if policy.only_version or not policy.present
            }
            policies = list(pool.map(lambda shape: self._policy(shape, whole), own))
        if connection.account is None and found:
            connection.account = Account.owning(found[0].arn)
        return CurrentState(
            account=connection.caller_account(),
            identities=identities,
            policies={policy.name.lower(): policy for policy in policies},
            own_policy_arns={policy["PolicyName"]: policy["Arn"] for policy in listed},
        )

    def identity(self, kind: IdentityKind, name: str) -> Identity | None:
        """One user, group or role with its policies; a role is found whatever the case of its name."""
        capital = kind.capitalize()
        answer = self._iam.find(f"Get{capital}", **{f"{capital}Name": name})
        if answer is None and kind == "role":
            spelling = self._spelling(name)
            if spelling is not None:
                name = spelling
                answer = self._iam.find("GetRole", RoleName=name)
        if answer is None:
            return None
        owner = {f"{capital}Name": name}
        detail = {
            **answer[capital],
            "AttachedManagedPolicies": _all(
                self._iam.pages(f"ListAttached{capital}Policies", **owner), "AttachedPolicies"
            ),
            f"{capital}PolicyList": self._inline(capital, owner),
        }
        if kind == "role":
            return role_of(detail)
        return identity_of(kind, detail)

    def exists(self, kind: str, name: str) -> str | None:
        """The ARN of a role or user, None if it does not exist."""
        capital = kind.capitalize()
        answer = self._iam.find(f"Get{capital}", **{f"{capital}Name": name})
        return answer[capital]["Arn"] if answer else None

    def document_in_force(self, arn: str) -> ManagedPolicy:
        """A customer managed policy with the document of its default version alone."""
        detail = self._iam.read("GetPolicy", PolicyArn=arn)["Policy"]
        version = detail["DefaultVersionId"]
        answer = self._iam.read("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return policy_of(detail, [answer["PolicyVersion"]])

    def document_at(self, arn: str) -> PolicyDocument | None:
        """The document of a customer managed policy; None if it no longer exists or the caller may not read it."""
        policy = self.document_in_force_if_allowed(arn)
        return policy.document if policy else None

    def document_in_force_if_allowed(self, arn: str) -> ManagedPolicy | None:
        """The same as `document_in_force`; None if the policy no longer exists or the caller may not read it."""
        try:
            return self.document_in_force(arn)
        except ClientError as error:
            if is_access_denied(error) or error_code(error) == "NoSuchEntity":
                return None
            raise

    def instance_profiles(self, role: str) -> tuple[str, ...]:
        profiles = _all(self._iam.pages("ListInstanceProfilesForRole", RoleName=role), "InstanceProfiles")
        return tuple(sorted(profile["InstanceProfileName"] for profile in profiles))

    def roles_in_profile(self, profile: str) -> tuple[str, ...] | None:
        """The names of the roles in an instance profile, None if the profile does not exist."""
        answer = self._iam.find("GetInstanceProfile", InstanceProfileName=profile)
        return tuple(role["RoleName"] for role in answer["InstanceProfile"]["Roles"]) if answer else None

    def _inline(self, capital: str, owner: dict[str, str]) -> list[dict[str, Any]]:
        names = _all(self._iam.pages(f"List{capital}Policies", **owner), "PolicyNames")
        found = (self._iam.find(f"Get{capital}Policy", **owner, PolicyName=name) for name in names)
        return [policy for policy in found if policy is not None]

    def _spelling(self, name: str) -> str | None:
        if self._role_names is None:
            listed = _all(self._iam.pages("ListRoles", MaxItems=1000), "Roles")
            self._role_names = {identity_key("role", role["RoleName"]): role["RoleName"] for role in listed}
        return self._role_names.get(identity_key("role", name))

    def _policy(self, shape: dict[str, Any], whole: set[str]) -> ManagedPolicy:
        arn = shape["Arn"]
        versions = _all(self._iam.pages("ListPolicyVersions", PolicyArn=arn), "Versions")
        all_documents = shape["PolicyName"].lower() in whole or len(versions) >= POLICY_VERSION_LIMIT
        for version in versions:
            if all_documents or version["IsDefaultVersion"]:
                answer = self._iam.read("GetPolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])
                version["Document"] = answer["PolicyVersion"]["Document"]
        # ListPolicies returns neither description nor tags; GetPolicy returns both.
        detail = self._iam.read("GetPolicy", PolicyArn=arn)["Policy"]
        return policy_of(detail, versions)


def _policy_names(declarations: Declarations, identities: Mapping[str, Identity]) -> set[str]:
    """Lower-case names of the account's policies that are declared, or may have to be attached or detached."""
    names = {policy.name.lower() for policy in declarations.policies}
    names |= {
        reference.name.lower()
        for reference in policy_references(declarations)
        if reference.wanted and not is_bound(reference.text, identities.get(reference.identity))
    }
    leaving = policies_to_detach(declarations, identities)
    return names | {arn.rpartition("/")[2].lower() for arn in leaving if not is_aws_managed(arn)}


def _all(pages: Iterable[dict[str, Any]], member: str) -> list[Any]:
    return [item for page in pages for item in page[member]]
