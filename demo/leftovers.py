# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second half of the story: what ended services have left in an account is found, retired and restored."""

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
    screen.chapter(6, f"What was made by hand in {ACCOUNT}, years ago, is still there: the audit")
    make_by_hand(fleet)
    calls = fleet.run("audit", "-e", f"aws_ml_accounts={ACCOUNT}:vision-prod", says=True)
    screen.say()
    screen.say(f"{calls} AWS calls for two accounts, all of them reads.")
    before = [(name, living(assumed_by), policies) for name, assumed_by, policies in shown(fleet)]

    screen.chapter(7, f"Retiring what is left in {ACCOUNT}: refused, for it is not as dead as it looks")
    here = ("-e", f"aws_ml_accounts={ACCOUNT}", "-e", f"aws_ml_backup_dir={folder / 'backups'}")
    fleet.run("retire", *here, refuses=True)

    screen.chapter(8, "Retired all the same, and at once instead of after 30 days in quarantine")
    insists = {"aws_ml_retire_allow": ["used", "depended_on"], "aws_ml_retire_at_once": True}
    fleet.run("retire", *here, "-e", json.dumps(insists))
    screen.say()
    screen.say(f"This is what is left in {ACCOUNT}. Its trust policy names a role that is gone:")
    screen.say()
    show_roles(fleet)

    screen.chapter(9, "Somebody needed it: everything is restored from the backup")
    fleet.run("restore", *here)
    screen.say()
    outcome = "as it was before, but for the principal that was gone already" if shown(fleet) == before else "changed"
    screen.say(f"{ACCOUNT} is {outcome}:")
    screen.say()
    show_roles(fleet)


def make_by_hand(fleet: Fleet) -> None:
    """Make in `ACCOUNT` what leftovers.yml holds."""
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
    """Each role of the account, who may assume it, and its policies."""
    roles = fleet.held(ACCOUNT)["RoleDetailList"]
    return [(role["RoleName"], trusted(role), ", ".join(permissions(role))) for role in roles]


def living(assumed_by: str) -> str:
    """Who may assume a role, less the ids of principals that do not exist any more."""
    return ", ".join(principal for principal in assumed_by.split(", ") if not principal.startswith("AROA"))


def show_roles(fleet: Fleet) -> None:
    screen.table(("role", "may be assumed by", "policies"), shown(fleet))
