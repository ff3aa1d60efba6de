# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions of access in playbooks: a plan that does not meet them is refused, and the account as it is read back
proves the others. Who asks for nothing pays no call."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

SWEEP = {"GetAccountAuthorizationDetails": 1, "ListRoles": 1, "AssumeRole": 1}
LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LABELS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::labels/*"},
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::labels/drafts/*"},
    ],
}
WRITER = {
    "name": "label-writer",
    "assume_role_policy_document": LAMBDA,
    "inline_policies": {"labels": LABELS},
    "managed_policies": ["AWSLambdaBasicExecutionRole"],
}
WRITES = {
    "principal": "role/label-writer",
    "action": "s3:PutObject",
    "resource": "arn:aws:s3:::labels/1.json",
    "result": "allowed",
}
LOGS = {
    "principal": "role/label-writer",
    "action": "logs:PutLogEvents",
    "resource": "arn:aws:logs:us-east-1:<account_id>:log-group:/aws/lambda/labels:log-stream:1",
    "result": "allowed",
}
KEEPS = {"principal": "role/label-writer", "action": "s3:DeleteObject", "resource": "*", "result": "denied"}
STAYS_OUT = {
    "principal": "<account_id>",
    "action": "sts:AssumeRole",
    "resource": "<role_arn:label-writer>",
    "result": "denied",
}
REFUSAL = (
    "1 of 2 assertions of access fails in the planned state, nothing was written:\n"
    "- expect[1]: role/label-writer must not be allowed s3:DeleteObject on *; it is allowed by inline policy labels"
    " (statement 2) (for example s3:DeleteObject on arn:aws:s3:::labels/drafts/x)"
)


def of(module: str, options: dict[str, Any]) -> str:
    task = {"name": "Judge", f"aws_ml.permissions.{module}": options}
    return yaml.safe_dump([{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [task]}])


def proofs(result: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((str(one["proved"]), one["result"]) for one in result["assertions"])


@pytest.fixture
def one(accounts: dict[str, Any]) -> dict[str, Any]:
    """An inventory of one account."""
    name, host = next(iter(accounts["all"]["hosts"].items()))
    return {"all": {"hosts": {name: host}}}


def result_of(run: Run) -> dict[str, Any]:
    (result,) = run.results("Judge").values()
    return result


@pytest.mark.parametrize("check", [True, False], ids=["check", "apply"])
def test_a_plan_that_allows_what_it_must_not_is_refused(
    playbook: Playbook, one: dict[str, Any], roles_in: RolesIn, aws: LocalAws, *, check: bool
) -> None:
    run = playbook(of("iam_baseline", {"roles": [WRITER], "expect": [WRITES, KEEPS]}), one, check=check)
    result = result_of(run)
    assert (run.rc, result["msg"]) == (2, REFUSAL)
    assert result["problems"] == result["msg"].split("\n- ")[1:]
    assert [(entry["expected"], entry["result"], entry["proved"]) for entry in result["assertions"]] == [
        ("allowed", "allowed", "planned"),
        ("denied", "allowed", None),
    ]
    assert result["assertions"][1]["statements"] == ["inline policy labels (statement 2)"]
    assert "label-writer" not in roles_in(aws.members[0]["id"])


def test_what_holds_is_proved_on_the_account_as_it_is_read_back(playbook: Playbook, one: dict[str, Any]) -> None:
    text = of("iam_baseline", {"roles": [WRITER], "expect": [WRITES, LOGS, STAYS_OUT]})
    asked = result_of(playbook(text, one, check=True))
    assert proofs(asked) == {("planned", "allowed"): 2, ("planned", "denied"): 1}
    written = result_of(playbook(text, one))
    assert proofs(written) == {("read_back", "allowed"): 2, ("read_back", "denied"): 1}
    plain = of("iam_baseline", {"roles": [WRITER]})
    # The document of AWS's policy decides, and a sweep does not have it.
    again = result_of(playbook(text, one))
    assert (again["changed"], proofs(again)) == (False, {("planned", "allowed"): 2, ("planned", "denied"): 1})
    assert again["api_calls"] == {**SWEEP, "GetPolicy": 1, "GetPolicyVersion": 1}
    without = result_of(playbook(plain, one))
    assert without["api_calls"] == SWEEP
    assert "assertions" not in without


def test_the_simulator_of_aws_is_asked_the_same_and_differences_are_told(
    playbook: Playbook, one: dict[str, Any], aws: LocalAws
) -> None:
    # The answers are those of local AWS; of the simulator of AWS they show only how it is asked.
    entries = [WRITES, {**WRITES, "action": "s3:GetObject", "result": "denied"}, LOGS, STAYS_OUT]
    options = {"roles": [WRITER], "expect": entries, "simulate": True}
    planned = result_of(playbook(of("iam_baseline", options), one, check=True))
    assert [entry.get("simulated") for entry in planned["assertions"]] == [None] * 4
    written = result_of(playbook(of("iam_baseline", options), one))
    assert [entry["simulated"] for entry in written["assertions"]] == ["allowed", "denied", "allowed", None]
    assert written["api_calls"]["SimulatePrincipalPolicy"] == 2
    elsewhere = {
        **WRITES,
        "resource": "arn:aws:kms:us-east-1:444455556666:key/1",
        "action": "kms:Decrypt",
        "result": "denied",
    }
    proved = result_of(playbook(of("iam_access", {"expect": [WRITES, elsewhere], "simulate": True}), one))
    assert [entry["simulated"] for entry in proved["assertions"]] == ["allowed", "denied"]
    assert "warnings" not in proved
    aws.client("iam", account=written["account_id"]).create_user(UserName="ada")
    of_user = {**WRITES, "principal": "user/ada", "result": "denied"}
    asked = result_of(playbook(of("iam_access", {"expect": [of_user], "simulate": True}), one))
    assert [entry["simulated"] for entry in asked["assertions"]] == ["denied"]


def test_an_entry_has_to_say_the_context_that_it_depends_on(playbook: Playbook, one: dict[str, Any]) -> None:
    trust: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "<account_id>"}},
    }
    role = {"name": "narrow", "assume_role_policy_document": {"Version": "2012-10-17", "Statement": [trust]}}
    entry = {
        "principal": "lambda.amazonaws.com",
        "action": "sts:AssumeRole",
        "resource": "<role_arn:narrow>",
        "result": "allowed",
    }
    refused = result_of(playbook(of("iam_baseline", {"roles": [role], "expect": [entry]}), one))
    assert "that depends on aws:sourceaccount by trust policy of role/narrow (statement 1)" in refused["msg"]
    known = {**entry, "context": {"aws:SourceAccount": "<account_id>"}}
    made = result_of(playbook(of("iam_baseline", {"roles": [role], "expect": [known]}), one))
    assert proofs(made) == {("read_back", "allowed"): 1}


def test_the_services_are_proved_by_the_run_that_writes_them(playbook: Playbook, one: dict[str, Any]) -> None:
    text = of("iam_services", {"services": ["deeplens"]})
    planned = result_of(playbook(text, one, {"deeplens_iam_profile": "least_privilege"}, check=True))
    assert {entry["proved"] for entry in planned["assertions"]} == {"planned"}
    written = result_of(playbook(text, one, {"deeplens_iam_profile": "least_privilege"}))
    assert {entry["proved"] for entry in written["assertions"]} == {"read_back"}
    assert {entry["service"] for entry in written["assertions"]} == {"deeplens"}
    again = result_of(playbook(text, one, {"deeplens_iam_profile": "least_privilege"}))
    assert ("assertions" in again, again["api_calls"]) == (False, SWEEP)


def test_a_service_is_refused_that_can_do_what_its_definition_forbids(playbook: Playbook, one: dict[str, Any]) -> None:
    variables = {"groundtruth_lambda_iam_boundary": "", "lookout_equipment_iam_managed_policies": ["PowerUserAccess"]}
    text = of("iam_services", {"services": ["lookout_equipment"]})
    allowed = result_of(playbook(text, one, variables, check=True))
    assert not allowed.get("failed"), allowed["msg"]
    entry = {"principal": "role/l4e-role", "action": "iam:*", "resource": "*", "result": "denied"}
    options = {"services": ["lookout_equipment"], "expect": [entry]}
    refused = result_of(playbook(of("iam_services", options), one, check=True))
    assert (
        "role/l4e-role must not be allowed iam:* on *; it is allowed by managed policy IAMFullAccess" in refused["msg"]
    )


def test_the_current_state_is_judged_with_one_listing(playbook: Playbook, one: dict[str, Any], aws: LocalAws) -> None:
    account = aws.members[0]["id"]
    iam = aws.client("iam", account=account)
    playbook(of("iam_baseline", {"roles": [WRITER]}), one)
    iam.create_user(UserName="analyst")
    iam.create_group(GroupName="analysts")
    iam.attach_group_policy(GroupName="analysts", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.add_user_to_group(GroupName="analysts", UserName="analyst")
    reads = {**WRITES, "principal": "user/analyst", "action": ["s3:GetObject", "s3:ListBucket"]}
    result = result_of(playbook(of("iam_access", {"expect": [WRITES, reads]}), one))
    assert proofs(result) == {("current", "allowed"): 3}
    assert result["api_calls"] == {
        "AssumeRole": 1, "GetAccountAuthorizationDetails": 1, "GetPolicy": 2, "GetPolicyVersion": 2,
    }  # fmt: skip
    failing = [WRITES, KEEPS, {**reads, "result": "denied"}]
    refused = result_of(playbook(of("iam_access", {"expect": failing}), one, check=True))
    assert refused["msg"].startswith("3 of 4 assertions of access fail in the current state:\n- expect[1]: ")
    assert [problem.partition(":")[0] for problem in refused["problems"]] == ["expect[1]", "expect[2]", "expect[2]"]
    assert "managed policy AmazonS3ReadOnlyAccess of group/analysts" in refused["problems"][1]
