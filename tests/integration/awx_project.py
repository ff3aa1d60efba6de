# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project of the page on AWX, and an AWX whose inventory holds the accounts of a local AWS."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from integration.accounts_inventory import Inventory
from integration.awx_jobs import Awx
from integration.documented_blocks import block

from local_aws import LocalAws

COLLECTION = Path(__file__).resolve().parents[2]
NAMES = ("awx-accounts", "awx-variables", "awx-check", "awx-apply", "awx-unchanged", "awx-plans")
PROJECT = {(shown := block(name)).file: shown.text for name in NAMES}
"""The files of the example project."""

EXTERNAL_ID = "hush-2718281828"
SECRET_KEY = "hush-3141592653"


def setup_play() -> dict[str, Any]:
    """The play of playbooks/awx/setup.yml."""
    [play] = DataLoader().load_from_file(str(COLLECTION / "playbooks" / "awx" / "setup.yml"))
    found: dict[str, Any] = play
    return found


def injected(**inputs: str) -> dict[str, str]:
    """The environment that the credential type of playbooks/awx/setup.yml makes of a credential."""
    [made] = [task["awx.awx.credential_type"] for task in setup_play()["tasks"] if "awx.awx.credential_type" in task]
    fields = {entry["id"]: inputs.get(entry["id"], "") for entry in made["inputs"]["fields"]}
    assert inputs.keys() <= fields.keys()
    return {
        name: re.sub(r"{{ (\w+) }}", lambda found: fields[found[1]], template)
        for name, template in made["injectors"]["env"].items()
    }


def awx_of(aws: LocalAws, folder: Path) -> Awx:
    """An AWX whose inventory holds the member accounts, each to be entered with the external ID."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": aws.management},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        },
    }
    for member in aws.members:
        aws.seed(member["id"], role={"name": "ml-permissions", "trust": trust})
    environment = aws.environment()
    credential = injected(
        access_key_id=environment.pop("AWS_ACCESS_KEY_ID"),
        secret_access_key=SECRET_KEY,
        region=environment.pop("AWS_REGION"),
        external_id=EXTERNAL_ID,
    )
    environment.pop("AWS_SECRET_ACCESS_KEY")
    source = folder / "inventory"
    for name in ("accounts.aws_accounts.yml", "group_vars/all.yml"):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROJECT[name], encoding="utf-8")
    imported = Inventory(source, {**environment, **credential})(PROJECT["accounts.aws_accounts.yml"])
    assert EXTERNAL_ID not in imported.stdout
    aws.clear_calls()
    return Awx(folder, json.loads(imported.stdout), environment, PROJECT, credential)
