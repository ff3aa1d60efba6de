# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any write, a deletion with a backup and a restore are ended by the next ones, and nothing is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from unit.plugins.module_utils.apply.converge_processes import ConvergeProcesses
from unit.plugins.module_utils.apply.witness import Witness

from local_aws import LocalAws

from .whole_accounts import declared_absent, document, make, seen

KILLED = {"signal": signal.SIGKILL}

SPEC: dict[str, Any] = {
    "policies": {
        "Alpha": {
            "path": "/a/b/",
            "description": "What it is for.",
            "tags": {"team": "a"},
            "documents": [document(["s3:GetObject"]), document(["s3:PutObject"]), document(["sqs:SendMessage"])],
            "default": 1,
        },
    },
    "roles": {
        "one": {
            "path": "/service-role/",
            "description": "Runs the jobs.",
            "max_session_duration": 7200,
            "tags": {"stage": "b"},
            "trust": ["lambda", "role/one", "role/two"],
            "managed": ["Alpha", "aws/IAMFullAccess"],
            "inline": {"S3": document(["s3:GetObject"]), "Guard": document(["iam:PassRole"], "Deny")},
            "boundary": "Alpha",
            "instance_profile": True,
        },
        "two": {
            "path": "/",
            "description": "",
            "max_session_duration": 3600,
            "tags": {},
            "trust": ["role/one"],
            "managed": [],
            "inline": {},
            "boundary": None,
            "instance_profile": False,
        },
    },
    "users": {"alice": {"managed": ["Alpha"], "inline": {"Logs": document(["logs:PutLogEvents"])}}},
    "groups": {"labelers": {"managed": [], "inline": {}}},
}


@dataclass
class Bench:
    """One account, and the processes that take away and restore, with a witness between them and AWS."""

    aws: LocalAws
    witness: Witness
    processes: ConvergeProcesses
    folder: Path
    account: str = field(init=False)

    def __post_init__(self) -> None:
        self.account = str(self.aws.members[0]["id"])
        keys = self.aws.credentials(self.account)
        self._options = {
            "endpoint_url": self.witness.endpoint,
            "region": "us-east-1",
            "access_key": keys["aws_access_key_id"],
            "secret_key": keys["aws_secret_access_key"],
            "session_token": keys["aws_session_token"],
        }

    def remove(self, number: int = 0) -> dict[str, Any]:
        return self._run({**declared_absent(SPEC, self.account), "backup_dir": str(self.folder)}, number)

    def restore(self, number: int = 0) -> dict[str, Any]:
        return self._run({"src": str(self.folder)}, number)

    def _run(self, options: dict[str, Any], number: int) -> dict[str, Any]:
        self.witness.forget()
        if number:
            self.witness.kill_at(number, "before" if number % 2 else "after", self.processes.pid)
        answer = self.processes.run({**self._options, **options})
        self.witness.settle()
        return answer


@pytest.fixture
def bench(aws: LocalAws, tmp_path: Path) -> Iterator[Bench]:
    with Witness(aws.endpoint) as witness, ConvergeProcesses() as processes:
        yield Bench(aws, witness, processes, tmp_path / "backups")


def test_killed_at_any_write_and_run_again_both_end_as_on_a_calm_day(bench: Bench, iam: Any) -> None:
    make(iam, SPEC, bench.account)
    before = seen(iam)
    removals = len(bench.remove()["result"]["plan"])
    without = seen(iam)
    restores = len(bench.restore()["result"]["plan"])
    assert seen(iam) == before
    assert removals > 8 and restores > 8
    for number in range(1, max(removals, restores) + 1):
        if number <= removals:
            assert bench.remove(number) == KILLED
        bench.remove()
        assert seen(iam) == without, number
        if number <= restores:
            assert bench.restore(number) == KILLED
        last = bench.restore()["result"]
        assert seen(iam) == before, number
        assert last["not_restored"] == []
        assert bench.restore()["result"]["plan"] == []


def test_a_deletion_that_was_killed_can_be_undone_without_ending_it(bench: Bench, iam: Any) -> None:
    make(iam, SPEC, bench.account)
    before = seen(iam)
    removals = len(bench.remove()["result"]["plan"])
    bench.restore()
    for number in range(1, removals + 1):
        assert bench.remove(number) == KILLED
        restored = bench.restore()["result"]
        assert seen(iam) == before, number
        assert restored["not_restored"] == []
