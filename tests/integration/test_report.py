# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that real runs leave, by ansible-playbook and by ansible-runner."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook, Run
from report_schema import checked_report

from local_aws import LocalAws

ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report"}
EXTERNAL_ID = "hush-2718281828"
LOOP = """---
- hosts: all
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    trust:
      Version: "2012-10-17"
      Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  tasks:
    - name: Keep the roles of each team
      aws_ml.permissions.iam_role:
        name: "{{ item }}"
        assume_role_policy_document: "{{ trust }}"
      loop: [team-a, team-b, "=team*c"]
      ignore_errors: true
    - name: Look at them
      aws_ml.permissions.iam_baseline_info:
        roles:
          - {name: team-a, assume_role_policy_document: "{{ trust }}"}
          - {name: team-z, assume_role_policy_document: "{{ trust }}"}
"""


class Reports:
    """Runs playbooks with the callback on, and reads what it wrote."""

    def __init__(self, playbook: Playbook, folder: Path) -> None:
        self._playbook = playbook
        self.folder = folder

    def run(
        self, playbook: str, inventory: dict[str, Any], extra_vars: dict[str, Any] | None = None, **options: Any
    ) -> Run:
        environment = {**ENABLED, "AWS_ML_REPORT_DIRECTORY": str(self.folder), "AWS_ML_REPORT_NAME": "run"}
        environment.update(options.pop("environment", {}))
        return self._playbook(playbook, inventory, extra_vars, environment=environment, **options)

    @property
    def json(self) -> dict[str, Any]:
        return checked_report(self.folder / "run.json")

    @property
    def rows(self) -> list[dict[str, str]]:
        with (self.folder / "run.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def accounts(self) -> dict[str, dict[str, Any]]:
        return {account["host"]: account for account in self.json["accounts"]}


@pytest.fixture
def reports(playbook: Playbook, tmp_path: Path) -> Reports:
    return Reports(playbook, tmp_path / "reports")


@pytest.fixture
def fleet(accounts: dict[str, Any], aws: LocalAws) -> dict[str, Any]:
    """Two accounts that want roles, the first for two services, and one that cannot be entered."""
    first, second, third = accounts["all"]["hosts"].values()
    first["aws_ml_services"] = ["deeplens", "panorama"]
    second["aws_ml_services"] = third["aws_ml_services"] = ["deeplens"]
    second["aws_external_id"] = EXTERNAL_ID
    third["aws_assume_role_arn"] = third["aws_assume_role_arn"].replace("OrganizationAccount", "Missing")
    return accounts


@pytest.mark.both_generations
def test_check_converge_and_in_sync(reports: Reports, fleet: dict[str, Any], aws: LocalAws) -> None:
    first, second, third = fleet["all"]["hosts"]
    wanted = {first: 10, second: 5}

    checked = reports.run("aws_ml.permissions.site", fleet, check=True, diff=True)
    shown = reports.json
    assert shown["run"]["check_mode"] is True
    assert shown["totals"]["outcomes"] == {"failed": 1, "would_change": 2}
    assert shown["totals"]["statuses"] == {"would_create": 15}
    assert shown["totals"]["planned_writes"] == 30
    [path] = [line for line in checked.stderr.splitlines() if line.startswith("aws_ml.permissions: report")]
    assert path == f"aws_ml.permissions: report of 3 accounts: {reports.folder / 'run.html'} (and .json, .csv)"
    for host, count in wanted.items():
        account = reports.accounts[host]
        assert account["account_id"] == fleet["all"]["hosts"][host]["aws_account_id"]
        assert len(account["objects"]) == count
        assert {item["diff"]["before"] for item in account["objects"]} == {""}
        assert all("assume_role_policy_document:" in item["diff"]["after"] for item in account["objects"])
    refused = reports.accounts[third]
    assert refused["account_id"] == fleet["all"]["hosts"][third]["aws_account_id"]
    assert refused["failures"][0]["error_code"] == "AccessDenied"

    reports.run("aws_ml.permissions.site", fleet)
    shown = reports.json
    assert shown["totals"]["outcomes"] == {"failed": 1, "changed": 2}
    assert shown["totals"]["statuses"] == {"created": 15}
    assert shown["totals"]["writes"] == {"AttachRolePolicy": 15, "CreateRole": 15}
    services = {item["service"] for item in reports.accounts[first]["objects"]}
    assert services == {"deeplens", "panorama"}
    assert shown["services"]["deeplens"] == {"name": "AWS DeepLens", "state": "ended", "since": "2024-01-31"}
    check_created_role(reports.accounts[second])

    reports.run("aws_ml.permissions.site", fleet)
    assert reports.json["totals"]["statuses"] == {"in_sync": 15}
    assert reports.json["totals"]["outcomes"] == {"failed": 1, "in_sync": 2}
    assert len([row for row in reports.rows if row["kind"] == "role"]) == 15
    assert [row["host"] for row in reports.rows if row["kind"] == "account"] == [third]
    check_secrets(reports, aws)


def check_created_role(account: dict[str, Any]) -> None:
    created = next(item for item in account["objects"] if item["name"] == "AWSDeepLensServiceRole")
    assert [step["action"] for step in created["plan"]] == ["CreateRole", "AttachRolePolicy"]
    assert {finding["code"] for finding in created["findings"]} >= {"trusts_ended_service"}
    trust = created["content"]["assume_role_policy_document"]["Statement"][0]
    assert trust["Principal"] == {"Service": "deeplens.amazonaws.com"}


def check_secrets(reports: Reports, aws: LocalAws) -> None:
    """Reports are for their owner alone, and have no secret."""
    secrets = [EXTERNAL_ID, *(value for name, value in aws.environment().items() if "SECRET" in name or "KEY" in name)]
    for file in reports.folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        text = file.read_text(encoding="utf-8")
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.both_generations
def test_every_item_of_a_loop_counts(reports: Reports, accounts: dict[str, Any]) -> None:
    host = next(iter(accounts["all"]["hosts"]))
    one = {"all": {"hosts": {host: accounts["all"]["hosts"][host]}}}
    done = reports.run(LOOP, one)
    assert done.rc == 0
    account = reports.accounts[host]
    assert {item["name"]: item["status"] for item in account["objects"]} == {
        "team-a": "created",
        "team-b": "created",
        "team-z": "missing",
    }
    [failure] = account["failures"]
    assert failure["ignored"] is True
    assert failure["problems"][0].startswith("name:")
    assert account["outcome"] == "changed"


@pytest.mark.both_generations
def test_module_in_an_interpreter_of_its_own_and_host_that_is_not_there(
    reports: Reports, accounts: dict[str, Any], tmp_path: Path
) -> None:
    python = tmp_path / "python"  # Ansible's async stands no space in a path, and that of a checkout may have one
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    hosts = accounts["all"]["hosts"]
    far, near, _other = list(hosts)
    hosts.pop(_other)
    hosts[far].update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=1)
    hosts[near].update(ansible_connection="local")
    play = LOOP.replace("  connection: local\n", "").replace('"{{ ansible_playbook_python }}"', str(python))
    play = play.replace("loop: [", "async: 60\n      poll: 1\n      loop: [")
    reports.run(play, accounts, environment={"ANSIBLE_ASYNC_DIR": str(tmp_path / "async")})
    assert reports.accounts[far]["outcome"] == "unreachable"
    assert reports.accounts[far]["account_id"] == hosts[far]["aws_account_id"]
    assert {item["name"] for item in reports.accounts[near]["objects"]} == {"team-a", "team-b", "team-z"}


