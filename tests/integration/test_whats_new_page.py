# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipes of the page about what is new, run by a shell, and the waivers of their page."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from integration.documented_blocks import block
from integration.playbook_runs import LIMIT
from integration.shell_runs import with_own_programs

from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
ROLE = "AWSDeepLensServiceRole"


class Shell:
    """Runs scripts in one folder, which has the inventory and the reports."""

    def __init__(self, folder: Path, aws: LocalAws) -> None:
        self.folder = folder
        collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections")}
        self._environment = with_own_programs({**aws.environment(), **collections})

    def run(self, script: str, **environment: str) -> tuple[int, str]:
        script = script.replace("/srv/reports", str(self.folder / "reports"))
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.folder,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def newest(self) -> dict[str, Any]:
        files = sorted((self.folder / "reports").glob("*.json"))
        found: dict[str, Any] = json.loads(files[-1].read_text(encoding="utf-8"))
        return found


def github_script(job: dict[str, Any]) -> str:
    [run] = [step["run"] for step in job["steps"] if "run" in step]
    return str(run)


def waivers_of(account_id: str) -> str:
    """The waivers of the page, for an account of this run and a day that is never over."""
    later = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    text = block("waivers-file").text + block("waivers-path").text
    return text.replace("123456789012", account_id).replace("2026-12-31", later)


def accepted(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (item["name"], finding["code"])
        for account in report["accounts"]
        for item in account["objects"]
        for finding in item.get("findings", ())
        if finding.get("waiver")
    ]


def test_cron_ci_and_awx(accounts: dict[str, Any], aws: LocalAws, tmp_path: Path) -> None:
    host, account = next(iter(accounts["all"]["hosts"].items()))
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "hosts.yml").write_text(
        yaml.safe_dump({"all": {"hosts": {host: account}}}), encoding="utf-8"
    )
    shell = Shell(tmp_path, aws)
    own = {"Effect": "Allow", "Principal": {"Service": "deeplens.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.seed(account["aws_account_id"], role={"name": ROLE, "trust": {"Version": "2012-10-17", "Statement": [own]}})

    code, told = shell.run(block("whats_new-cron").text)
    assert code == 0, told
    assert shell.newest["totals"]["findings"]["low"] >= 1

    # A critical finding comes: the job of GitLab fails once, and the day after it is known.
    anyone = {**own, "Principal": {"AWS": "*"}}
    trust = {"Version": "2012-10-17", "Statement": [anyone]}
    aws.seed(account["aws_account_id"], role={"name": "AWSDeepLensLambdaRole", "trust": trust})
    gitlab = yaml.safe_load(block("whats_new-gitlab").text)["audit"]
    assert gitlab["artifacts"]["paths"] == gitlab["cache"]["paths"] == ["reports/"]
    code, told = shell.run(" && ".join(gitlab["script"]))
    assert code != 0, told
    assert "trusts_anyone" in told
    assert shell.newest["comparison"]["new"][0]["code"] == "trusts_anyone"
    job = yaml.safe_load(block("whats_new-github").text)["jobs"]["audit"]
    (tmp_path / "waivers.yml").write_text(waivers_of(account["aws_account_id"]), encoding="utf-8")
    awx = yaml.safe_load(block("whats_new-awx").text)
    extra = {**awx, "aws_ml_report_history": "reports", "aws_ml_waivers": "waivers.yml"}
    assert awx.keys() == {"aws_ml_fail_on", "aws_ml_report_history"}
    (tmp_path / "extra.yml").write_text(yaml.safe_dump(extra), encoding="utf-8")
    code, told = shell.run(f"{github_script(job)} -e @extra.yml", **job["env"])
    assert code == 0, told
    report = shell.newest
    assert report["comparison"]["new"] == []
    assert accepted(report) == [(ROLE, "trusts_ended_service")]
    assert [one["code"] for one in report["waivers"]["unmatched"]] == ["escalation_path"]
