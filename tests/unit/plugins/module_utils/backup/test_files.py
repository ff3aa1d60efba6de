# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups are written before anything is removed, completely or not at all, and contain everything that is removed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup import store as backup_files
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.converge import Converge as Convergence
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import (
    DeclaredObjects,
    converging,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from local_aws import LocalAws

from .conftest import Converge, Restored
from .small_account import ADMIN, READER, SAGEMAKER, attached, make_policy, make_role, trust
from .whole_accounts import document

WRITES = ("Create", "Attach", "Detach", "Put", "Delete", "Update", "Tag", "Untag", "Remove", "Add")


def writes(aws: LocalAws) -> list[str]:
    return [action for action in aws.call_counts() if action.startswith(WRITES)]


def held(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))["content"]


def test_a_file_is_for_its_owner_alone_and_holds_the_whole_objects(
    iam: Any, account: str, folder: str, converge: Converge
) -> None:
    make_role(iam, "worker", Description="Runs jobs", MaxSessionDuration=7200, Tags=[{"Key": "a", "Value": "b"}])
    arn = make_policy(iam, "Inventory")
    for policy in (arn, ADMIN):
        iam.attach_role_policy(RoleName="worker", PolicyArn=policy)
    iam.create_instance_profile(InstanceProfileName="box")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="worker")
    ids = [iam.get_role(RoleName="worker")["Role"]["RoleId"], iam.get_policy(PolicyArn=arn)["Policy"]["PolicyId"]]
    result = converge(state="absent", roles=[{"name": "worker"}], managed_policies=[{"name": "Inventory"}])

    backup = result["backup"]
    assert backup["objects"] == ["policy/Inventory", "role/worker"]
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(backup["path"]).st_mode) == 0o600
    assert os.listdir(folder) == [os.path.basename(backup["path"])]
    content = held(backup["path"])
    (role,), (policy,), (of_aws,) = content["roles"], content["managed_policies"], content["aws_managed_policies"]
    assert role["managed_policies"] == sorted([arn, ADMIN])
    assert (role["description"], role["max_session_duration"], role["tags"]) == ("Runs jobs", 7200, {"a": "b"})
    assert (role["instance_profiles"], role["left"]) == (["box"], None)
    assert [role["unique_ids"], policy["unique_ids"]] == [[ids[0]], [ids[1]]]
    assert (policy["policy"], policy["attached_to"]) == (document(["s3:GetObject"]), ["role/worker"])
    assert (of_aws["arn"], of_aws["attachable"]) == (ADMIN, True)
    assert of_aws["policy"]["Statement"]


