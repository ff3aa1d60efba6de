# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of AWS that a reader may be given instead, compared with the document of the audit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data
from permissions.documents import document, listed

from local_aws.permissions_needed import Needed
from local_aws.policy_evaluation import allows

AWS_POLICIES: dict[str, Any] = json.loads(aws_managed_policies_data)


def lacking(policy: str, mode: str) -> set[str]:
    """The actions of a mode's document that a policy of AWS does not allow."""
    held = [AWS_POLICIES[policy]["Document"]]
    return {
        action
        for statement in document(mode)["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        if not allows(held, Needed(action, listed(statement["Resource"])[0]))
    }


@pytest.mark.parametrize("policy", ["SecurityAudit", "ReadOnlyAccess", "IAMReadOnlyAccess"])
def test_these_do_for_the_audit(policy: str) -> None:
    assert lacking(policy, "audit") == set()


@pytest.mark.parametrize("policy", ["SecurityAudit", "ReadOnlyAccess"])
def test_these_do_for_the_inventory(policy: str) -> None:
    assert lacking(policy, "inventory") == set()


def test_the_one_for_viewing_does_not() -> None:
    assert {"iam:GetAccountAuthorizationDetails", "iam:GetPolicyVersion"} <= lacking("ViewOnlyAccess", "audit")


def test_the_one_for_iam_writes_all_but_enters_nothing() -> None:
    assert lacking("IAMFullAccess", "converge") == lacking("IAMFullAccess", "restore") == set()
    assert lacking("IAMFullAccess", "central") == {"sts:AssumeRole"}
