# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import service as calls
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_filters import AccountFilter
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_selection import (
    Selection,
    WantedAccounts,
    select,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.connection import organizations
from unit.plugins.plugin_utils.organization.scripted_organization import MANAGEMENT, ROOT, ScriptedOrganization, unit_id

pytestmark = pytest.mark.both_generations

EVERYTHING = WantedAccounts(AccountFilter())


def read(organization: ScriptedOrganization, wanted: WantedAccounts = EVERYTHING, **options: Any) -> Selection:
    return select(lambda: organizations(organization.options(**options)), wanted)


def refusal(organization: ScriptedOrganization, wanted: WantedAccounts = EVERYTHING) -> str:
    with organization, pytest.raises(EngineError) as failure:
        read(organization, wanted)
    return failure.value.message


def numbered(first: int, last: int) -> list[dict[str, str]]:
    return [{"Id": f"{number:012d}"} for number in range(first, last)]


@pytest.mark.parametrize("page", [1, 3, 20])
def test_every_page_is_read_also_after_an_empty_one(page: int) -> None:
    units = {ROOT: {unit_id(number): f"ou{number}" for number in range(5)}, unit_id(4): {unit_id(5): "deep"}}
    accounts = {ROOT: numbered(1, 4), unit_id(2): numbered(10, 17), unit_id(5): numbered(20, 21)}
    with ScriptedOrganization(units, accounts, page=page) as organization:
        organization.tags["000000000020"] = {f"key{number}": str(number) for number in range(7)}
        found = read(organization)
    assert [unit.path for unit in found.units] == ["/", "/ou0", "/ou1", "/ou2", "/ou3", "/ou4", "/ou4/deep"]
    assert {account.id: account.unit_id for account in found.accounts} == {
        **dict.fromkeys((f"{number:012d}" for number in range(1, 4)), ROOT),
        **dict.fromkeys((f"{number:012d}" for number in range(10, 17)), unit_id(2)),
        "000000000020": unit_id(5),
    }
    assert len(found.accounts[-1].tags) == 7


def test_a_selection_survives_the_cache() -> None:
    accounts = {ROOT: [*numbered(1, 3), {"Id": "000000000009", "State": "CLOSED"}]}
    with ScriptedOrganization({ROOT: {unit_id(1): "a"}}, accounts) as organization:
        organization.tags["000000000001"] = {"team": "vision"}
        found = read(organization, replace(EVERYTHING, filter=AccountFilter(include=["nobody", "0*"])))
    assert found.left_out == 1
    assert found.idle_names == ['include: "nobody"']
    assert Selection.from_plain(json.loads(json.dumps(found.to_plain()))) == found


def test_only_chosen_units_and_left_accounts_cost_calls() -> None:
    units = {ROOT: {unit_id(1): "a", unit_id(2): "b"}, unit_id(2): {unit_id(3): "c"}}
    accounts = {unit_id(1): numbered(1, 30), unit_id(3): [*numbered(40, 44), {"Id": "000000000050", "State": "CLOSED"}]}
    wanted = WantedAccounts(AccountFilter(exclude=["*43"]), ous=["b"])
    with ScriptedOrganization(units, accounts) as organization:
        found = read(organization, wanted)
        assert organization.calls["ListTagsForResource"] == 3  # one empty page each
        assert organization.calls["ListAccountsForParent"] == 1 + 3
        organization.calls.clear()
        assert [account.id for account in read(organization, replace(wanted, read_tags=False)).accounts] == [
            account.id for account in found.accounts
        ]
        assert organization.calls["ListTagsForResource"] == 0
    assert [account.id for account in found.accounts] == ["000000000040", "000000000041", "000000000042"]
    assert [unit.path for unit in found.units] == ["/", "/b", "/b/c"]


def test_an_account_that_moves_meanwhile_is_one_host() -> None:
    units = {ROOT: {unit_id(1): "a", unit_id(2): "b"}}
    with ScriptedOrganization(units, {unit_id(1): numbered(1, 2), unit_id(2): numbered(1, 3)}) as organization:
        found = read(organization)
    assert [(account.id, account.unit_id) for account in found.accounts] == [
        ("000000000001", unit_id(2)),
        ("000000000002", unit_id(2)),
    ]


def test_the_management_account_is_the_one_that_the_organization_names() -> None:
    accounts = {ROOT: [{"Id": MANAGEMENT}, *numbered(1, 2)]}
    with ScriptedOrganization({}, accounts) as organization:
        assert read(organization).management_id == MANAGEMENT
        members = read(organization, WantedAccounts(AccountFilter(management=False)))
    assert [account.id for account in members.accounts] == ["000000000001"]


def test_state_counts_and_status_where_there_is_none() -> None:
    fields = [{"State": "CLOSED", "Status": "SUSPENDED"}, {"State": None, "Status": "SUSPENDED"}, {"State": "ACTIVE"}]
    accounts = {ROOT: [{"Id": f"{number:012d}", **each} for number, each in enumerate(fields)]}
    with ScriptedOrganization({}, accounts) as organization:
        found = read(organization, WantedAccounts(AccountFilter(["ACTIVE", "SUSPENDED", "CLOSED"])))
    assert [account.status for account in found.accounts] == ["CLOSED", "SUSPENDED", "ACTIVE"]
    assert found.accounts[0].joined == "1970-01-01T00:00:00+00:00"


def test_an_account_without_a_state_is_an_old_sdk() -> None:
    message = refusal(ScriptedOrganization({}, {ROOT: [{"Id": "000000000001", "State": None}]}))
    assert "does not know the state of account 000000000001" in message
    assert "Update botocore" in message


@pytest.mark.parametrize(
    ("action", "where"),
    [
        ("DescribeOrganization", "in the management account or in"),
        ("ListRoots", f"in the management account {MANAGEMENT} or in"),
        ("ListOrganizationalUnitsForParent", MANAGEMENT),
        ("ListAccountsForParent", MANAGEMENT),
        ("ListTagsForResource", "read_tags"),
    ],
)
def test_a_refusal_names_the_permission_and_where_it_is_needed(action: str, where: str) -> None:
    refused = {action: ("AccessDeniedException", "You don't have permissions to access this resource.")}
    message = refusal(ScriptedOrganization({}, {ROOT: numbered(1, 9)}, refused=refused))
    assert message.startswith(
        f"{action} failed: AccessDeniedException: You don't have permissions to access this resource. "
    )
    assert f"needs organizations:{action}, in the management account" in message
    assert where in message
    assert "assume_role_arn" in message


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AWSOrganizationsNotInUseException", "management account or of a delegated administrator, or enter such"),
        ("ParentNotFoundException", "Run again"),
        ("TooManyRequestsException", "set cache to true"),
        ("InvalidInputException", "ListRoots failed: InvalidInputException: as told"),
    ],
)
def test_other_errors_say_what_to_do(code: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PATIENCE_SECONDS", 0)
    refused = {"ListRoots": (code, "as told")}
    with ScriptedOrganization(refused=refused) as organization, pytest.raises(EngineError) as failure:
        read(organization, aws_config={"retries": {"total_max_attempts": 1}})
    assert failure.value.message.startswith(f"ListRoots failed: {code}: as told")
    assert advice in failure.value.message


def test_a_profile_and_keys_are_refused_together() -> None:
    with ScriptedOrganization() as organization, pytest.raises(EngineError, match="profile and access tokens"):
        read(organization, profile="some")
