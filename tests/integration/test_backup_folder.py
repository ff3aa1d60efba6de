# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where backups go without aws_ml_backup_dir: into the folder that ansible-playbook runs in, whatever PWD says."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

SITE, RETIRE, RESTORE = (f"aws_ml.permissions.{name}" for name in ("site", "retire", "restore"))
ROLE = "AWSDeepLensServiceRole"
SERVICES = {"aws_ml_services": ["deeplens"]}
GONE = {**SERVICES, "deeplens_iam_state": "absent"}
SUDO = '#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
LEFT = {
    "name": ROLE,
    "path": "/service-role/",
    "trust": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "deeplens.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    },
}


class Here:
    """Runs playbooks for one account in a folder of their own."""

    def __init__(self, aws: LocalAws, playbook: Playbook, folder: Path) -> None:
        self.aws = aws
        self.member = aws.members[0]
        self._playbook = playbook
        self.folder = folder / "here"
        self.folder.mkdir()
        self.environment: Mapping[str, str] = {}
        self.variables: dict[str, Any] = {}

    def __call__(self, name: str, variables: Mapping[str, Any], *, check: bool = False) -> Run:
        host = {"aws_account_id": self.member["id"], "aws_assume_role_arn": self.member["role_arn"]}
        inventory = {"all": {"hosts": {self.member["name"]: {**host, **self.variables}}}}
        return self._playbook(
            name, inventory, variables, check=check, environment=self.environment, working_folder=self.folder
        )

    def kept(self) -> list[str]:
        """The backups in the folder that is meant."""
        folder = self.folder / "aws_ml_backups"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def here(aws: LocalAws, playbook: Playbook, tmp_path: Path) -> Here:
    return Here(aws, playbook, tmp_path)


def elsewhere(folder: Path, how: str) -> dict[str, Any]:
    """Variables by which the module runs as a program of its own, in another folder than Ansible."""
    for name, text in {"sudo": SUDO, "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    if how == "as another user":
        return {"ansible_become": True, "ansible_become_exe": str(folder / "sudo")}
    return {"ansible_python_interpreter": str(folder / "python")} if how == "with another interpreter" else {}


@pytest.mark.parametrize("pwd", [None, "/", "/a/folder/of/yesterday"], ids=["without", "root", "stale"])
def test_site_retire_and_restore_keep_them_where_they_run(
    here: Here, roles_in: RolesIn, tmp_path: Path, pwd: str | None
) -> None:
    here.environment = {"PWD": pwd} if pwd else {}
    account = here.member["id"]
    assert here(SITE, SERVICES).rc == 0
    before = roles_in(account)
    assert here(SITE, GONE, check=True).rc == 0
    assert not (here.folder / "aws_ml_backups").exists()

    assert here(SITE, GONE).rc == 0
    assert ROLE not in roles_in(account)
    assert [name[:13] for name in here.kept()] == [f"{account}-"]
    assert stat.S_IMODE((here.folder / "aws_ml_backups").stat().st_mode) == 0o700

    restored = here(RESTORE, {"aws_ml_restore_src": "aws_ml_backups"})
    assert (restored.rc, roles_in(account)) == (0, before)
    assert len(here.kept()) == 1

    retired = here(RETIRE, {"aws_ml_retire_roles": [ROLE], "aws_ml_retire_allow": ["too_young"]})
    assert retired.rc == 0, retired.failures()
    (file,) = {*here.kept()} - {Path(path).name for path in restored.results("Restore")[here.member["name"]]["sources"]}
    undone = here(RESTORE, {"aws_ml_restore_src": f"aws_ml_backups/{file}"})
    assert (undone.rc, roles_in(account)) == (0, before)
    assert [name for name in here.kept() if name.endswith("-restore.json")] != []
    assert sorted(os.listdir(here.folder)) == ["aws_ml_backups", "aws_ml_evidence"]


@pytest.mark.parametrize("how", ["as another user", "with another interpreter"])
def test_a_module_keeps_them_there_too(here: Here, roles_in: RolesIn, tmp_path: Path, how: str) -> None:
    account = here.member["id"]
    here.aws.seed(account, role=LEFT)
    forced = elsewhere(tmp_path, how)
    taken = here(RETIRE, {"aws_ml_retire_skip_quarantine": True, **forced})
    assert (taken.rc, ROLE in roles_in(account)) == (0, False), taken.failures()
    assert len(here.kept()) == 1
    restored = here(RESTORE, {"aws_ml_restore_src": "aws_ml_backups", **forced})
    assert (restored.rc, ROLE in roles_in(account)) == (0, True), restored.failures()


def test_a_run_that_only_adds_makes_no_folder(here: Here) -> None:
    assert here(SITE, SERVICES).rc == 0
    assert os.listdir(here.folder) == []


@pytest.mark.parametrize("given", ["", None])
def test_an_empty_folder_is_refused(here: Here, roles_in: RolesIn, given: Any) -> None:
    here.aws.seed(here.member["id"], role=LEFT)
    run = here(RETIRE, {"aws_ml_retire_skip_quarantine": True, "aws_ml_backup_dir": given})
    assert (run.rc != 0, here.kept()) == (True, [])
    assert "aws_ml_backup_dir" in run.stdout + run.stderr
    assert ROLE in roles_in(here.member["id"])


def test_where_it_cannot_be_written_nothing_is_removed(here: Here, roles_in: RolesIn) -> None:
    """A file in the way stops root as well, whom a folder without write permission would not."""
    account = here.member["id"]
    assert here(SITE, SERVICES).rc == 0
    before = roles_in(account)
    (here.folder / "aws_ml_backups").write_text("", encoding="utf-8")
    here.aws.clear_calls()
    run = here(SITE, GONE)
    assert run.failures()[here.member["name"]] == (
        f"The backup cannot be written to {here.folder}/aws_ml_backups: File exists. Nothing is removed without a"
        " backup. To fix: set another folder in backup_dir (aws_ml_backup_dir)."
    )
    assert roles_in(account) == before
    assert not any(action.startswith(("Delete", "Detach")) for action in here.aws.call_counts())
