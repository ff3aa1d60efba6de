# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task at a time writes an account, and knows whether another has written since it read."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge import account_lock
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.account_lock import AccountLock
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

pytestmark = pytest.mark.both_generations

AWS = "https://iam.amazonaws.com"
Lock = Callable[..., AccountLock]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def lock(tmp_path: Path, told: list[str]) -> Lock:
    """`lock(account, run)` is the lock of an account for a task of a run, by default 111111111111 and the first."""
    tmp_path.chmod(0o700)

    def make(account: str = "1" * 12, run: str = "ansible-local-1", endpoint: str = AWS) -> AccountLock:
        folder = tmp_path / run
        folder.mkdir(mode=0o700, exist_ok=True)
        return AccountLock(str(folder), endpoint, account, told.append)

    return make


def write(lock: AccountLock, *, has_written: bool = True) -> None:
    with lock.turn(time.monotonic()) as turn:
        turn.has_written = has_written


@pytest.mark.parametrize("run", ["ansible-local-1", "ansible-local-2"])
def test_the_second_task_waits_for_the_first(lock: Lock, told: list[str], run: str) -> None:
    order: list[str] = []
    read_at = time.monotonic()

    def second() -> bool:
        with lock(run=run).turn(read_at) as turn:
            order.append("second begins")
            return turn.account_changed

    with ThreadPoolExecutor(1) as pool:
        with lock().turn(read_at) as first:
            assert not first.account_changed
            later = pool.submit(second)
            deadline = time.monotonic() + 20
            while not told:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            order.append("first ends")
        assert later.result(10)
    assert order == ["first ends", "second begins"]
    assert told == [f"waits for process {os.getpid()}, which writes account {'1' * 12}"]


def test_only_what_was_written_since_the_reading_counts(lock: Lock) -> None:
    before = time.monotonic()
    write(lock())
    after = time.monotonic()
    write(lock(), has_written=False)
    for read_at, changed in ((before, True), (after, False)):
        with lock().turn(read_at) as turn:
            turn.has_written = False
        assert turn.account_changed is changed


def test_a_task_that_fails_may_have_written(lock: Lock) -> None:
    read_at = time.monotonic()
    with pytest.raises(EngineError), lock().turn(read_at):
        raise EngineError("no")
    with lock().turn(read_at) as turn:
        assert turn.account_changed


@pytest.mark.parametrize("other", [{"account": "2" * 12}, {"endpoint": "http://127.0.0.1:1"}])
def test_other_accounts_are_not_waited_for(lock: Lock, other: dict[str, str]) -> None:
    read_at = time.monotonic()
    with lock().turn(read_at), lock(**other).turn(read_at) as turn:
        assert not turn.account_changed


def test_a_holder_that_is_killed_holds_nothing(lock: Lock) -> None:
    context = multiprocessing.get_context("fork")
    has_it = context.Event()

    def hold(started: Any) -> None:
        with lock().turn(time.monotonic()):
            started.set()
            time.sleep(60)

    holder = context.Process(target=hold, args=(has_it,))
    holder.start()
    assert has_it.wait(10)
    assert holder.pid
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    now = time.monotonic()
    with lock().turn(now) as turn:
        turn.has_written = False
    assert turn.account_changed
    with lock().turn(time.monotonic()) as turn:
        assert not turn.account_changed


@pytest.mark.parametrize(
    ("content", "changed"),
    [("", False), ("what is this", True), ("free 1 x", True), ("free 1 1.5", False), ("free 1 99999999999.0", False)],
    ids=["empty", "damaged", "no number", "long ago", "before the machine was started"],
)
def test_what_the_file_may_hold(lock: Lock, tmp_path: Path, content: str, changed: bool) -> None:
    write(lock())
    (file,) = (path for path in tmp_path.iterdir() if path.is_file())
    file.write_text(content, encoding="utf-8")
    with lock().turn(time.monotonic()) as turn:
        assert turn.account_changed is changed


def test_a_holder_that_goes_on_too_long_is_a_failure(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_lock, "LONGEST_WAIT", 0.3)
    entered = threading.Event()

    def second() -> None:
        with lock().turn(time.monotonic()):
            entered.set()

    with lock().turn(time.monotonic()), ThreadPoolExecutor(1) as pool, pytest.raises(EngineError) as refused:
        pool.submit(second).result(10)
    assert not entered.is_set()
    assert refused.value.fields == {"account_id": "1" * 12}
    assert refused.value.message == (
        f"Nothing was written: process {os.getpid()} of this machine has been writing account {'1' * 12} for 0 minutes."
        " To fix: end that process if it hangs, and run again."
    )


@pytest.mark.parametrize(
    ("beside", "within", "files"),
    [(0o700, 0o700, "beside"), (0o755, 0o700, "beside"), (0o777, 0o700, "within"), (0o1777, 0o777, "nowhere")],
)
def test_the_files_are_where_no_one_else_can_put_any(
    tmp_path: Path, lock: Lock, beside: int, within: int, files: str
) -> None:
    one = lock()
    folder = Path(one.run_folder)
    folder.chmod(within)
    tmp_path.chmod(beside)
    with one.turn(time.monotonic()) as turn:
        assert not turn.account_changed
    found = [path.parent for path in tmp_path.rglob("*") if path.is_file()]
    assert found == {"beside": [tmp_path], "within": [folder], "nowhere": []}[files]


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_where_the_folder_is_out_of_reach_no_one_waits(folder: str) -> None:
    one = AccountLock(folder, AWS, "1" * 12)
    with one.turn(0.0) as turn, one.turn(0.0):
        assert not turn.account_changed


def test_a_link_in_the_place_of_the_file_is_not_followed(lock: Lock, tmp_path: Path) -> None:
    write(lock())
    (file,) = (path for path in tmp_path.iterdir() if path.is_file())
    elsewhere = tmp_path / "ansible-local-1/elsewhere"
    file.rename(elsewhere)
    before = elsewhere.read_bytes()
    file.symlink_to(elsewhere)
    write(lock())
    assert elsewhere.read_bytes() == before
