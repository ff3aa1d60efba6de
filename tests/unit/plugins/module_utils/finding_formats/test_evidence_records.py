# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of findings: complete, with ids that last, and as ASFF within all limits of Security Hub."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import botocore.validate
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.asff import (
    LONGEST,
    MOST_PRODUCT_FIELDS,
    Product,
    as_asff,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.records import (
    code_title,
    evidence_records,
)

ACCOUNT = "111122223333"
NOW = "2026-11-30T12:00:00.000Z"
PRODUCT = Product(ACCOUNT, "aws", "eu-west-1")
OBJECTS = [
    {"kind": "role", "name": "l4e-role", "arn": f"arn:aws:iam::{ACCOUNT}:role/service-role/l4e-role"},
    {"kind": "policy", "name": "gone", "arn": None},
]
FINDING = {
    "severity": "critical",
    "code": "service_administers_iam",
    "resource": "role/l4e-role",
    "message": "Through managed policy IAMFullAccess, this role can change the permissions of any identity.",
    "remedy": "remove the policy",
    "service": "lookout_equipment",
}
LEADS = {**FINDING, "code": "escalation_path", "message": "It can become an administrator of the account: A; B."}
WAIVER = {"reason": "ends in March", "owner": "ml-platform", "until": "2027-03-31", "place": "waivers.yml:3"}
PATH = {"from": "role/l4e-role", "to": "role/Admin", "steps": ["A", "B"], "severity": "critical"}
OTHER = {**PATH, "to": "user/root-like"}
OUTSIDE = {"from": "account/999999999999", "to": "role/Admin", "steps": ["C"], "severity": "high"}


def records(findings: list[Any], paths: list[Any] | None = None) -> list[dict[str, Any]]:
    return evidence_records(findings, paths or [], OBJECTS, {"account_id": ACCOUNT})


def ids(*found: dict[str, Any]) -> list[str]:
    return [str(record["id"]) for record in records(list(found))]


def test_a_record_has_the_arn_with_its_path() -> None:
    [record] = records([FINDING])
    assert record["arns"] == {"role/l4e-role": f"arn:aws:iam::{ACCOUNT}:role/service-role/l4e-role"}
    assert {**record, "id": "", "arns": {}} == {**FINDING, "account_id": ACCOUNT, "id": "", "arns": {}}


def test_a_record_has_the_service_of_its_object() -> None:
    none = {key: value for key, value in FINDING.items() if key != "service"}
    shared = [{**OBJECTS[0], "service": "lookout_equipment"}, {**OBJECTS[0], "service": "panorama"}]
    given = [none, {**none, "resource": "service/deeplens"}, {**none, "resource": "role/other"}]
    found = evidence_records(given, [{**OUTSIDE, "to": "role/l4e-role"}], shared, {"account_id": ACCOUNT})
    assert [one["service"] for one in found] == [
        "lookout_equipment, panorama",
        "deeplens",
        "",
        "lookout_equipment, panorama",
    ]


def test_an_id_lasts_while_account_object_and_code_are_the_same() -> None:
    [one] = ids(FINDING)
    assert ids({**FINDING, "message": "Other words.", "severity": "high", "resource": "role/L4E-Role"}) == [one]
    assert ids({**FINDING, "code": "passes_any_role"}) != [one]
    assert ids({**FINDING, "resource": "role/other"}) != [one]


def test_several_findings_of_one_code_keep_their_ids_in_any_order() -> None:
    first, second = {**FINDING, "message": "A"}, {**FINDING, "message": "B"}
    assert ids(first, second) == ids(second, first)[::-1]
    assert len({*ids(first, second)}) == 2
    assert ids(first)[0] == ids(first, second)[0]


def test_every_escalation_path_is_a_finding_with_its_steps() -> None:
    found = records([FINDING, {**LEADS, "waiver": WAIVER}], [PATH, {**OTHER, "waiver": WAIVER}, OUTSIDE])
    told = [(one["resource"], one["code"], one.get("to"), one.get("steps"), bool(one.get("waiver"))) for one in found]
    assert told == [
        ("role/l4e-role", "service_administers_iam", None, None, False),
        ("role/l4e-role", "escalation_path", "role/Admin", ["A", "B"], True),
        ("role/l4e-role", "escalation_path", "user/root-like", ["A", "B"], True),
        ("account/999999999999", "escalation_path", "role/Admin", ["C"], False),
    ]
    assert len({one["id"] for one in found}) == 4
    assert records([LEADS])[0]["id"] == found[1]["id"]
    assert found[3]["arns"] == {"role/Admin": f"arn:aws:iam::{ACCOUNT}:role/Admin"}
    assert found[3]["message"] == ("account/999999999999 can become an administrator of the account, as role/Admin: C.")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("service_administers_iam", "Service administers IAM"),
        ("escalation_path", "Escalation path"),
        ("", "Finding"),
    ],
)
def test_a_code_in_words(code: str, words: str) -> None:
    assert code_title(code) == words


