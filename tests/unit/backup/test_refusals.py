# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad files, and choices that a file does not hold: one clear message each, before AWS is asked for anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.format import checksum
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


def test_the_file_that_the_cases_spoil_is_good(restore: Restored, aws: LocalAws) -> None:
    with pytest.raises(EngineError, match="These credentials belong to account"):
        restore(src=str(GOOD))
    assert not any(action.startswith(("Create", "Put", "Attach")) for action in aws.call_counts())


def test_what_is_not_there_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.json"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refusal(src=str(nowhere)) == (
        f"{nowhere} cannot be read: No such file or directory. Nothing was read from AWS or written."
    )
    assert refusal(src=str(empty)) == f"{empty} holds no backup. Nothing was read from AWS or written."
    assert refusal(src=str(tmp_path / "*.json")).endswith("holds no backup. Nothing was read from AWS or written.")


def test_a_folder_is_refused_for_one_bad_file_of_the_account(refusal: Callable[..., str], tmp_path: Path) -> None:
    text = GOOD.read_text(encoding="utf-8")
    (tmp_path / "123456789012-1.json").write_text(text, encoding="utf-8")
    bad = tmp_path / "123456789012-2.json"
    bad.write_text(text[:300], encoding="utf-8")
    assert f"{bad} is cut off or damaged" in refusal(src=str(tmp_path), account_id="123456789012")


def test_a_folder_of_several_accounts_needs_to_know_which(refusal: Callable[..., str], tmp_path: Path) -> None:
    text = GOOD.read_text(encoding="utf-8")
    (tmp_path / "123456789012-1.json").write_text(text, encoding="utf-8")
    other = json.loads(text.replace("123456789012", "210987654321"))
    other["checksum"] = checksum(other)
    (tmp_path / "210987654321-1.json").write_text(json.dumps(other), encoding="utf-8")
    assert "holds backups of 2 accounts (123456789012, 210987654321)" in refusal(src=str(tmp_path))
    message = refusal(src=str(tmp_path), account_id="333333333333")
    assert message == f"{tmp_path} holds no backup of account 333333333333. Nothing was read from AWS or written."
