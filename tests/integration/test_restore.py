# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook site removes a service with a backup, and the playbook restore restores it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.filter.restore_summary import restore_summary
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
RESTORE = "aws_ml.permissions.restore"
ROLE = "AWSDeepLensServiceRole"
WRITES = ("Create", "Attach", "Put", "Add", "Update", "Tag", "Delete", "Detach")


def writes(aws: LocalAws) -> int:
    return sum(count for action, count in aws.call_counts().items() if action.startswith(WRITES))


def shown(run: Run, host: str) -> str:
    return "\n".join(restore_summary(run.results("Plan the restore")[host]))


def test_a_service_is_removed_and_restored_in_every_account(
    playbook: Playbook, aws: LocalAws, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    backups = str(tmp_path / "backups")
    everything = {"aws_ml_services": ["deeplens"], "aws_ml_backup_dir": backups}
    assert playbook(SITE, accounts, everything).rc == 0
    ids = [member["id"] for member in aws.members]
    before = {account: roles_in(account) for account in ids}
    assert ROLE in before[ids[0]]
    assert not os.path.exists(backups)

    removed = playbook(SITE, accounts, {**everything, "deeplens_iam_state": "absent"})
    assert removed.rc == 0
    assert ROLE not in roles_in(ids[0])
    assert sorted(name.split("-")[0] for name in os.listdir(backups)) == sorted(ids)

    aws.clear_calls()
    planned = playbook(RESTORE, accounts, {"aws_ml_restore_src": backups}, check=True, diff=True)
    assert planned.rc == 0
    assert writes(aws) == 0
    assert planned.total("changed") == len(ids)
    host = aws.members[0]["name"]
    assert f"CreateRole role/{ROLE}: absent" in shown(planned, host)
    assert "cannot be restored: role/" in shown(planned, host)
    diff = planned.results("Plan the restore")[host]["diff"]
    assert diff["before"] == "" and ROLE in diff["after"]

    one = playbook(RESTORE, accounts, {"aws_ml_restore_src": backups, "aws_ml_restore_roles": [ROLE]})
    assert one.rc == 0
    assert ROLE in roles_in(ids[0]) and len(roles_in(ids[0])) < len(before[ids[0]])
    whole = playbook(RESTORE, accounts, {"aws_ml_backup_dir": backups})
    assert (whole.rc, whole.total("failures")) == (0, 0)
    assert {account: roles_in(account) for account in ids} == before

    again = playbook(RESTORE, accounts, {"aws_ml_backup_dir": backups})
    assert again.total("changed") == 0
    assert "nothing to write" in shown(again, host)
    assert playbook(SITE, accounts, everything).total("changed") == 0


def test_an_account_without_a_backup_fails_and_the_others_go_on(
    playbook: Playbook, aws: LocalAws, accounts: dict[str, Any], roles_in: RolesIn, tmp_path: Path
) -> None:
    first, second = (member["name"] for member in aws.members[:2])
    backups = str(tmp_path / "backups")
    everything = {"aws_ml_services": ["deeplens"], "aws_ml_backup_dir": backups, "aws_ml_accounts": first}
    playbook(SITE, accounts, everything)
    playbook(SITE, accounts, {**everything, "deeplens_iam_state": "absent"})
    run = playbook(RESTORE, accounts, {"aws_ml_backup_dir": backups})
    failures = run.failures()
    assert set(failures) == {member["name"] for member in aws.members[1:]}
    assert failures[second] == (
        f"{backups} contains no backup of account {aws.members[1]['id']}. Nothing was read from AWS or written."
    )
    assert ROLE in roles_in(aws.members[0]["id"])
    assert "Traceback" not in run.stdout + run.stderr


def test_it_has_to_be_said_what_to_restore_from(playbook: Playbook, aws: LocalAws, accounts: dict[str, Any]) -> None:
    run = playbook(RESTORE, accounts)
    assert run.rc != 0
    assert all(message.startswith("Give the source of the restore") for message in run.failures().values())
    assert aws.call_counts() == {}
