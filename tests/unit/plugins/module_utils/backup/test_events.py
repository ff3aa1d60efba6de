# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quarantines in a backup: written, read, joined with those of later tasks of the run, and checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import Event
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import (
    BadBackup,
    as_text,
    checksum,
    parse,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.snapshot import Backup
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.store import BackupFile, events_in
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account

ACCOUNT = Account("123456789012", "aws")
BEGUN = Event("quarantined", "worker", "AROAWORKER", "2026-10-01T00:00:00Z")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIFTED = Event("lifted", "worker", "AROAWORKER", "2026-10-02T00:00:00Z")
REMOVAL = Event("removal", "camera", "AROACAMERA", "2026-10-03T00:00:00Z", ("deeplens", "panorama"))
GOOD = {
    "event": "quarantined",
    "role": "worker",
    "unique_id": "AROAWORKER",
    "at": "2026-10-01T00:00:00Z",
    "services": [],
}


def backup(*events: Event, created: str = "2026-10-01T00:00:00+00:00", account: Account = ACCOUNT) -> Backup:
    return Backup(account, created, events=events)


def test_what_was_written_is_read() -> None:
    events = (BEGUN, LIFTED, REMOVAL)
    assert parse(as_text(backup(*events)).encode(), "b.json", NOW).events == events
    assert "quarantine_events" not in as_text(backup())


def test_tasks_of_one_run_add_to_each_other(tmp_path: Path) -> None:
    file = BackupFile(str(tmp_path), "0" * 12)
    for event in (BEGUN, LIFTED, LIFTED):
        file.keep(backup(event))
    assert events_in(str(tmp_path), ACCOUNT, NOW) == (BEGUN, LIFTED)


def test_all_runs_of_the_account_count_and_no_others(tmp_path: Path) -> None:
    BackupFile(str(tmp_path), "1" * 12).keep(backup(LIFTED, created="2026-10-02T00:00:00+00:00"))
    BackupFile(str(tmp_path), "2" * 12).keep(backup(BEGUN))
    BackupFile(str(tmp_path), "3" * 12).keep(backup(REMOVAL, account=Account("210987654321", "aws")))
    BackupFile(str(tmp_path), "4" * 12).keep(backup(REMOVAL, account=Account("123456789012", "aws-cn")))
    assert events_in(str(tmp_path), ACCOUNT, NOW) == (BEGUN, LIFTED)


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert events_in(str(tmp_path / "nowhere"), ACCOUNT, NOW) == ()


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({}, ": not a list"),
        (["worker"], "[0]: not an object"),
        ([{key: value for key, value in GOOD.items() if key != "at"}], "[0].at: missing"),
        ([{**GOOD, "event": "forgiven"}], "[0].event: not one of quarantined, lifted, removal, released"),
        ([{**GOOD, "role": None}], "[0].role: not a string"),
        ([GOOD, {**GOOD, "unique_id": ""}], "[1].unique_id: not the unique id of a role (AROA…)"),
        ([{**GOOD, "at": "soon"}], "[0].at: not a time in UTC such as 2026-11-22T10:00:00Z"),
        ([{**GOOD, "at": 2026}], "[0].at: not a time in UTC such as 2026-11-22T10:00:00Z"),
        ([{**GOOD, "at": "2026-10-01T00:00:00+00:00"}], "[0].at: not a time in UTC such as 2026-11-22T10:00:00Z"),
        ([{**GOOD, "services": "deeplens"}], "[0].services: not a list of strings"),
    ],
)
def test_odd_events(entries: Any, problem: str) -> None:
    document = json.loads(as_text(backup(BEGUN)))
    document["content"]["quarantine_events"] = entries
    document["checksum"] = checksum(document)
    with pytest.raises(BadBackup) as caught:
        parse(json.dumps(document).encode(), "b.json", NOW)
    assert caught.value.fields["problems"] == [f"content.quarantine_events{problem}"]
