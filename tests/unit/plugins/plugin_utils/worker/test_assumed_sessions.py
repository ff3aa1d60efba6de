# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions that the tasks of one run share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker import assumed_sessions
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.assumed_sessions import AssumedSessions

pytestmark = pytest.mark.both_generations

ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/deployer", "ExternalId": "only we know", "caller": ["AKIAONE", None]}


def answer(minutes: float) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "a very secret key",
            "SessionToken": "a token",
            "Expiration": datetime.now(UTC) + timedelta(minutes=minutes),
        },
        "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/deployer/x"},
        "ResponseMetadata": {"RequestId": "1"},
    }


def test_a_session_is_found_again_by_those_who_would_assume_the_same(tmp_path: Path) -> None:
    sessions = AssumedSessions(str(tmp_path))
    assert sessions.recall(ROLE) is None
    sessions.keep(ROLE, answer(60))
    found = AssumedSessions(str(tmp_path)).recall(dict(reversed(ROLE.items())))
    assert found is not None
    assert found["Credentials"]["SecretAccessKey"] == "a very secret key"
    assert found["AssumedRoleUser"]["Arn"].endswith("/deployer/x")


@pytest.mark.parametrize("other", [{"ExternalId": "guessed"}, {"caller": ["AKIATWO", None]}, {"Policy": "{}"}])
def test_another_owner_does_not_find_it(tmp_path: Path, other: dict[str, Any]) -> None:
    sessions = AssumedSessions(str(tmp_path))
    sessions.keep(ROLE, answer(60))
    assert sessions.recall({**ROLE, **other}) is None


def test_a_session_that_is_about_to_end_is_not_handed_out(tmp_path: Path) -> None:
    sessions = AssumedSessions(str(tmp_path))
    sessions.keep(ROLE, answer(4))
    assert sessions.recall(ROLE) is None


def test_nothing_is_on_disk_in_clear(tmp_path: Path) -> None:
    AssumedSessions(str(tmp_path)).keep(ROLE, answer(60))
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    content = file.name.encode() + file.read_bytes()
    for secret in (b"secret", b"token", b"ASIA", b"deployer", b"only we know"):
        assert secret not in content


def test_another_run_cannot_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    AssumedSessions(str(tmp_path)).keep(ROLE, answer(60))
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    monkeypatch.setattr(assumed_sessions, "_KEY", bytes(32))
    other = AssumedSessions(str(tmp_path))
    assert other.recall(ROLE) is None
    other._file(ROLE).write_bytes(content)
    assert other.recall(ROLE) is None


@pytest.mark.parametrize("kind", ["vanished", "a file"])
def test_where_the_folder_is_out_of_reach_nothing_is_kept_and_nothing_fails(tmp_path: Path, kind: str) -> None:
    if kind == "a file":
        (tmp_path / kind).write_text("", encoding="utf-8")
    sessions = AssumedSessions(str(tmp_path / kind))
    sessions.keep(ROLE, answer(60))
    assert sessions.recall(ROLE) is None


def test_a_session_that_cannot_be_put_in_its_place_leaves_no_file(tmp_path: Path) -> None:
    sessions = AssumedSessions(str(tmp_path))
    sessions._file(ROLE).mkdir()
    sessions.keep(ROLE, answer(60))
    assert [entry.is_dir() for entry in tmp_path.iterdir()] == [True]
    assert sessions.recall(ROLE) is None
