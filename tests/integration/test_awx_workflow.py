# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the workflow of AWX asks for an approval, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable

from integration.awx_jobs import Awx, Job
from integration.awx_workflow import run_workflow
from integration.conftest import RolesIn

from local_aws import LocalAws

ALL = {"check": True, "unchanged": False, "plans": True, "approval": True, "apply": True}


def shut(aws: LocalAws, accounts: Iterable[str]) -> None:
    """Makes the accounts impossible to enter."""
    for account in accounts:
        aws.client("iam", account=account).delete_role(RoleName="ml-permissions")


def access_in(job: Job) -> list[str]:
    """The lines about access that the job shows to the approver."""
    [result] = [
        event["event_data"]["res"]
        for event in job.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "Show what access the plans change"
    ]
    lines: list[str] = result["msg"]
    return lines


def test_changes_are_approved_and_nothing_is_asked_when_nothing_changes(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    denied = run_workflow(awx, approves=False)
    assert denied.nodes == {"check": True, "unchanged": False, "plans": True, "approval": False}
    assert not denied.succeeded
    assert not {"CreateRole", "PutRolePolicy"} & aws.call_counts().keys()

    first = run_workflow(awx)
    assert (first.nodes, first.succeeded) == (ALL, True)
    plans = {host: first.artifacts[f"aws_ml_plans_{account}"] for host, account in ids.items()}
    assert first.messages("unchanged") == {
        host: f"{host} has a plan that needs an approval: {plan}." for host, plan in plans.items()
    }
    [shown] = first.jobs["plans"]
    assert all(plan in shown.printed for plan in plans.values())
    by_account = sorted(ids, key=lambda host: ids[host])
    lines = [line for host in by_account for line in first.artifacts[f"aws_ml_access_{ids[host]}"]]
    assert access_in(shown) == [*lines[:40], f"and {len(lines) - 40} more; see the jobs of the check"]
    assert "vision-dev: deeplens: lambda.amazonaws.com may now assume role/AWSDeepLensLambdaRole" in lines
    for account in ids.values():
        assert "AWSDeepLensServiceRole" in roles_in(account)

    aws.clear_calls()
    second = run_workflow(awx)
    assert (second.nodes, second.succeeded) == ({"check": True, "unchanged": True}, True)
    calls = aws.call_counts()
    calls.pop("AssumeRole")
    assert calls == dict.fromkeys(("GetAccountAuthorizationDetails", "ListRoles"), len(ids)), (
        "unchanged.yml reads nothing"
    )


def test_nothing_is_asked_when_no_check_ran(awx: Awx, aws: LocalAws, ids: dict[str, str]) -> None:
    nowhere = run_workflow(awx, {"aws_ml_accounts": "vision-porduction"})
    assert nowhere.nodes == {"check": True, "unchanged": False, "plans": False}
    assert not nowhere.succeeded
    assert '"vision-porduction" matches no host of the inventory' in nowhere.jobs["unchanged"][0].printed

    shut(aws, ids.values())
    failed = run_workflow(awx)
    assert failed.nodes == {"check": False, "unchanged": False, "plans": False}
    assert not failed.succeeded
    assert failed.messages("unchanged") == {
        host: f"{host} was not checked: it failed in the check before, or was not in its inventory." for host in ids
    }
    [message] = failed.messages("plans").values()
    assert message.startswith("There is no plan to approve, but not every account was checked and found unchanged.")


def test_account_that_failed_in_the_check_holds_up_itself_alone(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    shut(aws, [ids["warehouse"]])
    some = run_workflow(awx)
    assert some.nodes == {**ALL, "check": False, "apply": False}
    assert list(some.messages("apply")) == ["warehouse"]
    assert "AWSDeepLensServiceRole" in roles_in(ids["vision-dev"])

    left = run_workflow(awx)
    assert left.nodes == {"check": False, "unchanged": False, "plans": False}
    assert not left.succeeded, "an account that nobody could look into is not unchanged"
    assert list(left.messages("unchanged")) == ["warehouse"]


def test_account_that_is_new_since_the_check_is_not_taken_as_unchanged(awx: Awx, ids: dict[str, str]) -> None:
    assert run_workflow(awx).succeeded

    def new_account() -> None:
        hosts = awx.inventory["_meta"]["hostvars"]
        hosts["new-account"] = {**hosts["warehouse"], "aws_account_id": "999999999999", "aws_account_arn": ""}
        for group in awx.inventory.values():
            if "warehouse" in group.get("hosts", []):
                group["hosts"].append("new-account")

    later = run_workflow(awx, before={"unchanged": new_account})
    assert later.nodes == {"check": True, "unchanged": False, "plans": False}
    assert list(later.messages("unchanged")) == ["new-account"]
