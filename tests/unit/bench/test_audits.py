# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The case of audits: what the account holds, which reads it is held to, and a fleet that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.knowledge import AuditKnowledge
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.task import AuditTask
from ansible_collections.aws_ml.permissions.plugins.module_utils.module_shapes import argument_spec, run
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.knowledge_files import audit_facts
from local_aws import LocalAws

from bench import accounts
from bench.asked import asked
from bench.fleets import AUDITED, NOTHING_TO_DO, Fleet, Kind, planned, require_calls
from bench.measure import RunFailed
from bench.replay import Replay
from bench.samples import Measurement
from bench.ways import AUDIT_WAYS
from bench.workload import audited

IDS = ["700000000000", "700000000001"]
LEFT_BEHIND = {
    "AWSDeepLensGreengrassGroupRole",
    "AWSDeepLensGreengrassRole",
    "AWSDeepLensLambdaFucntionAccessPolicy",
    "AWSDeepLensLambdaRole",
    "AWSDeepLensSageMakerRole",
    "AWSDeepLensServiceRole",
    "AWSPanoramaApplianceRole",
    "AWSPanoramaGreengrassGroupRole",
    "AWSPanoramaGreengrassRole",
    "AWSPanoramaSageMakerRole",
    "AWSPanoramaServiceRole",
    "l4e-role",
    "warehouse-camera",
}
[FLOOR] = [way for way in AUDIT_WAYS if way.name == "floor"]


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=2) as running:
        yield running


def test_an_account_to_audit_has_60_roles_of_which_48_are_plain() -> None:
    found = audited("123456789012")
    assert len({role["name"] for role in found["roles"]}) == 60
    assert len(found["managed_policies"]) == 1
    assert "<" not in str(found)
    plain = [role for role in found["roles"] if role["name"] not in LEFT_BEHIND]
    assert len(plain) == 48
    assert all(len(role["managed_policies"]) == len(role["inline_policies"]) == 1 for role in plain)


def test_an_audit_finds_what_the_guides_left_and_asks_what_it_is_held_to(aws: LocalAws) -> None:
    member = aws.members[1]
    accounts.create(aws.client("iam", account=member["id"]), audited(member["id"]))
    given = {
        "account_id": member["id"],
        "assume_role": {"role_arn": member["role_arn"]},
        "endpoint_url": aws.endpoint,
        "region": "us-east-1",
        "access_key": "AKIALOCALAWSOPERATOR",
        "secret_key": "not-a-secret",
    }
    validated = ArgumentSpecValidator(argument_spec("iam_audit")).validate(given)
    assert validated.error_messages == []
    options = {**validated.validated_parameters, "_knowledge": AuditKnowledge.parse(audit_facts())}
    aws.clear_calls()
    outcome = run("iam_audit", options, check_mode=False, diff_mode=False, task=AuditTask)
    assert not outcome.failed, outcome.values
    assert {one["name"] for one in outcome.values["objects"] if one["arn"]} == LEFT_BEHIND
    assert aws.call_counts() == AUDITED.calls


def test_a_fleet_is_read_with_four_calls_to_each_account(aws: LocalAws, tmp_path: Path) -> None:
    with Replay(aws.members[0]["id"], aws.endpoint) as replay:
        fleet = Fleet.taught(AUDITED, aws, replay, [FLOOR], tmp_path)
        sample = fleet.sample(FLOOR, Measurement("audit", "floor", "audit", 3, 0.0, 1.0))
    assert (sample.calls, sample.writes, sample.accounts) == (12, 0, 3)
    printed = (tmp_path / "floor" / "output.log").read_text(encoding="utf-8").splitlines()
    # Beside the 60: the role by which the account is entered.
    read = "0 users, 0 groups, 61 roles, 1 policies, 61 listed, 1 tags"
    assert printed == [f"70000000000{number} {read}" for number in range(3)]


def counts(**changed: int) -> dict[str, Any]:
    """What the server tells after a faultless audit of two accounts, with some actions counted otherwise."""
    actions = {"AssumeRole": 2, "GetAccountAuthorizationDetails": 2, "ListRoles": 2, "ListPolicyTags": 2, **changed}
    kept = {action: number for action, number in actions.items() if number}
    each, more = divmod(sum(kept.values()), 2)
    return {"actions": kept, "accounts": {IDS[0]: each + more, IDS[1]: each}, "unknown": []}


def test_the_calls_of_an_audit_are_right_only_if_they_are_the_four() -> None:
    require_calls("a way", AUDITED, IDS, counts())


@pytest.mark.parametrize(
    ("kind", "counted", "told"),
    [
        (AUDITED, counts(ListPolicyTags=0), "calls expected in all accounts together: .*ListPolicyTags"),
        (AUDITED, counts(ListRoles=4), "'ListRoles': 4"),
        (AUDITED, counts(GetRole=2), "'GetRole': 2"),
        (AUDITED, counts(ListRoles=1, ListPolicyTags=3), "'ListPolicyTags': 3"),
        (AUDITED, counts(TagRole=2), "2 writes"),
        (AUDITED, {**counts(), "unknown": ["iam:GetRole with {}"]}, "not learned: .*GetRole"),
        (AUDITED, {**counts(), "accounts": {IDS[0]: 8}}, "4 calls to each account expected"),
        (NOTHING_TO_DO, {**counts(), "accounts": {IDS[0]: 5, IDS[1]: 3}}, "4 calls to each account expected"),
        (NOTHING_TO_DO, counts(TagRole=2), "2 writes"),
    ],
)
def test_calls_that_are_not_those_fail_the_run(kind: Kind, counted: dict[str, Any], told: str) -> None:
    with pytest.raises(RunFailed, match=told):
        require_calls("a way", kind, IDS, counted)


def test_where_every_way_has_its_own_calls_they_need_only_be_equal() -> None:
    require_calls("a way", NOTHING_TO_DO, IDS, counts(ListPolicies=2))


def test_a_quick_run_audits_1_10_and_50_accounts_once_in_both_ways() -> None:
    plan = planned(AUDITED, AUDIT_WAYS, asked(["--quick"]))
    assert [(one.accounts, one.way) for _unused, one in plan] == [
        (size, way) for size in (1, 10, 50) for way in ("worker", "floor")
    ]
    assert {(one.case, one.action) for _unused, one in plan} == {("audit", "audit")}
    whole = planned(AUDITED, AUDIT_WAYS, asked([]))
    assert sum(one.accounts == 200 and one.way == "worker" for _unused, one in whole) == 3


def test_audits_are_part_of_a_whole_run_and_can_be_had_alone() -> None:
    assert asked([]).cases == ("account", "fleet", "audit")
    assert asked(["--only", "audit"]).cases == ("audit",)
