# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of writes has every action that the collection can send, and no other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.made_writes import (
    Made,
    MadeWrites,
    with_own_writes,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.writes import WRITES, Write, write_of
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from botocore.exceptions import ClientError

ACCOUNT = Account("123456789012", "aws")
ENGINE = Path(__file__).resolve().parents[5] / "plugins" / "module_utils"
SENDING = ("plan", "backup", "apply", "converge", "audit", "restore", "retire", "service_linked_role")
IAM = botocore.session.get_session().get_service_model("iam")
REMOVING = ("Delete", "Detach", "Remove", "Untag")
WRITTEN_BY_PLANNER = {action: write for action, write in WRITES.items() if action != "DeleteServiceLinkedRole"}


def document(action: str) -> PolicyDocument:
    return PolicyDocument(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    )


def policy(name: str, action: str, *versions: str, **tags: str) -> ManagedPolicy:
    there = tuple(PolicyVersion(version, document("s3:ListBucket")) for version in versions)
    return ManagedPolicy(
        name, "/", ACCOUNT.arn("policy", "/", name), document(action), tags=tags, default_version="v9", versions=there
    )


def role(name: str, number: int, **more: Any) -> Role:
    """A role in which everything depends on the number."""
    return Role(
        kind="role",
        name=name,
        path="/",
        arn=ACCOUNT.arn("role", "/", name),
        managed=frozenset({f"arn:aws:iam::aws:policy/P{number}"}),
        inline={f"inline{number}": document("s3:GetObject")},
        trust=document(f"sts:{number}"),
        description=str(number),
        tags={f"tag{number}": ""},
        **more,
    )


def other(kind: Any, number: int) -> Identity:
    return Identity(
        kind,
        "ada",
        "/",
        ACCOUNT.arn(kind, "/", "ada"),
        managed=frozenset({f"arn:aws:iam::aws:policy/P{number}"}),
        inline={f"inline{number}": document("s3:GetObject")},
    )


def everything() -> tuple[CurrentState, DesiredState]:
    """A state and a target with every kind of difference between them."""
    bound = {"boundary": "arn:aws:iam::aws:policy/Boundary"}
    before = [role("bound", 1), role("free", 1, **bound), role("gone", 1, instance_profiles=("profile",))]
    after = [role("bound", 2, **bound), role("free", 2), role("new", 2, instance_profiles=("profile",))]
    others = [(other(kind, 1), other(kind, 2)) for kind in ("user", "group")]
    identities: dict[str, Identity | None] = {"role/gone": None}
    identities |= {one.key: one for one in after} | {new.key: new for _old, new in others}
    policies = {
        "changed": policy("changed", "s3:PutObject", old=""),
        "gone": policy("gone", "s3:GetObject", "v1"),
    }
    target = {
        "changed": policy("changed", "s3:DeleteObject", new=""),
        "gone": None,
        "made": policy("made", "s3:GetObject"),
    }
    there = {one.key: one for one in before} | {old.key: old for old, _new in others}
    return CurrentState(ACCOUNT, there, policies), DesiredState(identities, target)


def steps() -> tuple[Step, ...]:
    state, desired = everything()
    return plan(state, desired, Quotas()).steps


def is_write(value: object) -> bool:
    return value in IAM.operation_names and not str(value).startswith(("Get", "List", "Simulate", "Generate"))


def named_in_source() -> Iterator[tuple[str, str]]:
    """Names of write actions of IAM in the source of the engine, and their places."""
    for package in SENDING:
        for path in sorted((ENGINE / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and is_write(node.value):
                    yield str(node.value), f"{package}/{path.name}"


def test_every_entry_is_used_by_the_planner() -> None:
    assert {step.action for step in steps()} == set(WRITTEN_BY_PLANNER)


def test_every_action_that_the_engine_names_is_in_the_table() -> None:
    found = dict(named_in_source())
    assert {action: place for action, place in found.items() if action not in WRITES} == {}
    assert "service_linked_role/work.py" in {place for action, place in named_in_source() if "ServiceLinked" in action}


def test_an_unknown_action_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="CreateUser is not among the IAM writes"):
        Step("CreateUser", "user/ada", "", "user/ada", {})


@pytest.mark.parametrize("write", WRITES.values(), ids=lambda write: write.action)
def test_the_table_agrees_with_the_api(write: Write) -> None:
    assert write_of(write.action) is write
    assert write.action in IAM.operation_names
    assert write.only_removes is write.action.startswith(REMOVING)
    assert write.creates is (write.action in ("CreateRole", "CreatePolicy"))
    assert write.deletes is (write.action in ("DeleteRole", "DeletePolicy", "DeleteServiceLinkedRole"))
    assert write.adds is not None or write.removes is not None
    codes = {shape.name.removesuffix("Exception") for shape in IAM.operation_model(write.action).error_shapes}
    assert write.done_codes <= codes


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
def test_parameters_are_those_of_the_api(step: Step) -> None:
    shape = IAM.operation_model(step.action).input_shape
    assert shape is not None
    assert set(step.parameters) <= set(shape.members)
    assert set(shape.required_members) <= set(step.parameters)


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
def test_a_write_that_shows_changes_the_state_once(step: Step) -> None:
    state, _desired = everything()
    once = with_own_writes(state, [step])
    assert with_own_writes(state, [step, step]) == once
    is_new = step.subject in {"role/new", policy("made", "").key}
    assert (once != state) is (step.write.shows is not None and not is_new)


def test_a_deleted_version_is_seen_to_be_gone() -> None:
    state, _desired = everything()
    is_seen = WRITES["DeletePolicyVersion"].is_seen
    assert is_seen is not None
    given = {"PolicyArn": state.policies["gone"].arn}
    assert not is_seen(state, {**given, "VersionId": "v1"})
    assert is_seen(state, {**given, "VersionId": "v2"})
    assert is_seen(replace(state, policies={}), {**given, "VersionId": "v1"})


class EmptyAccount:
    """An IAM service of an account that has nothing."""

    def find(self, _action: str, **_parameters: Any) -> None:
        return None

    def pages(self, _action: str, **_parameters: Any) -> list[Any]:
        return []


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
def test_the_account_is_looked_at_for_every_code_in_the_table(step: Step) -> None:
    made_writes = MadeWrites(EmptyAccount(), ACCOUNT)  # type: ignore[arg-type]
    for code in ("AccessDenied", *sorted(step.write.done_codes)):
        error = ClientError({"Error": {"Code": code}}, step.action)
        gone = step.write.only_removes and code == "NoSuchEntity"
        assert made_writes.find(step, error) == (Made() if gone else None)
