# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads an organization with few calls: its root and OUs, the accounts in them, and the tags of accounts.

Accounts are listed OU by OU. This shows the OU of each account, which ListAccounts does not show everywhere. One
ListParents for each account would need hundreds of additional calls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any, Protocol

from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.error_advice import error_code, error_message
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import as_aws_error, is_access_denied
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import AwsError, EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import CallFailed

from .account_filters import OrganizationAccount
from .units import Unit

WIDTH = 4
"""The number of concurrent calls. Organizations allows few calls a second and would refuse more."""

_GONE = {"ParentNotFoundException", "TargetNotFoundException", "AccountNotFoundException", "ChildNotFoundException"}


class Reads(Protocol):
    """The interface for reads: a `Service` of the engine."""

    def read(self, action: str, **parameters: Any) -> dict[str, Any]: ...


class OrganizationReader:
    """One organization, from its management account or that of a delegated administrator."""

    def __init__(self, service: Reads) -> None:
        self._service = service
        organization = self._read("DescribeOrganization")["Organization"]
        self.id = str(organization["Id"])
        self.management_id = str(organization["MasterAccountId"])

    def units(self) -> list[Unit]:
        """The root and every OU, each after its parent."""
        level = [Unit(root["Id"], "", ()) for root in self._pages("ListRoots", "Roots")]
        units = list(level)
        while level:
            level = [unit for below in self._side_by_side(self._below, level) for unit in below]
            units += level
        return units

    def accounts(self, unit_ids: Iterable[str]) -> list[OrganizationAccount]:
        """The accounts that are directly in the units."""
        return [account for found in self._side_by_side(self._accounts_in, unit_ids) for account in found]

    def with_tags(self, accounts: Iterable[OrganizationAccount]) -> list[OrganizationAccount]:
        """The accounts, each with its tags; one call for each."""
        return list(self._side_by_side(self._tagged, accounts))

    def _below(self, parent: Unit) -> list[Unit]:
        found = self._pages("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent.id)
        return [Unit(unit["Id"], parent.id, (*parent.names, unit["Name"])) for unit in found]

    def _accounts_in(self, unit_id: str) -> list[OrganizationAccount]:
        return [
            _account(found, unit_id) for found in self._pages("ListAccountsForParent", "Accounts", ParentId=unit_id)
        ]

    def _tagged(self, account: OrganizationAccount) -> OrganizationAccount:
        tags = self._pages("ListTagsForResource", "Tags", ResourceId=account.id)
        return dataclasses.replace(account, tags={tag["Key"]: tag["Value"] for tag in tags})

    def _side_by_side(self, job: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        pool = ThreadPoolExecutor(WIDTH, thread_name_prefix="organization")
        try:
            yield from pool.map(job, items)
        finally:
            pool.shutdown(cancel_futures=True)

    def _pages(self, action: str, what: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """The items of a listing. A page may be empty and still not the last one."""
        token: dict[str, str] = {}
        while True:
            page = self._read(action, **parameters, **token)
            yield from page.get(what, ())
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _read(self, action: str, **parameters: Any) -> dict[str, Any]:
        try:
            return self._service.read(action, **parameters)
        except Exception as error:
            if isinstance(error, CallFailed):
                raise self._failure(error, action) from None
            raise

    def _failure(self, error: Exception, action: str) -> AwsError:
        code = error_code(error)
        if is_access_denied(error):
            management = getattr(self, "management_id", "")
            where = f"the management account {management}".rstrip()
            advice = (
                f"The caller needs organizations:{action}, in {where} or in the account of a delegated administrator."
                " Use credentials of such an account, or enter one with assume_role_arn."
            )
            if action == "ListTagsForResource":
                advice += " With read_tags set to false tags are not read."
        elif code == "AWSOrganizationsNotInUseException":
            advice = (
                "Use credentials of the organization's management account or of a delegated administrator, or enter"
                " such an account with assume_role_arn. Accounts without an organization go into a static inventory."
            )
        elif code == "TooManyRequestsException":
            advice = (
                "Other callers use up the rate limit of this organization. Run again later, set cache to true, or"
                " request less with ous and read_tags."
            )
        elif code in _GONE:
            advice = "The organization was changed while it was being read. Run again."
        else:
            return as_aws_error(error, action, "", "")
        told = " ".join(error_message(error).split()).rstrip(".")
        return AwsError(f"{action} failed: {code}: {told}. {advice}", error_code=code, failed_call=action)


def _account(found: Mapping[str, Any], unit_id: str) -> OrganizationAccount:
    # State replaces Status, which AWS does not return since 2026-09-09; some partitions and SDKs still have Status.
    status = found.get("State") or found.get("Status")
    if not status:
        raise EngineError(
            f"This version of botocore does not know the state of account {found['Id']}, which AWS gives in the field"
            " State since it retired Status. Update botocore and boto3."
        )
    joined = found.get("JoinedTimestamp")
    return OrganizationAccount(
        id=found["Id"],
        name=found.get("Name", ""),
        email=found.get("Email", ""),
        arn=found["Arn"],
        status=status,
        joined=joined.astimezone(UTC).isoformat(timespec="seconds") if joined else "",
        joined_method=found.get("JoinedMethod", ""),
        unit_id=unit_id,
    )
