# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies between objects, and which identities can act as others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation import MOST_PATHS

from .accounts import audited

FOLDER = Path(__file__).parent
DEPENDANTS = yaml.safe_load((FOLDER / "dependants.yml").read_text(encoding="utf-8"))
ESCALATION = yaml.safe_load((FOLDER / "escalation.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("given", DEPENDANTS, ids=lambda given: given["case"])
def test_dependants(given: dict[str, Any]) -> None:
    result = audited(given["account"])
    one = next(one for one in result.objects if one.resource == given["object"])
    told = [f"{it['how']} {it['resource']}{'' if it['by_name'] else ' ?'}" for it in one.depended_on_by]
    assert sorted(told) == sorted(given["needed_by"])
    for it in one.depended_on_by:
        assert it["detail"] and "()" not in it["detail"]


@pytest.mark.parametrize("given", ESCALATION, ids=lambda given: given["case"])
def test_escalation(given: dict[str, Any]) -> None:
    result = audited(given["account"])
    told = [
        f"{way['severity']} {way['from']} > {way['to']}" + (f" {len(way['steps'])}" if len(way["steps"]) > 1 else "")
        for way in result.escalation_paths
    ]
    assert told == given["ways"]
    for way in result.escalation_paths:
        for step in way["steps"]:
            assert step.startswith(("role/", "user/", "group/")) and "policy" in step and step.endswith(")"), step
        assert way["steps"][0].startswith(way["from"] + " ")
    coded = {finding.resource for finding in result.findings if finding.code == "escalation_path"}
    concerned = {one.resource for one in result.objects if one.subject}
    assert coded == {way["from"] for way in result.escalation_paths} & concerned


def test_steps_name_the_policy_that_allows_them() -> None:
    ways = audited(ESCALATION[3]["account"]).escalation_paths
    assert ways[2]["steps"] == [
        "user/dev can assume role/pipeline (inline policy a and its trust policy)",
        "role/pipeline can assume role/AWSDeepLensSageMakerRole (its trust policy)",
        "role/AWSDeepLensSageMakerRole can pass role/l4e-role to sagemaker.amazonaws.com and run code"
        " there with sagemaker:CreateNotebookInstance (managed policy AmazonSageMakerFullAccess)",
    ]


def test_what_is_reached_is_a_finding_of_its_own_that_replaces_the_vaguer_one() -> None:
    result = audited(ESCALATION[1]["account"])
    told = {(finding.severity.text, finding.code, finding.resource) for finding in result.findings}
    assert ("critical", "reached_by_escalation", "role/l4e-role") in told
    assert ("critical", "escalation_path", "role/AWSDeepLensSageMakerRole") in told
    assert ("critical", "service_administers_iam", "role/l4e-role") in told
    assert "escalation_chain" not in {code for _unused, code, _unused in told}


def test_the_number_of_ways_is_bounded_and_the_worst_are_kept() -> None:
    users = {f"user{number:03d}": {"managed": ["AmazonSageMakerFullAccess"]} for number in range(MOST_PATHS + 20)}
    users |= {f"less{number}": {"inline": {"u": {"Action": "sagemaker:*", "Resource": "*"}}} for number in range(5)}
    account = {"roles": ESCALATION[0]["account"]["roles"], "users": users}
    ways = audited(account).escalation_paths
    assert len(ways) == MOST_PATHS and {way["severity"] for way in ways} == {"critical"}
