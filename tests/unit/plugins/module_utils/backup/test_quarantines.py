# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restore lifts the quarantine that the run of the backup began, and no other."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.converge import Converge as Convergence
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import (
    DeclaredObjects,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task

from local_aws import LocalAws

from .conftest import Converge, Restored
from .small_account import ADMIN, READER, attached, make_policy, make_role, reasons, trust
from .whole_accounts import document, seen

DENIAL = "arn:aws:iam::aws:policy/AWSDenyAll"
SINCE = "aws_ml_permissions:quarantined"
TAGS = [{"Key": "team", "Value": "vision"}]


@pytest.fixture
def quarantine(aws: LocalAws, folder: str) -> Any:
    """Put a role into quarantine as a retirement does: with a backup. The path of that."""

    def run(name: str = "worker") -> str:
        role = {"name": name, "state": "quarantined", "quarantine_reason": "ended"}
        entrance = {"role_arn": aws.members[0]["role_arn"]}
        options = {"state": "present", "roles": [role], "backup_dir": folder, "assume_role": entrance}
        task = Task(options)
        made = Convergence(task, DeclaredObjects(task, options, backs_up_additions=True)).result()
        return str(made["backup"]["path"])

    return run


@pytest.fixture
def worker(iam: Any) -> str:
    arn = make_role(iam, "worker", Tags=TAGS)
    iam.attach_role_policy(RoleName="worker", PolicyArn=ADMIN)
    iam.put_role_policy(RoleName="worker", PolicyName="S3", PolicyDocument=json.dumps(document(["s3:*"])))
    return arn


def tags(iam: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in iam.get_role(RoleName="worker")["Role"].get("Tags", ())}


@pytest.mark.parametrize("named", [{}, {"roles": ["Worker"]}, {"overwrite": True}], ids=["all", "named", "overwrite"])
def test_the_role_is_as_it_was_before(
    *, named: dict[str, Any], worker: str, iam: Any, quarantine: Any, restore: Restored
) -> None:
    before = seen(iam)
    path = quarantine()
    since = tags(iam)[SINCE]
    planned = restore(src=path, check_mode=True, **named)
    result = restore(src=path, approved_plan=planned["plan_id"], **named)
    assert seen(iam) == before
    assert result["lifted_quarantines"] == [{"name": "worker", "since": since, "reason": "ended"}]
    assert "AWSDenyAll: lifts the quarantine of role/worker" in [step["reason"] for step in result["plan"]]
    assert result["not_restored"] == []
    assert result["warnings"] == [f"lifts the quarantine of role/worker, in quarantine since {since} (ended)"]
    again = restore(src=path, **named)
    assert (again["plan"], again["lifted_quarantines"], again["not_restored"]) == ([], [], [])


def test_where_the_denial_was_an_inline_policy(iam: Any, quarantine: Any, restore: Restored) -> None:
    make_role(iam, "worker", Tags=TAGS)
    for number in range(10):
        iam.attach_role_policy(RoleName="worker", PolicyArn=make_policy(iam, f"P{number}"))
    before = seen(iam)
    path = quarantine()
    assert iam.list_role_policies(RoleName="worker")["PolicyNames"] == ["AWSMLPermissionsDenyAll"]
    result = restore(src=path)
    assert seen(iam) == before
    told = [step["reason"] for step in result["plan"]]
    assert "inline policy AWSMLPermissionsDenyAll: lifts the quarantine of role/worker" in told


def test_a_denial_that_was_there_before_stays(worker: str, iam: Any, quarantine: Any, restore: Restored) -> None:
    iam.attach_role_policy(RoleName="worker", PolicyArn=DENIAL)
    before = seen(iam)
    path = quarantine()
    result = restore(src=path)
    assert seen(iam) == before
    assert [item["name"] for item in result["lifted_quarantines"]] == ["worker"]


def test_a_quarantine_of_another_run_stays(worker: str, iam: Any, quarantine: Any, restore: Restored) -> None:
    path = quarantine()
    restore(src=path)
    time.sleep(1.1)  # the date of a quarantine is exact to the second
    quarantine()
    since = tags(iam)[SINCE]
    for how in ({}, {"roles": ["worker"]}, {"overwrite": True}):
        result = restore(src=path, **how)
        assert (result["plan"], result["lifted_quarantines"]) == ([], [])
        assert reasons(result) == {
            "role/worker": f"is in quarantine since {since}, which is not that of the backup",
        }
        assert result["not_restored"][0]["remedy"] == "the playbook release ends a quarantine"


def test_the_quarantine_of_another_role_of_the_name_stays(
    worker: str, iam: Any, quarantine: Any, restore: Restored
) -> None:
    path = quarantine()
    held = tags(iam)
    for policy in (ADMIN, DENIAL):
        iam.detach_role_policy(RoleName="worker", PolicyArn=policy)
    iam.delete_role_policy(RoleName="worker", PolicyName="S3")
    iam.delete_role(RoleName="worker")
    make_role(iam, "worker", Tags=[{"Key": key, "Value": value} for key, value in held.items()])
    iam.attach_role_policy(RoleName="worker", PolicyArn=DENIAL)
    result = restore(src=path)
    assert "which is not that of the backup" in reasons(result)["role/worker"]
    assert DENIAL.rpartition("/")[2] in attached(iam, "worker")


def test_a_denial_without_a_date_goes_only_from_a_role_that_is_chosen(
    worker: str, iam: Any, quarantine: Any, restore: Restored
) -> None:
    """A run that was killed between its two writes leaves it so; so does a person who attaches AWSDenyAll."""
    before = seen(iam)
    path = quarantine()
    iam.untag_role(RoleName="worker", TagKeys=[SINCE, "aws_ml_permissions:quarantine_reason"])
    result = restore(src=path)
    assert (result["plan"], reasons(result)) == (
        [],
        {"role/worker": "is denied everything, without tags that show which quarantine that is"},
    )
    assert result["not_restored"][0]["remedy"] == (
        "choose it by its name: roles: [worker] (aws_ml_restore_roles), or detach AWSDenyAll, if it is not needed"
    )
    restore(src=path, roles=["worker"])
    assert seen(iam) == before


@pytest.mark.parametrize("change", ["trust", "managed", "inline", "policy"])
def test_what_came_in_quarantine_does_not_come_to_power_with_its_end(
    *, change: str, iam: Any, account: str, quarantine: Any, restore: Restored
) -> None:
    arn = make_policy(iam, "Held")
    make_role(iam, "worker")
    iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
    path = quarantine()
    wide = json.dumps(document(["*"]))
    if change == "trust":
        iam.update_assume_role_policy(RoleName="worker", PolicyDocument=json.dumps(trust({"AWS": account})))
    elif change == "managed":
        iam.attach_role_policy(RoleName="worker", PolicyArn=READER)
    elif change == "inline":
        iam.put_role_policy(RoleName="worker", PolicyName="Later", PolicyDocument=wide)
    else:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=wide, SetAsDefault=True)
    why = {
        "trust": "changed since the backup: trust policy",
        "managed": "given while it was in quarantine: managed policy ReadOnlyAccess",
        "inline": "given while it was in quarantine: inline policy Later",
        "policy": "policy Held has another document than at the backup",
    }[change]
    result = restore(src=path)
    assert (result["plan"], reasons(result)) == ([], {"role/worker": why})
    chosen = restore(src=path, roles=["worker"])
    assert [item["name"] for item in chosen["lifted_quarantines"]] == ["worker"]
    assert "AWSDenyAll" not in attached(iam, "worker")