def test_an_asff_finding() -> None:
    [record] = records([FINDING])
    finding = as_asff(record, PRODUCT, NOW)
    assert finding["Id"] == f"aws_ml.permissions/{ACCOUNT}/service_administers_iam/{record['id']}"
    assert finding["ProductArn"] == f"arn:aws:securityhub:eu-west-1:{ACCOUNT}:product/{ACCOUNT}/default"
    assert finding["Title"] == "Service administers IAM: role/l4e-role"
    assert finding["Severity"] == {"Label": "CRITICAL", "Original": "critical"}
    assert finding["Resources"] == [
        {"Type": "AwsIamRole", "Id": f"arn:aws:iam::{ACCOUNT}:role/service-role/l4e-role", "Partition": "aws"}
    ]
    assert finding["RecordState"] == "ACTIVE"
    later = as_asff(record, PRODUCT, "2027-01-01T00:00:00.000Z")
    assert later["ProductFields"] == finding["ProductFields"]
    assert as_asff({**record, "severity": "high"}, PRODUCT, NOW)["ProductFields"] != finding["ProductFields"]


def test_an_accepted_finding_is_archived_with_its_reason() -> None:
    [record] = records([{**FINDING, "waiver": WAIVER}])
    finding = as_asff(record, PRODUCT, NOW)
    assert finding["RecordState"] == "ARCHIVED"
    fields = {key.removeprefix("aws_ml.permissions/"): value for key, value in finding["ProductFields"].items()}
    assert fields["waiver/reason"] == "ends in March"
    assert fields["waiver/until"] == "2027-03-31"


HOSTILE = "\u202e\x1b[31m\n=cmd|' /C calc'!A0 <script>alert(1)</script> " * 400
STEPS = [HOSTILE] * 80


def cases() -> list[dict[str, Any]]:
    long = {**FINDING, "message": HOSTILE, "remedy": HOSTILE, "resource": f"role/{'x' * 64}", "service": HOSTILE}
    blank = {**FINDING, "message": "  ", "remedy": " ", "service": ""}
    expired = {**FINDING, "expired_waiver": {**WAIVER, "reason": HOSTILE}}
    service = {**FINDING, "resource": "service/deeplens", "code": "grants_ended_service"}
    severities = [{**FINDING, "severity": severity} for severity in SEVERITIES]
    paths = [PATH, {**OUTSIDE, "steps": STEPS}, {**OUTSIDE, "from": f"arn:aws:iam::999999999999:role/{'p/' * 250}x"}]
    found = records([FINDING, LEADS, long, blank, expired, service, *severities], paths)
    return [*found, *records([{**FINDING, "waiver": WAIVER}])]


def test_every_asff_finding_is_valid_and_within_the_limits() -> None:
    shape = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
    findings = [as_asff(record, PRODUCT, NOW) for record in cases()]
    report = botocore.validate.ParamValidator().validate({"Findings": findings}, shape.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert len({finding["Id"] for finding in findings[:-1]}) == len(findings) - 1
    for finding in findings:
        require_limits(finding)


def require_limits(finding: dict[str, Any]) -> None:
    """The limits of the documentation, which the SDK does not check, and that texts are printable and not blank."""
    for name in ("Id", "GeneratorId", "Title", "Description"):
        assert 0 < len(finding[name]) <= LONGEST[name]
        assert finding[name].strip() and finding[name].isprintable()
    advice = finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "x")
    assert advice.strip() and len(advice) <= LONGEST["Recommendation"]
    assert all(0 < len(one["Id"]) <= LONGEST["ResourceId"] for one in finding["Resources"])
    assert len(finding["ProductFields"]) <= MOST_PRODUCT_FIELDS
    assert all(len(key) <= 128 and len(value) <= 2048 for key, value in finding["ProductFields"].items())
    assert len(json.dumps(finding).encode()) <= 240_000
    assert finding["Types"][0] == "Software and Configuration Checks/AWS Security Best Practices"
    assert finding["Severity"]["Label"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL")
