# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account in which every text is hostile: no playbook shows a forged line, or a character that moves other text."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import LIMIT
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

FORGED = "ok: [forged]"
IN_DESCRIPTION = f"x\n{FORGED} => all is well\r\t\u00a1"
"""IAM allows line breaks in descriptions, and of other scripts Latin-1 alone; a restore takes no other."""
SAFE_IN_XML = f"x\n{FORGED} => all is well\r\u202e\u2066\u200b\u2028\x85"
"""What Regions can hold at most."""
IN_TAG = "x\u2028ok: forged\u2029\u00a0y"
"""IAM allows any kind of separator in tags."""
HOSTILE = f"{SAFE_IN_XML}\x1b[2K\x9b2K\x00\x7f\ud800"
"""What documents can hold: JSON has escapes for everything."""
KEY = f"aws:{HOSTILE}"

Show = Callable[..., subprocess.CompletedProcess[str]]


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}


def trusting(service: str, **more: Any) -> dict[str, Any]:
    return document({"Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole", **more})


@pytest.fixture
def account(aws: LocalAws) -> str:
    """A member account that holds hostile text wherever an account can hold text."""
    account = str(aws.members[0]["id"])
    condition = {
        "Condition": {"StringEquals": {KEY: HOSTILE, "iam:PassedToService": [HOSTILE, "lambda.amazonaws.com"]}}
    }
    tags = {f"k{IN_TAG}": IN_TAG}
    quarantine = {"aws_ml_permissions:quarantined": IN_TAG, "aws_ml_permissions:quarantine_reason": IN_TAG}
    deny = ["arn:aws:iam::aws:policy/AWSDenyAll"]
    for name, trust, more in (
        ("AWSDeepLensServiceRole", trusting("deeplens", **condition), {"path": "/service-role/"}),
        ("AWSDeepLensLambdaRole", trusting("lambda"), {}),
        ("AWSDeepLensGreengrassRole", trusting("greengrass"), {"tags": quarantine, "managed_policies": deny}),
    ):
        aws.seed(account, role={"name": name, "trust": trust, "description": IN_DESCRIPTION, "tags": tags, **more})
    used = {"name": "AWSDeepLensLambdaRole", "date": "2026-11-28T08:00:00+00:00", "region": SAFE_IN_XML}
    aws.seed(account, role_last_used=used)
    iam = aws.client("iam", account=account)
    anything = {"Action": ["iam:*", "s3:*"], "Resource": ["*", f"arn:aws:s3:::{HOSTILE}"]}
    passing = {"Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "arn:aws:iam::*:role/AWSDeepLens*"}
    granting = json.dumps(document(anything, {**anything, **condition}))
    arn = iam.create_policy(PolicyName="deeplens", PolicyDocument=granting)["Policy"]["Arn"]
    for name in ("AWSDeepLensServiceRole", "AWSDeepLensLambdaRole"):
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=granting)
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    iam.create_user(UserName="ada")
    iam.put_user_policy(
        UserName="ada", PolicyName="pass", PolicyDocument=json.dumps(document(passing, {**passing, **condition}))
    )
    return account


@pytest.fixture
def show(aws: LocalAws, tmp_path: Path) -> Show:
    """Run a playbook as a person does, with the lines of both callbacks."""
    member = aws.members[0]
    host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"vision-dev": host}}}), encoding="utf-8")

    def run(name: str, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory)]
        command += [f"aws_ml.permissions.{name}", "--extra-vars", json.dumps(variables), *arguments]
        callbacks = {
            "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.progress,aws_ml.permissions.report",
            "AWS_ML_REPORT_DIRECTORY": str(tmp_path / "reports"),
            "AWS_ML_REPORT_NAME": "report",
            "ANSIBLE_NOCOLOR": "1",
        }
        environment = {**os.environ, **aws.environment(), **callbacks}
        return ANSIBLE.run(command, env=environment, timeout=LIMIT)

    return run


def shows_it(run: subprocess.CompletedProcess[str]) -> bool:
    """Whether a run shows any of the hostile texts. Fails where one is not in a harmless form."""
    shown = run.stdout + run.stderr
    assert not re.search(r"(?m)^\s*ok: \[forged", shown), shown
    stray = sorted({sign for sign in shown if not sign.isprintable() and sign != "\n"})
    assert stray == [], shown
    return "forged" in shown


def test_no_playbook_shows_a_forged_line(aws: LocalAws, account: str, show: Show, tmp_path: Path) -> None:
    backups = str(tmp_path / "backups")
    services = {"aws_ml_services": ["deeplens"], "aws_ml_backup_dir": backups}

    audit = show("audit", "--diff", **services)
    planned = show("site", "--check", "--diff", **services)
    refused = show("retire", "--check", "--diff", aws_ml_backup_dir=backups)
    gone = show("site", "--diff", **services, deeplens_iam_state="absent")
    back = show("restore", "--check", "--diff", aws_ml_restore_src=backups)
    runs = (audit, planned, refused, gone, back)
    told = "".join(run.stdout + run.stderr for run in runs)
    assert [run.returncode for run in runs] == [0, 0, 2, 0, 0], told
    assert [shows_it(run) for run in runs] == [False, True, True, True, True], told


def test_the_sheet_holds_no_forged_line_and_the_page_no_markup(account: str, show: Show, tmp_path: Path) -> None:
    assert show("audit", aws_ml_services=["deeplens"]).returncode == 0
    with (tmp_path / "reports" / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if not cell.replace("\n", "").isprintable()] == []
    page = (tmp_path / "reports" / "report.html").read_text(encoding="utf-8")
    assert page.count("<script") == 2
    report = json.loads((tmp_path / "reports" / "report.json").read_text(encoding="utf-8"))
    told = [finding["message"] for finding in report["accounts"][0]["findings"]]
    told += [finding["message"] for one in report["accounts"][0]["objects"] for finding in one.get("findings", ())]
    assert told and all(message.isprintable() for message in told)