def test_audit_and_retirement(reports: Reports, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path) -> None:
    host, account = next(iter(accounts["all"]["hosts"].items()))
    one = {"all": {"hosts": {host: account}}}
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "deeplens.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    for name in ("WarehouseCamera", "label-writer"):
        aws.seed(account["aws_account_id"], role={"name": name, "trust": trust})
    reports.run("aws_ml.permissions.audit", one)
    camera = next(item for item in reports.accounts[host]["objects"] if item["name"] == "WarehouseCamera")
    assert (camera["status"], camera["service"], camera["last_used"]) == ("unknown", "deeplens", {})
    assert {"by": "trust_principal", "value": "deeplens.amazonaws.com"}.items() <= camera["found_by"][0].items()
    assert camera["trusted"][0]["state"] == "ended"
    assert reports.accounts[host]["outcome"] == "attention"

    variables = {"aws_ml_backup_dir": str(tmp_path / "backups"), "aws_ml_retire_max_role_fraction": 0}
    assert reports.run("aws_ml.permissions.retire", one, variables).rc == 2
    assert reports.accounts[host]["outcome"] == "refused"
    assert {refusal["code"] for refusal in reports.accounts[host]["refusals"]} == {"share"}

    variables["aws_ml_retire_max_role_fraction"] = 1
    reports.run("aws_ml.permissions.retire", one, variables, check=True, diff=True)
    assert reports.json["totals"]["statuses"] == {"would_quarantine": 2}
    reports.run("aws_ml.permissions.retire", one, variables)
    assert reports.json["totals"]["statuses"] == {"quarantined": 2}
    assert reports.accounts[host]["backups"]
    for item in reports.accounts[host]["objects"]:
        assert item["retirement"]["step"] == "quarantined"
        assert item["quarantined"]["since"]


