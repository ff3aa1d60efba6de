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
from integration.playbook_runs import Playbook, Run
from integration.test_retire import DENY_ALL, LEFT, RETIRE, fleet, make_older, shown, writes  # noqa: F401

from local_aws import LocalAws

RELEASE = "aws_ml.permissions.release"
SERVICE, HELPER = LEFT[1], LEFT[0]


class Fleet:
    """Retirements in all accounts, of which the first one is the first wave."""

    def __init__(self, aws: LocalAws, playbook: Playbook, accounts: dict[str, Any], roles_in: RolesIn, folder: Path):
        self.aws = aws
        self.ids = {member["name"]: member["id"] for member in aws.members}
        self.first, *self.others = self.ids
        self.backups, self.evidence = folder / "backups", folder / "evidence"
        self._playbook, self._accounts, self._roles_in = playbook, accounts, roles_in

    def __call__(self, name: str = RETIRE, *, check: bool = False, limit: str = "", **variables: Any) -> Run:
        given = {
            "aws_ml_backup_dir": str(self.backups),
            "aws_ml_retire_evidence_dir": str(self.evidence),
            "aws_ml_retire_quarantine_days": 3650,
            "aws_ml_retire_first": 1,
            **variables,
        }
        arguments = ["--limit", limit] if limit else []
        return self._playbook(name, self._accounts, given, check=check, arguments=arguments)

    def denied(self, host: str) -> set[str]:
        return {name for name, role in self._roles_in(self.ids[host]).items() if DENY_ALL in role["managed"]}


@pytest.fixture
def runs(
    fleet: LocalAws,  # noqa: F811
    playbook: Playbook,
    accounts: dict[str, Any],
    roles_in: RolesIn,
    tmp_path: Path,
) -> Fleet:
    return Fleet(fleet, playbook, accounts, roles_in, tmp_path)


def test_from_the_first_account_to_a_release(runs: Fleet) -> None:
    begins(runs)
    stops(runs)
    releases(runs)
    goes_on(runs)


def begins(runs: Fleet) -> None:
    run = runs()
    assert (run.rc, run.total("changed")) == (0, 1)
    assert runs.denied(runs.first) == set(LEFT)
    told = shown(run, runs.others[0])
    assert told[0] == f"account {runs.ids[runs.others[0]]}: 2 kept"
    assert f"the first accounts begin now: {runs.first}; they must be quiet for 7 days" in told[1]
    assert [file.name.split("-")[1] for file in runs.evidence.glob("*.json")] == [runs.ids[runs.first]]


def stops(runs: Fleet) -> None:
    """A role of the first account was used in quarantine."""
    make_older(runs.backups)
    runs.aws.seed(runs.ids[runs.first], role_last_used={"name": SERVICE, "date": "2026-11-28T08:00:00+00:00"})
    for check in (True, False):
        runs.aws.clear_calls()
        stopped = runs(check=check)
        assert (set(stopped.failures()), writes(runs.aws)) == (set(runs.others), [])
        line = next(line for line in shown(stopped, runs.others[0]) if "first_wave" in line)
        assert line.startswith(f"account  first_wave: {runs.first}: role/{SERVICE} was used or tried on 2026-11-28")
    outside = runs(limit=runs.others[0])
    assert "is not part of this run; take it into --limit" in outside.failures()[runs.others[0]]


def releases(runs: Fleet) -> None:
    given = {"aws_ml_release_reason": "cameras in hall 3 - J. Doe", "aws_ml_release_roles": SERVICE}
    planned = runs(RELEASE, check=True, limit=runs.first, **given)
    released = runs(RELEASE, limit=runs.first, **given)
    again = runs(RELEASE, limit=runs.first, **given)
    assert [each.total("changed") for each in (planned, released, again)] == [1, 1, 0]
    assert (
        f"  role/{SERVICE} DetachRolePolicy, TagRole, UntagRole: {runs.first}"
        in released.results("Summarize the run")[runs.first]["lines"]
    )
    assert runs.denied(runs.first) == {HELPER}
    refused = runs(RELEASE, limit=runs.others[0], **given)
    assert "is not in quarantine" in refused.failures()[runs.others[0]]


def goes_on(runs: Fleet) -> None:
    allowed = runs(aws_ml_retire_allow="first_wave")
    assert allowed.rc == 0
    assert all(runs.denied(name) == set(LEFT) for name in runs.others)
    assert runs.denied(runs.first) == {HELPER}
    kept = next(one for one in allowed.results("Retire")[runs.first]["retired"] if one["step"] == "kept")
    assert "was released from quarantine on " in kept["reason"] and "J. Doe" in kept["reason"]
    records = [json.loads(file.read_text(encoding="utf-8")) for file in runs.evidence.glob("*.json")]
    assert {record["account_id"] for record in records} == set(runs.ids.values())
    assert all(proof["proven"] for record in records for one in record["objects"] for proof in one["proofs"])


def test_a_wrong_choice_of_first_accounts_stops_everything(runs: Fleet) -> None:
    run = runs(aws_ml_retire_first="pilot")
    assert any('aws_ml_retire_first: "pilot" matches no account' in text for text in run.failures().values())
    assert runs.aws.calls() == []
