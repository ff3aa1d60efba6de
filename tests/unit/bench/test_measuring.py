# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a measured run: its cost is of all its processes, and an account must equal the workload."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import accounts
from bench.measure import RunFailed, measure
from bench.workload import account_of, filled, workload, workload_of
from local_aws import LocalAws

BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
LEFT_BEHIND = (
    "import subprocess, sys\n"
    f"subprocess.Popen([sys.executable, '-c', {BURN.format(seconds=0.3)!r}])\n"
    "kept = bytearray(60_000_000)\n"
)


def test_what_a_command_leaves_behind_is_counted_and_its_wall_time_is_its_own(tmp_path: Path) -> None:
    cost = measure([sys.executable, "-c", LEFT_BEHIND], os.environ, tmp_path)
    assert 0.3 <= cost.cpu < 5
    assert 60_000_000 < cost.memory < 200_000_000
    assert cost.wall > 0


def test_a_command_that_fails_is_reported_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match=r"status 3:\nno luck"):
        measure([sys.executable, "-c", "print('no luck'); raise SystemExit(3)"], os.environ, tmp_path)


def test_the_workload_is_16_roles_and_4_policies() -> None:
    found = filled(workload(), "123456789012")
    assert (len(found["roles"]), len(found["managed_policies"])) == (16, 4)
    assert "<account_id>" not in str(found)
    assert all(len(role["inline_policies"]) == 1 and role["tags"] for role in found["roles"])
    assert {len(role["managed_policies"]) for role in found["roles"]} == {1, 2}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws(members=0) as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws) -> LocalAws:
    running.reset()
    return running


def test_an_account_made_from_the_workload_holds_it_and_an_empty_one_does_not(aws: LocalAws) -> None:
    iam, wanted = aws.client("iam"), filled(workload(), aws.management)
    accounts.require(iam, None, "nothing")
    with pytest.raises(RunFailed, match=r"after nothing, path of managed_policies device-telemetry .* is null"):
        accounts.require(iam, wanted, "nothing")
    accounts.create(iam, wanted)
    accounts.require(iam, wanted, "create")
    with pytest.raises(RunFailed, match=r"after create, .* should be null, is "):
        accounts.require(iam, None, "create")


def test_what_an_account_holds_is_a_workload_that_makes_the_same_in_another(aws: LocalAws) -> None:
    iam = aws.client("iam")
    accounts.create_groups(iam, ["people"])
    group = {
        "name": "people",
        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "inline_policies": {
            "own": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        },
    }
    wanted = {**filled(workload(), aws.management), "groups": [group]}
    accounts.create(iam, wanted)
    found = workload_of(accounts.held(iam), aws.management)
    assert aws.management not in str(found)
    aws.reset()
    accounts.create_groups(iam, ["people"])
    accounts.create(iam, filled(found, aws.management))
    accounts.require(iam, wanted, "making it again")
    iam.detach_group_policy(GroupName="people", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    with pytest.raises(RunFailed, match="managed_policies of groups people"):
        accounts.require(iam, wanted, "a change by hand")


def test_drift_is_one_inline_policy_and_is_seen(aws: LocalAws) -> None:
    iam, wanted = aws.client("iam"), filled(workload(), aws.management)
    accounts.create(iam, wanted)
    drifted = accounts.drift(iam, wanted)
    accounts.require(iam, drifted, "drift")
    with pytest.raises(RunFailed, match="logs:\\*"):
        accounts.require(iam, wanted, "drift")
    before, after = account_of(wanted), account_of(drifted)
    assert [name for name in before["roles"] if before["roles"][name] != after["roles"][name]] == ["sensor-inference"]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("untag_role", {"RoleName": "training-jobs", "TagKeys": ["owner"]}),
        ("update_role", {"RoleName": "training-jobs", "Description": "another"}),
        ("detach_role_policy", {"RoleName": "device-rules", "PolicyArn": "AWSIoTRuleActions"}),
        ("untag_policy", {"PolicyArn": "model-registry", "TagKeys": ["part"]}),
    ],
)
def test_every_part_of_the_workload_is_compared(aws: LocalAws, method: str, parameters: dict[str, str]) -> None:
    arns = {
        "AWSIoTRuleActions": "arn:aws:iam::aws:policy/service-role/AWSIoTRuleActions",
        "model-registry": f"arn:aws:iam::{aws.management}:policy/model-registry",
    }
    iam, wanted = aws.client("iam"), filled(workload(), aws.management)
    accounts.create(iam, wanted)
    given = {**parameters, **({"PolicyArn": arns[parameters["PolicyArn"]]} if "PolicyArn" in parameters else {})}
    getattr(iam, method)(**given)
    with pytest.raises(RunFailed):
        accounts.require(iam, wanted, "a change by hand")
