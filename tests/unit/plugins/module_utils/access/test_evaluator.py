# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a request, layer by layer, each row with the page of AWS that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request

FILE = yaml.safe_load((Path(__file__).parent / "cases" / "requests.yml").read_text(encoding="utf-8"))
ROWS = [row for group in FILE["groups"] for row in group["rows"]]
REASONS = (
    "allowed",
    "AWS allows it to every identity",
    "an explicit deny",
    "a root user cannot assume a role",
    "no policy of the caller allows it",
    "no service control policy of one of the levels allows it",
    "the permissions boundary does not allow it",
    "the session policy does not allow it",
    "no statement of the policy of the resource allows it for the caller",
    "no statement of the trust policy allows it for the caller",
    "depends on",
)


def policies(given: dict[str, Any], version: str) -> Policies:
    def of(name: str, statements: list[dict[str, Any]]) -> Policy:
        return Policy.of(name, {"Version": version, "Statement": statements})

    def levels(name: str, element: str) -> list[list[Policy]]:
        return [[of(name, one) for one in level] for level in given.get(element, ())]

    return Policies(
        identity=[of(f"identity {number}", one) for number, one in enumerate(given.get("identity", ()), start=1)],
        boundary=of("boundary", given["boundary"]) if "boundary" in given else None,
        boundary_is_known=given.get("boundary_is_known", True),
        session=of("session", given["session"]) if "session" in given else None,
        resource=of("resource", given["resource"]) if "resource" in given else None,
        resource_is_known=given.get("resource_is_known", True),
        service_control=levels("SCP", "service_control"),
        resource_control=levels("RCP", "resource_control"),
    )


def request_of(row: dict[str, Any]) -> Request:
    context = row.get("context", {})
    there = {key: value for key, value in context.items() if value is not None}
    return Request(
        Principal.parse(row.get("principal", FILE["usual"]["principal"])),
        row.get("action", FILE["usual"]["action"]),
        row.get("resource", FILE["usual"]["resource"]),
        Context(there, absent=[key for key in context if key not in there]),
        owner=row.get("owner"),
    )


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_request(row: dict[str, Any]) -> None:
    found = evaluate(request_of(row), policies(row.get("policies", {}), row.get("version", "2012-10-17")))
    assert found.outcome.value == row["outcome"], found
    assert found.reason.startswith(row.get("reason", ""))
    if "decides" in row:
        assert [statement.shown for statement in found.statements] == row["decides"]


def test_every_reason_is_expected_somewhere() -> None:
    expected = {row["reason"] for row in ROWS if "reason" in row}
    assert all(any(reason.startswith(one) for reason in expected) for one in REASONS)


def test_every_group_has_a_source() -> None:
    assert all(group["source"] for group in FILE["groups"])
    assert all(row["outcome"] in ("allowed", "denied", "depends") for row in ROWS)


def test_tags_of_the_caller_are_known() -> None:
    allow = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "red"}},
    }
    request = Request(
        Principal.parse("arn:aws:iam::123456789012:role/worker"), "s3:GetObject", "*", tags={"team": "red"}
    )
    assert evaluate(request, policies({"identity": [[allow]]}, "2012-10-17")).outcome.value == "allowed"
