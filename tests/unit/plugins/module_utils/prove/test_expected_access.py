# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions of a task: on the planned state, on one that was read back, and those of services that may fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.expectations import Expectation
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.expected_access import (
    ExpectedAccess,
    refuse_failing,
    require_read_back,
    warnings,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.prover import AccessProver
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.simulation import Simulation
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

ACCOUNT = Account("111122223333", "aws")
BOUNDARY = ACCOUNT.arn("policy", "/", "Boundary")
LABELS = "arn:aws:s3:::labels/1.json"


def document(*actions: str) -> PolicyDocument:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})


def role(name: str, *actions: str, **more: Any) -> Role:
    return Role("role", name, "/", ACCOUNT.arn("role", "/", name), inline={"own": document(*actions)}, **more)


def state(*identities: Identity, boundary: str = "s3:GetObject") -> CurrentState:
    policies = {"boundary": ManagedPolicy("Boundary", "/", BOUNDARY, document(boundary))}
    return CurrentState(ACCOUNT, {one.key: one for one in identities}, policies)


def expectation(principal: str, action: str, *, is_allowed: bool, service: str = "") -> Expectation:
    return Expectation("expect[0]", principal, (action,), (LABELS,), is_allowed, service=service)


WRITES = expectation("role/writer", "s3:PutObject", is_allowed=True)
WRITER, CHANGED = role("writer", "s3:PutObject"), role("writer", "s3:GetObject")
ANN = Identity("user", "ann", "/", ACCOUNT.arn("user", "/", "ann"), groups=("readers",))
READERS = Identity(
    "group", "readers", "/", ACCOUNT.arn("group", "/", "readers"), inline={"own": document("s3:GetObject")}
)


def results(expected: ExpectedAccess, there: CurrentState) -> list[str]:
    return [one.result for one in expected.read_back(there)]


def test_what_is_planned_counts_before_and_what_is_read_back_after() -> None:
    expected = ExpectedAccess([WRITES], state(CHANGED), {WRITER.key: WRITER})
    assert [one.result for one in expected.judged()] == ["allowed"]
    refuse_failing(expected.judged())
    require_read_back(expected.read_back(state(WRITER)), ACCOUNT.id, {})
    with pytest.raises(EngineError) as differs:
        require_read_back(expected.read_back(state(CHANGED)), ACCOUNT.id, {"plan": {}})
    assert differs.value.message == (
        "After the last write, 1 of 1 assertions of access fails in account 111122223333. Another run or person changed"
        " it in the meantime. To fix: run again, one run at a time.\n- expect[0]: role/writer must be allowed"
        " s3:PutObject on arn:aws:s3:::labels/1.json; it is denied: no policy of the caller allows it"
    )
    assert differs.value.fields["plan"] == {}
    assert [one["proved"] for one in differs.value.fields["assertions"]] == [None]


def test_a_policy_that_somebody_changed_meanwhile_counts_as_it_is_read_back() -> None:
    bounded = role("writer", "s3:*", boundary=BOUNDARY)
    expected = ExpectedAccess([WRITES], state(bounded, boundary="s3:PutObject"), {bounded.key: bounded})
    assert [one.result for one in expected.judged()] == ["allowed"]
    assert results(expected, state(bounded, boundary="s3:PutObject")) == ["allowed"]
    assert results(expected, state(bounded, boundary="s3:GetObject")) == ["denied"]


def test_who_is_not_read_back_is_as_before_and_users_keep_their_groups() -> None:
    reads = expectation("user/ann", "s3:GetObject", is_allowed=True)
    expected = ExpectedAccess([WRITES, reads], state(CHANGED, ANN, READERS), {WRITER.key: WRITER})
    assert results(expected, state(WRITER)) == ["allowed", "allowed"]
    assert results(expected, state(WRITER, replace(ANN, groups=()))) == ["allowed", "allowed"]


def test_a_task_without_entries_has_nothing_to_judge() -> None:
    assert ExpectedAccess().judged() == ExpectedAccess().read_back(state()) == []


