# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long demonstration: create, nothing to do, drift, check, repair; audit, retire, restore."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from local_aws import LocalAws

from . import leftovers, screen
from .fleet import REPORTS, Fleet, permissions, trusted

SHOWN_ACCOUNT = BROKEN_ACCOUNT = "vision-prod"
BROKEN_ROLE = "AWSDeepLensSageMakerRole"


def tell() -> None:
    """Run all chapters, with the output of Ansible."""
    began = time.monotonic()
    screen.chapter(1, "A local AWS with an organization of several accounts")
    with LocalAws(members=4) as aws, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(aws, Path(folder))
        screen.say(f"Listening on {aws.endpoint}. No data leaves your machine.")
        screen.table(
            ("account", "id", "organizational unit"),
            [(member["name"], member["id"], member["ou"]) for member in aws.members],
        )
        created = create(fleet)
        run_again(fleet)
        drift(fleet)
        leftovers.tell(fleet, Path(folder))
        screen.chapter(10, "What happened")
        seconds = time.monotonic() - began
        screen.table(
            ("accounts", "roles", "writes", "AWS calls", "seconds"),
            [[str(len(aws.members)), str(created), str(fleet.writes()), str(len(aws.calls())), f"{seconds:.0f}"]],
        )
        screen.say()
        screen.say("A report of the last run of each playbook, to open in a browser:")
        for report in sorted(REPORTS.glob("*.html")):
            screen.say(f"  {report}")
        screen.say()
        screen.say("Local AWS is stopped; nothing is left running. README.md says how to do this with your accounts.")


def create(fleet: Fleet) -> int:
    """Converge accounts without roles. Returns the number of roles that exist then."""
    screen.chapter(2, "The site playbook creates what five services need, in every account at once")
    fleet.make_groups()
    fleet.run_site()
    screen.say()
    screen.say(f"This is what IAM contains now in {SHOWN_ACCOUNT}, with no more permissions than needed:")
    screen.say()
    held = fleet.held(SHOWN_ACCOUNT)
    screen.table(
        ("role or group", "can be assumed by", "policies"),
        [(role["RoleName"], trusted(role), ", ".join(permissions(role))) for role in held["RoleDetailList"]]
        + [(group["GroupName"], "", ", ".join(permissions(group))) for group in held["GroupDetailList"]],
    )
    screen.say()
    rows = []
    for account in fleet.accounts:
        there = fleet.held(account)
        rows.append((account, str(len(there["RoleDetailList"])), str(len(there["Policies"]))))
    screen.table(("account", "roles", "customer managed policies"), rows)
    screen.say()
    screen.say("The warnings above are about services that have ended, and about findings in AWS's own guides.")
    return sum(int(row[1]) for row in rows)


def run_again(fleet: Fleet) -> None:
    screen.chapter(3, "A second run changes nothing")
    calls = fleet.run_site()
    screen.say()
    screen.say(f"{calls} AWS calls for {len(fleet.accounts)} accounts, all of them reads.")


def drift(fleet: Fleet) -> None:
    screen.chapter(4, f"Someone changes {BROKEN_ROLE} in {BROKEN_ACCOUNT} by hand; check mode reports the drift")
    fleet.break_by_hand(BROKEN_ACCOUNT, BROKEN_ROLE)
    screen.say("Attached AdministratorAccess, added an inline policy that allows s3:* everywhere, removed a tag.")
    screen.say()
    fleet.run_site("--check", "--diff")
    screen.chapter(5, "The repair")
    before = fleet.writes()
    fleet.run_site()
    roles = fleet.held(BROKEN_ACCOUNT)["RoleDetailList"]
    role = next(role for role in roles if role["RoleName"] == BROKEN_ROLE)
    screen.say()
    screen.say(f"{fleet.writes() - before} writes. {BROKEN_ROLE} again has: {', '.join(permissions(role))}.")
