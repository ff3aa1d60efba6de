# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second half of the demonstration: it finds, retires and restores what ended services have left in an account."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from . import screen
from .fleet import Fleet, permissions, trusted

ACCOUNT = "equipment-dev"
MADE_BY_HAND = Path(__file__).with_name("leftovers.yml")


def tell(fleet: Fleet, folder: Path) -> None:
    """Chapters 6 to 9; backups go into `folder`."""
    screen.chapter(6, f"The audit finds what was created by hand in {ACCOUNT} years ago")
    make_by_hand(fleet)
    calls = fleet.run("audit", "-e", f"aws_ml_accounts={ACCOUNT}:vision-prod")
    screen.say()
    screen.say(f"{calls} AWS calls for two accounts, all of them reads.")
    before = [(name, living(assumed_by), policies) for name, assumed_by, policies in shown(fleet)]

    screen.chapter(7, f"Retiring what is left in {ACCOUNT} is refused, because it is still in use")
    here = ("-e", f"aws_ml_accounts={ACCOUNT}", "-e", f"aws_ml_backup_dir={folder / 'backups'}")
    fleet.run("retire", *here, refuses=True)

    screen.chapter(8, "Retired with the blocking checks overridden, and without 30 days in quarantine")
    insists = {"aws_ml_retire_allow": ["used", "depended_on"], "aws_ml_retire_skip_quarantine": True}
    fleet.run("retire", *here, "-e", json.dumps(insists))
    screen.say()
    screen.say(f"This is what is left in {ACCOUNT}. Its trust policy names a role that no longer exists:")
    screen.say()
    show_roles(fleet)

    screen.chapter(9, "It is still needed: everything is restored from the backup")
    fleet.run("restore", *here)
    screen.say()
    outcome = "as it was before, except for the deleted principal" if shown(fleet) == before else "changed"
    screen.say(f"{ACCOUNT} is {outcome}:")
    screen.say()
    show_roles(fleet)


def make_by_hand(fleet: Fleet) -> None:
    """Create in `ACCOUNT` what leftovers.yml contains."""
    wanted = yaml.safe_load(MADE_BY_HAND.read_text(encoding="utf-8"))
    account = fleet.accounts[ACCOUNT]["id"]
    iam = fleet.aws.client("iam", account=account)
    for role in wanted["roles"]:
        make_role(iam, account, role)
        if "days_since_use" in role:
            used = datetime.now(UTC) - timedelta(days=role["days_since_use"])
            seed = {"name": role["name"], "date": used.isoformat(), "region": "eu-west-1"}
            fleet.aws.seed(account, role_last_used=seed)
    for name in wanted["gone"]:
        iam.delete_role(RoleName=name)
    fleet.aws.seed(account, all_created="2021-06-01T00:00:00+00:00")


def make_role(iam: Any, account: str, role: dict[str, Any]) -> None:
    principals: list[dict[str, str]] = [{"Service": service} for service in role["services"]]
    principals += [{"AWS": f"arn:aws:iam::{account}:role/{name}"} for name in role.get("roles", ())]
    trust = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} for principal in principals]
    name = role["name"]
    iam.create_role(RoleName=name, Path=role.get("path", "/"), AssumeRolePolicyDocument=document(*trust))
    for policy in role.get("managed_policies", ()):
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    for policy, statement in role.get("inline_policies", {}).items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document(statement))


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def shown(fleet: Fleet) -> list[tuple[str, str, str]]:
    """Each role of the account, who can assume it, and its policies."""
    roles = fleet.held(ACCOUNT)["RoleDetailList"]
    return [(role["RoleName"], trusted(role), ", ".join(permissions(role))) for role in roles]


def living(assumed_by: str) -> str:
    """Who can assume a role, without the ids of principals that do not exist any more."""
    return ", ".join(principal for principal in assumed_by.split(", ") if not principal.startswith("AROA"))


def show_roles(fleet: Fleet) -> None:
    screen.table(("role", "can be assumed by", "policies"), shown(fleet))
