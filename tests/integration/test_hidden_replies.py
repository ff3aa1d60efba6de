# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of an unreadable reply is on the console, in the log, in the report or in a backup, at any verbosity."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.accounts_inventory import Inventory
from preloaded_ansible import ANSIBLE
from spoilt_replies import SpoilingProxy

from local_aws import LocalAws

KINDS = (
    *("cut at the end", "cut after the secrets", "page", "well-formed page", "foreign JSON", "temporary redirect"),
    *("forbidden", "garbage", "compressed garbage", "body among the headers", "body as a header"),
)
PLAY = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "PYTHON"}
  module_defaults:
    group/amazon.aws.aws: {endpoint_url: "{{ endpoint }}"}
  tasks:
    - name: Keep a role
      aws_ml.permissions.iam_role:
        name: worker
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      when: not retires | default(false)
      ignore_errors: true
    - name: Retire
      aws_ml.permissions.iam_retire:
        skip_quarantine: true
        allow: [depended_on, too_young]
        backup_dir: BACKUPS
      when: retires | default(false)
"""


@pytest.fixture
def proxy(aws: LocalAws) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(aws.endpoint) as spoiling:
        yield spoiling


@pytest.fixture(params=["worker", "module"])
def python(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The interpreter of the tasks: Ansible's own, or one that makes them modules."""
    return sys.executable if request.param == "worker" else str(ANSIBLE.executable(tmp_path / "python"))


@pytest.fixture
def retired(aws: LocalAws) -> dict[str, str]:
    """A member account with two roles that DeepLens left."""
    member = aws.members[0]
    for name, service in (("AWSDeepLensServiceRole", "deeplens"), ("AWSDeepLensLambdaRole", "lambda")):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        aws.seed(member["id"], role={"name": name, "path": "/service-role/", "trust": trust})
    return member


def run(folder: Path, hosts: dict[str, Any], python: str, environment: dict[str, str]) -> str:
    """Run the playbook with -vvvvv, a report and a log. All that is shown and written, backups apart."""
    (folder / "play.yml").write_text(
        PLAY.replace("PYTHON", python).replace("BACKUPS", str(folder / "backups")), encoding="utf-8"
    )
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    settings = {
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_LOG_VERBOSITY": "5",
        "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report,aws_ml.permissions.progress",
        "AWS_ML_REPORT_DIRECTORY": str(folder / "reports"),
        "AWS_ML_REPORT_NAME": "run",
        "ANSIBLE_DISPLAY_TRACEBACK": "always",
        "ANSIBLE_FORKS": "6",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    done = ANSIBLE.run(
        [program, "-vvvvv", "-i", str(folder / "hosts.yml"), str(folder / "play.yml")],
        cwd=folder,
        env={**os.environ, **environment, **settings},
        timeout=180,
    )
    written = [folder / "ansible.log", *(folder / "reports").iterdir()]
    return "".join([done.stdout, done.stderr, *(path.read_text(encoding="utf-8") for path in written)])


def test_entering_an_account(aws: LocalAws, proxy: SpoilingProxy, python: str, tmp_path: Path) -> None:
    entered = {"aws_account_id": aws.members[0]["id"], "aws_assume_role_arn": aws.members[0]["role_arn"]}
    hosts = {kind.replace(" ", "-"): {**entered, "endpoint": proxy.spoil(kind, "AssumeRole")[0]} for kind in KINDS}
    shown = run(tmp_path, hosts, python, aws.environment())
    assert len(proxy.secrets) >= 2 * len(KINDS)
    assert proxy.leaks(shown) == []
    report = json.loads((tmp_path / "reports" / "run.json").read_text(encoding="utf-8"))
    assert report["totals"]["accounts"] >= 1
    assert shown.count("UnreadableReply") > len(KINDS)


def test_a_retirement_that_breaks_off(
    aws: LocalAws, proxy: SpoilingProxy, python: str, tmp_path: Path, retired: dict[str, str]
) -> None:
    endpoint, rule = proxy.spoil("cut at the end", "DeleteRole")
    host = {"aws_account_id": retired["id"], "aws_assume_role_arn": retired["role_arn"]}
    shown = run(tmp_path, {"dev": {**host, "endpoint": endpoint, "retires": True}}, python, aws.environment())
    assert rule.spoilt["DeleteRole"] > 1
    assert proxy.secrets and proxy.leaks(shown) == []
    (backup,) = (tmp_path / "backups").iterdir()
    assert proxy.leaks(backup.read_text(encoding="utf-8")) == []
    assert backup.name in shown
    (account,) = json.loads((tmp_path / "reports" / "run.json").read_text(encoding="utf-8"))["accounts"]
    assert account["account_id"] == retired["id"]
    assert "done" in {step["state"] for step in account["plan"]}
    names = {role["RoleName"] for role in aws.client("iam", account=retired["id"]).list_roles()["Roles"]}
    assert not {"AWSDeepLensServiceRole", "AWSDeepLensLambdaRole"} <= names


@pytest.mark.parametrize("kind", ["cut after the secrets", "page", "body among the headers"])
def test_reading_an_organization(aws: LocalAws, proxy: SpoilingProxy, tmp_path: Path, kind: str) -> None:
    endpoint, rule = proxy.spoil(kind, "AssumeRole")
    inventory = Inventory(tmp_path, {**aws.environment(), "ANSIBLE_DISPLAY_TRACEBACK": "always"})
    listed = inventory({"assume_role_arn": aws.members[0]["role_arn"], "endpoint_url": endpoint}, "-vvvvv")
    assert rule.spoilt["AssumeRole"] > 1
    assert proxy.secrets and proxy.leaks(listed.stdout + listed.stderr) == []
    assert "AssumeRole for arn:aws:iam::" in listed.told and "the reply is" in listed.told
