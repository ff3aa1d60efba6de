# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two trust policies both allow."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.trust_intersection import (
    intersection,
    loses_and_gains,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, CurrentState, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.trust_policy import NO_ONE
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT_OF_TESTS = Account("123456789012", "aws")
ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
DEVICE = {"ArnLike": {"aws:SourceArn": "arn:aws:panorama:*:123456789012:device/*"}}
ORGANIZATION = {"StringLike": {"aws:PrincipalOrgID": "o-123"}}
EXTERNAL = {"StringEquals": {"sts:ExternalId": "known"}}
ADDRESS = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
ROOT = "arn:aws:iam::123456789012:root"
ROLE = "arn:aws:iam::123456789012:role/pipeline"


def statement(*services: str, **more: Any) -> dict[str, Any]:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def aws(principal: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}


def trust(*statements: Any) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


SHARED = {
    "common principals": (
        trust(statement("lambda", "greengrass")),
        trust(statement("lambda", "sagemaker")),
        trust(statement("lambda")),
        (True, True),
    ),
    "nobody in common": (trust(statement("lambda")), trust(statement("sagemaker")), trust(NO_ONE), (True, True)),
    "a condition is added": (
        trust(statement("sagemaker")),
        trust(statement("sagemaker", Condition=ACCOUNT)),
        trust(statement("sagemaker", Condition=ACCOUNT)),
        (True, False),
    ),
    "a condition is dropped": (
        trust(statement("sagemaker", Condition=ACCOUNT)),
        trust(statement("sagemaker")),
        trust(statement("sagemaker", Condition=ACCOUNT)),
        (False, True),
    ),
    "one condition for another": (
        trust(statement("panorama", Condition=ACCOUNT)),
        trust(statement("panorama", Condition=DEVICE)),
        trust(statement("panorama", Condition={**ACCOUNT, **DEVICE})),
        (True, True),
    ),
    "an action more": (
        trust(statement("lambda")),
        trust(statement("lambda", Action=["sts:AssumeRole", "sts:TagSession"])),
        trust(statement("lambda")),
        (False, True),
    ),
    "an action less": (
        trust(statement("lambda", Action="sts:*")),
        trust(statement("lambda")),
        trust(statement("lambda")),
        (True, False),
    ),
    "the account becomes a role": (
        trust(aws(ROOT)),
        trust(aws(ROLE)),
        trust(aws(ROLE)),
        (True, False),
    ),
    "another account's role": (
        trust(aws("210987654321")),
        trust(aws(ROLE)),
        trust(NO_ONE),
        (True, True),
    ),
    "anyone of the organization becomes a role": (
        trust(aws("*", Condition=ORGANIZATION)),
        trust(aws(ROLE)),
        trust(aws(ROLE, Condition=ORGANIZATION)),
        (True, True),
    ),
    "anyone becomes a service": (
        trust(aws("*")),
        trust(statement("lambda")),
        trust(statement("lambda")),
        (True, False),
    ),
    "an external id becomes an address": (
        trust(aws(ROOT, Condition=EXTERNAL)),
        trust(aws(ROOT, Condition=ADDRESS)),
        trust(aws(ROOT, Condition={**EXTERNAL, **ADDRESS})),
        (True, True),
    ),
    "some of the values": (
        trust(aws(ROOT, Condition={"StringEquals": {"sts:ExternalId": ["a", "b"]}})),
        trust(aws(ROOT, Condition={"StringEquals": {"STS:externalid": ["b", "c"]}})),
        trust(aws(ROOT, Condition={"StringEquals": {"sts:ExternalId": "b"}})),
        (True, True),
    ),
    "none of the values": (
        trust(aws(ROOT, Condition={"StringEquals": {"sts:ExternalId": "a"}})),
        trust(aws(ROOT, Condition={"StringEquals": {"sts:ExternalId": "b"}})),
        trust(NO_ONE),
        (True, True),
    ),
    "values that are excluded": (
        trust(aws(ROOT, Condition={"StringNotEquals": {"aws:PrincipalTag/team": "red"}})),
        trust(aws(ROOT, Condition={"StringNotEquals": {"aws:PrincipalTag/team": "blue"}})),
        trust(aws(ROOT, Condition={"StringNotEquals": {"aws:PrincipalTag/team": ["blue", "red"]}})),
        (True, True),
    ),
    "what cannot be read stays": (
        trust({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}, statement("lambda")),
        trust({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}),
        trust({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}),
        (True, False),
    ),
    "a condition more": (
        trust(statement("panorama", Condition=ACCOUNT)),
        trust(statement("panorama", Condition={**ACCOUNT, **DEVICE})),
        trust(statement("panorama", Condition={**ACCOUNT, **DEVICE})),
        (True, False),
    ),
    "a condition less": (
        trust(statement("panorama", Condition={**ACCOUNT, **DEVICE})),
        trust(statement("panorama", Condition=ACCOUNT)),
        trust(statement("panorama", Condition={**ACCOUNT, **DEVICE})),
        (False, True),
    ),
    "a condition of its own for each": (
        trust(statement("lambda", "panorama")),
        trust(statement("lambda", Condition=ACCOUNT), statement("panorama", Condition=DEVICE)),
        trust(statement("lambda", Condition=ACCOUNT), statement("panorama", Condition=DEVICE)),
        (True, False),
    ),
    "conditions of their own are dropped": (
        trust(statement("lambda", Condition=ACCOUNT), statement("panorama", Condition=DEVICE)),
        trust(statement("lambda", "panorama")),
        trust(statement("lambda", Condition=ACCOUNT), statement("panorama", Condition=DEVICE)),
        (False, True),
    ),
    "another action": (
        trust(statement("lambda")),
        trust(statement("lambda", Action="sts:TagSession")),
        trust(NO_ONE),
        (True, True),
    ),
    "only the Sids of denials differ": (
        trust(statement("lambda"), statement("panorama", Effect="Deny", Sid="One")),
        trust(statement("lambda"), statement("panorama", Effect="Deny", Sid="Two")),
        trust(statement("lambda"), statement("panorama", Effect="Deny")),
        (False, False),
    ),
    "a denial comes": (
        trust(statement("lambda", "sagemaker")),
        trust(statement("lambda", "sagemaker"), statement("lambda", Effect="Deny")),
        trust(statement("lambda", "sagemaker"), statement("lambda", Effect="Deny")),
        (True, False),
    ),
    "only the Sids differ": (
        trust(statement("lambda", Sid="One")),
        trust(statement("lambda", Sid="Two")),
        trust(statement("lambda")),
        (False, False),
    ),
    "one statement or two": (
        trust(statement("lambda", "sagemaker")),
        trust(statement("lambda"), statement("sagemaker")),
        trust(statement("lambda", "sagemaker")),
        (False, False),
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_what_both_allow(name: str) -> None:
    one, other, expected, differs = SHARED[name]
    assert intersection(one, other).document == expected
    assert loses_and_gains(one, other) == differs
    loses, gains = differs
    assert loses_and_gains(other, one) == (gains, loses)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}, {"NumericLessThan": {"aws:MultiFactorAuthAge": "30"}}),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, {"ForAllValues:StringEquals": {"aws:TagKeys": "b"}}),
        ({"StringLike": {"aws:PrincipalTag/team": "r*"}}, {"StringLike": {"aws:PrincipalTag/team": "*d"}}),
    ],
)
def test_what_cannot_be_written_down_is_left_out_and_known(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = intersection(trust(aws(ROOT, Condition=old)), trust(aws(ROOT, Condition=new)))
    assert (found.document, found.complete) == (trust(NO_ONE), False)


@pytest.mark.parametrize("name", SHARED)
def test_what_can_be_written_down_is_complete(name: str) -> None:
    old, new, *_expected = SHARED[name]
    assert intersection(old, new).complete is (name != "what cannot be read stays")


@pytest.mark.parametrize(
    ("old", "new", "middle", "warns"),
    [
        (
            statement("lambda"),
            statement("lambda", Action=["sts:AssumeRole", "sts:TagSession"]),
            None,
            False,
        ),
        (aws(ROOT, Condition=EXTERNAL), aws(ROOT, Condition=ADDRESS), {**EXTERNAL, **ADDRESS}, False),
        (
            aws(ROOT, Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}),
            aws(ROOT, Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "30"}}),
            "nobody",
            True,
        ),
    ],
)
def test_a_trust_policy_changes_with_a_grant(
    old: dict[str, Any], new: dict[str, Any], middle: dict[str, Any] | str | None, warns: bool
) -> None:
    """Lambda was locked out from the first write to the last, because the trust policy in between trusted no one."""
    grants = [
        PolicyDocument({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}) for action in "ab"
    ]
    before, after = (
        Role("role", "worker", "/", ACCOUNT_OF_TESTS.arn("role", "/", "worker"), inline={"p": grant}, trust=trust(one))
        for grant, one in zip(grants, (old, new), strict=True)
    )
    made = plan(
        CurrentState(ACCOUNT_OF_TESTS, {before.key: before}), DesiredState(identities={after.key: after}), Quotas()
    )
    written = [step.parameters["PolicyDocument"] for step in made.steps if step.action == "UpdateAssumeRolePolicy"]
    expected = [trust(aws(ROOT, Condition=middle))] if isinstance(middle, dict) else [trust(NO_ONE)] if middle else []
    assert written == [*expected, trust(new)]
    assert bool(made.warnings) is warns
