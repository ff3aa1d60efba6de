# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy that was widened, refused by the variables of the playbook and applied without them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from integration.playbook_runs import Playbook

from local_aws import LocalAws

SITE, CONVERGE = "aws_ml.permissions.site", "Converge the services"
ROLE = "AWSDeepLensLambdaRole"


@pytest.fixture
def sites(accounts: dict[str, Any]) -> dict[str, Any]:
    """One account that has DeepLens, and wants one more policy for its Lambda role."""
    hosts = accounts["all"]["hosts"]
    accounts["all"]["hosts"] = {"warehouse": hosts["warehouse"]}
    accounts["all"]["vars"]["aws_ml_services"] = ["deeplens"]
    return accounts


def narrowed(aws: LocalAws, account: str) -> None:
    """Take from a role what its service declares."""
    iam = aws.client("iam", account=account)
    for policy in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=policy["PolicyArn"])


def test_new_access_is_refused_in_check_and_apply_and_then_applied(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws
) -> None:
    account = sites["all"]["hosts"]["warehouse"]["aws_account_id"]
    first = playbook(SITE, sites)
    assert first.rc == 0, first.failures()
    narrowed(aws, account)
    new = first.results(CONVERGE)["warehouse"]["access_diff"]["summary"]
    lines = [line for line in new if f"role/{ROLE} gains" in line]
    assert lines

    aws.clear_calls()
    for check in (True, False):
        refused = playbook(SITE, sites, {"aws_ml_no_new_access": "fail"}, check=check)
        assert refused.rc != 0
        assert refused.failures()["warehouse"] == (
            f"The plan grants new access, and no_new_access is fail: {'; '.join(lines)}. Nothing was written. To fix:"
            " narrow the policies, or have the new access reviewed and run without no_new_access."
        )
        assert refused.results(CONVERGE)["warehouse"]["access_diff"]["summary"] == lines
    assert "AttachRolePolicy" not in aws.call_counts()

    warned = playbook(SITE, sites, {"aws_ml_no_new_access": "warn"}, check=True)
    assert f"The plan grants new access: {'; '.join(lines)}" in json.dumps(warned.results(CONVERGE)["warehouse"])

    forbidden = playbook(SITE, sites, {"aws_ml_not_granted": "iam:CreateUser,logs:PutLogEvents"}, check=True)
    assert f"role/{ROLE} has logs:PutLogEvents through managed policy" in forbidden.failures()["warehouse"]

    applied = playbook(SITE, sites)
    assert applied.rc == 0, applied.failures()
    assert applied.results(CONVERGE)["warehouse"]["access_diff"]["summary"] == lines


def test_a_misspelled_gate_is_refused(playbook: Playbook, sites: dict[str, Any], aws: LocalAws) -> None:
    run = playbook(SITE, sites, {"aws_ml_no_new_access": "refuse"})
    assert run.failures()["warehouse"] == "value of no_new_access must be one of: fail, warn, got: refuse"
    misspelled = playbook(SITE, sites, {"aws_ml_no_new_acces": "fail"})
    assert "aws_ml_no_new_access" in misspelled.stdout + misspelled.stderr
    assert aws.call_counts() == {}
