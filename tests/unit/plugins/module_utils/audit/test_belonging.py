# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit finds: accounts in a table, and every trace of every service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.wildcards import fits_any_case
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts
from moto.iam.aws_managed_policies import aws_managed_policies_data

from .accounts import SERVICES, audited, found

CASES = yaml.safe_load(Path(__file__).with_name("belonging.yml").read_text(encoding="utf-8"))
TRACES = audit_facts()["traces"]
# AWS has withdrawn them, so they are in no catalogue any more.
WITHDRAWN = {
    "AWSLambdaFullAccess",
    "AWSRoboMakerFullAccess",
    "AmazonMechanicalTurkCrowdFullAccess",
    "AmazonMechanicalTurkCrowdReadOnlyAccess",
}


def one_trace() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Service, strength, what it is, and an account that has this one trace and nothing else."""
    given: list[tuple[str, str, str, dict[str, Any]]] = []
    for service, traces in TRACES.items():
        for strength, names in traces.get("roles", {}).items():
            for name in [*names, *(wrong for others in names.values() for wrong in others)]:
                given.append((service, strength, f"role {name}", {"roles": {name: {}}}))
        for strength, patterns in traces.get("role_patterns", {}).items():
            for pattern in patterns:
                name = pattern.replace("*", "X")
                given.append((service, strength, f"role like {pattern}", {"roles": {name: {}}}))
        for strength, names in traces.get("policies", {}).items():
            for name in names:
                other = {"Action": "s3:ListAllMyBuckets", "Resource": "*"}
                given.append((service, strength, f"policy {name}", {"policies": {name: other}}))
        for strength, names in traces.get("aws_policies", {}).items():
            for name in names:
                whose = "users" if strength == "people" else "roles"
                account = {whose: {"somebody": {"managed": [name]}}}
                given.append((service, strength, f"AWS's policy {name}", account))
        for strength, names in traces.get("inline_policies", {}).items():
            for name in names:
                inline = {name: {"Action": "s3:ListAllMyBuckets", "Resource": "*"}}
                given.append((service, strength, f"inline {name}", {"roles": {"somebody": {"inline": inline}}}))
        for strength, principals in traces.get("principals", {}).items():
            for principal in principals:
                given.append((service, strength, principal, {"roles": {"somebody": {"trusts": [principal]}}}))
        for prefix in traces.get("actions", ()):
            policies = {"anything": {"Action": f"{prefix}:Describe*", "Resource": "*"}}
            given.append((service, "alone", f"action of {prefix}", {"policies": policies}))
        for path in traces.get("paths", ()):
            given.append((service, "alone", path, {"roles": {"somebody": {"path": path}}}))
        for tag in traces.get("tags", ()):
            tags = {tag["key"]: tag["value"].replace("*", "x")}
            given.append((service, "alone", f"tag {tag['key']}", {"roles": {"somebody": {"tags": tags}}}))
    return given


ONE_TRACE = one_trace()


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_what_belongs(given: dict[str, Any]) -> None:
    result = audited(given["account"])
    if "finds_each" in given:
        there = [(one.resource, f"{one.service} {one.status}") for one in result.objects if one.status != "absent"]
        assert there == [tuple(pair) for pair in given["finds_each"]]
    else:
        assert found(result) == given["finds"]
    for one in result.objects:
        assert (one.subject is None) == (one.status == "absent") == (one.found_by == ())
        strengths = {trace["strength"] for trace in one.found_by}
        principal = any(trace["by"] == "trust_principal" for trace in one.found_by)
        assert not one.found_by or "alone" in strengths or ("with_principal" in strengths and principal)


@pytest.mark.parametrize(
    ("service", "strength", "what", "account"),
    ONE_TRACE,
    ids=[f"{service} {what}" for service, _unused, what, _unused in ONE_TRACE],
)
def test_each_trace_is_as_strong_as_it_says(service: str, strength: str, what: str, account: dict[str, Any]) -> None:
    by_itself = [one for one in audited(account).objects if one.subject and one.service == service]
    assert bool(by_itself) == (strength in ("alone", "people")), what
    if strength == "with_principal" and "roles" in account:
        for principal in (name for names in TRACES[service]["principals"].values() for name in names):
            (name,) = account["roles"]
            trusting = audited({"roles": {name: {"trusts": [principal]}}})
            assert [one.name for one in trusting.objects if one.subject and one.service == service] == [name]


def test_every_kind_of_trace_is_tried() -> None:
    assert {service for service, *_rest in ONE_TRACE} == set(SERVICES) == set(TRACES)
    assert len(ONE_TRACE) > 90


def test_aws_policies_have_their_true_arns() -> None:
    catalogue = {f"{policy['Path'][1:]}{name}" for name, policy in json.loads(aws_managed_policies_data).items()}
    of_services = [traces.get("aws_policies", {}) for traces in TRACES.values()]
    named = {name for by_strength in of_services for names in by_strength.values() for name in names}
    assert named - catalogue == WITHDRAWN
    for by_strength in of_services:
        assert set(by_strength.get("people", ())) <= set(by_strength.get("alone", ()))


def test_policies_of_aws_named_after_a_service_are_all_traces() -> None:
    words = {"deeplens": "*DeepLens*", "panorama": "*Panorama*", "lookout_equipment": "*LookoutEquipment*"}
    words |= {
        "lookout_metrics": "*LookoutMetrics*",
        "lookout_vision": "*LookoutVision*",
        "groundtruth_lambda": "*GroundTruth*",
    }
    words |= {"robomaker": "AWSRoboMaker*", "sagemaker_edge_manager": "AmazonSageMakerEdge*"}
    words |= {"codeguru_security": "*CodeGuruSecurity*", "codeguru_reviewer": "*CodeGuruReviewer*"}
    words |= {"iot_analytics": "*IoTAnalytics*", "iot_events": "*IoTEvents*"}
    words |= {"mechanical_turk": "AmazonMechanicalTurk*", "forecast": "AmazonForecast*"}
    words |= {"fraud_detector": "*FraudDetector*", "monitron": "*Monitron*"}
    words |= {"augmented_ai": "*AugmentedAI*", "devops_guru": "AmazonDevOpsGuru*"}
    for name, policy in json.loads(aws_managed_policies_data).items():
        for service, pattern in words.items():
            if fits_any_case(name, pattern):
                assert f"{policy['Path'][1:]}{name}" in TRACES[service]["aws_policies"]["alone"], name