def test_no_file_without_loss_nor_in_check_mode(aws: LocalAws, iam: Any, folder: str, converge: Converge) -> None:
    made = converge("roles", name="worker", assume_role_policy_document=trust(SAGEMAKER))
    added = converge("roles", name="worker", managed_policies=[READER], purge_policies=False, tags={"a": "b"})
    assert made["changed"] and added["changed"]
    options = {"name": "worker", "state": "absent", "assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    planned = converging(Task({**options, "backup_dir": folder}, "roles", check_mode=True)).result()
    assert planned["changed"]
    assert not any("backup" in result for result in (made, added, planned))
    assert not os.path.exists(folder)


def test_a_task_that_asks_for_it_keeps_what_it_only_adds_to(aws: LocalAws, iam: Any, folder: str) -> None:
    make_role(iam, "worker")
    options = {"name": "worker", "managed_policies": [READER], "backup_dir": folder}
    options["assume_role"] = {"role_arn": aws.members[0]["role_arn"]}
    task = Task(options, "roles")
    result = Convergence(task, DeclaredObjects(task, options, backs_up_additions=True)).result()
    (role,) = held(result["backup"]["path"])["roles"]
    assert (role["managed_policies"], role["left"]["managed_policies"]) == ([], [READER])


def test_tasks_of_one_run_share_a_file_that_holds_what_was_there_first(
    *, aws: LocalAws, iam: Any, folder: str, tmp_path: Path, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker", Description="first")
    for arn in (READER, ADMIN):
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
    make_role(iam, "other")
    run = {"context": RunContext(run_folder=str(tmp_path / "ansible-local-1"))}
    later = RunContext(run_folder=str(tmp_path / "ansible-local-2"))
    one = converge("roles", name="worker", managed_policies=[READER], description="second", **run)
    two = converge("roles", name="worker", state="absent", **run)
    three = converge("roles", name="other", state="absent", **run)
    assert one["backup"]["path"] == two["backup"]["path"] == three["backup"]["path"]
    assert [len(result["backup"]["objects"]) for result in (one, two, three)] == [1, 1, 2]
    (worker,) = [role for role in held(one["backup"]["path"])["roles"] if role["name"] == "worker"]
    assert worker["managed_policies"] == sorted([READER, ADMIN])
    assert (worker["description"], worker["left"]) == ("first", None)

    another = converge("roles", name="nobody", state="absent", context=later)
    assert "backup" not in another
    make_role(iam, "late")
    another = converge("roles", name="late", state="absent", context=later)
    assert another["backup"]["path"] != one["backup"]["path"]

    restore(src=one["backup"]["path"])
    assert attached(iam, "worker") == {"ReadOnlyAccess", "IAMFullAccess"}
    assert iam.get_role(RoleName="worker")["Role"]["Description"] == "first"


def in_the_way(folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
    Path(folder).write_text("not a folder", encoding="utf-8")
    return f"The backup cannot be written to {folder}: File exists."


def no_space(folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(backup_files.os, "fsync", full)
    return f"The backup cannot be written to {folder}: No space left on device."


def writable_by_others(folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
    os.makedirs(folder)
    os.chmod(folder, 0o770)
    return (
        f"The backup cannot be written to {folder}, where others could change it. Nothing was removed. To fix: {folder}"
        f" can be written by others (mode 0770): check that its content is genuine, then chmod go-w {folder}. Or"
        " set another backup_dir, such as a new folder in it."
    )


def damaged(folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(backup_files.glob, "glob", lambda pattern: [f"{folder}/1-Z-2.json"])
    os.makedirs(folder)
    Path(folder, "1-Z-2.json").write_text('{"format"', encoding="utf-8")
    return f"Nothing can be added to the backup of this run: {folder}/1-Z-2.json is truncated or damaged"


@pytest.mark.parametrize(
    "obstacle", [in_the_way, no_space, writable_by_others, damaged], ids=lambda case: case.__name__
)
def test_nothing_is_written_without_the_backup(
    *,
    obstacle: Callable[[str, pytest.MonkeyPatch], str],
    aws: LocalAws,
    iam: Any,
    folder: str,
    converge: Converge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_role(iam, "worker")
    message = obstacle(folder, monkeypatch)
    aws.clear_calls()
    with pytest.raises(EngineError) as caught:
        converge("roles", name="worker", state="absent")
    assert caught.value.message.startswith(message)
    assert caught.value.fields["changed"] is False
    assert [step["action"] for step in caught.value.fields["plan"]["not_done"]] == ["DeleteRole"]
    assert writes(aws) == []
    assert not os.path.isdir(folder) or [name for name in os.listdir(folder) if name.startswith(".")] == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "backup.json"
    backup_files.write_whole(str(path), b"old")

    def killed(one: str, other: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup_files.os, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        backup_files.write_whole(str(path), b"new")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["backup.json"])


def test_what_a_killed_run_left_goes_and_nothing_else_does(iam: Any, folder: str, converge: Converge) -> None:
    """Only files of the collection's own pattern, and not those that another run may be writing just now."""
    ours = ".123456789012-20261101T000000Z-0123456789ab.json.0123abcd"
    restores = ".123456789012-20261101T000000Z-0123456789ab-restore.json.0123abcd"
    of_now = ".123456789012-20261101T000001Z-0123456789ab.json.0123abcd"
    others = [
        ".123456789012-20261101T000000Z-0123456789ab.json",
        ".notes.json.0123abcd",
        "123456789012-1.json.0123abcd",
    ]
    os.makedirs(folder, mode=0o700)
    for name in (ours, restores, of_now, *others):
        path = Path(folder, name)
        path.write_text("half", encoding="utf-8")
        os.utime(path, None if name == of_now else (0, 0))
    linked = ".123456789012-20261101T000002Z-0123456789ab.json.0123abcd"
    os.symlink(Path(folder, others[0]), Path(folder, linked))
    make_role(iam, "worker")
    made = converge("roles", name="worker", state="absent")["backup"]["path"]
    assert set(os.listdir(folder)) == {of_now, linked, *others, os.path.basename(made)}


def test_every_new_folder_is_for_its_owner_alone(iam: Any, tmp_path: Path, converge: Converge) -> None:
    make_role(iam, "worker")
    before = os.umask(0o002)
    try:
        converge("roles", name="worker", state="absent", backup_dir=str(tmp_path / "var" / "iam"))
    finally:
        os.umask(before)
    assert [stat.S_IMODE(os.stat(tmp_path / made).st_mode) for made in ("var", "var/iam")] == [0o700, 0o700]


def test_of_several_files_the_newest_content_of_each_object_counts(
    iam: Any, folder: str, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    make_role(iam, "early")
    for arn in (READER, ADMIN):
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
    converge(roles=[{"name": "worker", "managed_policies": [READER]}, {"name": "early", "state": "absent"}])
    converge("roles", name="worker", state="absent")
    result = restore()
    assert len(result["sources"]) == 2
    assert attached(iam, "worker") == {"ReadOnlyAccess"}
    assert iam.get_role(RoleName="early")


def test_what_a_restore_replaces_is_kept_and_not_taken_for_what_was_lost(
    iam: Any, folder: str, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker", Description="first")
    converge("roles", name="worker", description="second")
    iam.update_role(RoleName="worker", Description="by hand", MaxSessionDuration=3600)
    undone = restore(overwrite=True, backup_dir=folder)
    assert undone["backup"]["path"].endswith("-restore.json")
    again = restore(overwrite=True, backup_dir=folder)
    assert (again["plan"], "backup" in again) == ([], False)
    restore(src=undone["backup"]["path"])
    assert iam.get_role(RoleName="worker")["Role"]["Description"] == "by hand"
