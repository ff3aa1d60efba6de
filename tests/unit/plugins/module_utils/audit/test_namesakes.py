# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the account that have the names of AWS's do not pass for them in an audit."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.account_access import AccountAccess
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.grant_questions import Holdings
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.risky_grants import RiskyGrants, access_after
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState

from .accounts import ACCOUNT, KNOWLEDGE, audited, state_of

FULL = "AmazonLookoutEquipmentFullAccess"
GRANTING: dict[str, Any] = {"Action": "iam:*", "Resource": "*"}


def holdings(state: CurrentState) -> Holdings:
    access = access_after(KNOWLEDGE.knowledge, state, DesiredState())
    return RiskyGrants(KNOWLEDGE.knowledge, access).of_identity(state.identities["user/ada"])


@pytest.mark.parametrize("held", [FULL, f"own:{FULL}"])
def test_people_are_as_in_the_guide_only_with_aws_s_policy(held: str) -> None:
    policies = {FULL: {"Action": "lookoutequipment:*", "Resource": "*"}}
    one = next(
        one
        for one in audited({"users": {"ada": {"managed": [held]}}, "policies": policies}).objects
        if one.resource == "user/ada"
    )
    assert (one.status, one.profile) == (("in_sync", "documented") if held == FULL else ("unknown", None))


def test_what_a_namesake_grants_counts_beside_what_aws_s_policy_grants() -> None:
    both = {"managed": ["own:IAMUserChangePassword", "IAMUserChangePassword", "own:IAMFullAccess", "IAMFullAccess"]}
    policies = {"IAMUserChangePassword": GRANTING, "IAMFullAccess": {"Action": "s3:GetObject", "Resource": "*"}}
    state = state_of({"users": {"ada": both}, "policies": policies})
    access = AccountAccess.of(state, KNOWLEDGE.aws_policies)
    ada = state.identities["user/ada"]
    found = evaluate(*access.asked(ada, "iam:AttachUserPolicy", ACCOUNT.arn("user", "/", "x")))
    assert found.outcome is Outcome.ALLOWED
    held = holdings(state)
    own = ACCOUNT.arn("policy", "/", "IAMUserChangePassword")
    assert {holding.policy for holding in held["changes_permissions"]} == {
        f"managed policy {own}",
        "managed policy arn:aws:iam::aws:policy/IAMFullAccess",
    }


def test_a_namesake_that_was_not_read_does_not_grant_what_aws_s_policy_does() -> None:
    state = state_of({"users": {"ada": {"managed": ["own:IAMFullAccess"]}}})
    unread = CurrentState(ACCOUNT, state.identities)
    assert holdings(unread) == {}
