# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that can be written in the account causes an earlier deletion of a role, that of another role, or none ever.

The table is in records.yml. Each case is tried with the record in backups, and with signed tags and no backups.
"""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.executor import Execution, Executor
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import Event
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step

from .ground import DENY_ALL, NOW, Ground
from .test_retirement import MONTH, SERVICE

TABLE = yaml.safe_load((Path(__file__).parent / "records.yml").read_text(encoding="utf-8"))["cases"]
KEY = "0123456789abcdef" * 4
OTHER_KEY = KEY[::-1]
NAME = "AWSDeepLensServiceRole"
SINCE = "2026-10-01T00:00:00Z"
RECORD = "aws_ml_permissions:quarantine_record"
WAYS = pytest.mark.parametrize("way", ["folder", "key"])


def step_of(result: dict[str, Any], name: str = NAME) -> str:
    return {item["resource"]: str(item["step"]) for item in result["retired"]}.get(f"role/{name}", "")


def tags(ground: Ground, name: str = NAME) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in ground.iam.list_role_tags(RoleName=name)["Tags"]}


def in_quarantine(ground: Ground, way: str) -> dict[str, Any]:
    """A role of DeepLens that a run has put into quarantine since `SINCE`; the options of the runs after it."""
    ground.give({"roles": [{**SERVICE, "quarantined": SINCE}], **({"key": KEY} if way == "key" else {})})
    if way == "folder":
        return {}
    shutil.rmtree(ground.backups)
    return {"record_key": KEY}


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_what_tags_say_decides_nothing(ground: Ground, case: dict[str, Any]) -> None:
    ground.give({"roles": case["roles"]})
    for options in ({}, {"record_key": KEY}):
        result = ground.retire(check_mode=True, **options, **case.get("options", {}))
        assert {item["resource"]: item["step"] for item in result["retired"]} == case["steps"]
        assert [item["note"] for item in result["retired"] if item["note"]] == case.get("notes", [])
        assert [one for one in result["warnings"] if "recorded here" in one or "tags show" in one] == case.get(
            "warnings", []
        )


@pytest.mark.parametrize("since", ["2020-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "soon"])
def test_a_forged_quarantine_takes_as_long_as_any(ground: Ground, since: str) -> None:
    """The first run begins a quarantine, and the one after its days deletes, whatever is written in between."""
    forged = {"aws_ml_permissions:quarantined": since}
    ground.give({"roles": [{**SERVICE, "managed": [*SERVICE["managed"], "AWSDenyAll"], "tags": forged}]})
    first = ground.retire()
    assert (step_of(first), tags(ground)["aws_ml_permissions:quarantined"]) == ("quarantined", "2026-11-22T10:00:00Z")
    ground.tag(NAME, **forged)
    waiting = ground.retire(later=MONTH - timedelta(seconds=1))
    assert (step_of(waiting), waiting["plan"]) == ("waiting", [])
    assert step_of(ground.retire(later=MONTH)) == "removed"


def test_removed_tags_do_not_keep_a_role(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.retire()
    ground.iam.untag_role(RoleName=NAME, TagKeys=list(tags(ground)))
    assert step_of(ground.retire(later=MONTH)) == "removed"


def test_tags_that_leave_no_space_do_not_keep_a_role(ground: Ground) -> None:
    ground.give({"roles": [{**SERVICE, "more_tags": 50, "tags": {}}]})
    first = ground.retire()
    assert [step["action"] for step in first["plan"]] == ["AttachRolePolicy"]
    assert first["roles"][0]["status"] == "quarantined"
    assert f"role {NAME} has no space for the tags of its quarantine" in first["warnings"]
    assert ground.retire(later=timedelta(days=1))["plan"] == []
    assert step_of(ground.retire(later=MONTH)) == "removed"


def test_the_record_has_the_first_place_among_the_tags(ground: Ground) -> None:
    ground.give({"roles": [{**SERVICE, "more_tags": 49, "tags": {}}]})
    ground.retire(record_key=KEY)
    assert RECORD in tags(ground)
    shutil.rmtree(ground.backups)
    assert step_of(ground.retire(record_key=KEY, later=MONTH)) == "removed"


@WAYS
def test_a_recorded_quarantine_ends_with_the_role(ground: Ground, way: str) -> None:
    options = in_quarantine(ground, way)
    assert step_of(ground.retire(**options)) == "removed"
    assert NAME not in json.dumps(ground.snapshot())


@WAYS
def test_a_lost_record_begins_a_quarantine(ground: Ground, way: str) -> None:
    options = in_quarantine(ground, way)
    if way == "folder":
        shutil.rmtree(ground.backups)
    else:
        options = {"record_key": OTHER_KEY}
    result = ground.retire(**options)
    note = f'quarantine since "{SINCE}" is reported by its tags but not recorded here; it starts now'
    assert (step_of(result), result["retired"][0]["note"]) == ("quarantined", note)
    assert f"role/{NAME}: {note}" in result["warnings"]
    assert step_of(ground.retire(**options, later=MONTH - timedelta(seconds=1))) == "waiting"


@WAYS
def test_a_role_made_anew_has_no_record(ground: Ground, way: str) -> None:
    options = in_quarantine(ground, way)
    old = tags(ground)
    for policy in ground.iam.list_attached_role_policies(RoleName=NAME)["AttachedPolicies"]:
        ground.iam.detach_role_policy(RoleName=NAME, PolicyArn=policy["PolicyArn"])
    ground.iam.delete_role(RoleName=NAME)
    ground.aws.seed(ground.account, role={"name": NAME, "tags": old, "managed_policies": [DENY_ALL]})
    assert step_of(ground.retire(check_mode=True, **options)) == "quarantined"


def test_a_signed_record_of_another_role_proves_nothing(ground: Ground) -> None:
    ground.give({"roles": [SERVICE, {"name": "AWSDeepLensLambdaRole", "trusts": ["lambda"], "quarantined": SINCE}]})
    shutil.rmtree(ground.backups)
    ground.iam.attach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    ground.sign(NAME, SINCE, KEY, like="AWSDeepLensLambdaRole")
    assert step_of(ground.retire(check_mode=True, record_key=KEY)) == "quarantined"
    ground.sign(NAME, SINCE, KEY)
    assert step_of(ground.retire(check_mode=True, record_key=KEY)) == "removed"


@pytest.mark.parametrize("change", ["earlier", "removal", "version", "cut", "account"])
def test_a_changed_record_proves_nothing(ground: Ground, change: str) -> None:
    options = in_quarantine(ground, "key")
    value = tags(ground)[RECORD]
    if change == "removal":
        ground.tag(NAME, **{"aws_ml_permissions:retired": f"{value} deeplens"})
        ground.iam.untag_role(RoleName=NAME, TagKeys=[RECORD])
    elif change == "account":
        ground.sign(NAME, SINCE, KEY, account="123456789012")
    else:
        changed = {
            "earlier": value.replace("2026", "2025"),
            "version": value.replace("v1 ", "v2 "),
            "cut": value[:-1],
        }
        ground.tag(NAME, **{RECORD: changed[change]})
    assert step_of(ground.retire(check_mode=True, **options)) == "quarantined"


@WAYS
def test_a_denial_that_was_taken_off_begins_a_quarantine(ground: Ground, way: str) -> None:
    options = in_quarantine(ground, way)
    ground.iam.detach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    assert step_of(ground.retire(**options)) == "quarantined"
    assert step_of(ground.retire(**options, later=timedelta(days=1))) == "waiting"


def test_a_quarantine_that_was_lifted_counts_no_more(ground: Ground) -> None:
    """Not even if its denial and all its tags are restored by hand, including the signed one."""
    options = in_quarantine(ground, "folder")
    ground.sign(NAME, SINCE, KEY)
    old = tags(ground)
    entry = {name: ground.defaults()[name] for name in ("assume_role", "backup_dir")}
    result = converging(Task({**entry, "roles": [{"name": NAME}]}, clock=lambda: NOW - timedelta(days=5))).result()
    assert result["lifted_quarantines"] == [{"name": NAME, "since": SINCE, "reason": ""}]
    ground.iam.attach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    ground.tag(NAME, **old)
    assert step_of(ground.retire(check_mode=True, record_key=KEY, **options)) == "quarantined"


@pytest.mark.parametrize(
    ("at", "step"),
    [
        ("2026-11-22T11:00:00Z", "waiting"),  # the clock of another controller is ahead
        ("2027-11-22T10:00:00Z", "quarantined"),  # a clock was wrong
        ("2026-10-23T10:00:00Z", "removed"),
        ("2026-10-23T10:00:01Z", "waiting"),
    ],
)
def test_the_clock(ground: Ground, at: str, step: str) -> None:
    ground.give({"roles": [{**SERVICE, "quarantined": at}]})
    assert step_of(ground.retire(check_mode=True)) == step


def test_a_quarantine_that_was_not_written_whole_is_not_recorded(ground: Ground) -> None:
    """Otherwise a denial that is attached later would count from the day of the plan."""
    ground.give({"roles": [SERVICE]})
    with pytest.MonkeyPatch.context() as patch:
        broken = Execution(not_done=[], failed=Step("TagRole", f"role/{NAME}", "", "", {}), error=OSError("broken"))
        patch.setattr(Executor, "run", lambda _self, _plan: broken)
        with pytest.raises(EngineError):
            ground.retire(later=-MONTH)
    assert ground.files()
    ground.iam.attach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    assert step_of(ground.retire(check_mode=True)) == "quarantined"


def test_a_removal_that_was_begun_goes_on_by_its_record(ground: Ground) -> None:
    """The role has lost everything that showed its service, and is named; without a record it would belong to no
    service.
    """
    ground.give({"roles": [{"name": "camera-7", "trusts": ["lambda"]}]})
    options = {"roles": ["camera-7"], "skip_quarantine": True}
    with pytest.raises(EngineError, match="nothing shows that it belongs to a service"):
        ground.retire(**options)
    ground.record(Event("removal", "camera-7", ground.role_id("camera-7"), "2026-11-22T09:00:00Z", ("deeplens",)))
    assert step_of(ground.retire(check_mode=True, roles=["camera-7"]), "camera-7") == "quarantined"
    assert step_of(ground.retire(**options), "camera-7") == "removed"


def test_a_quarantine_by_hand_counts_where_it_was_recorded(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    entry = {name: ground.defaults()[name] for name in ("assume_role", "backup_dir")}
    away = {"name": NAME, "state": "quarantined"}
    converging(Task({**entry, "roles": [away]}, clock=lambda: NOW - MONTH)).result()
    assert step_of(ground.retire(check_mode=True)) == "removed"


def test_a_backup_that_cannot_be_read_stops_everything(ground: Ground) -> None:
    """It might say that a quarantine was lifted."""
    in_quarantine(ground, "folder")
    (ground.backups / f"{ground.account}-20261101T000000Z-cut.json").write_text("{", encoding="utf-8")
    with pytest.raises(EngineError, match="is truncated or damaged"):
        ground.retire()
    assert ground.writes() == []


def test_backups_of_other_accounts_are_not_looked_at(ground: Ground) -> None:
    in_quarantine(ground, "folder")
    (ground.backups / "123456789012-20261101T000000Z-cut.json").write_text("{", encoding="utf-8")
    assert step_of(ground.retire(check_mode=True)) == "removed"


def test_the_newest_quarantine_counts(ground: Ground) -> None:
    in_quarantine(ground, "folder")
    ground.record(Event("quarantined", NAME, ground.role_id(NAME), "2026-11-20T00:00:00Z"))
    assert step_of(ground.retire(check_mode=True)) == "waiting"
