# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad files, and choices that a file does not contain: one clear message each, before any call."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import checksum
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from local_aws import LocalAws

from .conftest import Restored

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "refusals.yml").read_text(encoding="utf-8"))
GOOD = Path(__file__).parent / "good_backup.json"


def spoiled(case: dict[str, Any]) -> bytes:
    """The good backup with what the case does to it."""
    text = GOOD.read_text(encoding="utf-8")
    if "text" in case:
        return str(case["text"]).encode()
    if "bytes" in case:
        return bytes.fromhex(case["bytes"])
    if "cut_to" in case:
        return text.encode()[: int(len(text) * case["cut_to"])]
    if "replace" in case:
        old, new = case["replace"]
        assert old in text
        return text.replace(old, new, 1).encode()
    document = json.loads(text)
    for place, value in case.get("set", {}).items():
        put(document, place, value)
    for place in case.get("remove", ()):
        put(document, place, REMOVED)
    for place, members in case.get("copy", {}).items():
        _content, section, index = place.split(".")
        entries = document["content"][section]
        entries.append({**entries[int(index)], **members})
    if "left" in case:
        entries = document["content"][case["left"].partition(".")[2]]
        entries[-1]["left"] = entries[0]
    return json.dumps({**document, "checksum": case.get("checksum") or checksum(document)}).encode()


REMOVED = object()


def put(document: Any, place: str, value: Any) -> None:
    *steps, last = (int(step) if step.isdigit() else step for step in place.split("."))
    for step in steps:
        document = document[step]
    if value is REMOVED:
        del document[last]
    else:
        document[last] = value


@pytest.fixture
def refusal(restore: Restored, aws: LocalAws) -> Callable[..., str]:
    """Run a restore that has to fail without a call; its message."""

    def run(**options: Any) -> str:
        aws.clear_calls()
        with pytest.raises(EngineError) as caught:
            restore(**options)
        assert aws.call_counts() == {}
        problems = caught.value.fields["problems"]
        assert problems and all(problem in caught.value.message for problem in problems)
        return caught.value.message

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_bad_file_is_refused(case: dict[str, Any], refusal: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "backup.json"
    file.write_bytes(spoiled(case))
    message = refusal(src=str(file), **case.get("options", {}))
    expected = case["message"].replace("FILE", str(file))
    assert message == expected if not expected.endswith("…") else message.startswith(expected[:-1])


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 20


def test_the_file_that_the_cases_spoil_is_good(restore: Restored, aws: LocalAws, tmp_path: Path) -> None:
    copy = tmp_path / "backup.json"
    copy.write_bytes(GOOD.read_bytes())
    with pytest.raises(EngineError, match="These credentials belong to account"):
        restore(src=str(copy))
    assert not any(action.startswith(("Create", "Put", "Attach")) for action in aws.call_counts())


def test_what_is_not_there_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.json"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refusal(src=str(nowhere)) == (
        f"{nowhere} cannot be read: No such file or directory. Nothing was read from AWS or written."
    )
    assert refusal(src=str(empty)) == f"{empty} contains no backup. Nothing was read from AWS or written."
    assert refusal(src=str(tmp_path / "*.json")).endswith("contains no backup. Nothing was read from AWS or written.")


def backup_of(account: str, **changes: Any) -> str:
    document = {**json.loads(GOOD.read_text(encoding="utf-8").replace("123456789012", account)), **changes}
    return json.dumps({**document, "checksum": checksum(document)})


def test_every_bad_file_of_the_account_is_reported_at_once(refusal: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "123456789012-1.json").write_text(backup_of("123456789012"), encoding="utf-8")
    cut, forged = tmp_path / "123456789012-2.json", tmp_path / "123456789012-3.json"
    cut.write_text(backup_of("123456789012")[:300], encoding="utf-8")
    forged.write_text(backup_of("123456789012", created="zzzz"), encoding="utf-8")
    folder = tmp_path / "123456789012-4.json"
    folder.mkdir()
    for options in ({}, {"account_id": "123456789012"}):
        message = refusal(src=str(tmp_path), **options)
        assert message.startswith("3 backups cannot be used, nothing was read from AWS or written:\n")
        assert f"{cut} is truncated or damaged" in message
        assert (
            f'{forged} does not have the content of a backup, nothing was read from AWS or written:\n- created: "zzzz"'
            in message
        )
        assert f"{folder} is a folder, not a file" in message


@pytest.mark.parametrize("pattern", ["", "/*.json"], ids=["folder", "pattern"])
def test_bad_files_of_other_accounts_stop_no_one(
    pattern: str, restore: Restored, aws: LocalAws, account: str, tmp_path: Path
) -> None:
    """The backup is read: the role in it is created."""
    (tmp_path / f"{account}-1.json").write_text(backup_of(account), encoding="utf-8")
    (tmp_path / "210987654321-1.json").write_text("{", encoding="utf-8")
    os.mkfifo(tmp_path / "210987654321-2.json")
    if not pattern:
        (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    result = restore(src=f"{tmp_path}{pattern}", account_id=account, check_mode=True)
    assert result["sources"] == [str(tmp_path / f"{account}-1.json")]
    assert "CreateRole" in {step["action"] for step in result["plan"]}


def test_a_name_that_says_another_account_is_reported(refusal: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "123456789012-1.json"
    path.write_text(backup_of("210987654321"), encoding="utf-8")
    message = refusal(src=str(tmp_path), account_id="123456789012")
    assert message.startswith(
        f"{path} is a backup of account 210987654321, not of 123456789012 as its name says. To fix: restore"
    )


def test_a_folder_of_several_accounts_needs_to_know_which(refusal: Callable[..., str], tmp_path: Path) -> None:
    text = GOOD.read_text(encoding="utf-8")
    (tmp_path / "123456789012-1.json").write_text(text, encoding="utf-8")
    other = json.loads(text.replace("123456789012", "210987654321"))
    other["checksum"] = checksum(other)
    (tmp_path / "210987654321-1.json").write_text(json.dumps(other), encoding="utf-8")
    assert "contains backups of 2 accounts (123456789012, 210987654321)" in refusal(src=str(tmp_path))
    message = refusal(src=str(tmp_path), account_id="333333333333")
    assert message == f"{tmp_path} contains no backup of account 333333333333. Nothing was read from AWS or written."
