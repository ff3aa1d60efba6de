# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts: what is planned, which calls each is held to, and a real fleet that is answered from memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue

from bench.alternatives import SITE_ALTERNATIVES, Alternative
from bench.asked import CASES, asked
from bench.jobs import BY_CASE, JOBS
from bench.lessons import Known, Teacher, require_reads
from bench.main_job import declared, groups, made_by_site, retired
from bench.many_accounts import measured, planned, require_calls
from bench.measure import RunFailed
from bench.replay import Replay
from bench.samples import AUDIT, BASELINE, DOCUMENTED, LEAST_PRIVILEGE, RETIRE, Measurement
from bench.workload import PLACEHOLDER, Workload, filled, other_roles
from local_aws import LocalAws

IDS = ["700000000000", "700000000001"]
OURS, EARLIER, AMAZON, FLOOR, NOTHING = SITE_ALTERNATIVES


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=1) as running:
        yield running


PROFILES = [DOCUMENTED, LEAST_PRIVILEGE] if os.environ.get("WHOLE") else [LEAST_PRIVILEGE]
"""A benchmark measures both; one profile takes 16 s."""


@pytest.fixture(scope="module", params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def made(aws: LocalAws, profile: str, tmp_path_factory: pytest.TempPathFactory) -> Workload:
    return made_by_site(aws, tmp_path_factory.mktemp("made"), profile)


def test_every_host_declares_variables_that_the_services_know() -> None:
    variables = declared(LEAST_PRIVILEGE)
    services = variables["aws_ml_services"]
    assert services == sorted(services) and set(services) <= set(catalogue()) and len(services) == 5
    known = {f"{catalogue()[name].prefix}{one}" for name in services for one in catalogue()[name].variables}
    assert {name for name in variables if name != "aws_ml_services"} <= known
    assert variables["deeplens_iam_profile"] == "least_privilege"
    assert retired()["panorama_iam_state"] == "absent"


def test_what_site_makes_is_kept_by_a_script_and_by_site_with_the_same_reads(
    aws: LocalAws, profile: str, made: Workload, tmp_path: Path
) -> None:
    assert PLACEHOLDER in str(made) and aws.members[0]["id"] not in str(made)
    assert len(made["roles"]) >= 12 and {group["name"] for group in made["groups"]} == set(groups())
    reads = 3 + len(made["managed_policies"])
    with Replay(aws.members[0]["id"], aws.endpoint) as replay:
        teacher = Teacher(aws, replay, tmp_path, Known(made, declared(profile), groups()))
        for alternative in (OURS, FLOOR):
            teacher.teach(alternative, ["create", "no-op", "drift"])
            for action in ("create", "no-op", "drift"):
                sample = measured(teacher, alternative, Measurement(profile, alternative.name, action, 3, 0.0, 1.0))
                assert sample.accounts == 3 and sample.calls == 3 * sum(teacher.lesson(alternative, action).values())
                assert bool(sample.writes) == (action != "no-op")
                if action == "no-op":
                    assert sample.calls == 3 * reads


def test_roles_of_others_are_48_without_placeholders_of_teams() -> None:
    found = filled({"roles": other_roles()}, IDS[0])["roles"]
    assert len({role["name"] for role in found}) == 48
    assert "<" not in str(found)
    assert all(len(role["managed_policies"]) == len(role["inline_policies"]) == 1 for role in found)


def counts(**changed: int) -> dict[str, Any]:
    """What the server tells after a faultless audit of two accounts, with some actions counted otherwise."""
    actions = {"AssumeRole": 2, "GetAccountAuthorizationDetails": 2, "ListRoles": 2, "ListPolicyTags": 2, **changed}
    kept = {action: number for action, number in actions.items() if number}
    each, more = divmod(sum(kept.values()), 2)
    return {"actions": kept, "accounts": {IDS[0]: each + more, IDS[1]: each}, "unknown": []}


LESSON = {"AssumeRole": 1, "GetAccountAuthorizationDetails": 1, "ListRoles": 1, "ListPolicyTags": 1}


def test_the_calls_are_right_only_if_they_are_those_of_the_lesson() -> None:
    require_calls("an alternative", IDS, LESSON, counts())


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (counts(ListPolicyTags=0), "calls expected in all accounts together: .*ListPolicyTags"),
        (counts(ListRoles=4), "'ListRoles': 4"),
        (counts(GetRole=2), "'GetRole': 2"),
        (counts(ListRoles=1, ListPolicyTags=3), "'ListPolicyTags': 3"),
        ({**counts(), "unknown": ["iam:GetRole with {}"]}, "not learned: .*GetRole"),
        ({**counts(), "accounts": {IDS[0]: 8}}, "4 calls to each account expected"),
        ({**counts(), "accounts": {IDS[0]: 5, IDS[1]: 3}}, "4 calls to each account expected"),
    ],
)
def test_calls_that_are_not_those_fail_the_run(counted: dict[str, Any], told: str) -> None:
    with pytest.raises(RunFailed, match=told):
        require_calls("an alternative", IDS, LESSON, counted)


