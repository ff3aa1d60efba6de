# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of an audit in the Security Hub of local AWS: what is imported, what is archived, and by which calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.security_hub.changes import changes
from ansible_collections.aws_ml.permissions.plugins.module_utils.security_hub.work import SecurityHubFindings
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.in_worker import context_with

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
WAIVER = {"reason": "ends in March", "owner": "ml-platform", "until": "2027-03-31", "place": "waivers.yml:3"}
ESCALATION = {"from": "user/carl", "to": "role/l4e-role", "steps": ["assumes it"], "severity": "critical", "ids": ["x"]}

Sync = Callable[..., dict[str, Any]]


def finding(name: str, service: str = "deeplens", **values: Any) -> dict[str, Any]:
    told = {"severity": "high", "code": "passes_any_role", "message": "It passes roles.", "remedy": "name roles"}
    return {**told, "resource": f"role/{name}", "service": service, **values}


@pytest.fixture
def hub(aws: LocalAws, account: str) -> Any:
    client = aws.client("securityhub", account=account)
    client.enable_security_hub()
    return client


@pytest.fixture
def sync(aws: LocalAws, account: str) -> Sync:
    """Run the module in the first member account with these findings."""

    def with_findings(*findings: Any, paths: Any = (), days: int = 0, check_mode: bool = False, **options: Any) -> Any:
        audit = {"account_id": account, "findings": list(findings), "escalation_paths": list(paths), "objects": []}
        given = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}, "region": "us-east-1", "audit": audit}
        task = Task(
            {**given, **options},
            check_mode=check_mode,
            diff_mode=True,
            clock=lambda: NOW + timedelta(days=days),
            context=context_with(()),
        )
        return SecurityHubFindings(task).result()

    return with_findings


def stored(hub: Any) -> dict[str, str]:
    """The state of each stored finding by its title."""
    return {one["Title"]: one["RecordState"] for one in hub.get_findings()["Findings"]}


def calls(result: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in result["api_calls"].items() if name not in ("AssumeRole",)}


def why(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["resource"], one["why"]) for one in (*result["imported"], *result["archived"])]


READ = {"GetFindings": 1}
WROTE = {"BatchImportFindings": 1, "GetFindings": 1}


def test_the_life_of_findings(sync: Sync, hub: Any) -> None:
    first = sync(finding("a"), finding("b"), paths=[ESCALATION])
    assert first["changed"] and first["region"] == "us-east-1"
    assert why(first) == [("role/a", "new"), ("role/b", "new"), ("user/carl", "new")]
    assert calls(first) == WROTE

    again = sync(finding("a"), finding("b"), paths=[ESCALATION], days=1)
    assert not again["changed"] and again["unchanged"] == 3
    assert calls(again) == READ

    worse = sync(finding("a", severity="critical"), paths=[ESCALATION], days=2)
    assert why(worse) == [("role/a", "changed"), ("role/b", "gone")]
    assert calls(worse) == WROTE
    assert worse["diff"] == {
        "before": "HIGH Passes any role: role/a\nHIGH Passes any role: role/b\n",
        "after": "CRITICAL Passes any role: role/a\n",
    }
    assert stored(hub) == {
        "Passes any role: role/a": "ACTIVE",
        "Passes any role: role/b": "ARCHIVED",
        "Escalation path: user/carl to role/l4e-role": "ACTIVE",
    }
    changed = hub.get_findings()["Findings"][0]
    assert changed["Severity"]["Label"] == "CRITICAL"
    assert changed["CreatedAt"] == "2026-11-30T12:00:00.000Z"
    assert changed["UpdatedAt"] == "2026-12-02T12:00:00.000Z"

    assert why(sync(finding("a", severity="critical"), finding("b"), paths=[ESCALATION], days=3)) == [("role/b", "new")]
    assert stored(hub)["Passes any role: role/b"] == "ACTIVE"


def test_an_unchanged_finding_is_refreshed_before_security_hub_deletes_it(sync: Sync, hub: Any) -> None:
    sync(finding("a"))
    assert why(sync(finding("a"), days=29)) == []
    assert why(sync(finding("a"), days=30)) == [("role/a", "refreshed")]


