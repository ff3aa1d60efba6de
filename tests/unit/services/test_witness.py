# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The witness of the switches sees what goes wrong when the steps of a plan are taken in a bad order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

from .accounts import converged, ground
from .conditions import Context, holds, satisfying
from .probes import PermissionProbes, TrustProbes
from .variants import options_of
from .witness import Replayed, replay


def reordered(role: str, one: str, other: str, first: Callable[[Step], bool]) -> Replayed:
    """The switch from one variant to another, with the steps first for which `first` holds."""
    before = converged(options_of(role, one), ground(role)).goal
    way = converged(options_of(role, other), before)
    steps = tuple(sorted(way.plan.steps, key=lambda step: not first(step)))
    assert steps != way.plan.steps
    return replay(before, Plan(way.plan.account, steps), way.goal)


def test_detaching_before_attaching_is_a_gap() -> None:
    found = reordered("deeplens_iam", "documented", "least_privilege", lambda step: "Detach" in step.action)
    assert any("role/awsdeeplenslambdarole lacks: ['logs:" in missing for missing in found.missing), found.missing
    assert found.too_much == []


def test_a_user_without_policies_for_a_moment_is_a_gap() -> None:
    found = reordered("lookout_vision_iam", "documented", "least_privilege", lambda step: "Detach" in step.action)
    assert any("user/inspector lacks: ['lookoutvision:" in missing for missing in found.missing), found.missing


def test_letting_more_in_before_narrowing_is_an_excess() -> None:
    """The trust policy of `documented` has no condition; what only `least_privilege` grants has to be gone before."""
    found = reordered(
        "deeplens_iam", "least_privilege", "documented", lambda step: step.action == "UpdateAssumeRolePolicy"
    )
    assert any("role/awsdeeplensgreengrassrole grants too much" in excess for excess in found.too_much), found
    assert found.missing == []


def test_removing_a_denial_first_is_an_excess() -> None:
    def unbounds(step: Step) -> bool:
        return step.action == "DeleteRolePermissionsBoundary"

    bounded = {**options_of("deeplens_iam", "documented_with_everything")}
    bounded["roles"] = [{**role, "boundary": "", "managed_policies": []} for role in bounded["roles"]]
    before = converged(options_of("deeplens_iam", "documented_with_everything"), ground("deeplens_iam")).goal
    way = converged(bounded, before)
    assert replay(before, way.plan, way.goal).too_much == []
    steps = tuple(sorted(way.plan.steps, key=lambda step: not unbounds(step)))
    found = replay(before, Plan(way.plan.account, steps), way.goal)
    assert any("'iam:passrole" in excess for excess in found.too_much), found


def test_a_plan_that_does_not_arrive_is_noticed() -> None:
    state = ground("lookout_equipment_iam")
    way = converged(options_of("lookout_equipment_iam", "documented"), state)
    with pytest.raises(AssertionError, match="does not lead to what is declared"):
        replay(state, replace(way.plan, steps=way.plan.steps[:-1]), way.goal)


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def granted(probes: PermissionProbes | TrustProbes, *documents: PolicyDocument) -> list[str]:
    return probes.described(probes.granted(documents))


def test_requests_are_made_up_from_documents() -> None:
    narrow = document({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::frames/*"})
    wide = document({"Action": "s3:Get*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    probes = PermissionProbes([narrow, wide])
    assert "s3:getobject arn:aws:s3:::frames/x {}" in granted(probes, narrow)
    assert len(granted(probes, narrow)) == 1
    assert granted(probes, wide) == []


def test_what_is_not_named_is_a_request_too() -> None:
    guard = document(
        {"Effect": "Deny", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::123456789012:role/AWSDeepLens*"},
        {"Action": "iam:PassRole", "Resource": "*"},
    )
    probes = PermissionProbes([guard])
    assert granted(probes, guard) == ["iam:passrole arn:aws:iam::123456789012:role/AWSDeepLensx {}"]
    assert len(probes.subjects) == 2
    others = document({"NotAction": "iam:*", "Resource": "*"}, {"Action": "sqs:SendMessage", "Resource": "*"})
    assert {text.split()[0] for text in granted(PermissionProbes([others]), others)} == {"sqs:sendmessage"}


def test_callers() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    trust = document(
        {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": condition},
        {"Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/after"}, "Action": "sts:AssumeRole"},
    )
    probes = TrustProbes([trust])
    found = granted(probes, trust)
    assert "Service sagemaker.amazonaws.com {'aws:sourceaccount': ('123456789012',)}" in found
    assert "Service sagemaker.amazonaws.com {}" not in found
    assert "AWS arn:aws:iam::123456789012:role/after {}" in found
    assert not any("stranger" in text for text in found)
    assert any("stranger" in text for text in granted(probes, document({"Principal": "*", "Action": "sts:AssumeRole"})))
    account = document({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"})
    assert "AWS arn:aws:iam::123456789012:role/after {}" in granted(probes, account)


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"aws:a": ["x", "y"]}}, {"aws:a": ("y",)}, True),
        ({"StringEquals": {"aws:a": "x"}}, {"aws:a": ("z",)}, False),
        ({"StringEquals": {"aws:a": "x"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:A": "x"}}, {}, True),
        ({"StringNotEquals": {"aws:a": ["x", "y"]}}, {"aws:a": ("y",)}, False),
        ({"StringNotEquals": {"aws:a": "x"}}, {}, True),
        ({"StringLike": {"s3:prefix": ["in", "in/*"]}}, {"s3:prefix": ("in/a",)}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*:x"}}, {"aws:sourcearn": ("arn:b:y",)}, False),
        ({"Bool": {"aws:ViaAWSService": True}}, {"aws:viaawsservice": ("true",)}, True),
        ({"BoolIfExists": {"aws:ViaAWSService": "false"}}, {"aws:viaawsservice": ("true",)}, False),
        ({"Null": {"aws:a": "true"}}, {"aws:a": ("x",)}, False),
        ({"Null": {"aws:a": "false"}}, {"aws:a": ("x",)}, True),
        ({"ForAllValues:StringLike": {"aws:TagKeys": "a*"}}, {"aws:tagkeys": ("a", "b")}, False),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}}, {"aws:tagkeys": ("a", "b")}, True),
        ({"NumericLessThanEquals": {"s3:max-keys": 10}}, {"s3:max-keys": ("11",)}, False),
    ],
)
def test_conditions(condition: dict[str, Any], context: Context, expected: bool) -> None:
    assert holds(condition, context) is expected
    assert holds(condition, satisfying(condition))
