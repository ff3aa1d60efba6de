# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about many requests at once, against the evaluator of single ones."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.contexts import any_key
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome, Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.patterns import resource_pattern, text_pattern
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.questions import MOST_EVALUATIONS, possible
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from hypothesis import given
from hypothesis import strategies as st

from .small_documents import (
    ACTION_PATTERNS,
    ACTIONS,
    ANYTHING,
    RESOURCE_PATTERNS,
    RESOURCES,
    USER,
    policies,
    requests,
)

NOTHING_KNOWN = Context()
ROLE = "arn:aws:iam::123456789012:role/"


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.of("policy", {"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", **elements}


def no_key(key: str) -> bool:
    return False


def only_region(key: str) -> bool:
    return key == "aws:requestedregion"


@given(policies(), st.lists(requests(), min_size=8, max_size=8), st.data())
def test_what_is_allowed_is_not_denied_by_the_question(
    held: Policies, asked: list[Request], data: st.DataObject
) -> None:
    action = data.draw(st.sampled_from((*ACTION_PATTERNS, *ACTIONS)))
    resource = data.draw(st.sampled_from((*RESOURCE_PATTERNS, *RESOURCES)))
    matches_action = text_pattern(action.lower(), variables=False)
    matches_resource = resource_pattern(resource, variables=False)
    if any(
        matches_action(one.lower_action, NOTHING_KNOWN)
        and matches_resource(one.resource, NOTHING_KNOWN)
        and evaluate(one, held).outcome is Outcome.ALLOWED
        for one in asked
    ):
        free = data.draw(st.sampled_from((any_key, only_region, no_key)))
        assert possible(ANYTHING, held, [action], [resource], free=free).outcome is not Outcome.DENIED


@given(policies(), st.sampled_from(ACTION_PATTERNS), st.sampled_from(RESOURCE_PATTERNS))
def test_an_example_is_allowed_and_is_what_was_asked_for(given_policies: Policies, action: str, resource: str) -> None:
    answer = possible(ANYTHING, given_policies, [action], [resource])
    if answer.outcome is Outcome.ALLOWED:
        assert answer.example is not None and answer.statements
        assert evaluate(answer.example, given_policies).outcome is Outcome.ALLOWED
        assert text_pattern(action.lower(), variables=False)(answer.example.lower_action, NOTHING_KNOWN)
        assert resource_pattern(resource, variables=False)(answer.example.resource, NOTHING_KNOWN)


CASES: dict[str, tuple[list[dict[str, Any]], str, str, Outcome, set[str]]] = {
    "one of many": ([allow("s3:Get*", "arn:aws:s3:::a*")], "s3:*", "arn:aws:s3:::*", Outcome.ALLOWED, set()),
    "nothing of it": ([allow("s3:Get*", "arn:aws:s3:::a*")], "s3:Put*", "*", Outcome.DENIED, set()),
    "denied as a whole": (
        [allow("iam:*"), deny(Action="iam:Pass*", Resource="*")], "iam:PassRole", f"{ROLE}*", Outcome.DENIED, set(),
    ),
    "a Deny on another resource hides nothing": (
        [allow("iam:*"), deny(Action="*", Resource="?")], "iam:PassRole", f"{ROLE}*", Outcome.ALLOWED, set(),
    ),
    "all but one action is denied": (
        [allow("*"), deny(NotAction="s3:GetObject", Resource="*")], "iam:*", "*", Outcome.DENIED, set(),
    ),
    "the one action that is left": (
        [allow("*"), deny(NotAction="s3:GetObject", Resource="*")], "*", "*", Outcome.ALLOWED, set(),
    ),
    "the one role that is left": (
        [allow("iam:PassRole"), deny(Action="*", NotResource=f"{ROLE}app")], "iam:PassRole", f"{ROLE}*",
        Outcome.ALLOWED, set(),
    ),
    "a condition that anybody can meet": (
        [allow("s3:*", Bool={"aws:SecureTransport": "true"})], "s3:GetObject", "*", Outcome.ALLOWED, set(),
    ),
    "a Deny under a condition that the caller avoids": (
        [allow("s3:*"), deny(Action="*", Resource="*", Condition={"StringEquals": {"aws:RequestedRegion": "eu"}})],
        "s3:GetObject", "*", Outcome.ALLOWED, set(),
    ),
    "two conditions on one key": (
        [allow("s3:*", NumericGreaterThan={"s3:max-keys": "5"}, NumericLessThan={"s3:max-keys": "7"})],
        "s3:ListBucket", "*", Outcome.ALLOWED, set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_in_some_context(case: str) -> None:
    statements, action, resource, outcome, keys = CASES[case]
    answer = possible(ANYTHING, Policies([policy(*statements)]), [action], [resource])
    assert (answer.outcome, set(answer.keys)) == (outcome, keys)


@pytest.mark.parametrize(
    ("condition", "outcome", "keys"),
    [
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, Outcome.ALLOWED, set()),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, Outcome.DEPENDS, {"aws:principalorgid"}),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, Outcome.ALLOWED, set()),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, Outcome.ALLOWED, set()),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, Outcome.ALLOWED, set()),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Outcome.DEPENDS, {"aws:sourceip"}),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, Outcome.ALLOWED, set()),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}}, Outcome.ALLOWED, set()),
        (
            {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalOrgID": "o-1"}},
            Outcome.DEPENDS,
            {"aws:principalorgid"},
        ),
    ],
)
def test_what_a_condition_demands_of_a_caller_who_chooses_only_the_region(
    condition: dict[str, Any], outcome: Outcome, keys: set[str]
) -> None:
    answer = possible(
        ANYTHING, Policies([policy(allow("s3:*", **condition))]), ["s3:GetObject"], ["*"], free=only_region
    )
    assert (answer.outcome, set(answer.keys)) == (outcome, keys)


def test_a_trust_policy_alone_allows_whom_it_names() -> None:
    trust = Policy.of(
        "trust policy",
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        },
    )
    for service, outcome in (("lambda.amazonaws.com", Outcome.ALLOWED), ("ec2.amazonaws.com", Outcome.DENIED)):
        asked = Request(Principal.parse(service), "*", "*")
        assert possible(asked, Policies(resource=trust), ["sts:*"], [f"{ROLE}*"]).outcome is outcome


@pytest.mark.parametrize("size", [1, 30])
def test_work_is_bounded(size: int) -> None:
    """Many conditions that no context meets all of: the answer is given up in time, and never wrong."""
    impossible = {
        "StringEquals": {f"aws:PrincipalTag/{n}": [f"v{n}"] for n in range(size)},
        "Null": {"aws:SourceIp": "true"},
    }
    statements = [
        allow("s3:*", f"arn:aws:s3:::b{n}*", **impossible, IpAddress={"aws:SourceIp": "10.0.0.0/8"})
        for n in range(size)
    ]
    answer = possible(Request(USER, "*", "*"), Policies([policy(*statements)]), ["s3:*"], ["arn:aws:s3:::*"])
    assert answer.outcome is Outcome.DEPENDS and not answer.keys
    assert MOST_EVALUATIONS <= 2_000
