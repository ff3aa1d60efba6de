# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role does not come back with a policy that grants more by now than it did at the backup, unless it is chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.policies import grants_no_more

from .conftest import Converge, Restored
from .small_account import attached, make_policy, make_role, reasons
from .whole_accounts import document

WIDER = "policy Held has another document than at the backup"


def replaced(iam: Any, arn: str, *actions: str, effect: str = "Allow") -> None:
    text = json.dumps(document(list(actions), effect))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


@pytest.fixture
def held(iam: Any) -> str:
    """A policy of the account, attached to another identity too, so that it is kept when a role is deleted."""
    arn = make_policy(iam, "Held", "s3:GetObject")
    iam.create_group(GroupName="others")
    iam.attach_group_policy(GroupName="others", PolicyArn=arn)
    return arn


@pytest.mark.parametrize("section", [None, "roles"], ids=["baseline", "single"])
@pytest.mark.parametrize("use", ["managed", "boundary"])
def test_a_deleted_role_is_held_back(
    *, section: str | None, use: str, held: str, iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker", **({"PermissionsBoundary": held} if use == "boundary" else {}))
    if use == "managed":
        iam.attach_role_policy(RoleName="worker", PolicyArn=held)
    removed = {"name": "worker", "state": "absent"}
    made = converge(section, **removed) if section else converge(roles=[removed])
    (kept,) = json.loads(Path(made["backup"]["path"]).read_text(encoding="utf-8"))["content"]["held_policies"]
    assert (kept["arn"], kept["policy"]) == (held, document(["s3:GetObject"]))

    replaced(iam, held, "*")
    result = restore()
    assert (result["plan"], reasons(result)) == ([], {"role/worker": WIDER})
    assert result["not_restored"][0]["remedy"] == (
        "choose it by its name: roles: [worker] (aws_ml_restore_roles), or overwrite: true (aws_ml_restore_overwrite),"
        " to put it back"
    )
    for how in ({"roles": ["worker"]}, {"overwrite": True}):
        planned = restore(check_mode=True, **how)
        assert "CreateRole" in [step["action"] for step in planned["plan"]]
        assert reasons(planned) == {"role/worker": WIDER}
    replaced(iam, held, "s3:GetObject")
    assert restore()["not_restored"] == []


def test_a_policy_that_was_detached_is_not_attached_again(
    held: str, iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    iam.create_user(UserName="alice")
    iam.attach_role_policy(RoleName="worker", PolicyArn=held)
    iam.attach_user_policy(UserName="alice", PolicyArn=held)
    taken = {"iam_type": "user", "iam_name": "alice", "managed_policies": ["Held"], "state": "absent"}
    converge(roles=[{"name": "worker", "managed_policies": []}], attachments=[taken])
    replaced(iam, held, "*")
    result = restore()
    assert (result["plan"], reasons(result)) == ([], {"role/worker": WIDER, "user/alice": WIDER})
    restore(attachments=[{"iam_type": "user", "iam_name": "alice"}], roles=["worker"])
    assert attached(iam, "worker") == {"Held"}
    assert len(iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]) == 1


def test_one_that_is_restored_too_is_no_obstacle(held: str, iam: Any, converge: Converge, restore: Restored) -> None:
    """The run itself widened it; with everything it gets back what it said, with the role alone it does not."""
    make_role(iam, "worker")
    iam.attach_role_policy(RoleName="worker", PolicyArn=held)
    converge(
        roles=[{"name": "worker", "state": "absent"}], managed_policies=[{"name": "Held", "policy": document(["s3:*"])}]
    )
    alone = restore(roles=["worker"], check_mode=True)
    assert reasons(alone) == {"role/worker": WIDER}
    result = restore()
    assert result["not_restored"] == []
    assert attached(iam, "worker") == {"Held"}


def test_each_run_has_what_the_policy_said_then(held: str, iam: Any, converge: Converge, restore: Restored) -> None:
    for name in ("early", "late"):
        make_role(iam, name)
        iam.attach_role_policy(RoleName=name, PolicyArn=held)
    converge(roles=[{"name": "early", "state": "absent"}])
    replaced(iam, held, "s3:*")
    converge(roles=[{"name": "late", "state": "absent"}])
    result = restore()
    assert reasons(result) == {"role/early": WIDER}
    assert attached(iam, "late") == {"Held"}


def test_a_single_module_keeps_what_stays_attached_too(
    held: str, iam: Any, converge: Converge, restore: Restored
) -> None:
    """The role is deleted later, by another person or tool."""
    make_role(iam, "worker", Description="before")
    iam.attach_role_policy(RoleName="worker", PolicyArn=held)
    converge("roles", name="worker", description="after")
    iam.detach_role_policy(RoleName="worker", PolicyArn=held)
    iam.delete_role(RoleName="worker")
    assert reasons(restore()) == {}


ONE, TWO = ({"Effect": "Allow", "Action": action, "Resource": "*"} for action in ("s3:GetObject", "s3:PutObject"))
NOT = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ([ONE], [ONE, TWO], True),
        ([{**ONE, "Sid": "New"}], [ONE], True),
        ([ONE, TWO], [ONE], False),
        ([ONE, NOT], [ONE], True),
        ([ONE], [ONE, NOT], False),
        ([{**ONE, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], [ONE], False),
    ],
)
def test_whether_a_document_grants_no_more(now: list[Any], then: list[Any], expected: bool) -> None:
    one, other = ({"Version": "2012-10-17", "Statement": statements} for statements in (now, then))
    assert grants_no_more(PolicyDocument(one), PolicyDocument(other)) is expected


def test_another_version_of_the_language_may_grant_more() -> None:
    """Variables such as ${aws:username} are letters in the older one."""
    assert not grants_no_more(
        PolicyDocument({"Statement": [ONE]}), PolicyDocument({"Version": "2012-10-17", "Statement": [ONE]})
    )
