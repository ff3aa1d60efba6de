# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed collection at work: everything in it, by full names, from a folder of the user's own.

`own_project` is that folder: settings with both callbacks, an inventory from AWS Organizations, and a playbook with
every role, module and filter. The service of the user's own in it is that of `own_services`.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.installed_collection import NAME, Installed, installed
from integration.playbook_runs import REPORT, Run

from local_aws import LocalAws

PROJECT = Path(__file__).parent / "own_project"
OWN_SERVICES = Path(__file__).parent / "own_services"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "greengrass.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
MADE = {
    *("AWSDeepLensServiceRole", "AWSPanoramaApplianceServiceRole", "l4e-role", "gt-execution"),
    *("CameraLabRole", "defect-detector", "exporter", "in-the-background"),
}

RunPlaybook = Callable[..., Run]


@pytest.fixture(scope="module")
def collection() -> Installed:
    return installed()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "my project"
    shutil.copytree(PROJECT, folder)
    shutil.copytree(OWN_SERVICES, folder / "our_services")
    return folder


@pytest.fixture
def account(aws: LocalAws) -> dict[str, Any]:
    """An account with a role of another owner, and one that the preview of Panorama left."""
    member: dict[str, Any] = aws.members[0]
    aws.seed(member["id"], role={"name": "of-others", "trust": TRUST})
    aws.seed(member["id"], role={"name": "AWSPanoramaGreengrassRole", "trust": TRUST})
    aws.client("securityhub", account=member["id"]).enable_security_hub()
    return member


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter that is not Ansible's own, so that what it runs are modules, which it writes down beside it.

    Ansible's async stands no space in its path."""
    path = tmp_path / "python"
    text = f'#!/bin/sh\necho "$@" >> "$0.log"\nexec "{sys.executable}" "$@"\n'
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def play(collection: Installed, aws: LocalAws, account: dict[str, Any], project: Path, tmp_path: Path) -> RunPlaybook:
    """Runs a playbook in the user's folder, for the one account. No run may warn of anything."""
    environment = {
        **aws.environment(),
        **REPORT,
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        "ANSIBLE_REMOTE_TMP": str(tmp_path / "remote"),
        "ANSIBLE_ASYNC_DIR": str(tmp_path / "async"),
    }

    def run(playbook: str, *options: str, **variables: Any) -> Run:
        arguments = (playbook, "--limit", account["name"], *options, "--extra-vars", json.dumps(variables))
        done = collection.run("ansible-playbook", *arguments, folder=project, **environment)
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        report = json.loads(done.stdout)
        ran = Run(done.returncode, done.stdout, done.stderr, report["plays"], report["stats"])
        assert (ran.rc, ran.failures(), warnings(ran)) == (0, {}, []), done.stderr
        return ran

    return run


def warnings(run: Run) -> list[str]:
    """What Ansible warns of on stderr, where the two callbacks show their lines too."""
    return [line for line in run.stderr.splitlines() if line.startswith(("[WARNING]", "[DEPRECATION", "[ERROR]"))]


def test_the_project_uses_everything_that_there_is(collection: Installed) -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in PROJECT.iterdir())
    kinds = ("modules", "filter", "callback", "inventory", "lookup")
    for folder in ("roles", *(f"plugins/{kind}" for kind in kinds)):
        assert [name for name in collection.names(folder) if not re.search(rf"\b{re.escape(name)}\b", used)] == []


def test_a_playbook_of_ones_own(
    play: RunPlaybook,
    roles_in: Callable[[str], dict[str, Any]],
    account: dict[str, Any],
    project: Path,
    python: Path,
) -> None:
    first = play("everything.yml", python_with_boto3=str(python))
    held = roles_in(account["id"])
    assert held.keys() >= MADE
    summary = first.results("Sum it up")[account["name"]]["msg"]
    assert summary["retired"][1].startswith("quarantined  role/AWSPanoramaGreengrassRole")
    assert summary["restorable"][0].startswith(f"account {account['id']}: ")
    assert summary["audited"][0].startswith(f"account {account['id']}: 12 found")
    assert_same_audit(first, account["name"])
    modules = python.with_suffix(".log").read_text(encoding="utf-8")
    assert "AnsiballZ_iam_audit" in modules and "AnsiballZ_iam_role" in modules
    assert f"{NAME}: 1 account in " in first.stderr
    report = json.loads((project / "aws_ml_reports/report.json").read_text(encoding="utf-8"))
    assert [one["host"] for one in report["accounts"]] == [account["name"]]

    second = play("everything.yml", python_with_boto3=str(python))
    assert second.total("changed") == 0
    assert roles_in(account["id"]) == held


def assert_same_audit(run: Run, host: str) -> None:
    """A module has none of the collection's data where it runs, and finds what the worker finds."""
    own, other = (run.results(task)[host] for task in ("Audit the account", "Audit it with another interpreter"))
    assert [other[key] for key in ("objects", "findings")] == [own[key] for key in ("objects", "findings")]
    assert own["findings"]


@pytest.mark.both_generations
def test_the_playbooks_of_the_collection(
    collection: Installed, play: RunPlaybook, roles_in: Callable[[str], dict[str, Any]], account: dict[str, Any]
) -> None:
    run_here: set[str] = set()

    def book(name: str, *options: str, **variables: Any) -> Run:
        run_here.add(name)
        return play(f"{NAME}.{name}", *options, aws_ml_services=["deeplens"], aws_ml_backup_dir="backups", **variables)

    before = roles_in(account["id"])
    check = book("awx.check", "--check")
    approved = json.loads(check.stdout)["global_custom_stats"]
    assert roles_in(account["id"]) == before
    assert book("awx.apply", **approved).total("changed") == 1
    made = roles_in(account["id"])
    assert len(made) == len(before) + 5
    assert book("site").total("changed") == 0

    assert book("audit").total("changed") == 0
    assert book("adopt").total("changed") == 1
    there = {
        "deeplens_iam_state": "absent",
        "aws_ml_retire_roles": ["AWSDeepLens*"],
        "aws_ml_retire_skip_quarantine": True,
        "aws_ml_retire_allow": ["too_young"],
    }
    assert book("retire", **there).total("changed") == 1
    assert roles_in(account["id"]) == before
    assert book("retire", **there).total("changed") == 0
    assert book("restore").total("changed") == 1
    assert roles_in(account["id"]) == made
    assert book("restore").total("changed") == 0
    released = {"aws_ml_release_roles": ["AWSDeepLens*"], "aws_ml_release_reason": "nothing is in quarantine"}
    assert book("release", **released).total("changed") == 0

    books = {path.stem for path in (collection.root / "playbooks").glob("*.yml") if "inventory" not in path.name}
    assert books <= run_here
