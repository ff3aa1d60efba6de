# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles in quarantine: what is written, what is reported, and what remains when it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.inspection import inspecting
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import worker

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
AWS = "arn:aws:iam::aws:policy/"
TEN = [
    "AmazonS3ReadOnlyAccess", "AmazonEC2ReadOnlyAccess", "AmazonSQSReadOnlyAccess", "AmazonSNSReadOnlyAccess",
    "AmazonRDSReadOnlyAccess", "AmazonVPCReadOnlyAccess", "IAMReadOnlyAccess", "CloudWatchReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess", "AmazonRoute53ReadOnlyAccess",
]  # fmt: skip


def content(iam: Any, name: str = "worker") -> dict[str, Any]:
    """What the role has, apart from its tags."""
    (found,) = [
        role for role in iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        if role["RoleName"] == name
    ]  # fmt: skip
    return {
        "trust": found["AssumeRolePolicyDocument"],
        "managed": sorted(policy["PolicyArn"] for policy in found["AttachedManagedPolicies"]),
        "inline": [policy["PolicyName"] for policy in found["RolePolicyList"]],
    }


def tags(iam: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in iam.list_role_tags(RoleName="worker")["Tags"]}


def looked_at(aws: LocalAws, **options: Any) -> dict[str, Any]:
    options["assume_role"] = {"role_arn": aws.members[0]["role_arn"]}
    (role,) = inspecting(Task(options, check_mode=True)).result()["roles"]
    return dict(role)


