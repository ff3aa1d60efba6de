# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for several services, in an account of a local AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.services_source import converging_services
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import TaskOutcome, run
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from unit.services.declarations import service_declaration

from local_aws import LocalAws

FACTS = AwsFacts.parse(aws_facts())
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def trusting(principal: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def service(name: str, state: str = "present", **declared: Any) -> dict[str, Any]:
    return {"service": name, "profile": "documented", "state": state, **declared}


def role(name: str, principal: str = "lambda.amazonaws.com", **options: Any) -> dict[str, Any]:
    return {"name": name, "assume_role_policy_document": trusting(principal), **options}


@pytest.fixture
def aws(aws: LocalAws) -> Iterator[LocalAws]:
    yield aws
    aws.set(authorize=False)


def converged(aws: LocalAws, *declared: dict[str, Any], check_mode: bool = False, **options: Any) -> TaskOutcome:
    aws.clear_calls()
    given = {
        "assume_role": {"role_arn": aws.members[0]["role_arn"]},
        **options,
    }
    context = RunContext(FACTS, declared=declared)
    return run(
        "iam_services", given, begin=converging_services, check_mode=check_mode, diff_mode=False, context=context
    )


def test_two_services_are_one_plan_and_each_object_reports_its_service(aws: LocalAws) -> None:
    one = service("deeplens", roles=[role("camera"), role("shared")])
    other = service("panorama", roles=[role("appliance"), role("shared")])
    planned = converged(aws, one, other, check_mode=True).values
    assert len(planned["plan_id"]) == 64
    values = converged(aws, one, other, approved_plan=planned["plan_id"]).values
    assert {item["name"]: (item["service"], item["status"]) for item in values["roles"]} == {
        "camera": ("deeplens", "created"),
        "shared": ("deeplens", "created"),
        "appliance": ("panorama", "created"),
    }
    assert {step["resource"]: step["service"] for step in values["plan"]} == {
        "role/camera": "deeplens",
        "role/shared": "deeplens, panorama",
        "role/appliance": "panorama",
    }
    assert values["services"] == [
        {"service": "deeplens", "profile": "documented", "state": "present"},
        {"service": "panorama", "profile": "documented", "state": "present"},
    ]
    calls = aws.call_counts()
    assert (calls["CreateRole"], calls["AssumeRole"]) == (3, 1)
    again = converged(aws, one, other).values
    assert (again["changed"], again["plan"]) == (False, [])
    assert {name: count for name, count in aws.call_counts().items() if not name.startswith("Assume")} == {
        "GetAccountAuthorizationDetails": 1,
        "ListRoles": 1,
    }


def test_findings_tell_the_service_and_its_remedy(aws: LocalAws) -> None:
    everything = {"all": {"Version": "2012-10-17", "Statement": [EVERYTHING]}}
    one = service(
        "deeplens",
        roles=[role("camera", inline_policies=everything)],
        remedies={
            "grants_everything": "deeplens_iam_group_statements",
            "grants_ended_service": "deeplens_iam_state: absent",
        },
    )
    other = service("groundtruth_lambda", roles=[role("gt", "sagemaker.amazonaws.com", inline_policies=everything)])
    outcome = converged(aws, one, other)
    found = {(item["code"], item["resource"]): item for item in outcome.values["findings"]}
    of_camera, of_gt = (found["grants_everything", f"role/{name}"] for name in ("camera", "gt"))
    assert (of_camera["service"], of_camera["remedy"]) == ("deeplens", "deeplens_iam_group_statements")
    assert of_gt["service"] == "groundtruth_lambda"
    assert of_gt["remedy"] and "deeplens" not in of_gt["remedy"]
    ended = found["grants_ended_service", "service/deeplens"]
    assert (ended["service"], ended["remedy"]) == ("deeplens", "deeplens_iam_state: absent")
    assert ("grants_ended_service", "service/groundtruth_lambda") not in found
    severities = [item["severity"] for item in outcome.values["findings"]]
    assert severities == sorted(severities, key=["critical", "high", "medium", "low"].index)
    assert any("AWS DeepLens ended on 2024-01-31" in warning for warning in outcome.warnings)


def test_a_service_is_removed_while_another_is_kept(aws: LocalAws) -> None:
    converged(aws, service("deeplens", roles=[role("camera")]), service("panorama", roles=[role("appliance")]))
    gone = service("deeplens", "absent", roles=[{"name": "camera", "state": "absent"}])
    values = converged(aws, gone, service("panorama", roles=[role("appliance")])).values
    assert [(item["name"], item["status"]) for item in values["roles"]] == [
        ("camera", "deleted"),
        ("appliance", "unchanged"),
    ]
    assert [item["resource"] for item in values["findings"] if item["code"] == "grants_ended_service"] == [
        "service/panorama"
    ]


def test_contradictions_are_reported_before_the_first_call(aws: LocalAws) -> None:
    outcome = converged(
        aws,
        service("deeplens", roles=[role("Shared")]),
        service("panorama", roles=[role("shared", "panorama.amazonaws.com")]),
    )
    assert outcome.failed
    assert outcome.values["problems"] == [
        "panorama: role/shared: is declared differently by deeplens: role/Shared; change one of the two"
    ]
    assert [one["service"] for one in outcome.values["services"]] == ["deeplens", "panorama"]
    assert aws.call_counts() == {}


def test_what_is_wrong_is_reported_with_service_object_and_place(aws: LocalAws) -> None:
    documented = vars(service_declaration("deeplens_iam", {"max_session_duration": 60}))
    statement = {"Effect": "Allow", "Action": "nonsense", "Resource": "*"}
    broken = {"own": {"Version": "2012-10-17", "Statement": [statement]}}
    outcome = converged(aws, documented, service("panorama", roles=[role("appliance", inline_policies=broken)]))
    places = [problem.rpartition(": ")[0] for problem in outcome.values["problems"]]
    assert "deeplens: role/AWSDeepLensServiceRole.max_session_duration" in places
    assert any(place.startswith("panorama: role/appliance.inline_policies.own.Statement[0].Action") for place in places)
    assert aws.call_counts() == {}


def test_items_of_the_wrong_form_are_reported_with_their_service(aws: LocalAws) -> None:
    outcome = converged(aws, service("deeplens", roles=[{"nmae": "camera"}]))
    assert outcome.failed
    assert all(problem.startswith("deeplens: ") for problem in outcome.values["problems"])
    assert aws.call_counts() == {}


def test_a_plan_that_was_not_approved_reports_the_services_too(aws: LocalAws) -> None:
    outcome = converged(aws, service("deeplens", roles=[role("camera")]), approved_plan="0" * 64)
    assert outcome.failed
    assert [(step["resource"], step["service"]) for step in outcome.values["plan"]] == [("role/camera", "deeplens")]
    assert [one["service"] for one in outcome.values["services"]] == ["deeplens"]


def test_a_plan_that_breaks_off_reports_the_service_of_each_write(aws: LocalAws) -> None:
    account = aws.members[0]["id"]
    allowed = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "sts:*"], "Resource": "*"}
    some = {**allowed, "Action": ["iam:CreateRole", "iam:TagRole"], "Resource": f"arn:aws:iam::{account}:role/camera"}
    iam = aws.client("iam", account=account)
    trust = {**trusting(""), "Statement": [{**trusting("")["Statement"][0], "Principal": {"AWS": aws.management}}]}
    iam.create_role(RoleName="half", AssumeRolePolicyDocument=json.dumps(trust))
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed, some]})
    iam.put_role_policy(RoleName="half", PolicyName="half", PolicyDocument=document)
    aws.set(authorize=True)
    outcome = converged(
        aws,
        service("deeplens", roles=[role("camera")]),
        service("panorama", roles=[role("appliance")]),
        assume_role={"role_arn": f"arn:aws:iam::{account}:role/half"},
    )
    assert outcome.failed
    told = {
        state: [(step["resource"], step["service"]) for step in steps]
        for state, steps in outcome.values["plan"].items()
    }
    assert ("role/appliance", "panorama") in told["not_done"]
    assert set(told["done"]) <= {("role/camera", "deeplens")}
    assert [one["service"] for one in outcome.values["services"]] == ["deeplens", "panorama"]
