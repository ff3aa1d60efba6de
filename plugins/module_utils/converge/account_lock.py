# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task at a time writes an account, among all tasks of one user on one machine.

IAM has no conditional writes. Two tasks that read a trust policy, add a statement each and write the document back
would lose one of the statements, and neither would notice. So a task locks a file for the account before its first
write, and keeps it until it has read back what it wrote. The kernel releases the lock of a process that ends.

The file says when the lock was released last, by the clock since boot, which all processes of a machine share. A task
that had read the account before that moment reads and plans again. A task without anything to write takes no lock.

The files are beside the run's own folder, so that runs at the same time share them. Where others can write there, they
are in the run's folder. Where neither can be used (another machine, another user) there is no lock, and what is read
back after the last write is the only guard.
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
"""Seconds that a task waits for one other task. Nothing that a task does in one account takes as long."""

Tell = Callable[[str], None]


def silent(waiting: str) -> None:
    """Nobody listens."""


_HELD, _FREE = "held", "free"
_LENGTH = 64


@dataclass
class Turn:
    """The time in which a task alone writes the account.

    `account_changed` says whether another task may have written since the account was read. `has_written` is what the
    task says itself at the end: whether later tasks have to read again.
    """

    account_changed: bool = False
    has_written: bool = True


@dataclass(frozen=True)
class AccountLock:
    """The lock of one account. `run_folder` is the run's own, empty where there is none; `tell` hears of a wait."""

    run_folder: str
    endpoint: str
    account_id: str
    tell: Tell = silent

    @contextmanager
    def turn(self, read_at: float) -> Iterator[Turn]:
        """Wait for the turn of this task, which read the account at that moment of `time.monotonic()`.

        Raises EngineError where one other task keeps the lock for `LONGEST_WAIT`.
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
        """Whether the lock is ours now; False where the file system has no locks."""
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
                    f" {self.account_id} for {LONGEST_WAIT / 60:.0f} minutes. To fix: see whether it is stopped, end"
                    " it, and run again.",
                    account_id=self.account_id,
                )
            time.sleep(random.uniform(0.02, 0.1))


@dataclass(frozen=True)
class _Mark:
    """What the file of a lock says: who took or released it last, and when."""

    state: str = ""
    process: int = 0
    moment: float = 0.0

    def is_later_than(self, read_at: float) -> bool:
        """Whether its task may have written since then. One that says `held` and holds nothing was killed."""
        # A moment that is to come was noted before the machine was started.
        return self.state == _HELD or read_at <= self.moment <= time.monotonic()


def _mark(handle: int) -> _Mark:
    words = os.pread(handle, _LENGTH, 0).decode("ascii", "replace").split()
    try:
        state, process, moment = words
        return _Mark(state, int(process), float(moment))
    except ValueError:
        # Of what cannot be read nothing is known, so the account is read again.
        return _Mark(_HELD) if words else _Mark()


def _write(handle: int, mark: _Mark) -> None:
    text = f"{mark.state} {mark.process} {mark.moment:.6f}" if mark.state else ""
    with suppress(OSError):  # a full disk is no reason to write nothing to the account
        os.pwrite(handle, f"{text:<{_LENGTH}}".encode(), 0)


def _folder(run_folder: str) -> str | None:
    """Where the files of the locks are: the folder above the run's own, or that one itself, if it is the user's own."""
    if not run_folder:
        return None
    return next(filter(_is_own, (os.path.dirname(os.path.abspath(run_folder)), run_folder)), None)


def _is_own(folder: str) -> bool:
    """Whether nobody else can put files there."""
    try:
        status = os.stat(folder)
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
