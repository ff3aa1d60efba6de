# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both ways of reading, and what a caller with few permissions gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.prover import proving_baseline
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.work import AccessProof
from unit.plugins.module_utils.apply.faults import EVERY_KEY, Faults, Rule

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import LAMBDA, reading, worker

Deny = Callable[..., None]


@pytest.fixture(scope="module")
def faults(server: LocalAws) -> Iterator[Faults]:
    with Faults(server.endpoint) as proxy:
        yield proxy


@pytest.fixture
def gate(faults: Faults) -> str:
    """The proxy in front of local AWS; the task's endpoint."""
    return faults.endpoint


@pytest.fixture
def deny(faults: Faults) -> Iterator[Deny]:
    """Refuse these operations, of which those with an expression only where it holds of the request."""

    def rules(*operations: str, **expressions: str) -> None:
        error = {"code": "AccessDenied", "status": 403, "message": "not authorized"}
        refused: list[Rule] = [{"operation": operation, "error": error} for operation in operations]
        refused += [{"operation": operation, "body": body, "error": error} for operation, body in expressions.items()]
        faults.set({EVERY_KEY: refused})

    yield rules
    rules()


BASELINE: dict[str, Any] = {
    "managed_policies": [{"name": "Frames", "policy": reading("b"), "tags": {"owner": "vision"}}],
    "roles": [
        worker(managed_policies=["Frames", "AmazonS3ReadOnlyAccess"], inline_policies={"read": reading("c")}),
        {"name": "bounded", "assume_role_policy_document": LAMBDA, "boundary": "Frames", "max_session_duration": 7200},
    ],
}


def through(gate: str, aws: LocalAws, **options: Any) -> dict[str, Any]:
    assume_role = {"role_arn": aws.members[0]["role_arn"]}
    return proving_baseline(Task({**options, "assume_role": assume_role, "endpoint_url": gate})).result()


def test_without_the_bulk_read_the_result_is_the_same(aws: LocalAws, gate: str, deny: Deny, converge: Converge) -> None:
    converge(**BASELINE)
    bulk_read = through(gate, aws, **BASELINE)
    deny("GetAccountAuthorizationDetails")
    looked_up = through(gate, aws, **BASELINE)
    assert looked_up["plan"] == bulk_read["plan"] == []
    for section in ("roles", "managed_policies", "findings"):
        assert looked_up[section] == bulk_read[section]
    assert looked_up["api_calls"]["GetRole"] == 2


def test_creating_and_deleting_without_the_bulk_read(aws: LocalAws, gate: str, deny: Deny) -> None:
    deny("GetAccountAuthorizationDetails", "GetAccountSummary")
    made = through(gate, aws, **BASELINE)
    assert len(made["plan"]) == 6
    assert through(gate, aws, **BASELINE)["plan"] == []
    assert len(through(gate, aws, **BASELINE, state="absent")["plan"]) == 6
    assert through(gate, aws, **BASELINE, state="absent")["plan"] == []


def test_a_missing_permission_is_named(aws: LocalAws, gate: str, deny: Deny, account: str) -> None:
    deny("GetAccountAuthorizationDetails", "GetRole")
    with pytest.raises(EngineError) as refused:
        through(gate, aws, **BASELINE)
    assert refused.value.message == (
        f"GetRole in account {account} failed: AccessDenied: not authorized. The caller needs iam:GetRole."
    )


def test_a_policy_of_aws_may_be_attached_by_arn_unread(aws: LocalAws, gate: str, deny: Deny) -> None:
    deny("GetPolicy", "GetPolicyVersion")
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    made = through(gate, aws, roles=[worker(managed_policies=[arn])])
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "AttachRolePolicy"]


def test_a_policy_of_aws_whose_document_may_not_be_read(aws: LocalAws, gate: str, deny: Deny) -> None:
    deny("GetPolicyVersion")
    made = through(gate, aws, roles=[worker(managed_policies=["AmazonS3ReadOnlyAccess"])])
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "AttachRolePolicy"]


def test_the_name_of_a_policy_of_aws_wants_the_right_to_find_it(
    aws: LocalAws, gate: str, deny: Deny, account: str
) -> None:
    deny("GetPolicy")
    with pytest.raises(EngineError) as refused:
        through(gate, aws, roles=[worker(managed_policies=["AmazonS3ReadOnlyAccess"])])
    assert refused.value.message == (
        f"GetPolicy in account {account} failed: AccessDenied: not authorized. The caller needs iam:GetPolicy."
    )


def test_paths_that_may_not_be_asked_do_not_matter_where_the_policy_is_found(
    aws: LocalAws, gate: str, deny: Deny
) -> None:
    deny(GetPolicy="contains(PolicyArn, 'policy/service-role/')")
    made = through(gate, aws, roles=[worker(managed_policies=["AmazonS3ReadOnlyAccess"])])
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "AttachRolePolicy"]


READS = {
    "principal": "role/worker",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::other/1",
    "result": "allowed",
}
TRUSTS = {
    "principal": "lambda.amazonaws.com",
    "action": "sts:AssumeRole",
    "resource": "<role_arn:bounded>",
    "result": "allowed",
}


def test_assertions_are_judged_alike_without_the_sweep(
    aws: LocalAws, gate: str, deny: Deny, converge: Converge
) -> None:
    converge(**BASELINE)
    swept = through(gate, aws, **BASELINE, expect=[READS, TRUSTS])
    deny("GetAccountAuthorizationDetails")
    looked_up = through(gate, aws, **BASELINE, expect=[READS, TRUSTS])
    assert looked_up["assertions"] == swept["assertions"]
    assert [one["proved"] for one in swept["assertions"]] == ["planned", "planned"]


def test_the_current_state_is_proved_by_look_ups(aws: LocalAws, gate: str, deny: Deny, converge: Converge) -> None:
    converge(**BASELINE)
    deny("GetAccountAuthorizationDetails")
    options = {"expect": [READS, TRUSTS], "assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    result = AccessProof(Task({**options, "endpoint_url": gate})).result()
    assert [one["proved"] for one in result["assertions"]] == ["current", "current"]
    assert {action: result["api_calls"][action] for action in ("GetRole", "GetPolicy", "GetPolicyVersion")} == {
        "GetRole": 2, "GetPolicy": 2, "GetPolicyVersion": 2,
    }  # fmt: skip


def test_a_document_that_may_not_be_read_proves_nothing(
    aws: LocalAws, gate: str, deny: Deny, converge: Converge
) -> None:
    converge(**BASELINE)
    deny("GetPolicyVersion")
    with pytest.raises(EngineError) as refused:
        through(gate, aws, **BASELINE, expect=[READS])
    assert refused.value.message.endswith(
        "- expect[0]: role/worker must be allowed s3:GetObject on arn:aws:s3:::other/1; the document of"
        " AmazonS3ReadOnlyAccess was not read"
    )
    assert refused.value.fields["assertions"][0]["proved"] is None
