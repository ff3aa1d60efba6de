# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A retirement begins in the first accounts, stops if they are not quiet, and a role that is needed is released."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook
from integration.test_retire import DENY_ALL, LEFT, RETIRE, fleet, make_older, shown, trusting, writes  # noqa: F401

from local_aws import LocalAws

RELEASE = "aws_ml.permissions.release"
SERVICE, HELPER = LEFT[1], LEFT[0]


def denied(roles: dict[str, Any]) -> set[str]:
    return {name for name, role in roles.items() if DENY_ALL in role["managed"]}


@pytest.fixture
def names(fleet: LocalAws) -> list[str]:  # noqa: F811
    return [member["name"] for member in fleet.members]


def test_from_the_first_account_to_a_release(
    *,
    fleet: LocalAws,  # noqa: F811
    names: list[str],
    playbook: Playbook,
    accounts: dict[str, Any],
    roles_in: RolesIn,
    tmp_path: Path,
) -> None:
    ids = {member["name"]: member["id"] for member in fleet.members}
    backups, evidence = tmp_path / "backups", tmp_path / "evidence"
    first, *others = names
    variables = {
        "aws_ml_backup_dir": str(backups),
        "aws_ml_retire_evidence_dir": str(evidence),
        "aws_ml_retire_quarantine_days": 3650,
        "aws_ml_retire_first": 1,
    }
    run = playbook(RETIRE, accounts, variables)
    assert (run.rc, run.total("changed")) == (0, 1)
    assert denied(roles_in(ids[first])) == set(LEFT)
    assert shown(run, others[0])[0] == f"account {ids[others[0]]}: 2 kept"
    assert f"the first accounts begin now: {first}; they must be quiet for 7 days" in shown(run, others[0])[1]
    assert [file.name.split("-")[1] for file in evidence.glob("*.json")] == [ids[first]]

    assert playbook(RETIRE, accounts, variables).total("changed") == 0
    make_older(backups)
    fleet.seed(ids[first], role_last_used={"name": SERVICE, "date": "2026-11-28T08:00:00+00:00"})
    for check in (True, False):
        fleet.clear_calls()
        stopped = playbook(RETIRE, accounts, variables, check=check)
        assert (set(stopped.failures()), writes(fleet)) == (set(others), [])
        line = next(line for line in shown(stopped, others[0]) if "first_wave" in line)
        assert line.startswith(f"account  first_wave: {first}: role/{SERVICE} was used or tried on 2026-11-28")
    outside = playbook(RETIRE, accounts, variables, arguments=["--limit", others[0]])
    assert "is not part of this run; take it into --limit" in outside.failures()[others[0]]

    reason = {"aws_ml_release_reason": "cameras in hall 3 - J. Doe", "aws_ml_release_roles": SERVICE}
    one = ["--limit", first]
    planned = playbook(RELEASE, accounts, {**variables, **reason}, check=True, arguments=one)
    released = playbook(RELEASE, accounts, {**variables, **reason}, arguments=one)
    again = playbook(RELEASE, accounts, {**variables, **reason}, arguments=one)
    assert [each.total("changed") for each in (planned, released, again)] == [1, 1, 0]
    told = released.results("Show what was released, or why not")[first]["msg"]
    assert told[0] == f"account {ids[first]}: 1 role released"
    assert denied(roles_in(ids[first])) == {HELPER}
    refused = playbook(RELEASE, accounts, {**variables, **reason}, arguments=["--limit", others[0]])
    assert "is not in quarantine" in refused.failures()[others[0]]

    allowed = playbook(RETIRE, accounts, {**variables, "aws_ml_retire_allow": "first_wave"})
    assert allowed.rc == 0
    assert all(denied(roles_in(ids[name])) == set(LEFT) for name in others)
    assert denied(roles_in(ids[first])) == {HELPER}
    kept = next(one for one in allowed.results("Retire")[first]["retired"] if one["step"] == "kept")
    assert "was released from quarantine on " in kept["reason"] and "J. Doe" in kept["reason"]
    records = [json.loads(file.read_text(encoding="utf-8")) for file in evidence.glob("*.json")]
    assert {record["account_id"] for record in records} == set(ids.values())
    assert all(proof["proven"] for record in records for one in record["objects"] for proof in one["proofs"])


def test_a_wrong_choice_of_first_accounts_stops_everything(
    fleet: LocalAws,  # noqa: F811
    names: list[str],
    playbook: Playbook,
    accounts: dict[str, Any],
) -> None:
    run = playbook(RETIRE, accounts, {"aws_ml_retire_first": "pilot"})
    assert any('aws_ml_retire_first: "pilot" matches no account' in text for text in run.failures().values())
    assert fleet.calls() == []
