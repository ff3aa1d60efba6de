# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run reports as new, and as accepted by waivers, in the results of two runs of the audit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook
from report_schema import schema_problems

from local_aws import LocalAws

AUDIT = "aws_ml.permissions.audit"
LINE = "aws_ml.permissions: since "


def trust(*principals: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.both_generations
def test_new_and_accepted_findings_of_a_fleet(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    first, second, third = accounts["all"]["hosts"].values()
    third["aws_assume_role_arn"] = third["aws_assume_role_arn"].replace("OrganizationAccount", "Missing")
    second.update(aws_ml_owner="team {{ aws_account_id[:2] }}", aws_account_tags={"stage": "{{ 7 * 7 }}"})
    reports = tmp_path / "reports"
    environment = {"ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report", "AWS_ML_REPORT_DIRECTORY": str(reports)}

    def audited(name: str, variables: dict[str, Any]) -> tuple[dict[str, Any], str]:
        run = playbook(AUDIT, accounts, variables, environment={**environment, "AWS_ML_REPORT_NAME": name})
        report = json.loads((reports / f"{name}.json").read_text(encoding="utf-8"))
        assert schema_problems(report) == []
        return report, run.stderr

    partners = [f"arn:aws:iam::{number}:root" for number in ("999988887777", "888877776666")]
    for account, names in ((first, ["AWSDeepLensServiceRole"]), (second, ["AWSDeepLensServiceRole"])):
        for name in names:
            aws.seed(account["aws_account_id"], role={"name": name, "trust": trust("*")})
    report, told = audited("monday", {})
    assert LINE not in told
    assert not {"comparison", "waivers", "history"} & report.keys()
    found = {one["account_id"]: one for one in report["accounts"]}
    assert found[second["aws_account_id"]]["tags"] == {"stage": "{{ 7 * 7 }}"}
    assert found[second["aws_account_id"]]["owner"] == f"team {second['aws_account_id'][:2]}"
    [open_trust] = [
        finding
        for item in found[first["aws_account_id"]]["objects"]
        for finding in item.get("findings", ())
        if finding["code"] == "trusts_anyone"
    ]

    day = (datetime.now(UTC) + timedelta(days=90)).date()
    waiver = {
        "code": "trusts_anyone",
        "accounts": [first["aws_account_id"]],
        "resources": ["role/AWSDeepLens*"],
        "severity": open_trust["severity"],
        "evidence": open_trust.get("evidence", []),
        "reason": "the cameras of the pilot",
        "owner": "vision",
        "until": day,
    }
    (tmp_path / "waivers.yml").write_text(
        yaml.safe_dump([waiver, {**waiver, "resources": ["role/gone"]}]), encoding="utf-8"
    )
    aws.seed(second["aws_account_id"], role={"name": "AWSDeepLensLambdaRole", "trust": trust("*", *partners)})
    report, told = audited("tuesday", {"aws_ml_waivers": str(tmp_path / "waivers.yml")})
    comparison = report["comparison"]
    new = {(one["account_id"], one["resource"], one["code"]) for one in comparison["new"]}
    assert {account for account, _resource, _code in new} == {second["aws_account_id"]}
    assert (second["aws_account_id"], "role/AWSDeepLensLambdaRole", "trusts_anyone") in new
    assert (comparison["gone"], comparison["worse"], comparison["better"]) == ([], [], [])
    assert [(one["account_id"], one["reason"]) for one in comparison["not_compared"]] == [
        (third["aws_account_id"], "failed")
    ]
    assert comparison["with"]["file"] == "monday.json"
    assert report["totals"]["accepted"] == report["waivers"]["accepted"] == 1
    # The account that failed is not one of those of the waiver.
    assert [(one["resources"], one["why"]) for one in report["waivers"]["unmatched"]] == [(["role/gone"], "no finding")]
    assert len(report["history"]) == 1
    [line] = [line for line in told.splitlines() if line.startswith(LINE)]
    assert f"{len(new)} new finding" in line
    assert line.endswith("1 account not or not completely compared; 1 finding accepted; 1 waiver about nothing")


def test_wrong_waivers_fail_before_any_call(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    _name, *others = accounts["all"]["hosts"]
    for other in others:
        accounts["all"]["hosts"].pop(other)
    file = tmp_path / "waivers.yml"
    file.write_text("- code: trust_anyone\n  until: 2027-02-01\n", encoding="utf-8")
    run = playbook(AUDIT, accounts, {"aws_ml_waivers": [str(file)]})
    assert run.rc == 2
    told = " ".join(run.stdout.split()).replace('\\"', '"')
    assert f'{file}:1.code: "trust_anyone" is not the code of a finding; did you mean trusts_anyone?' in told
    assert f"{file}:1.owner: is missing" in told
    assert "api_calls" not in told
    file.write_text("- code: [\n", encoding="utf-8")
    run = playbook(AUDIT, accounts, {"aws_ml_waivers": str(file)})
    assert f"{file}:2: cannot be read as YAML" in " ".join((run.stdout + run.stderr).split())