def test_host_whose_variables_are_refused_is_reported_although_no_module_ran(
    reports: Reports, accounts: dict[str, Any]
) -> None:
    host, account = next(iter(accounts["all"]["hosts"].items()))
    account.update(aws_ml_services=["deeplens"], deeplens_iam_state="gone")
    reports.run("aws_ml.permissions.site", {"all": {"hosts": {host: account}}})
    shown = reports.accounts[host]
    assert (shown["outcome"], shown["account_id"]) == ("failed", account["aws_account_id"])
    assert (
        'deeplens_iam_state: "gone" is not a valid value; give one of present, absent'
        in shown["failures"][0]["message"]
    )


def test_run_without_the_collection_leaves_nothing(reports: Reports, accounts: dict[str, Any]) -> None:
    play = (
        "---\n- hosts: all\n  connection: local\n  gather_facts: false\n  tasks: [{ansible.builtin.fail: {msg: no}}]\n"
    )
    reports.run(play, accounts)
    assert not reports.folder.exists()


@pytest.mark.parametrize(
    ("options", "warning", "names"),
    [
        ({"AWS_ML_REPORT_FORMATS": "csv,pdf"}, "formats has pdf, but valid formats are html, json, csv", ["run.csv"]),
        ({"AWS_ML_REPORT_FORMATS": " HTML "}, "", ["run.html"]),
        ({"AWS_ML_REPORT_NAME": "../%Y"}, "name is '../", ["aws_ml_report-"]),
        ({"AWS_ML_REPORT_NAME": "at-%Y", "AWS_ML_REPORT_FORMATS": "json"}, "", ["at-20"]),
    ],
)
def test_options(
    reports: Reports, accounts: dict[str, Any], options: dict[str, str], warning: str, names: list[str]
) -> None:
    done = reports.run(LOOP, accounts, check=True, environment=options)
    assert done.rc == 0
    assert " ".join(warning.split()) in " ".join(done.stderr.split())
    assert ("report:" in done.stderr.replace("report: report", "")) == bool(warning)
    found = sorted(file.name for file in reports.folder.iterdir())
    assert all(name.startswith(tuple(names)) for name in found), found
    assert found


def test_report_that_cannot_be_written_costs_a_warning_and_no_more(reports: Reports, accounts: dict[str, Any]) -> None:
    reports.folder.write_text("a file", encoding="utf-8")
    done = reports.run(LOOP, accounts, check=True)
    assert done.rc == 0
    assert "the report is incomplete or was not written" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert reports.folder.read_text(encoding="utf-8") == "a file"


@pytest.mark.both_generations
def test_ansible_runner_finds_it_among_the_artifacts(accounts: dict[str, Any], aws: LocalAws, tmp_path: Path) -> None:
    here = tmp_path / "runner"
    for name, text in {
        "inventory/hosts.yml": yaml.safe_dump(accounts),
        "project/play.yml": LOOP,
        "env/envvars": json.dumps({**ENABLED, "AWS_ML_REPORT_DIRECTORY": "$AWX_ISOLATED_DATA_DIR/reports"}),
    }.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-runner")), "run", str(here), "-p", "play.yml", "--ident", "job"],
        env={**os.environ, **aws.environment(), "COLUMNS": "4000"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    files = {path.suffix: path for path in (here / "artifacts" / "job" / "reports").iterdir()}
    assert sorted(files) == [".csv", ".html", ".json"]
    assert f"aws_ml.permissions: report of 3 accounts: {files['.html']} (and .json, .csv)" in done.stdout
    assert json.loads(files[".json"].read_text(encoding="utf-8"))["totals"]["outcomes"] == {"changed": 3}
