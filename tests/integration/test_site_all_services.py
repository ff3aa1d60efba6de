# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/site.yml with all services in one account: what a run costs that finds nothing to do."""

from __future__ import annotations

from typing import Any

from integration.playbook_runs import Playbook
from integration.whole_account import create, declared, held
from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
SERVICES = ["deeplens", "panorama", "lookout_equipment", "lookout_vision", "groundtruth_lambda"]
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


def test_second_run_takes_two_reads_for_a_service_and_one_for_a_policy_of_the_account(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws
) -> None:
    member = aws.members[0]
    iam = aws.client("iam", account=member["id"])
    create(iam, declared(PEOPLE, member["id"]))
    hosts = accounts["all"]["hosts"]
    inventory = {"all": {"hosts": {member["name"]: {**hosts[member["name"]], **WANTED}}}}

    first = playbook(SITE, inventory)
    assert first.rc == 0, first.failures()
    assert first.total("changed") == len(SERVICES)
    made = held(iam)
    assert (len(made["roles"]), sorted(made["policies"])) == (5 + 5 + 1 + 0 + 3, POLICIES)

    aws.clear_calls()
    second = playbook(SITE, inventory)
    assert second.rc == 0, second.failures()
    assert second.total("changed") == 0
    assert aws.call_counts(member["id"]) == {
        "GetAccountAuthorizationDetails": len(SERVICES),
        "ListRoles": len(SERVICES) - 1,  # Lookout for Vision has no role
        "ListPolicyTags": len(POLICIES),
    }
    assert aws.call_counts(aws.management) == {"AssumeRole": 1}
