# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run reports as new, and as accepted by waivers, in the results of two runs of the audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook
from report_schema import checked_report

from local_aws import LocalAws

AUDIT = "aws_ml.permissions.audit"
LINE = "aws_ml.permissions: since "


def trust(*principals: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


class Audits:
    """Audits a fleet and reads the reports."""

    def __init__(self, playbook: Playbook, accounts: dict[str, Any], folder: Path) -> None:
        self._playbook = playbook
        self._accounts = accounts
        self.folder = folder
        self._environment = {
            "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report",
            "AWS_ML_REPORT_DIRECTORY": str(folder / "reports"),
        }

    def run(self, name: str, variables: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The report and what the run wrote to stderr."""
        environment = {**self._environment, "AWS_ML_REPORT_NAME": name}
        run = self._playbook(AUDIT, self._accounts, variables, environment=environment)
        return checked_report(self.folder / "reports" / f"{name}.json"), run.stderr

    def accept(self, account_id: str, finding: dict[str, Any]) -> str:
        """A file with a waiver of a finding, and one that is about nothing."""
        waiver = {
            "code": finding["code"],
            "accounts": [account_id],
            "resources": ["role/AWSDeepLens*"],
            "severity": finding["severity"],
            "evidence": finding.get("evidence", []),
            "reason": "the cameras of the pilot",
            "owner": "vision",
            "until": (datetime.now(UTC) + timedelta(days=90)).date(),
        }
        file = self.folder / "waivers.yml"
        file.write_text(yaml.safe_dump([waiver, {**waiver, "resources": ["role/gone"]}]), encoding="utf-8")
        return str(file)


def finding_of(account: dict[str, Any], code: str) -> dict[str, Any]:
    findings = [one for item in account["objects"] for one in item.get("findings", ())]
    [found] = [one for one in findings if one["code"] == code]
    return dict(found)


@pytest.mark.both_generations
def test_new_and_accepted_findings_of_a_fleet(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    first, second, third = accounts["all"]["hosts"].values()
    third["aws_assume_role_arn"] = third["aws_assume_role_arn"].replace("OrganizationAccount", "Missing")
    second.update(aws_ml_owner="team {{ aws_account_id[:2] }}", aws_account_tags={"stage": "{{ 7 * 7 }}"})
    one, other, failing = (account["aws_account_id"] for account in (first, second, third))
    audits = Audits(playbook, accounts, tmp_path)
    for account_id in (one, other):
        aws.seed(account_id, role={"name": "AWSDeepLensServiceRole", "trust": trust("*")})
    report, told = audits.run("monday", {})
    assert LINE not in told
    assert not {"comparison", "waivers", "history"} & report.keys()
    found = {account["account_id"]: account for account in report["accounts"]}
    assert (found[other]["tags"], found[other]["owner"]) == ({"stage": "{{ 7 * 7 }}"}, f"team {other[:2]}")

    partners = [f"arn:aws:iam::{number}:root" for number in ("999988887777", "888877776666")]
    aws.seed(other, role={"name": "AWSDeepLensLambdaRole", "trust": trust("*", *partners)})
    waivers = audits.accept(one, finding_of(found[one], "trusts_anyone"))
    report, told = audits.run("tuesday", {"aws_ml_waivers": waivers})
    comparison = report["comparison"]
    new = {(record["account_id"], record["resource"], record["code"]) for record in comparison["new"]}
    assert {account_id for account_id, _resource, _code in new} == {other}
    assert (other, "role/AWSDeepLensLambdaRole", "trusts_anyone") in new
    assert (comparison["gone"], comparison["worse"], comparison["better"]) == ([], [], [])
    assert [(left["account_id"], left["reason"]) for left in comparison["not_compared"]] == [(failing, "failed")]
    assert (comparison["with"]["file"], len(report["history"])) == ("monday.json", 1)
    assert report["totals"]["accepted"] == report["waivers"]["accepted"] == 1
    # The account that failed is not one of those of the waiver.
    unmatched = [(left["resources"], left["why"]) for left in report["waivers"]["unmatched"]]
    assert unmatched == [(["role/gone"], "no finding")]
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
    assert aws.calls() == []
    file.write_text("- code: [\n", encoding="utf-8")
    run = playbook(AUDIT, accounts, {"aws_ml_waivers": str(file)})
    assert f"{file}:2: cannot be read as YAML" in " ".join((run.stdout + run.stderr).split())
