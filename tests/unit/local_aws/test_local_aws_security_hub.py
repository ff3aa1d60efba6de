# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub of the local AWS: what AWS refuses, and what an import does not change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local_aws import LocalAws

Refusal = tuple[str, int, str]


@pytest.fixture
def hub(aws: LocalAws, account: str) -> Any:
    return aws.client("securityhub", account=account)


def finding(account: str, **values: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "one",
        "ProductArn": f"arn:aws:securityhub:us-east-1:{account}:product/{account}/default",
        "GeneratorId": "ours/rule",
        "AwsAccountId": account,
        "CreatedAt": "2026-11-30T10:00:00.000Z",
        "UpdatedAt": "2026-11-30T10:00:00.000Z",
        "Title": "A title",
        "Description": "A description",
        "Resources": [{"Type": "Other", "Id": "x"}],
        "Severity": {"Label": "LOW"},
        "FindingProviderFields": {"Severity": {"Label": "LOW"}},
        **values,
    }


def test_an_account_that_has_not_enabled_it(hub: Any, account: str, refused: Callable[..., Refusal]) -> None:
    told = ("InvalidAccessException", 401, f"Account {account} is not subscribed to AWS Security Hub")
    assert refused(hub.get_findings) == told
    assert refused(hub.batch_import_findings, Findings=[finding(account)]) == told


def test_findings_that_are_refused(hub: Any, account: str, refused: Callable[..., Refusal]) -> None:
    hub.enable_security_hub()
    foreign = "arn:aws:securityhub:us-east-1::product/aws/guardduty"
    wrong = [finding(account, Title="t" * 257), finding(account, ProductArn=foreign), finding(account)]
    reply = hub.batch_import_findings(Findings=wrong)
    assert (reply["FailedCount"], reply["SuccessCount"]) == (2, 1)
    assert [one["ErrorCode"] for one in reply["FailedFindings"]] == ["InvalidInput", "InvalidInput"]
    code, status, _message = refused(hub.batch_import_findings, Findings=[finding(account)] * 101)
    assert (code, status) == ("InvalidInputException", 400)


def test_an_import_does_not_change_what_belongs_to_users(hub: Any, account: str) -> None:
    hub.enable_security_hub()
    hub.batch_import_findings(Findings=[finding(account)])
    high = {"Severity": {"Label": "HIGH"}}
    later = {"UpdatedAt": "2026-11-30T11:00:00.000Z", "Workflow": {"Status": "SUPPRESSED"}, "RecordState": "ARCHIVED"}
    hub.batch_import_findings(Findings=[finding(account, **later, **high)])
    [kept] = hub.get_findings()["Findings"]
    assert (kept["Workflow"]["Status"], kept["Severity"]["Label"], kept["RecordState"]) == ("NEW", "LOW", "ARCHIVED")
    newest = {"UpdatedAt": "2026-11-30T12:00:00.000Z", "FindingProviderFields": high}
    hub.batch_import_findings(Findings=[finding(account, **newest)])
    hub.batch_import_findings(Findings=[finding(account, Title="Too old")])
    [kept] = hub.get_findings()["Findings"]
    assert (kept["Severity"]["Label"], kept["Title"]) == ("HIGH", "A title")


def test_filters_and_pages(hub: Any, account: str) -> None:
    hub.enable_security_hub()
    hub.batch_import_findings(Findings=[finding(account, Id=f"id-{number}") for number in range(5)])
    hub.batch_import_findings(Findings=[finding(account, Id="other", GeneratorId="theirs")])
    ours = {"GeneratorId": [{"Value": "ours/", "Comparison": "PREFIX"}]}
    pages = hub.get_paginator("get_findings").paginate(Filters=ours, PaginationConfig={"PageSize": 2})
    assert [len(page["Findings"]) for page in pages] == [2, 2, 1]
