# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that the playbook prints."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.result import audit_result

from .accounts import ACCOUNT, KNOWLEDGE, audited, state_of

pytestmark = pytest.mark.both_generations

ABSENT = len(audited({}).objects)
"""Roles that the guides of all services name."""


def lines(account: dict[str, Any]) -> list[str]:
    result = audit_result(KNOWLEDGE.knowledge, state_of(account), audited(account), diff_mode=False)
    return audit_summary({"account_id": ACCOUNT.id, **result})


def test_an_empty_account_takes_one_line() -> None:
    assert lines({}) == [f"account 123456789012: 0 found, {ABSENT} absent; no findings"]


def test_lines_are_columns_with_what_matters() -> None:
    roles = {
        "l4e-role": {"trusts": ["sagemaker.amazonaws.com"], "managed": ["IAMFullAccess"]},
        "AWSDeepLensSageMakerRole": {
            "trusts": ["sagemaker.amazonaws.com"],
            "managed": ["AmazonSageMakerFullAccess", "AWSDenyAll"],
            "tags": {"aws_ml_permissions:quarantined": "2026-11-22T10:00:00Z"},
            "instance_profiles": ["notebooks"],
        },
    }
    head, *told = lines({"roles": roles, "users": {"ana": {"managed": ["AmazonLookoutVisionFullAccess"]}}})
    assert head.startswith(f"account 123456789012: 3 found, {ABSENT - 2} absent; findings: 1 critical,")
    assert [line.split()[:2] for line in told] == [["quarantined", "low"], ["drifted", "critical"], ["in_sync", "-"]]
    assert told[0].endswith("needed by instance-profile/notebooks")
    assert "no use in 400 days  not as documented: assume_role_policy_document.Statement" in told[1]
    columns = [line.index("role/" if "role/" in line else "user/") for line in told]
    assert len(set(columns)) == 1


def test_anything_else_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="the result of"):
        audit_summary({"msg": "failed"})
