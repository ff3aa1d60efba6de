# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All services in one account: what site and audit ask of AWS when there is nothing to do, and the one plan for all."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from integration.playbook_runs import Playbook
from integration.whole_account import create, declared, held

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
CONVERGE = "Converge the services"
SERVICES = list(catalogue())
PEOPLE: dict[str, Any] = {
    "users": {"line-engineer": {}, "labeling-developer": {}},
    "groups": {"inspectors": {}, "labeling-managers": {}},
}
POLICIES = ["gt-job-creator", "gt-sar-recipe", "lookout-vision-s3"]
WANTED: dict[str, Any] = {
    "aws_ml_services": SERVICES,
    "lookout_vision_iam_users": ["line-engineer"],
    "lookout_vision_iam_groups": ["inspectors"],
    "lookout_vision_iam_buckets": ["lookoutvision-us-east-1-<account_id>"],
    "groundtruth_lambda_iam_region": "us-east-1",
    "groundtruth_lambda_iam_pre_function": "before-annotation",
    "groundtruth_lambda_iam_post_function": "after-annotation",
    "groundtruth_lambda_iam_input_bucket": "labeling-<account_id>",
    "groundtruth_lambda_iam_output_bucket": "labeling-<account_id>",
    "groundtruth_lambda_iam_developers": {"users": ["labeling-developer"]},
    "groundtruth_lambda_iam_starter_functions": True,
    "groundtruth_lambda_iam_job_creators": {"groups": ["labeling-managers"]},
}


READS = {"GetAccountAuthorizationDetails": 1, "ListRoles": 1, "ListPolicyTags": len(POLICIES)}


@pytest.fixture
def member(accounts: dict[str, Any], aws: LocalAws) -> dict[str, Any]:
    """An account with the people that its services name."""
    found: dict[str, Any] = aws.members[0]
    create(aws.client("iam", account=found["id"]), declared(PEOPLE, found["id"]))
    accounts["all"]["hosts"] = {found["name"]: {**accounts["all"]["hosts"][found["name"]], **WANTED}}
    aws.clear_calls()
    return found


def test_a_run_that_changes_nothing_reads_the_account_once_for_all_services(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, member: dict[str, Any]
) -> None:
    first = playbook(SITE, accounts)
    assert first.rc == 0, first.failures()
    assert first.total("changed") == 1
    made = held(aws.client("iam", account=member["id"]))
    roles = [item["name"] for item in first.results(CONVERGE)[member["name"]]["roles"] if item["status"] == "created"]
    assert (sorted(made["roles"]), sorted(made["policies"])) == (sorted(roles), POLICIES)
    assert len(roles) > len(SERVICES)

    for playbook_name in ("site", "audit"):
        aws.clear_calls()
        again = playbook(f"aws_ml.permissions.{playbook_name}", accounts)
        assert again.rc == 0, again.failures()
        assert again.total("changed") == 0
        assert aws.call_counts(member["id"]) == READS, playbook_name
        assert aws.call_counts(aws.management) == {"AssumeRole": 1}, playbook_name
        if playbook_name == "audit":
            result = again.results("Audit the account")[member["name"]]
            statuses = {item["name"]: item["status"] for item in result["objects"] if item["status"] != "in_sync"}
            # Of the generation that the account does not ask for.
            assert statuses == {"AWSPanoramaApplianceServiceRole": "absent"}


def test_one_plan_covers_all_services_and_no_other_choice_of_them(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, member: dict[str, Any]
) -> None:
    iam = aws.client("iam", account=member["id"])
    checked = playbook(SITE, accounts, check=True).results(CONVERGE)[member["name"]]
    assert {item["service"] for item in checked["services"]} == set(SERVICES)
    assert len(checked["plan_id"]) == 64
    approved = {"aws_ml_approved_plan": checked["approval"]}
    assert [action for action in aws.call_counts(member["id"]) if not action.startswith(("Get", "List"))] == []

    before = held(iam)
    for only in (["deeplens"], SERVICES[1:]):
        refused = playbook(SITE, accounts, {**approved, "aws_ml_only_services": only})
        assert "was approved: nothing was written" in refused.failures()[member["name"]]
        assert held(iam) == before
    applied = playbook(SITE, accounts, approved)
    assert applied.rc == 0, applied.failures()
    done = applied.results(CONVERGE)[member["name"]]
    assert (done["plan"], done["plan_id"]) == (checked["plan"], checked["plan_id"])
