# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account shows after the writes: which versions are spare, and which lost writes were made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.executor import Execution, settle
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.unused_versions import spare_versions
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    ManagedPolicy,
    PolicyVersion,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ACCOUNT = Account("123456789012", "aws")
ARN = ACCOUNT.arn("policy", "/", "Own")


def document(action: str) -> PolicyDocument:
    statement = {"Effect": "Allow", "Action": f"s3:{action}", "Resource": "*"}
    return PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})


def state(default: tuple[str, str], **others: str | None) -> CurrentState:
    """A policy with its default version and others, each by its id and an action; None was not read."""
    versions = tuple(PolicyVersion(id_, action and document(action)) for id_, action in others.items())
    policy = ManagedPolicy("Own", "/", ARN, document(default[1]), default_version=default[0], versions=versions)
    return CurrentState(ACCOUNT, policies={"own": policy})


def made(action: str, *, in_force: bool = True) -> Step:
    given = {"PolicyArn": ARN, "PolicyDocument": document(action), "SetAsDefault": in_force}
    return Step("CreatePolicyVersion", "policy/Own", "", f"policy/{ARN}", given, name=f"{action} {in_force}")


def deleted(version: str) -> Step:
    given = {"PolicyArn": ARN, "VersionId": version}
    return Step("DeletePolicyVersion", "policy/Own", "", f"policy/{ARN}", given, name=f"{version} deleted")


BEFORE = state(("v1", "Old"))
SPARE: dict[str, tuple[CurrentState, CurrentState, list[Step], list[str], list[str]]] = {
    "one write left one version": (BEFORE, state(("v2", "New"), v1="Old"), [made("New")], [], []),
    "sent twice": (BEFORE, state(("v3", "New"), v1="Old", v2="New"), [made("New")], [], ["v2"]),
    "not read yet": (BEFORE, state(("v3", "New"), v1="Old", v2=None), [made("New")], ["v2"], ["v2"]),
    "of somebody else": (BEFORE, state(("v2", "New"), v1="Old", v3="Other"), [made("New")], [], []),
    "there before": (state(("v1", "Old"), v2="New"), state(("v3", "New"), v1="Old", v2="New"), [made("New")], [], []),
    "deleted, and shown yet": (
        BEFORE, state(("v3", "New"), v1="Old", v2="Both"), [made("Both"), made("New"), deleted("v2")], [], [],
    ),
    "an older version put back": (
        BEFORE, state(("v2", "New"), v1="Old", v3="Older"), [made("New"), made("Older", in_force=False)], [], [],
    ),
    "an older version that says what was in between": (
        BEFORE,
        state(("v3", "New"), v1="Old", v2="Both", v4="Both"),
        [made("Both"), made("New"), made("Both", in_force=False)],
        [],
        ["v2"],
    ),
    "nothing was written": (BEFORE, state(("v2", "New"), v1="Old", v3="New"), [], [], []),
}  # fmt: skip


@pytest.mark.parametrize("case", SPARE)
def test_spare_versions(case: str) -> None:
    before, there, done, read, spare = SPARE[case]
    asked: list[str] = []

    def reading(arn: str, version: str) -> PolicyDocument:
        asked.append(version)
        return document("New")

    plan = spare_versions(before, there, done, reading)
    assert [step.parameters for step in plan.steps] == [{"PolicyArn": ARN, "VersionId": version} for version in spare]
    assert asked == read


LOST: dict[str, tuple[Step, list[Step], CurrentState, bool]] = {
    "made": (made("New"), [], state(("v2", "New"), v1="Old"), True),
    "planned again": (made("New"), [made("New")], BEFORE, False),
    "planned otherwise": (made("New"), [made("Other")], BEFORE, False),
    "deleted": (deleted("v2"), [], BEFORE, True),
    "not deleted, and not planned again": (deleted("v2"), [], state(("v1", "Old"), v2="Both"), False),
    "deleted with its policy": (deleted("v2"), [], replace(BEFORE, policies={}), True),
}


@pytest.mark.parametrize("case", LOST)
def test_a_lost_write(case: str) -> None:
    lost, ahead, there, is_made = LOST[case]
    earlier, later = made("Earlier"), made("Later")
    execution = Execution(not_done=[later], unknown=[lost])
    plan = Plan(ACCOUNT, (earlier, lost, later))
    done = settle(execution, plan, Plan(ACCOUNT, tuple(ahead)), there)
    assert (done, execution.unknown) == ([lost] if is_made else [], [])
    assert execution.not_done == ([later] if is_made else [lost, later])
