# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as evidence: the report in every format, and the findings in AWS Security Hub, by the playbook."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run
from integration.whole_account import create, declared

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

AUDIT = "aws_ml.permissions.audit"
TASK = "Keep the findings in AWS Security Hub"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lookoutequipment.amazonaws.com", "sagemaker.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
VARIABLES = {"aws_ml_security_hub": True, "aws_ml_security_hub_region": "eu-west-1"}
REPORT = {
    "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report",
    "AWS_ML_REPORT_NAME": "run",
    "AWS_ML_REPORT_FORMATS": "json, csv, sarif, ocsf, asff",
    "AWS_ML_REPORT_SECURITY_HUB_REGION": "eu-west-1",
}
LEFT = {"roles": {"l4e-role": {"trust": TRUST, "managed": ["arn:aws:iam::aws:policy/IAMFullAccess"]}}}


def test_an_audit_as_evidence(playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path) -> None:
    """Two of three accounts have Security Hub. Everything is imported once, and archived when it is gone."""
    names = list(accounts["all"]["hosts"])
    first, second, third = names
    ids = [accounts["all"]["hosts"][name]["aws_account_id"] for name in names]
    hubs = [aws.client("securityhub", account=account, region_name="eu-west-1") for account in ids[:2]]
    for hub in hubs:
        hub.enable_security_hub()
    create(aws.client("iam", account=ids[0]), declared(LEFT, ids[0]))

    def ran() -> Run:
        aws.clear_calls()
        environment = {**REPORT, "AWS_ML_REPORT_DIRECTORY": str(tmp_path / "reports")}
        return playbook(AUDIT, accounts, VARIABLES, environment=environment)

    run = ran()
    results = run.results(TASK)
    assert results[third]["msg"].startswith(f"AWS Security Hub is not enabled in account {ids[2]}, Region eu-west-1.")
    assert results[second]["imported"] == [] and not results[second]["changed"]
    told = {(one["code"], one["resource"]) for one in results[first]["imported"]}
    assert ("service_administers_iam", "role/l4e-role") in told
    assert calls(aws) == {"GetFindings": 3, "BatchImportFindings": 1}
    check_files(tmp_path / "reports", hubs[0])
    outcomes = {
        one["host"]: one["outcome"] for one in json.loads((tmp_path / "reports/run.json").read_text())["accounts"]
    }
    assert outcomes == {first: "attention", second: "in_sync", third: "failed"}

    again = ran().results(TASK)[first]
    assert (again["changed"], again["unchanged"]) == (False, len(told))
    assert calls(aws) == {"GetFindings": 3}

    iam = aws.client("iam", account=ids[0])
    iam.detach_role_policy(RoleName="l4e-role", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    fixed = ran().results(TASK)[first]
    assert ("service_administers_iam", "gone") in {(one["code"], one["why"]) for one in fixed["archived"]}
    states = {one["GeneratorId"]: one["RecordState"] for one in hubs[0].get_findings()["Findings"]}
    assert states["aws_ml.permissions/service_administers_iam"] == "ARCHIVED"


def calls(aws: LocalAws) -> dict[str, int]:
    return dict(Counter(call["action"] for call in aws.calls() if call["service"] == "securityhub"))


def check_files(folder: Path, hub: Any) -> None:
    """Security Hub has what the file for it has, and the other formats have as many findings."""
    names = ("asff.json", "ocsf.json", "sarif", "csv", "json")
    assert sorted(path.name for path in folder.iterdir()) == sorted(["run-findings.csv", *(f"run.{n}" for n in names)])
    asff = json.loads((folder / "run.asff.json").read_text(encoding="utf-8"))
    imported = {one["Id"]: one["ProductFields"] for one in hub.get_findings()["Findings"]}
    assert {one["Id"]: one["ProductFields"] for one in asff} == imported
    assert len(json.loads((folder / "run.ocsf.json").read_text(encoding="utf-8"))) == len(asff)
    [run] = json.loads((folder / "run.sarif").read_text(encoding="utf-8"))["runs"]
    assert len(run["results"]) == len(asff)
    assert [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