def test_single_policies_of_a_role_come_back_and_its_quarantine_stays(
    worker: str, iam: Any, quarantine: Any, restore: Restored
) -> None:
    path = quarantine()
    iam.detach_role_policy(RoleName="worker", PolicyArn=ADMIN)
    result = restore(src=path, attachments=[{"iam_type": "role", "iam_name": "worker", "managed_policies": [ADMIN]}])
    assert attached(iam, "worker") == {"IAMFullAccess", "AWSDenyAll"}
    assert reasons(result) == {"role/worker": "is in quarantine"}


def test_the_folder_undoes_a_whole_retirement_and_a_file_its_own_run(
    *, worker: str, iam: Any, folder: str, quarantine: Any, converge: Converge, restore: Restored
) -> None:
    before = seen(iam)
    quarantine()
    since = tags(iam)[SINCE]
    removed = converge("roles", name="worker", state="absent")["backup"]["path"]
    of_file = restore(src=removed, check_mode=True)
    (role,) = of_file["roles"]
    assert role["quarantined"] == {"since": since, "reason": "ended"}
    assert any("is restored as it was when it was removed, in quarantine" in text for text in of_file["warnings"])
    whole = restore(src=folder)
    assert seen(iam) == before
    assert (len(whole["sources"]), whole["warnings"]) == (2, [])


def test_a_quarantine_that_ended_in_between_is_no_part_of_the_removal(
    *, worker: str, iam: Any, folder: str, quarantine: Any, converge: Converge, restore: Restored
) -> None:
    """The role was deleted out of another quarantine than that of which there is a backup."""
    quarantine()
    converge("roles", name="worker", state="present")
    iam.attach_role_policy(RoleName="worker", PolicyArn=DENIAL)
    iam.tag_role(RoleName="worker", Tags=[{"Key": SINCE, "Value": "2026-10-01T00:00:00Z"}])
    converge("roles", name="worker", state="absent")
    result = restore(src=folder)
    assert "AWSDenyAll" in attached(iam, "worker")
    assert any("in quarantine since" in text for text in result["warnings"])