@pytest.mark.parametrize("section", ["roles", None])
def test_quarantine_and_back(aws: LocalAws, iam: Any, converge: Converge, tmp_path: Path, section: str | None) -> None:
    whole = worker(managed_policies=["AmazonS3ReadOnlyAccess"], tags={"team": "vision"})
    converge(roles=[whole])
    before = content(iam)
    away = {"name": "worker", "state": "quarantined", "quarantine_reason": "nobody uses it"}

    def run(role: dict[str, Any], **options: Any) -> dict[str, Any]:
        return converge(section, **(role if section else {"roles": [role]}), backup_dir=str(tmp_path), **options)

    planned = run(away, check_mode=True)
    assert (content(iam), tags(iam)) == (before, {"team": "vision"})
    done = run(away)
    assert [step["action"] for step in done["plan"]] == ["AttachRolePolicy", "TagRole"]
    assert (planned["plan"], planned["plan_id"]) == (done["plan"], done["plan_id"])
    (role,) = done["roles"]
    since = tags(iam)["aws_ml_permissions:quarantined"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", since)
    assert (role["status"], role["quarantined"]) == ("quarantined", {"since": since, "reason": "nobody uses it"})
    assert content(iam) == {**before, "managed": sorted([*before["managed"], DENY_ALL])}
    assert tags(iam) == {
        "team": "vision",
        "aws_ml_permissions:quarantined": since,
        "aws_ml_permissions:quarantine_reason": "nobody uses it",
    }

    again = run({**away, "quarantine_reason": "another"})
    assert (again["changed"], again["roles"][0]["status"], again["roles"][0]["quarantined"]["since"]) == (
        False, "quarantined", since,
    )  # fmt: skip
    assert looked_at(aws, roles=[away])["status"] == "quarantined"
    drifted = looked_at(aws, roles=[{"name": "worker"}])
    assert (drifted["status"], drifted["quarantined"]["since"]) == ("drifted", since)

    would = run({"name": "worker"}, check_mode=True)
    back = run({"name": "worker"})
    assert would["lifted_quarantines"] == back["lifted_quarantines"] == [
        {"name": "worker", "since": since, "reason": "nobody uses it"}
    ]  # fmt: skip
    told = f"lifts the quarantine of role/worker, in quarantine since {since} (nobody uses it)"
    assert would["warnings"] == back["warnings"] == [told]
    assert "lifted_quarantines" not in run({"name": "worker"})
    assert [step["action"] for step in back["plan"]] == ["DetachRolePolicy", "UntagRole"]
    assert (back["roles"][0]["status"], back["roles"][0]["quarantined"]) == ("updated", None)
    assert (content(iam), tags(iam)) == (before, {"team": "vision"})
    wanted = looked_at(aws, roles=[away])
    assert (wanted["status"], wanted["quarantined"]) == ("drifted", None)


FORGED = {"aws_ml_permissions:quarantined": "2020-01-01T00:00:00Z"}
KEY = "0123456789abcdef" * 4


def tag(iam: Any, **more: str) -> None:
    given = {**FORGED, **more}
    iam.tag_role(RoleName="worker", Tags=[{"Key": key, "Value": value} for key, value in given.items()])


@pytest.mark.parametrize("record", [{}, {"backup_dir": "empty"}, {"record_key": KEY}], ids=str)
def test_tags_do_not_lift_what_another_owner_denies(
    iam: Any, converge: Converge, tmp_path: Path, record: dict[str, str]
) -> None:
    """Whoever may tag a role could have its AWSDenyAll taken off by the next run otherwise."""
    converge(roles=[worker(tags={"team": "vision"})])
    iam.attach_role_policy(RoleName="worker", PolicyArn=DENY_ALL)
    tag(iam)
    if "backup_dir" in record:
        record = {"backup_dir": str(tmp_path / record["backup_dir"])}
    result = converge(roles=[{"name": "worker"}], **record)
    assert (result["plan"], content(iam)["managed"]) == ([], [DENY_ALL])
    assert "lifted_quarantines" not in result
    assert any("no record shows that a quarantine of this collection attached it" in one for one in result["warnings"])


def test_a_signed_record_lifts_without_a_folder(iam: Any, converge: Converge) -> None:
    converge(roles=[worker(tags={"team": "vision"})])
    before = content(iam)
    away = {"name": "worker", "state": "quarantined"}
    planned = converge(roles=[away], record_key=KEY, check_mode=True)
    done = converge(roles=[away], record_key=KEY)
    assert (planned["plan_id"], planned["warnings"]) == (done["plan_id"], [])
    signed = tags(iam)["aws_ml_permissions:quarantine_record"]
    since = tags(iam)["aws_ml_permissions:quarantined"]
    assert re.fullmatch(rf"v1 {since} [0-9a-f]{{64}}", signed)
    assert converge(roles=[{"name": "worker"}], record_key=KEY[::-1])["plan"] == []
    back = converge(roles=[{"name": "worker"}], record_key=KEY)
    assert back["lifted_quarantines"] == [{"name": "worker", "since": since, "reason": ""}]
    assert (content(iam), tags(iam)) == (before, {"team": "vision"})


def test_a_recorded_quarantine_is_lifted_whatever_its_tags_say(iam: Any, converge: Converge, tmp_path: Path) -> None:
    converge(roles=[worker(tags={"team": "vision"})])
    before = content(iam)
    folder = {"backup_dir": str(tmp_path / "backups")}
    converge(roles=[{"name": "worker", "state": "quarantined"}], **folder)
    since = tags(iam)["aws_ml_permissions:quarantined"]
    iam.untag_role(RoleName="worker", TagKeys=list(FORGED))
    back = converge(roles=[{"name": "worker"}], **folder)
    assert back["lifted_quarantines"] == [{"name": "worker", "since": since, "reason": ""}]
    assert content(iam) == before
    iam.attach_role_policy(RoleName="worker", PolicyArn=DENY_ALL)
    tag(iam, **{"aws_ml_permissions:quarantined": since})
    assert converge(roles=[{"name": "worker"}], **folder)["plan"] == []


def test_a_quarantine_that_nothing_records_warns(iam: Any, converge: Converge) -> None:
    converge(roles=[worker()])
    (warning,) = converge(roles=[{"name": "worker", "state": "quarantined"}])["warnings"]
    assert warning.startswith("no record is kept of the quarantine of role worker: ")


def test_a_role_that_is_not_there_is_absent(aws: LocalAws, converge: Converge) -> None:
    result = converge("roles", name="nobody", state="quarantined")
    assert (result["changed"], result["roles"][0]["status"], result["roles"][0]["quarantined"]) == (
        False, "absent", None,
    )  # fmt: skip
    assert looked_at(aws, roles=[{"name": "nobody", "state": "quarantined"}])["status"] == "absent"


def test_where_there_is_no_space_an_inline_policy_denies(iam: Any, converge: Converge) -> None:
    converge(roles=[worker(managed_policies=TEN, tags={"team": "vision"})])
    before = content(iam)
    done = converge(roles=[{"name": "worker", "state": "quarantined"}])
    assert [(step["action"], step["resource"]) for step in done["plan"]] == [
        ("PutRolePolicy", "role/worker"), ("TagRole", "role/worker"),
    ]  # fmt: skip
    assert content(iam) == {**before, "inline": [*before["inline"], "AWSMLPermissionsDenyAll"]}
    assert done["roles"][0]["status"] == "quarantined"
    kept = {"purge_policies": False, "purge_inline_policies": False, "purge_tags": False}
    converge(roles=[{"name": "worker", **kept}])
    assert (content(iam), tags(iam)) == (before, {"team": "vision"})


def test_a_quarantined_role_is_deleted_like_any_other(iam: Any, converge: Converge) -> None:
    converge(roles=[worker()])
    converge(roles=[{"name": "worker", "state": "quarantined"}])
    gone = converge(roles=[{"name": "worker", "state": "absent"}])
    assert (gone["roles"][0]["status"], gone["roles"][0]["quarantined"]) == ("deleted", None)
    assert "worker" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]


def test_the_plan_that_was_approved_may_be_carried_out_later(converge: Converge) -> None:
    converge(roles=[worker()])
    away = {"name": "worker", "state": "quarantined"}
    planned = converge(check_mode=True, roles=[away])
    with pytest.raises(EngineError, match="nothing was written"):
        converge(roles=[{**away, "quarantine_reason": "another"}], approved_plan=planned["plan_id"])
    assert converge(roles=[away], approved_plan=planned["plan_id"])["changed"]