def test_an_accepted_finding_is_archived_until_its_waiver_expires(sync: Sync, hub: Any) -> None:
    accepted = finding("a", waiver=WAIVER)
    assert why(sync(accepted)) == []
    sync(finding("a"), days=1)
    assert why(sync(accepted, days=2)) == [("role/a", "accepted")]
    [kept] = hub.get_findings()["Findings"]
    assert kept["RecordState"] == "ARCHIVED"
    assert kept["ProductFields"]["aws_ml.permissions/waiver/reason"] == "ends in March"
    assert calls(sync(accepted, days=3)) == READ
    expired = sync(finding("a", expired_waiver=WAIVER), days=4)
    assert why(expired) == [("role/a", "new")]
    assert stored(hub) == {"Passes any role: role/a": "ACTIVE"}


def test_an_audit_of_some_services_archives_only_theirs(sync: Sync, hub: Any) -> None:
    sync(finding("a"), finding("b", "panorama"), finding("c", ""), finding("d", "deeplens, panorama"))
    assert why(sync(services=["deeplens"], days=1)) == [("role/a", "gone")]
    assert why(sync(services=["deeplens", "panorama"], days=2)) == [("role/b", "gone"), ("role/d", "gone")]
    assert why(sync(days=3)) == [("role/c", "gone")]


def test_findings_of_others_are_not_touched(sync: Sync, hub: Any, account: str) -> None:
    sync(finding("a"))
    [own] = hub.get_findings()["Findings"]
    hub.batch_import_findings(Findings=[{**own, "Id": "other", "GeneratorId": "another-tool"}])
    assert why(sync(days=1)) == [("role/a", "gone")]
    assert {one["Id"]: one["RecordState"] for one in hub.get_findings()["Findings"]}["other"] == "ACTIVE"


def test_a_server_that_ignores_filters_gets_no_finding_of_others_archived() -> None:
    others = [{"Id": "other", "GeneratorId": "another-tool", "RecordState": "ACTIVE"}]
    assert changes([], others, [], NOW) == []


def test_check_mode_imports_nothing(sync: Sync, hub: Any) -> None:
    planned = sync(finding("a"), check_mode=True)
    assert planned["changed"] and why(planned) == [("role/a", "new")]
    assert calls(planned) == READ
    assert stored(hub) == {}


def test_a_call_has_100_findings(sync: Sync, hub: Any) -> None:
    many = [finding(f"role-{number}") for number in range(201)]
    assert calls(sync(*many)) == {"GetFindings": 1, "BatchImportFindings": 3}
    assert calls(sync(*many[:100], days=1)) == {"GetFindings": 3, "BatchImportFindings": 2}


def test_refused_findings_are_reported_by_id(sync: Sync, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.asff"
    monkeypatch.setitem(__import__(module, fromlist=["LONGEST"]).LONGEST, "Title", 400)
    with pytest.raises(EngineError) as caught:
        sync(finding("a"), finding("x" * 400))
    refused = caught.value
    head, line = refused.message.split("\n")
    assert head.endswith("Region us-east-1, refused 1 of 2 findings:")
    assert line.startswith("- aws_ml.permissions/") and "InvalidInput: data.Title should NOT be longer" in line
    assert refused.fields["changed"] is True
    assert len(stored(hub)) == 1


def test_an_account_without_security_hub(sync: Sync, account: str) -> None:
    with pytest.raises(EngineError) as caught:
        sync(finding("a"))
    assert caught.value.message == (
        f"AWS Security Hub is not enabled in account {account}, Region us-east-1. To fix: enable it there (aws"
        " securityhub enable-security-hub --no-enable-default-standards --region us-east-1), choose another Region, or"
        " leave this account out."
    )
    assert caught.value.fields["error_code"] == "InvalidAccessException"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"audit": {"msg": "skipped"}},
            "audit: does not have account_id, findings, escalation_paths, objects, so it is not the result of an audit;"
            " give what iam_audit returned, as register saved it",
        ),
        (
            {"audit": {"account_id": "1", "findings": "x", "escalation_paths": [], "objects": []}},
            "audit.findings: is not a list of dictionaries; give what iam_audit returned",
        ),
        ({"services": ["deep-lens"]}, 'services[0]: "deep-lens" is not known; it is one of '),
    ],
)
def test_wrong_options(sync: Sync, aws: LocalAws, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(EngineError) as caught:
        sync(**options)
    assert caught.value.fields["problems"][0].startswith(problem)
    assert aws.calls() == []


def test_the_audit_of_another_account(sync: Sync, hub: Any, account: str) -> None:
    other = {"account_id": "999999999999", "findings": [], "escalation_paths": [], "objects": []}
    with pytest.raises(EngineError) as caught:
        sync(audit=other)
    [problem] = caught.value.fields["problems"]
    assert problem == (
        f"audit: is the audit of account 999999999999, and the task works in account {account}; give the audit of this"
        " account"
    )