def test_services_are_proved_by_a_run_that_writes_and_read_back_by_any() -> None:
    entry = {"principal": "role/writer", "action": "s3:PutObject", "resource": LABELS, "result": "allowed"}
    service = {"service": "deeplens", "expect": [{"place": "documented[0]", "entry": entry}]}
    connection: Any = None  # Nothing is read for services.
    task: Any = SimpleNamespace(options={}, warnings=[])
    prover = AccessProver({}, [service])
    assert prover.problems(Placeholders(ACCOUNT)) == []
    prover.declare(Placeholders(ACCOUNT))
    desired = DesiredState({WRITER.key: WRITER})
    prover.planned(connection, Declarations(), state(WRITER), desired, writes=False)
    assert prover.result(task, connection) == {}
    prover.planned(connection, Declarations(), state(CHANGED), desired, writes=True)
    assert [one["proved"] for one in prover.result(task, connection)["assertions"]] == ["planned"]
    own = AccessProver({"expect": [entry]})
    own.declare(Placeholders(ACCOUNT))
    own.planned(connection, Declarations(), state(CHANGED), desired, writes=True)
    with pytest.raises(EngineError, match="After the last write, 1 of 1 assertions of access fails"):
        own.read_back(state(CHANGED), {})
    own.read_back(state(WRITER), {})
    assert [one["proved"] for one in own.result(task, connection)["assertions"]] == ["read_back"]


OF_SERVICE = replace(WRITES, service="deeplens", place="deeplens: assertions.yml documented[0]")
FORBIDDEN = replace(OF_SERVICE, is_allowed=False)


@pytest.mark.parametrize(
    ("entry", "writer", "own", "refused", "warned"),
    [
        (OF_SERVICE, role("writer", "s3:*"), True, False, False),
        (OF_SERVICE, role("writer", "s3:GetObject"), True, True, False),
        (OF_SERVICE, role("writer", "s3:GetObject"), False, False, True),
        (OF_SERVICE, role("writer", "s3:*", boundary=BOUNDARY), True, False, True),
        (OF_SERVICE, role("writer", "s3:*", managed=frozenset({"arn:aws:iam::aws:policy/X"})), True, False, False),
        (FORBIDDEN, role("writer", "s3:*"), True, True, False),
        (FORBIDDEN, role("writer", "s3:*"), False, True, False),
        (FORBIDDEN, role("writer", "s3:*", boundary=BOUNDARY), True, False, False),
        (WRITES, role("writer", "s3:*", boundary=BOUNDARY), True, True, False),
        (WRITES, role("writer", "s3:GetObject"), False, True, False),
        (WRITES, role("writer", "s3:*", managed=frozenset({"arn:aws:iam::aws:policy/X"})), True, True, False),
    ],
)
def test_what_the_user_limits_is_a_warning_and_everything_else_is_refused(
    entry: Expectation, writer: Role, *, own: bool, refused: bool, warned: bool
) -> None:
    keys = frozenset({writer.key}) if own else frozenset[str]()
    judgement = ExpectedAccess([entry], state(writer), {writer.key: writer}, own=keys).judged()
    if refused:
        with pytest.raises(EngineError, match="1 of 1 assertions of access fails in the planned state"):
            refuse_failing(judgement)
    else:
        refuse_failing(judgement)
    assert bool(warnings(judgement)) is warned


def test_a_different_answer_of_the_simulator_is_told() -> None:
    asked: list[dict[str, Any]] = []

    def pages(action: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        asked.append(parameters)
        yield {"EvaluationResults": [{"EvalActionName": "s3:PutObject", "EvalDecision": "implicitDeny"}]}

    connection: Any = SimpleNamespace(iam=SimpleNamespace(pages=pages))
    given = replace(WRITES, context={"aws:TagKeys": ("a", "b"), "aws:SourceIp": None, "aws:SecureTransport": ("true",)})
    pattern = replace(WRITES, actions=("s3:*",), is_allowed=False)
    entrance = replace(WRITES, actions=("sts:AssumeRole",), resources=(WRITER.arn,), is_allowed=False)
    judgement = ExpectedAccess([given, pattern, entrance], state(WRITER)).judged()
    simulation = Simulation(connection, judgement)
    assert asked == [
        {
            "PolicySourceArn": WRITER.arn,
            "ActionNames": ["s3:PutObject"],
            "ResourceArns": [LABELS],
            "ContextEntries": [
                {"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "string", "ContextKeyValues": ["true"]},
                {"ContextKeyName": "aws:TagKeys", "ContextKeyType": "stringList", "ContextKeyValues": ["a", "b"]},
            ],
        }
    ]
    assert [simulation.of(one) for one in judgement] == ["denied", None, None]
    assert list(simulation.differences()) == [
        "expect[0]: role/writer s3:PutObject on arn:aws:s3:::labels/1.json: this collection judges allowed,"
        " SimulatePrincipalPolicy denied"
    ]
