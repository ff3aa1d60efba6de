# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the story: create, nothing to do, drift, check, repair."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from local_aws import LocalAws

from . import screen
from .fleet import Fleet, permissions, trusted

BROKEN_ACCOUNT, BROKEN_ROLE = "vision-prod", "AWSDeepLensSageMakerRole"


def main() -> None:
    began = time.monotonic()
    screen.chapter(1, "A local AWS with an organization of several accounts")
    with LocalAws() as aws, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(aws, Path(folder))
        screen.say(f"Listening on {aws.endpoint}. Nothing of this leaves your machine.")
        screen.table(
            ("account", "id", "organizational unit"),
            [(member["name"], member["id"], member["ou"]) for member in aws.members],
        )
        created = create(fleet)
        run_again(fleet)
        drift(fleet)
        screen.chapter(6, "What happened")
        seconds = time.monotonic() - began
        screen.table(
            ("accounts", "roles", "writes", "AWS calls", "seconds"),
            [[str(len(aws.members)), str(created), str(fleet.writes()), str(len(aws.calls())), f"{seconds:.0f}"]],
        )
        screen.say()
        screen.say("Local AWS is stopped; nothing is left running. README.md says how to do this with your accounts.")


def create(fleet: Fleet) -> int:
    """Converge empty accounts. Returns the number of roles that are there then."""
    screen.chapter(2, "The site playbook creates what AWS DeepLens needs, in every account at once")
    fleet.run_site()
    rows = []
    for account in fleet.accounts:
        for role in fleet.roles(account):
            names = permissions(role)
            rows.append((account, role["RoleName"], trusted(role), ", ".join(names)))
    screen.say("This is what IAM holds now:")
    screen.say()
    screen.table(("account", "role", "may be assumed by", "policies"), rows)
    return len(rows)


def run_again(fleet: Fleet) -> None:
    screen.chapter(3, "The same again: nothing changes")
    calls = fleet.run_site()
    screen.say(f"{calls} AWS calls for {len(fleet.accounts)} accounts, all of them reads.")


def drift(fleet: Fleet) -> None:
    screen.chapter(4, f"Somebody breaks {BROKEN_ROLE} in {BROKEN_ACCOUNT} by hand; check mode shows it")
    fleet.break_by_hand(BROKEN_ACCOUNT, BROKEN_ROLE)
    screen.say("Attached AdministratorAccess, added an inline policy that allows s3:* everywhere, removed a tag.")
    screen.say()
    fleet.run_site("--check", "--diff")
    screen.chapter(5, "The repair")
    before = fleet.writes()
    fleet.run_site()
    role = next(role for role in fleet.roles(BROKEN_ACCOUNT) if role["RoleName"] == BROKEN_ROLE)
    screen.say(f"{fleet.writes() - before} writes. {BROKEN_ROLE} holds again: {', '.join(permissions(role))}.")


if __name__ == "__main__":
    main()
