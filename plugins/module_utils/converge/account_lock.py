# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One task at a time writes to an account, among all tasks of one user on one machine.

IAM has no conditional writes. If two tasks read a trust policy, add a statement each and write the document back, one
of the statements is lost, and neither task notices. So a task locks a file for the account before its first write,
and keeps the lock until it has read back what it wrote. The kernel releases the lock of a process that ends.

The file records when the lock was last released, by the clock since boot, which all processes of a machine share. A
task that read the account before that moment reads and plans again. A task that has nothing to write takes no lock.

The files are beside the run's own folder, so that concurrent runs share them. If others can write there, the files are
in the run's folder. If neither can be used (another machine, another user) there is no lock. The read after the last
write is then the only protection.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ..errors import EngineError

LONGEST_WAIT = 1800.0
"""Seconds that a task waits for one other task. Nothing that a task does in one account takes this long."""

Tell = Callable[[str], None]


def silent(waiting: str) -> None:
    """Ignore the message."""


_HELD, _FREE = "held", "free"
_LENGTH = 64


@dataclass
class Turn:
    """The time in which one task alone writes to the account.

    `account_changed` says whether another task may have written since the account was read. The task sets `has_written`
    at the end: it says whether later tasks have to read again.
    """

    account_changed: bool = False
    has_written: bool = True


@dataclass(frozen=True)
class AccountLock:
    """The lock of one account. `run_folder` is the run's own, empty if there is none; `tell` is called for a wait."""

    run_folder: str
    endpoint: str
    account_id: str
    tell: Tell = silent

    @contextmanager
    def turn(self, read_at: float) -> Iterator[Turn]:
        """Wait for the lock, for a task that read the account at that moment of `time.monotonic()`.

        Raises EngineError if one other task keeps the lock for `LONGEST_WAIT`.
        """
        handle = self._opened()
        if handle is None:
            yield Turn()
            return
        try:
            if not self._is_taken(handle):
                yield Turn()
                return
            before = _mark(handle)
            turn = Turn(account_changed=before.is_later_than(read_at))
            _write(handle, _Mark(_HELD, os.getpid(), time.monotonic()))
            try:
                yield turn
            finally:
                stays = before.state != _HELD and not turn.has_written
                _write(handle, before if stays else _Mark(_FREE, os.getpid(), time.monotonic()))
        finally:
            os.close(handle)

    def _opened(self) -> int | None:
        folder = _folder(self.run_folder)
        if folder is None:
            return None
        name = hashlib.sha256(f"{self.endpoint} {self.account_id}".encode()).hexdigest()[:16]
        path = os.path.join(folder, f"aws_ml.permissions-writes-{name}")
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError:
            return None

    def _is_taken(self, handle: int) -> bool:
        """Whether this task now has the lock; False if the file system has no locks."""
        holder: _Mark | None = None
        deadline = 0.0
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                pass
            except OSError:
                return False
            now, seen = time.monotonic(), _mark(handle)
            if seen != holder:
                if holder is None:
                    self.tell(f"waits for process {seen.process}, which writes account {self.account_id}")
                holder, deadline = seen, now + LONGEST_WAIT
            if now > deadline:
                raise EngineError(
                    f"Nothing was written: process {seen.process} of this machine has been writing account"
                    f" {self.account_id} for {LONGEST_WAIT / 60:.0f} minutes. To fix: end that process if it hangs,"
                    " and run again.",
                    account_id=self.account_id,
                )
            time.sleep(random.uniform(0.02, 0.1))


@dataclass(frozen=True)
class _Mark:
    """The content of a lock file: who last took or released the lock, and when."""

    state: str = ""
    process: int = 0
    moment: float = 0.0

    def is_later_than(self, read_at: float) -> bool:
        """Whether its task may have written since then. A mark `held` without a held lock is of a killed process."""
        # A moment in the future was recorded before the last boot of the machine.
        return self.state == _HELD or read_at <= self.moment <= time.monotonic()


def _mark(handle: int) -> _Mark:
    words = os.pread(handle, _LENGTH, 0).decode("ascii", "replace").split()
    try:
        state, process, moment = words
        return _Mark(state, int(process), float(moment))
    except ValueError:
        # An unreadable file gives no information, so the account is read again.
        return _Mark(_HELD) if words else _Mark()


def _write(handle: int, mark: _Mark) -> None:
    text = f"{mark.state} {mark.process} {mark.moment:.6f}" if mark.state else ""
    with suppress(OSError):  # a full disk must not prevent writes to the account
        os.pwrite(handle, f"{text:<{_LENGTH}}".encode(), 0)


def _folder(run_folder: str) -> str | None:
    """The folder of the lock files: the one above the run's own, or the run's own, if it belongs to the user."""
    if not run_folder:
        return None
    return next(filter(_is_own, (os.path.dirname(os.path.abspath(run_folder)), run_folder)), None)


def _is_own(folder: str) -> bool:
    """Whether no other user can create files there."""
    try:
        status = os.stat(folder)
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
