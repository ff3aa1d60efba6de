# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts at once, where AWS takes only so many calls in a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook

from local_aws import LocalAws

ACCOUNTS = 16
PLAY = """
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - name: Make a role
      aws_ml.permissions.iam_role:
        name: worker
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
        call_rate: "{{ call_rate | default(omit) }}"
"""


@pytest.fixture(scope="module")
def fleet() -> Iterator[LocalAws]:
    with LocalAws(members=ACCOUNTS) as aws:
        yield aws


@pytest.fixture
def inventory(fleet: LocalAws) -> dict[str, Any]:
    fleet.reset()
    fleet.clear_calls()
    hosts = {
        member["name"]: {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
        for member in fleet.members
    }
    return {"all": {"hosts": hosts}}


@pytest.mark.parametrize("rate", [None, ACCOUNTS / 2 - 1], ids=["as they come", "paced"])
def test_no_host_fails_and_paced_calls_are_not_throttled(
    fleet: LocalAws, inventory: dict[str, Any], tmp_path: Path, rate: float | None
) -> None:
    # Without a pace an eighth may come in a second: fewer than the slowest machine brings. What is paced is let in.
    fleet.set(rate_limits={"AssumeRole": ACCOUNTS / 2 if rate else ACCOUNTS / 8})
    run = Playbook(tmp_path, {**fleet.environment(), "ANSIBLE_FORKS": str(ACCOUNTS)})
    made = run(PLAY, inventory, {"call_rate": {"sts": rate}} if rate else None)
    assert (made.rc, made.total("changed"), made.failures()) == (0, ACCOUNTS, {})
    asked = fleet.call_counts(fleet.management)["AssumeRole"]
    throttled = sum(call.get("error") == "Throttling" for call in fleet.calls())
    assert (asked == ACCOUNTS, throttled == 0) == (rate is not None, rate is not None)
