# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A bulk read: the whole account in two listings, in parallel.

GetAccountAuthorizationDetails lacks a role's Description and MaxSessionDuration. ListRoles lacks its policies,
boundary, tags and last use (FACTS C6). Together they are complete, at two calls for up to a thousand roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..aws.service import Service
from ..model import Account, AwsManagedPolicy, CurrentState, Declarations, Identity, ManagedPolicy, Role, identity_key
from .transformations import identity_of, policy_of, role_of, with_listing

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
        filters += ["Group"] if "group" in kinds else []
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