@pytest.mark.parametrize(
    ("alternative", "action", "calls", "told"),
    [
        (OURS, "no-op", {**LESSON, "GetRole": 1}, "tags of 1 policies"),
        (OURS, "audit", {**LESSON, "ListPolicyTags": 2}, "tags of 1 policies"),
        (OURS, "check", {**LESSON, "TagRole": 1}, "made 1 writes"),
        (FLOOR, "no-op", {**LESSON, "TagRole": 1}, "made 1 writes"),
    ],
)
def test_an_alternative_that_reads_too_much_or_writes_is_not_measured(
    alternative: Alternative, action: str, calls: dict[str, int], told: str
) -> None:
    with pytest.raises(RunFailed, match=told):
        require_reads(alternative, action, calls, 1)


def test_reads_that_the_others_need_and_writes_of_what_is_to_write_are_taken() -> None:
    require_reads(FLOOR, "no-op", {**LESSON, "GetRole": 1}, 1)
    require_reads(OURS, "drift", {**LESSON, "PutRolePolicy": 1}, 1)
    require_reads(OURS, "no-op", LESSON, 1)


def plan(case: str, *arguments: str) -> set[tuple[int, str, str]]:
    job = BY_CASE[case]
    return {
        (one.accounts, one.action, one.alternative)
        for _unused, one in planned(job, job.alternatives, asked(list(arguments)))
    }


def test_ours_is_measured_with_every_action_and_in_1000_accounts_where_nothing_is_to_be_done() -> None:
    ours = {(size, action) for size, action, name in plan(DOCUMENTED) if name == OURS.name}
    every = {(size, action) for size in (1, 10, 50, 200) for action in ("create", "no-op", "check", "drift")}
    assert ours == every | {(1000, "no-op")}
    assert {size for size, _action, _name in plan(AUDIT)} == {1, 10, 50, 200, 1000}
    assert max(size for size, _action, _name in plan(LEAST_PRIVILEGE)) == 200
    assert plan(RETIRE) == {(size, "check", OURS.name) for size in (1, 10, 50, 200)}
    assert {action for _size, action, _name in plan(BASELINE)} == {"no-op"}


def test_slow_alternatives_are_measured_in_few_accounts_of_one_profile() -> None:
    found = plan(DOCUMENTED)
    assert {one[:2] for one in found if one[2] == AMAZON.name} == {(1, "create"), (1, "no-op"), (10, "no-op")}
    assert {one[:2] for one in found if one[2] == EARLIER.name} == {(1, "no-op"), (10, "no-op")}
    assert {one[2] for one in plan(LEAST_PRIVILEGE)} == {OURS.name, FLOOR.name, NOTHING.name}
    assert AMAZON.name not in {one[2] for one in plan(DOCUMENTED, "--quick")}


def test_what_keeps_nothing_has_only_the_action_that_looks() -> None:
    assert {one[1] for one in plan(DOCUMENTED) if one[2] == NOTHING.name} == {"no-op"}


def test_1000_accounts_are_measured_once_and_the_rest_of_ours_as_often_as_asked() -> None:
    job = BY_CASE[DOCUMENTED]
    sizes = [one.accounts for found, one in planned(job, job.alternatives, asked([])) if found is OURS]
    assert (sizes.count(1000), sizes.count(200)) == (1, 12)


def test_every_case_is_part_of_a_whole_run_and_can_be_had_alone() -> None:
    assert asked([]).cases == CASES
    assert {job.case for job in JOBS} < set(CASES)
    assert asked(["--only", "audit,documented"]).cases == (DOCUMENTED, AUDIT)
