# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short demonstration, in less than 100 lines: what is left is found, retired and put back; drift is repaired."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from local_aws import LocalAws

from . import leftovers, screen
from .fleet import REPORTS, Fleet, permissions

LEFT_IN = leftovers.ACCOUNT
NEEDED_ROLE = "l4e-role"
KEPT_ACCOUNT = "warehouse"
BROKEN_ROLE = "AWSDeepLensSageMakerRole"


def tell() -> None:
    """Run the playbooks, and show of each only its summary."""
    began = time.monotonic()
    with LocalAws(members=4) as aws, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(aws, Path(folder))
        find(fleet)
        retire(fleet)
        undo(fleet)
        repair(fleet)
        seconds = time.monotonic() - began
        screen.say()
        counts = f"{len(aws.members)} accounts, {fleet.writes()} writes, {len(aws.calls())} AWS calls"
        screen.say(f"{counts}, {seconds:.0f} s. The reports are in")
    screen.say(f"  {REPORTS}")
    screen.say("Nothing is left running. make demo LONG=1 shows every step; README.md is next.")


def find(fleet: Fleet) -> None:
    screen.chapter(1, f"What is left: years ago, guides were followed in {LEFT_IN}")
    leftovers.make_by_hand(fleet)
    fleet.run("audit", only_summary=True)


def retire(fleet: Fleet) -> None:
    screen.chapter(2, "Retire it: nobody can use the roles now; they are deleted in 30 days")
    screen.say(f"{NEEDED_ROLE} was used lately. Without aws_ml_retire_allow, that is refused.")
    insists = {"aws_ml_retire_allow": ["used", "depended_on"]}
    fleet.run("retire", "-e", json.dumps(insists), "--limit", LEFT_IN, only_summary=True)


def undo(fleet: Fleet) -> None:
    screen.chapter(3, f"Undo it: {NEEDED_ROLE} is still needed")
    wanted = {"aws_ml_release_roles": [NEEDED_ROLE], "aws_ml_release_reason": "pump reports"}
    fleet.run("release", "-e", json.dumps(wanted), "--limit", LEFT_IN, only_summary=True)


def repair(fleet: Fleet) -> None:
    screen.chapter(4, f"Keep the rest in sync: {BROKEN_ROLE} got more rights")
    fleet.make_groups()
    fleet.run("site", "--limit", KEPT_ACCOUNT, hidden=True)
    fleet.break_by_hand(KEPT_ACCOUNT, BROKEN_ROLE)
    fleet.run("site", "--check", "--limit", KEPT_ACCOUNT, only_summary=True)
    fleet.run("site", "--limit", KEPT_ACCOUNT, hidden=True)
    roles = fleet.held(KEPT_ACCOUNT)["RoleDetailList"]
    role = next(role for role in roles if role["RoleName"] == BROKEN_ROLE)
    screen.say()
    screen.say(f"After a run without --check, {BROKEN_ROLE} has only:")
    screen.say(f"  {', '.join(permissions(role))}")
